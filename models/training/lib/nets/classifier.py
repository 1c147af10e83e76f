"""The perturbation classifier C (doi:10.14801/jkiit.2021.19.8.67, Table 1) on log |block DCT of x - M(x)|."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .i420 import dct_kernels, unfolded


class TableOne(nn.Module):
    """The convolutions of Table 1: 128, 256, 128, 64 channels, 3x3, LeakyReLU 0.2; `last` reads their mean over
    positions."""

    def __init__(self, bands: int, answers: int):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Conv2d(i, o, 3, padding=1) for i, o in ((bands, 128), (128, 256), (256, 128), (128, 64)))
        self.last = nn.Linear(64, answers)

    def features(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
        return x


class FrameClassifier(TableOne):
    """C, Table 1, on log |block DCT of x - M(x)|.

    4:2:0: 64 luma bands and 16 + 16 chroma bands (4x4) for each 8x8 block, averaged over 2x2 blocks in front: a
    quarter of the cost. correction [B, 24, H/4, W/4] -> raw score [B], log level [B], map [B, 1, H/16, W/16]."""

    def __init__(self):
        super().__init__(96, 2)
        self.register_buffer('luma', dct_kernels(8))
        self.register_buffer('chroma', dct_kernels(4))

    def forward(self, correction: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        y, u, v = unfolded(correction)
        bands = torch.cat(
            [F.conv2d(y, self.luma, stride=8),
             F.conv2d(u, self.chroma, stride=4),
             F.conv2d(v, self.chroma, stride=4)], 1)
        x = self.features(F.avg_pool2d(torch.log(bands.abs() + 1e-3), 2) * 0.5 + 2)
        both = self.last(x.mean((2, 3)))
        local = F.conv2d(x, self.last.weight[:1, :, None, None], self.last.bias[:1])
        return both[:, 0], both[:, 1], local


class PictureClassifier(TableOne):
    """C, Table 1, on log |8x8 block DCT of x - M(x)|; 192 channels (64 bands of 3 colours), `pool` x `pool` blocks
    averaged in front.

    Two pictures [B, 3, S, S] -> raw score [B] (log-odds: attacked), logits of the five levels [B, 5]."""

    def __init__(self, pool: int = 1):
        super().__init__(192, 6)
        self.pool = pool
        self.register_buffer('kernels', dct_kernels(8).repeat(3, 1, 1, 1))

    def forward(self, x: Tensor, repaired: Tensor) -> tuple[Tensor, Tensor]:
        bands = torch.log(F.conv2d(x - repaired, self.kernels, stride=8, groups=3).abs() + 1e-3)
        if self.pool > 1:
            bands = F.avg_pool2d(bands, self.pool)
        both = self.last(self.features(bands * 0.5 + 2).mean((2, 3)))
        return both[:, 0], both[:, 1:]
