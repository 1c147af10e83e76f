"""Perturbations at camera size, RGB, hiding what a detector finds. Values in units of 1/255.

FGSM and PGD: Goodfellow 2015, Madry 2018; the universal pattern: sign descent over many pictures
(Moosavi-Dezfooli 2017 in aim, not in method). The detector's own resize is inside the gradient.
"""
import cv2
import numpy as np
import torch
import torch.nn.functional as F

from detectors import Detector


def as_tensor(rgb: np.ndarray) -> torch.Tensor:
    """uint8 [..., H, W, 3] -> float [B, 3, H, W], 0..255."""
    x = torch.from_numpy(np.ascontiguousarray(rgb)).float()
    return (x if x.dim() == 4 else x[None]).permute(0, 3, 1, 2).contiguous()


def clean_anchors(detector: Detector, x: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return detector.confidences(x).topk(50, dim=1).indices


def gradient(detector: Detector, x: torch.Tensor, delta: torch.Tensor, anchors: torch.Tensor, grey: bool) -> torch.Tensor:
    delta = delta.detach().requires_grad_(True)
    loss = detector.suppression_loss((x + delta).clamp(0, 255), anchors)
    g, = torch.autograd.grad(loss, delta)
    return g.mean(1, keepdim=True).expand_as(g) if grey else g


def fgsm(detector: Detector, rgb: np.ndarray, eps255: float, grey: bool = False) -> np.ndarray:
    """One signed step -> float32 delta [H, W, 3]."""
    x = as_tensor(rgb)
    g = gradient(detector, x, torch.zeros_like(x), clean_anchors(detector, x), grey)
    return (-eps255 * g.sign())[0].permute(1, 2, 0).numpy()


def pgd(detector: Detector, rgb: np.ndarray, eps255: float, steps: int, generator: torch.Generator, grey: bool = False,
        start: np.ndarray | None = None) -> np.ndarray:
    """Signed descent from a random start (or from an earlier delta, `start`), step 2.5 eps / steps -> float32 delta [H, W, 3].

    Several pictures [B, H, W, 3] share one delta: the perturbation that is held over a few frames."""
    x = as_tensor(rgb)
    anchors = clean_anchors(detector, x)
    if start is None:
        delta = ((torch.rand(1, 1 if grey else 3, *x.shape[-2:], generator=generator) * 2 - 1) * eps255).expand(1, 3, -1, -1).clone()
    else:
        delta = as_tensor(start)
    for _ in range(steps):
        g = gradient(detector, x, delta, anchors, grey)
        delta = (delta - 2.5 * eps255 / steps * g.sign()).clamp(-eps255, eps255)
    return delta[0].permute(1, 2, 0).numpy()


def universal(detector: Detector, pictures: list[np.ndarray], size: tuple[int, int], eps255: float, steps: int,
              generator: torch.Generator, grey: bool, batch: int = 4, cell: int = 1, start: np.ndarray | None = None, report=lambda *_: None) -> np.ndarray:
    """One pattern for all pictures (RGB uint8, scaled to `size` = w, h) -> float32 [H, W, 3] in -eps..eps.

    Momentum on the mean gradient, signed steps that shrink; only pictures with something to hide (a confidence above 0.3)
    count. `cell` > 1 draws the pattern in blocks of cell x cell pixels; `start` goes on from an earlier pattern."""
    w, h = size
    x = torch.cat([F.interpolate(as_tensor(p), (h, w), mode='bilinear', align_corners=False) for p in pictures])
    with torch.no_grad():
        found = detector.confidences(x)
    x, found = x[found.amax(1) > 0.3], found[found.amax(1) > 0.3]
    kept = found.topk(50, dim=1)  # [n, 50]; anchors below 0.1 carry little weight
    shape = (1, 1 if grey else 3, -(-h // cell), -(-w // cell))
    coarse, velocity = (torch.rand(shape, generator=generator) * 2 - 1) * eps255, torch.zeros(shape)
    if start is not None:
        coarse = torch.from_numpy(start[::cell, ::cell, :shape[1]].astype(np.float32)).permute(2, 0, 1)[None] * eps255
    for step in range(steps):
        some = torch.randint(len(x), (batch,), generator=generator)
        coarse = coarse.detach().requires_grad_(True)
        delta = F.interpolate(coarse, scale_factor=cell, mode='nearest')[..., :h, :w]
        p = detector.confidences((x[some] + delta).clamp(0, 255)).clamp(1e-6, 1 - 1e-6)
        weight = kept.values[some].clamp_min(0.01)
        logit = torch.logit(p)
        loss = ((logit.gather(1, kept.indices[some]) * weight).sum(1) / weight.sum(1) + logit.topk(10, dim=1).values.mean(1)).mean()
        g, = torch.autograd.grad(loss, coarse)
        velocity = 0.85 * velocity + g / g.abs().mean().clamp_min(1e-12)
        rate = eps255 * 0.12 * (1 - step / steps) + eps255 * 0.01
        coarse = (coarse.detach() - rate * velocity.sign()).clamp(-eps255, eps255)
        if step % 20 == 0:
            report(step, float(loss))
    delta = F.interpolate(coarse, scale_factor=cell, mode='nearest')[..., :h, :w]
    return delta.expand(1, 3, -1, -1)[0].permute(1, 2, 0).numpy().copy()


def random_signs(rng, shape: tuple, eps255: float, grey: bool) -> np.ndarray:
    """The control without a gradient -> float32 delta [h, w, 3]."""
    h, w = shape[:2]
    return np.broadcast_to(rng.choice([-eps255, eps255], (h, w, 1 if grey else 3)), (h, w, 3)).astype(np.float32)


def low_frequency(rng, shape: tuple, eps255: float, grey: bool) -> np.ndarray:
    """Smooth blots of 12 to 60 pixels that use the whole of eps, without a gradient -> float32 delta [h, w, 3]."""
    h, w = shape[:2]
    cell = rng.uniform(12, 60)
    coarse = rng.standard_normal((int(h / cell) + 2, int(w / cell) + 2, 1 if grey else 3)).astype(np.float32)
    wide = cv2.resize(coarse, (w, h), interpolation=cv2.INTER_CUBIC).reshape(h, w, -1)
    return np.broadcast_to(np.tanh(wide * 3) * eps255, (h, w, 3)).astype(np.float32)
