"""The network that is defended: an airbench-like residual net. https://github.com/KellerJordan/cifar10-airbench is the
shape's source."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Stage(nn.Module):
    """3x3 i -> o, halve, normalise, GELU; then a residual 3x3."""

    def __init__(self, i: int, o: int):
        super().__init__()
        self.first, self.second = nn.Conv2d(i, o, 3, padding=1, bias=False), nn.Conv2d(o, o, 3, padding=1, bias=False)
        self.norm_first, self.norm_second = nn.BatchNorm2d(o), nn.BatchNorm2d(o)

    def forward(self, x: Tensor) -> Tensor:
        x = F.gelu(self.norm_first(F.max_pool2d(self.first(x), 2)))
        return x + F.gelu(self.norm_second(self.second(x)))


class Target(nn.Module):
    """float [B, 3, S, S] in 0..1 -> logits [B, classes]. Mean and deviation of the train split are inside.

    `fold` 1: a 2x2 whitening convolution in front; else fold x fold cells become channels (512x512 works at 64x64)."""

    SCALE = 1 / 4  # of the logits: keeps the loss soft at the start

    def __init__(self, fold: int, widths: tuple, classes: int, stem: int = 24):
        super().__init__()
        self.fold = fold
        self.register_buffer('mean', torch.full((3, 1, 1), 0.5))
        self.register_buffer('deviation', torch.full((3, 1, 1), 0.25))
        self.stem = nn.Conv2d(3, stem, 2) if fold == 1 else nn.Conv2d(3 * fold ** 2, stem, 1)
        self.stages = nn.Sequential(*(Stage(i, o) for i, o in zip((stem, *widths), widths)))
        self.last = nn.Linear(widths[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        x = (x - self.mean) / self.deviation
        x = F.gelu(self.stem(F.pixel_unshuffle(x, self.fold) if self.fold > 1 else x))
        return self.last(self.stages(x).amax((2, 3))) * self.SCALE

    @torch.no_grad()
    def standardise(self, pictures: Tensor) -> None:
        """Sets mean and deviation."""
        self.mean.copy_(pictures.mean((0, 2, 3))[:, None, None])
        self.deviation.copy_(pictures.std((0, 2, 3))[:, None, None])

    @torch.no_grad()
    def whiten(self, pictures: Tensor) -> None:
        """Sets mean, deviation and, at fold 1, the stem: both signs of the patches' principal directions, each of unit
        variance. Natural pictures have little of the highest frequencies, so the stem multiplies them, and a
        perturbation made of them, most of all."""
        self.standardise(pictures)
        if self.fold > 1:
            return
        x = (pictures - self.mean) / self.deviation
        patches = F.unfold(x, 2).transpose(1, 2).reshape(-1, 12)
        values, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))
        white = (vectors / (values + 1e-3).sqrt()).T.reshape(12, 3, 2, 2)
        self.stem.weight.copy_(torch.cat([white, -white]))
        self.stem.bias.zero_()
