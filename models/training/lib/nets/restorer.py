"""The restorer: a mapping network of its own for the picture that is shown and passed on, where M of the chain serves
the classifier.

It runs for flagged frames that somebody reads, so that it may cost three times what the chain costs: residual blocks
at 1/4, 1/8 and 1/16, joined upward (U-Net, doi:10.1007/978-3-319-24574-4_28, as HGD takes it,
doi:10.1109/CVPR.2018.00191), on the DCT bands that M reads.
"""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .i420 import cell_dct, folded
from .ismn import Block

BANDS = 24


def blocks(wide: int, count: int) -> nn.Sequential:
    """Residual blocks that begin as almost nothing."""
    stack = nn.Sequential(*(Block(wide) for _ in range(count)))
    for block in stack:
        nn.init.normal_(block.second.weight, std=1e-3)
        nn.init.zeros_(block.second.bias)
    return stack


def larger(x: Tensor, like: Tensor) -> Tensor:
    """Twice as large, cut to the size of `like` (an odd count of cells loses nothing)."""
    return F.interpolate(x, scale_factor=2.0, mode='nearest')[:, :, :like.shape[2], :like.shape[3]]


class Restorer(nn.Module):
    """Planes in 0..1 -> correction gate * r [B, 24, H/4, W/4] and, for training, r and the gate's logit [B, 1, 1,
    1]."""

    REACH = 0.16  # the largest correction: 41/255, as M's

    def __init__(self, fine: int = 40, middle: int = 80, coarse: int = 112):
        super().__init__()
        self.register_buffer('basis', cell_dct())
        self.centre, self.slope = nn.Parameter(torch.zeros(BANDS)), nn.Parameter(torch.ones(BANDS))
        self.enter = nn.Conv2d(BANDS, fine, 3, padding=1)
        self.fine_in, self.down = blocks(fine, 1), nn.Conv2d(fine, middle, 3, 2, 1)
        self.middle_in, self.sink = blocks(middle, 2), nn.Conv2d(middle, coarse, 3, 2, 1)
        self.coarse, self.rise = blocks(coarse, 2), nn.Conv2d(coarse, middle, 1)
        self.middle_out, self.up = blocks(middle, 1), nn.Conv2d(middle, fine, 1)
        self.fine_out = blocks(fine, 2)
        self.leave, self.gate = nn.Conv2d(fine, BANDS, 3, padding=1), nn.Linear(coarse, 1)

    def forward(self, y: Tensor, u: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = F.conv2d(folded(y, u, v), self.basis)
        fine = self.fine_in(self.enter((x - self.centre[:, None, None]) * self.slope[:, None, None]))
        middle = self.middle_in(self.down(F.leaky_relu(fine, 0.2)))
        coarse = self.coarse(self.sink(F.leaky_relu(middle, 0.2)))
        gate = self.gate(F.leaky_relu(coarse, 0.2).mean((2, 3)))[:, :, None, None]
        middle = self.middle_out(middle + larger(self.rise(coarse), middle))
        fine = self.fine_out(fine + larger(self.up(middle), fine))
        r = torch.tanh(F.conv2d(self.leave(F.leaky_relu(fine, 0.2)), self.basis.transpose(0, 1))) * self.REACH
        return torch.sigmoid(gate) * r, r, gate
