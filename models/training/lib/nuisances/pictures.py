"""What happens to a picture without an attacker, mild enough that nobody would call it damaged: negatives of C's
training.

Saved by the same path as attacked pictures: on the grid of 1/255, no file between."""
import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from ..grid import on_grid

KINDS = ('jpeg', 'light', 'blur', 'grain', 'none')


def jpeg(x: Tensor, quality: int) -> Tensor:
    """float [B, 3, S, S] in 0..1 through JPEG at 4:2:0."""
    def through(picture: np.ndarray) -> np.ndarray:
        file = io.BytesIO()
        Image.fromarray(picture).save(file, 'JPEG', quality=quality)
        return np.asarray(Image.open(file))
    pictures = (x * 255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    return torch.from_numpy(np.stack([through(p) for p in pictures])).permute(0, 3, 1, 2).to(x.device).float() / 255


def blur(x: Tensor, strength: float) -> Tensor:
    """3x3, `strength` of each neighbour's weight against the centre's 1."""
    kernel = torch.full((3, 1, 3, 3), strength, device=x.device)
    kernel[:, :, 1, 1] = 1.0
    return F.conv2d(F.pad(x, (1,) * 4, mode='replicate'), kernel / kernel[0].sum(), groups=3)


def nuisance(x: Tensor, generator: torch.Generator) -> Tensor:
    """The whole batch with one kind, drawn: JPEG 85..98, gain 0.8..1.2 with offset to 0.08, blur to 0.1, grain of
    sigma to 2/255, or none."""
    kind, at = KINDS[int(torch.randint(0, len(KINDS), (1,), generator=generator))], torch.rand(3, generator=generator)
    if kind == 'jpeg':
        x = jpeg(x, 85 + int(at[0] * 14))
    elif kind == 'light':
        x = x * (0.8 + 0.4 * at[0]) + (at[1] - 0.5) * 0.16
    elif kind == 'blur':
        x = blur(x, float(at[0]) * 0.1)
    elif kind == 'grain':
        x = x + (torch.randn(x.shape, generator=generator) * at[0] * 2 / 255).to(x.device)
    return on_grid(x)
