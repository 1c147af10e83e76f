"""Perturbations at camera size, RGB, hiding what a detector finds. Values in units of 1/255; the detector's own resize
is inside the gradient.

The universal pattern: sign descent over many pictures (Moosavi-Dezfooli 2017 in aim, not in method)."""
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..nets.detectors import Detector
from .signed import descend, uniform


def as_tensor(rgb: np.ndarray) -> Tensor:
    """uint8 [..., H, W, 3] -> float [B, 3, H, W], 0..255."""
    x = torch.from_numpy(np.ascontiguousarray(rgb)).float()
    return (x if x.dim() == 4 else x[None]).permute(0, 3, 1, 2).contiguous()


def suppression(found: Tensor, anchors: Tensor) -> Tensor:
    """Log-odds of `anchors` [B, k] (the best on the clean picture) and of the 30 best now, of confidences [B, n]:
    lower hides more."""
    odds = torch.logit(found.clamp(1e-6, 1 - 1e-6))
    return (odds.gather(1, anchors).mean(1) + odds.topk(30, dim=1).values.mean(1)).sum()


def hide(detector: Detector, rgb: np.ndarray, eps255: float, steps: int, *, step: float, decay: float | None = None,
         grey: bool = False, generator: torch.Generator | None = None, start: np.ndarray | None = None) -> np.ndarray:
    """One delta for the pictures [..., H, W, 3] given, a perturbation that is held -> float32 [H, W, 3]. It begins at
    `start`, a random place of `generator`, or nothing. `step` in eps."""
    x, channels = as_tensor(rgb), 1 if grey else 3
    with torch.no_grad():
        anchors = detector.confidences(x).topk(50, dim=1).indices
    shape = (1, channels, *x.shape[-2:])
    delta = as_tensor(start)[:, :channels] if start is not None else uniform(
        shape, eps255, generator) if generator else torch.zeros(shape)
    delta = descend(lambda d: suppression(detector.confidences((x + d).clamp(0, 255)), anchors), delta, bound=eps255,
                    step=step * eps255, steps=steps, decay=decay)
    return delta.expand(1, 3, -1, -1)[0].permute(1, 2, 0).numpy()


def fgsm(detector: Detector, rgb: np.ndarray, eps255: float, grey: bool = False) -> np.ndarray:
    return hide(detector, rgb, eps255, 1, step=1, grey=grey)


def pgd(detector: Detector, rgb: np.ndarray, eps255: float, steps: int, generator: torch.Generator, grey: bool = False,
        start: np.ndarray | None = None) -> np.ndarray:
    """`start`: an earlier delta to go on from, in place of a random one."""
    return hide(detector, rgb, eps255, steps, step=2.5 / steps, grey=grey, generator=generator, start=start)


def mifgsm(detector: Detector, rgb: np.ndarray, eps255: float, steps: int, reach: float = 1,
           start: np.ndarray | None = None) -> np.ndarray:
    """`reach`: the length of all steps together, in eps."""
    return hide(detector, rgb, eps255, steps, step=reach / steps, decay=1, start=start)


def universal(detector: Detector, pictures: list[np.ndarray], size: tuple[int, int], eps255: float, steps: int,
              generator: torch.Generator, grey: bool, batch: int = 4, cell: int = 1) -> np.ndarray:
    """One pattern for all pictures (RGB uint8, scaled to `size` = w, h) -> float32 [H, W, 3] in -eps..eps.

    Signed steps that shrink along a sum of gradients; only pictures with something to hide (a confidence above 0.3)
    count. `cell` > 1 draws the pattern in blocks of cell x cell pixels."""
    w, h = size
    x = torch.cat([F.interpolate(as_tensor(p), (h, w), mode='bilinear', align_corners=False) for p in pictures])
    with torch.no_grad():
        found = detector.confidences(x)
    x, found = x[found.amax(1) > 0.3], found[found.amax(1) > 0.3]
    kept = found.topk(50, dim=1)  # [n, 50]; anchors below 0.1 carry little weight

    def wide(coarse: Tensor) -> Tensor:
        return F.interpolate(coarse, scale_factor=cell, mode='nearest')[..., :h, :w]

    def loss(coarse: Tensor) -> Tensor:
        some = torch.randint(len(x), (batch,), generator=generator)
        odds = torch.logit(detector.confidences((x[some] + wide(coarse)).clamp(0, 255)).clamp(1e-6, 1 - 1e-6))
        weight = kept.values[some].clamp_min(0.01)
        known = (odds.gather(1, kept.indices[some]) * weight).sum(1) / weight.sum(1)
        return (known + odds.topk(10, dim=1).values.mean(1)).mean()

    coarse = uniform((1, 1 if grey else 3, -(-h // cell), -(-w // cell)), eps255, generator)
    coarse = descend(loss, coarse, bound=eps255, step=lambda n: eps255 * (0.12 * (1 - n / steps) + 0.01), steps=steps,
                     decay=0.85)
    return wide(coarse).expand(1, 3, -1, -1)[0].permute(1, 2, 0).numpy().copy()
