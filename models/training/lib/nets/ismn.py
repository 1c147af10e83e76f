"""The mapping network M in our reading (ISMN): M(x) = x + g * m * r, with r the correction, m a mask in 0..1, g one
gate a picture in 0..1.

One body for frames of a camera, which pays for every millisecond, one for pictures; what they share is the rule."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .i420 import cell_dct, dct_kernels, folded


def let_through(gate: Tensor, mask: Tensor) -> Tensor:
    """g * m of their logits."""
    return torch.sigmoid(gate) * torch.sigmoid(mask)


class Block(nn.Module):
    """x + two 3x3 convolutions. [B, wide, h, w] -> the same."""

    def __init__(self, wide: int):
        super().__init__()
        self.first, self.second = nn.Conv2d(wide, wide, 3, padding=1), nn.Conv2d(wide, wide, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.leaky_relu(self.first(F.leaky_relu(x, 0.2)), 0.2))


class FrameIsmn(nn.Module):
    """M: out = x + g * m * r on 4x4-folded planes; r the correction, m a mask per sample in 0..1, g one gate per
    picture.

    The input is turned into 4x4 (luma) and 2x2 (chroma) DCT bands of unit deviation first: raw samples are nearly
    equal to their neighbours and a perturbation of 4/255 drowns in them. The deep half also sees the log energies of
    the 8x8 bands, which tell it what is perturbed; half of it looks once more from 1/16, to know in what object a
    pixel lies. Planes in 0..1 -> correction g * m * r [B, 24, H/4, W/4], and for training r, logits of g and m."""

    REACH = 0.16  # the largest correction: 41/255, beyond the strongest trained level

    def __init__(self, wide: int = 32, deep: int = 64):
        super().__init__()
        self.register_buffer('basis', cell_dct())
        self.register_buffer('luma', dct_kernels(8))
        self.register_buffer('chroma', dct_kernels(4))
        self.centre, self.slope = nn.Parameter(torch.zeros(24)), nn.Parameter(torch.ones(24))
        self.enter, self.down = nn.Conv2d(24, wide, 3, padding=1), nn.Conv2d(wide, deep, 3, 2, 1)
        self.energy = nn.Conv2d(96, deep, 1)
        self.deep = nn.ModuleList(nn.Conv2d(deep, deep, 3, padding=1) for _ in range(2))
        self.coarse = nn.ModuleList((nn.Conv2d(deep, deep, 3, 2, 1), nn.Conv2d(deep, deep, 3, padding=1),
                                     nn.Conv2d(deep, deep, 3, padding=1), nn.Conv2d(deep, deep, 1)))
        self.up, self.join = nn.Conv2d(deep, wide, 1), nn.Conv2d(wide, wide, 3, padding=1)
        self.fine = nn.Conv2d(wide, wide, 3, padding=1)
        # a net without them goes on as it was
        for parameter in (*self.coarse[-1].parameters(), *self.fine.parameters()):
            nn.init.zeros_(parameter)
        self.leave, self.mask = nn.Conv2d(wide, 24, 3, padding=1), nn.Conv2d(deep, 24, 1)
        self.gate = nn.Linear(deep, 1)

    def bands(self, y: Tensor, u: Tensor, v: Tensor) -> Tensor:
        return F.conv2d(folded(y, u, v), self.basis)

    def forward(self, y: Tensor, u: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        a = F.leaky_relu(self.enter((self.bands(y, u, v) - self.centre[:, None, None]) * self.slope[:, None, None]),
                         0.2)
        blocks = torch.cat(
            [F.conv2d(y, self.luma, stride=8),
             F.conv2d(u, self.chroma, stride=4),
             F.conv2d(v, self.chroma, stride=4)], 1)
        d = F.leaky_relu(self.down(a) + self.energy(torch.log(blocks.abs() + 2e-3) * 0.5 + 1.5), 0.2)
        for first, second in zip(self.deep[::2], self.deep[1::2]):
            d = d + second(F.leaky_relu(first(F.leaky_relu(d, 0.2)), 0.2))
        c = d
        for layer in self.coarse[:-1]:
            c = F.leaky_relu(layer(c), 0.2)
        c = F.interpolate(self.coarse[-1](c), scale_factor=2.0, mode='nearest')
        d = d + c[:, :, :d.shape[2], :d.shape[3]]
        d = F.leaky_relu(d, 0.2)
        gate = self.gate(d.mean((2, 3)))[:, :, None, None]
        mask = F.interpolate(self.mask(d), scale_factor=2.0, mode='nearest')
        up = F.interpolate(self.up(d), scale_factor=2.0, mode='nearest')
        near = F.leaky_relu(self.join(F.leaky_relu(a + up, 0.2)), 0.2)
        out = self.leave(F.leaky_relu(near + self.fine(near), 0.2))
        r = torch.tanh(F.conv2d(out, self.basis.transpose(0, 1))) * self.REACH
        return let_through(gate, mask) * r, r, gate, mask


class PictureIsmn(nn.Module):
    """Ours: M(x) = x + g * m * r; r the correction, m a mask per pixel in 0..1, g one gate per picture in 0..1.

    Where a cell has more values than `widths[0]` can write (8x8 pixels), r holds a share of mean(x) - x as well, the
    mean over fold + 1 pixels: a pattern of full rank cannot be taken away by what the channels add alone. The share is
    told per cell. A residual U-Net on cells of `fold` x `fold` pixels, three scales. x [B, 3, S, S] in 0..1, S a
    multiple of 4 * fold -> M(x), and for training the logit of g and the mean of g * m, [B, 2]: the correction is
    sparse, and zero on clean pictures."""

    def __init__(self, fold: int, widths: tuple):
        super().__init__()
        self.fold, (top, middle, deep) = fold, widths
        # larger cells see their surroundings well enough, and 3x3 on them would be most of the cost
        edge = 3 if fold <= 2 else 1
        self.enter = nn.Conv2d(3 * fold ** 2, top, edge, padding=edge // 2)
        self.down, self.downer = nn.Conv2d(top, middle, 3, 2, 1), nn.Conv2d(middle, deep, 3, 2, 1)
        self.high, self.mid, self.low = Block(top), Block(middle), nn.Sequential(Block(deep), Block(deep))
        self.up, self.upper = nn.Conv2d(deep, middle, 1), nn.Conv2d(middle, top, 1)
        self.join_mid, self.join_high = Block(middle), Block(top)
        self.leave, self.mask = nn.Conv2d(top, 3 * fold ** 2, edge, padding=edge // 2), nn.Conv2d(top, fold ** 2, 1)
        self.smooth = nn.Conv2d(top, 1, 1) if 3 * fold ** 2 > top else None
        self.gate = nn.Linear(deep, 1)
        # torch's default shrinks every layer's signal to 0.6: a perturbation never reached the gate
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, 0.2)
        for block in (m for m in self.modules() if isinstance(m, Block)):
            block.second.weight.data.mul_(0.3)
        for layer in (self.leave, self.smooth) if self.smooth else (self.leave,):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        nn.init.zeros_(self.mask.weight)
        nn.init.constant_(self.mask.bias, 2.0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        a = self.high(self.enter(F.pixel_unshuffle((x - 0.5) * 4, self.fold)))
        b = self.mid(self.down(F.leaky_relu(a, 0.2)))
        c = self.low(self.downer(F.leaky_relu(b, 0.2)))
        gate = self.gate(F.leaky_relu(c, 0.2).mean((2, 3)))
        b = self.join_mid(b + F.interpolate(self.up(c), scale_factor=2.0, mode='nearest'))
        a = F.leaky_relu(self.join_high(a + F.interpolate(self.upper(b), scale_factor=2.0, mode='nearest')), 0.2)
        sparse = let_through(gate[:, :, None, None], F.pixel_shuffle(self.mask(a), self.fold))
        correction = F.pixel_shuffle(self.leave(a), self.fold)
        if self.smooth:
            # half the time of channels last
            mean = F.avg_pool2d(x.contiguous(), self.fold + 1, 1, self.fold // 2, count_include_pad=False)
            correction = correction + F.interpolate(self.smooth(a), scale_factor=float(self.fold),
                                                    mode='nearest') * (mean - x)
        out = (x + sparse * correction).clamp(0, 1)
        return out, torch.stack([gate[:, 0], sparse.mean((1, 2, 3))], 1)
