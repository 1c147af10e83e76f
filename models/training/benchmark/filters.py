"""Input filters with nothing to train, as baselines. Each: float [B, 3, S, S] in 0..1 on the grid of 1/255 -> the same.

JPEG: Dziugaite, Ghahramani, Roy 2016, "A study of the effect of JPG compression". Median and bit depth: Xu, Evans, Qi, "Feature Squeezing", NDSS 2018."""
import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from .chain import on_grid

MEDIAN_PIXELS = 2 ** 20  # of one slice: nine copies of each value are held


def jpeg75(x: Tensor) -> Tensor:
    """Pillow's encoder at quality 75, colour at half resolution (4:2:0)."""
    return torch.stack([_jpeg(picture) for picture in (x * 255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()]).to(x.device)


def _jpeg(picture: np.ndarray) -> Tensor:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, 'JPEG', quality=75)
    return torch.from_numpy(np.array(Image.open(file))).permute(2, 0, 1).float() / 255


def median3(x: Tensor) -> Tensor:
    """Median of 3x3 pixels of each colour, edges reflected."""
    side = x.shape[-1]
    return torch.cat([F.unfold(F.pad(part, (1,) * 4, mode='reflect'), 3).reshape(len(part), 3, 9, side, side).median(2).values
                      for part in x.split(max(1, MEDIAN_PIXELS // side ** 2))])


def squeeze5(x: Tensor) -> Tensor:
    """5 bits for each colour."""
    return on_grid((x * 31).round() / 31)


FILTERS = {'jpeg75': jpeg75, 'median3': median3, 'squeeze5': squeeze5}
