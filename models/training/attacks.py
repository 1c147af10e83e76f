"""Perturbations at camera size, RGB, hiding what a detector finds. Values in units of 1/255.

FGSM and PGD: Goodfellow 2015, Madry 2018; the universal pattern: sign descent over many pictures
(Moosavi-Dezfooli 2017 in aim, not in method). The detector's own resize is inside the gradient.
"""
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


def pgd(detector: Detector, rgb: np.ndarray, eps255: float, steps: int, generator: torch.Generator, grey: bool = False) -> np.ndarray:
    """Signed descent from a random start, step 2.5 eps / steps -> float32 delta [H, W, 3].

    Several pictures [B, H, W, 3] share one delta: the perturbation that is held over a few frames."""
    x = as_tensor(rgb)
    start = torch.rand(1, 1 if grey else 3, *x.shape[-2:], generator=generator) * 2 - 1
    delta, anchors = (start * eps255).expand(1, 3, -1, -1).clone(), clean_anchors(detector, x)
    for _ in range(steps):
        g = gradient(detector, x, delta, anchors, grey)
        delta = (delta - 2.5 * eps255 / steps * g.sign()).clamp(-eps255, eps255)
    return delta[0].permute(1, 2, 0).numpy()


def universal(detector: Detector, pictures: list[np.ndarray], size: tuple[int, int], eps255: float, steps: int,
              generator: torch.Generator, grey: bool, batch: int = 4, cell: int = 1, report=lambda *_: None) -> np.ndarray:
    """One pattern for all pictures (RGB uint8, any size >= `size` (w, h) after scaling) -> float32 [H, W, 3] in -eps..eps.

    Momentum on the mean gradient, signed steps that shrink; `cell` > 1 draws it in blocks of cell x cell pixels."""
    w, h = size
    x = torch.cat([F.interpolate(as_tensor(p), (h, w), mode='bilinear', align_corners=False) for p in pictures])
    shape = (1, 1 if grey else 3, -(-h // cell), -(-w // cell))
    coarse, velocity = (torch.rand(shape, generator=generator) * 2 - 1) * eps255, torch.zeros(shape)
    for step in range(steps):
        some = x[torch.randint(len(x), (batch,), generator=generator)]
        some = torch.where(torch.rand(batch, 1, 1, 1, generator=generator) < 0.5, some, some.flip(-1))
        coarse = coarse.detach().requires_grad_(True)
        delta = F.interpolate(coarse, scale_factor=cell, mode='nearest')[..., :h, :w]
        loss = detector.suppression_loss((some + delta).clamp(0, 255), clean_anchors(detector, some))
        g, = torch.autograd.grad(loss, coarse)
        velocity = 0.8 * velocity + g / g.abs().mean().clamp_min(1e-12)
        rate = eps255 * 0.15 * (1 - step / steps) + eps255 * 0.02
        coarse = (coarse.detach() - rate * velocity.sign()).clamp(-eps255, eps255)
        if step % 20 == 0:
            report(step, float(loss) / batch)
    delta = F.interpolate(coarse, scale_factor=cell, mode='nearest')[..., :h, :w]
    return delta.expand(1, 3, -1, -1)[0].permute(1, 2, 0).numpy().copy()
