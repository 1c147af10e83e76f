"""Input filters with nothing to train, as baselines. Each: float [B, 3, S, S] in 0..1 on the grid of 1/255 -> the
same.

JPEG (quality 75, 4:2:0): Dziugaite, Ghahramani, Roy 2016, "A study of the effect of JPG compression". Median and bit
depth: Xu, Evans, Qi, "Feature Squeezing", NDSS 2018."""
import torch
import torch.nn.functional as F
from torch import Tensor

from lib.grid import on_grid
from lib.nuisances.pictures import jpeg

# Exchanges after which the middle of nine values is at 4: N. Devillard, "Fast median search", 1998. torch's median
# takes three times as long.
MEDIAN_OF_NINE = ((1, 2), (4, 5), (7, 8), (0, 1), (3, 4), (6, 7), (1, 2), (4, 5), (7, 8), (0, 3), (5, 8), (4, 7),
                  (3, 6), (1, 4), (2, 5), (4, 7), (4, 2), (6, 4), (4, 2))


def median3(x: Tensor) -> Tensor:
    """Median of 3x3 pixels of each colour, edges reflected."""
    side, padded = x.shape[-1], F.pad(x, (1,) * 4, mode='reflect')
    near = [padded[:, :, row:row + side, column:column + side] for row in range(3) for column in range(3)]
    for low, high in MEDIAN_OF_NINE:
        near[low], near[high] = torch.minimum(near[low], near[high]), torch.maximum(near[low], near[high])
    return near[4]


def squeeze5(x: Tensor) -> Tensor:
    """5 bits for each colour."""
    return on_grid((x * 31).round() / 31)


FILTERS = {'jpeg75': lambda x: jpeg(x, 75), 'median3': median3, 'squeeze5': squeeze5}
