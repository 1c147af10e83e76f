"""The restorer: a mapping network of its own for the picture that is shown and passed on, where M of the chain serves
the classifier.

It would run for flagged frames that somebody reads, so that it may cost twice what M costs: residual blocks
at 1/4, 1/8 and 1/16, joined upward (U-Net, doi:10.1007/978-3-319-24574-4_28, as HGD takes it,
doi:10.1109/CVPR.2018.00191), on the DCT bands that M reads.
"""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .i420 import cell_dct, folded, planes
from .ismn import Block

BANDS = 24


def blocks(wide: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(Block(wide) for _ in range(count)))


def larger(x: Tensor, like: Tensor) -> Tensor:
    """Twice as large, cut to the size of `like` (an odd count of cells loses nothing)."""
    return F.interpolate(x, scale_factor=2.0, mode='nearest')[:, :, :like.shape[2], :like.shape[3]]


class Restorer(nn.Module):
    """Planes in 0..1 -> correction [B, 24, H/4, W/4], alone in a tuple.

    No gate, as it runs on flagged frames alone, and nothing that saturates: behind a tanh and a gate the first training
    of this net ended with r at its bound for every pixel and the gate shut for every frame, and neither had a gradient
    left. Not trained to an end since (LOG.md)."""

    STRENGTH = 0.1  # of the last layer: its values of about 1 are corrections of 25/255

    def __init__(self, fine: int = 32, middle: int = 64, coarse: int = 96):
        super().__init__()
        self.register_buffer('basis', cell_dct())
        self.register_buffer('centre', torch.zeros(BANDS))
        self.register_buffer('slope', torch.ones(BANDS))
        self.enter = nn.Conv2d(BANDS, fine, 3, padding=1)
        self.fine_in, self.down = blocks(fine, 1), nn.Conv2d(fine, middle, 3, 2, 1)
        self.middle_in, self.sink = blocks(middle, 2), nn.Conv2d(middle, coarse, 3, 2, 1)
        self.coarse, self.rise = blocks(coarse, 2), nn.Conv2d(coarse, middle, 1)
        self.middle_out, self.up = blocks(middle, 1), nn.Conv2d(middle, fine, 1)
        self.fine_out, self.leave = blocks(fine, 2), nn.Conv2d(fine, BANDS, 3, padding=1)
        # torch's default shrinks every layer's signal to 0.6, which leaves little of a perturbation at 1/16
        for layer in (m for m in self.modules() if isinstance(m, nn.Conv2d)):
            nn.init.kaiming_normal_(layer.weight, 0.2)
            nn.init.zeros_(layer.bias)
        for block in (m for m in self.modules() if isinstance(m, Block)):
            block.second.weight.data.mul_(0.3)
        nn.init.zeros_(self.leave.weight)  # begins as the identity

    def bands(self, y: Tensor, u: Tensor, v: Tensor) -> Tensor:
        return F.conv2d(folded(y, u, v), self.basis)

    @torch.no_grad()
    def scale_by(self, frames: list[Tensor]) -> None:
        """Sets centre and slope so that each band of `frames` (uint8 [B, H*3/2, W], sizes may differ) has unit
        deviation, the quietest ones at most 64 times: unscaled, a perturbation of 8/255 drowns in the mean of its
        cell."""
        x = torch.cat([self.bands(*planes(f)).transpose(0, 1).flatten(1) for f in frames], 1)
        self.centre.copy_(x.mean(1))
        self.slope.copy_(1 / x.std(1).clamp_min(4 / 255))

    def forward(self, y: Tensor, u: Tensor, v: Tensor) -> tuple[Tensor]:
        x = (self.bands(y, u, v) - self.centre[:, None, None]) * self.slope[:, None, None]
        fine = self.fine_in(self.enter(x))
        middle = self.middle_in(self.down(F.leaky_relu(fine, 0.2)))
        coarse = self.coarse(self.sink(F.leaky_relu(middle, 0.2)))
        middle = self.middle_out(middle + larger(self.rise(F.leaky_relu(coarse, 0.2)), middle))
        fine = self.fine_out(fine + larger(self.up(F.leaky_relu(middle, 0.2)), fine))
        return F.conv2d(self.leave(F.leaky_relu(fine, 0.2)) * self.STRENGTH, self.basis.transpose(0, 1)),
