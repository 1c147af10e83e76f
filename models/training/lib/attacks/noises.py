"""Perturbations without a gradient: controls, and where strong ones hide objects, attacks."""
import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


def random_signs(rng, shape: tuple, eps255: float, grey: bool) -> np.ndarray:
    """-> float32 delta [h, w, 3]."""
    h, w = shape[:2]
    return np.broadcast_to(rng.choice([-eps255, eps255], (h, w, 1 if grey else 3)), (h, w, 3)).astype(np.float32)


def low_frequency(rng, shape: tuple, eps255: float, grey: bool) -> np.ndarray:
    """Smooth blots of 12 to 60 pixels that use the whole of eps -> float32 delta [h, w, 3]."""
    h, w = shape[:2]
    cell = rng.uniform(12, 60)
    coarse = rng.standard_normal((int(h / cell) + 2, int(w / cell) + 2, 1 if grey else 3)).astype(np.float32)
    wide = cv2.resize(coarse, (w, h), interpolation=cv2.INTER_CUBIC).reshape(h, w, -1)
    return np.broadcast_to(np.tanh(wide * 3) * eps255, (h, w, 3)).astype(np.float32)


def unit_noise(shape: torch.Size, kind: str, generator: torch.Generator) -> Tensor:
    """[B, C, S, S] of unit strength: random signs ('sign'), 'gaussian', or 'low': Gaussian on an 8 times coarser grid
    scaled to L-inf 1."""
    if kind == 'sign':
        return torch.randint(0, 2, shape, generator=generator).float() * 2 - 1
    if kind == 'gaussian':
        return torch.randn(shape, generator=generator)
    coarse = torch.randn((*shape[:2], shape[2] // 8, shape[3] // 8), generator=generator)
    smooth = F.interpolate(coarse, shape[2:], mode='bicubic', align_corners=False)
    return smooth / smooth.abs().amax((1, 2, 3), keepdim=True)
