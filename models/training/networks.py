"""The three networks of the camera bundle: screen, mapping network M (our ISMN reading), classifier C (doi:10.14801/jkiit.2021.19.8.67, Table 1).

Scores leave the networks raw; calibrate.py appends the scale and offset that make them calibrated log-odds.
"""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from i420 import dct_kernels, folded, frame_of, planes, unfolded


class Screen(nn.Module):
    """Looks at every frame: learnable 8x8 (luma) and 4x4 (chroma) bands, log energies, three 3x3 convolutions.

    frame uint8 [B, H*3/2, W] -> score [B] (log-odds), map [B, 1, H/8, W/8] (local log-odds)."""

    def __init__(self, wide: int = 48):
        super().__init__()
        self.luma, self.chroma = nn.Conv2d(1, 64, 8, 8, bias=False), nn.Conv2d(1, 16, 4, 4, bias=False)
        self.luma.weight.data.copy_(dct_kernels(8))
        self.chroma.weight.data.copy_(dct_kernels(4))
        self.centre, self.slope = nn.Parameter(torch.zeros(96)), nn.Parameter(torch.ones(96))
        self.mix, self.near = nn.Conv2d(96, wide, 1), nn.Conv2d(wide, wide, 3, padding=1)
        self.local = nn.Conv2d(wide, 1, 1)
        self.coarse, self.far = nn.Conv2d(wide, 64, 3, 2, 1), nn.Conv2d(64, 64, 3, padding=1)
        self.last = nn.Linear(128, 1)

    def bands(self, frame: Tensor) -> Tensor:
        y, u, v = planes(frame)
        x = torch.cat([self.luma(y), self.chroma(u), self.chroma(v)], 1)
        return torch.log(x.abs() + 2e-3)  # about half a code value: silent bands stay finite

    def forward(self, frame: Tensor) -> tuple[Tensor, Tensor]:
        x = (self.bands(frame) - self.centre[:, None, None]) * self.slope[:, None, None]
        x = F.relu(self.near(F.relu(self.mix(x))))
        local = self.local(x)
        x = F.relu(self.far(F.relu(self.coarse(x))))
        mean = x.mean((2, 3))
        spread = ((x - mean[:, :, None, None]) ** 2).mean((2, 3))
        raw = self.last(torch.cat([mean, torch.sqrt(spread + 1e-4)], 1))[:, 0]
        return raw, local


class Mapping(nn.Module):
    """M: out = x + g * m * r on 4x4-folded planes; r the correction, m a mask per sample in 0..1, g one gate per picture.

    The input is turned into 4x4 (luma) and 2x2 (chroma) DCT bands of unit deviation first: raw samples are nearly equal to their
    neighbours and a perturbation of 4/255 drowns in them. The deep half also sees the log energies of the 8x8 bands, which tell
    it what is perturbed; half of it looks once more from 1/16, to know in what object a pixel lies.
    Planes in 0..1 -> correction g * m * r [B, 24, H/4, W/4], and for training r, logits of g and m."""

    REACH = 0.16  # the largest correction: 41/255, beyond the strongest trained level

    def __init__(self, wide: int = 32, deep: int = 64):
        super().__init__()
        basis = torch.zeros(24, 24)
        basis[:16, :16] = dct_kernels(4).reshape(16, 16)
        basis[16:20, 16:20] = basis[20:24, 20:24] = dct_kernels(2).reshape(4, 4)
        self.register_buffer('basis', basis[:, :, None, None])
        self.register_buffer('luma', dct_kernels(8))
        self.register_buffer('chroma', dct_kernels(4))
        self.centre, self.slope = nn.Parameter(torch.zeros(24)), nn.Parameter(torch.ones(24))
        self.enter, self.down = nn.Conv2d(24, wide, 3, padding=1), nn.Conv2d(wide, deep, 3, 2, 1)
        self.energy = nn.Conv2d(96, deep, 1)
        self.deep = nn.ModuleList(nn.Conv2d(deep, deep, 3, padding=1) for _ in range(2))
        self.coarse = nn.ModuleList((nn.Conv2d(deep, deep, 3, 2, 1), nn.Conv2d(deep, deep, 3, padding=1), nn.Conv2d(deep, deep, 3, padding=1), nn.Conv2d(deep, deep, 1)))
        self.up, self.join = nn.Conv2d(deep, wide, 1), nn.Conv2d(wide, wide, 3, padding=1)
        self.fine = nn.Conv2d(wide, wide, 3, padding=1)
        for parameter in (*self.coarse[-1].parameters(), *self.fine.parameters()):  # a net without them goes on as it was
            nn.init.zeros_(parameter)
        self.leave, self.mask = nn.Conv2d(wide, 24, 3, padding=1), nn.Conv2d(deep, 24, 1)
        self.gate = nn.Linear(deep, 1)

    def bands(self, y: Tensor, u: Tensor, v: Tensor) -> Tensor:
        return F.conv2d(folded(y, u, v), self.basis)

    def forward(self, y: Tensor, u: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        a = F.leaky_relu(self.enter((self.bands(y, u, v) - self.centre[:, None, None]) * self.slope[:, None, None]), 0.2)
        blocks = torch.cat([F.conv2d(y, self.luma, stride=8), F.conv2d(u, self.chroma, stride=4), F.conv2d(v, self.chroma, stride=4)], 1)
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
        return torch.sigmoid(gate) * torch.sigmoid(mask) * r, r, gate, mask


class TableOne(nn.Module):
    """The convolutions of Table 1: 128, 256, 128, 64 channels, 3x3, LeakyReLU 0.2; `last` reads their mean over positions."""

    def __init__(self, bands: int, answers: int):
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(i, o, 3, padding=1) for i, o in ((bands, 128), (128, 256), (256, 128), (128, 64)))
        self.last = nn.Linear(64, answers)

    def features(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
        return x


class Classifier(TableOne):
    """C, Table 1, on log |block DCT of x - M(x)|.

    4:2:0: 64 luma bands and 16 + 16 chroma bands (4x4) for each 8x8 block, averaged over 2x2 blocks in front: a quarter of
    the cost. correction [B, 24, H/4, W/4] -> raw score [B], log level [B], map [B, 1, H/16, W/16]."""

    def __init__(self):
        super().__init__(96, 2)
        self.register_buffer('luma', dct_kernels(8))
        self.register_buffer('chroma', dct_kernels(4))

    def forward(self, correction: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        y, u, v = unfolded(correction)
        bands = torch.cat([F.conv2d(y, self.luma, stride=8), F.conv2d(u, self.chroma, stride=4), F.conv2d(v, self.chroma, stride=4)], 1)
        x = self.features(F.avg_pool2d(torch.log(bands.abs() + 1e-3), 2) * 0.5 + 2)
        both = self.last(x.mean((2, 3)))
        local = F.conv2d(x, self.last.weight[:1, :, None, None], self.last.bias[:1])
        return both[:, 0], both[:, 1], local


class Chain(nn.Module):
    """frame uint8 [B, H*3/2, W] -> purified (same shape), score [B], level [B] in 0..1, map [B, 1, H/16, W/16]."""

    def __init__(self, mapping: Mapping, classifier: Classifier):
        super().__init__()
        self.mapping, self.classifier = mapping, classifier

    def forward(self, frame: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        y, u, v = planes(frame)
        correction = self.mapping(y, u, v)[0]
        score, log_level, local = self.classifier(correction)
        purified = frame_of(*unfolded(folded(y, u, v) + correction))
        return purified, score, torch.exp(log_level).clamp(0, 1), local
