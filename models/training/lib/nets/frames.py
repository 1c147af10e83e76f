"""The graphs of the camera bundle: the screen, and the chain of mapping network and classifier.

Scores leave the networks raw; camera/calibrate.py appends the scale and offset that make them calibrated log-odds.
"""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .classifier import FrameClassifier
from .i420 import dct_kernels, folded, frame_of, planes, unfolded
from .ismn import FrameIsmn


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


class FrameChain(nn.Module):
    """frame uint8 [B, H*3/2, W] -> purified (same shape), score [B], level [B] in 0..1, map [B, 1, H/16, W/16]."""

    def __init__(self, mapping: FrameIsmn, classifier: FrameClassifier):
        super().__init__()
        self.mapping, self.classifier = mapping, classifier

    def forward(self, frame: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        y, u, v = planes(frame)
        correction = self.mapping(y, u, v)[0]
        score, log_level, local = self.classifier(correction)
        purified = frame_of(*unfolded(folded(y, u, v) + correction))
        return purified, score, torch.exp(log_level).clamp(0, 1), local
