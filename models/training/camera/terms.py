"""The terms of the mapping network's loss: what a detector says of M(x') against what it says of x (HGD's idea, Liao
et al., CVPR 2018)."""
import torch
import torch.nn.functional as F
from torch import Tensor

from lib.attacks.strong import apart
from lib.nets.yolox import Answers


def rgb_of(y: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """Planes in 0..1 (code value / 255), BT.601 limited range -> RGB [B, 3, H, W] in 0..255, as a decoder shows
    them."""
    y, u, v = (y * 255 - 16) * 1.164383, *(F.interpolate(p, scale_factor=2.0, mode='nearest') * 255 - 128
                                           for p in (u, v))
    return torch.cat([y + 1.596027 * v, y - 0.391762 * u - 0.812968 * v, y + 2.017232 * u], 1).clamp(0, 255)


def said(now: Answers, clean: Answers) -> Tensor:
    """Log confidences of each anchor's clean class, weighted by the root of the confidence: of the clean one, so that
    what was there comes back, and of the present one, so that nothing new appears."""
    best = clean.classes.argmax(-1, keepdim=True)
    before, after = (a.log_confidences().gather(2, best)[..., 0] for a in (clean, now))
    weight = torch.maximum(clean.best(), now.best().detach()).sqrt()
    weight = torch.where(weight > 0.1, weight, 0)
    talk = (weight * (after - before).abs()).sum(1) / (weight.sum(1) + 1)
    sure = torch.where(clean.best() > 0.2, clean.best(), 0)
    place = (sure * F.smooth_l1_loss(now.boxes, clean.boxes, reduction='none').sum(-1)).sum(1) / (sure.sum(1) + 1)
    return (talk + place).sum()


def features(now: list[Tensor], clean: list[Tensor]) -> Tensor:
    return sum(apart(a, b) for a, b in zip(now, clean)) / len(now)


def grid(error: Tensor) -> Tensor:
    """What repeats with the 8x8 grid in a plane of errors [B, 1, H, W], in 1/255: the mean of each of the 64 phases
    over 8x8 cells, less their common mean."""
    cells = F.avg_pool2d(F.pixel_unshuffle(error * 255, 8), 8, stride=4, ceil_mode=True)
    return (cells - cells.mean(1, keepdim=True)).abs().mean()
