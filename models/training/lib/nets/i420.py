"""The border of every camera graph: uint8 I420 in, planes in 0..1 out, and back. All of it exports to ONNX."""
import math

import torch
import torch.nn.functional as F
from torch import Tensor


def planes(frame: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """uint8 [B, H*3/2, W] -> Y [B, 1, H, W], U and V [B, 1, H/2, W/2], float in 0..1 (code value / 255)."""
    b, rows, w = frame.shape
    h = rows * 2 // 3
    x = frame.float() * (1 / 255)
    return (x[:, :h].reshape(b, 1, h, w), x[:, h:h + h // 4].reshape(b, 1, h // 2, w // 2),
            x[:, h + h // 4:].reshape(b, 1, h // 2, w // 2))


def frame_of(y: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """The inverse of `planes`, rounded -> uint8 [B, H*3/2, W]."""
    b, _, h, w = y.shape
    x = torch.cat([y.reshape(b, h, w), u.reshape(b, h // 4, w), v.reshape(b, h // 4, w)], 1)
    return (x * 255).round().clamp(0, 255).to(torch.uint8)


def folded(y: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """Planes -> [B, 24, H/4, W/4]: 16 luma, 4 + 4 chroma samples of each 4x4 cell."""
    return torch.cat([F.pixel_unshuffle(y, 4), F.pixel_unshuffle(u, 2), F.pixel_unshuffle(v, 2)], 1)


def unfolded(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return F.pixel_shuffle(x[:, :16], 4), F.pixel_shuffle(x[:, 16:20], 2), F.pixel_shuffle(x[:, 20:24], 2)


def dct_kernels(n: int) -> Tensor:
    """The n*n orthonormal DCT-II basis pictures as convolution weights [n*n, 1, n, n], row frequency first."""
    k, x = torch.arange(n).float()[:, None], torch.arange(n).float()[None]
    basis = torch.cos(math.pi * (2 * x + 1) * k / (2 * n)) * math.sqrt(2 / n)
    basis[0] /= math.sqrt(2)
    return torch.einsum('iy,jx->ijyx', basis, basis).reshape(n * n, 1, n, n)


def cell_dct() -> Tensor:
    """The DCT of a `folded` cell, 4x4 of luma and 2x2 of each chroma, as weights [24, 24, 1, 1]; its transpose is the
    way back."""
    basis = torch.zeros(24, 24)
    basis[:16, :16] = dct_kernels(4).reshape(16, 16)
    basis[16:20, 16:20] = basis[20:24, 20:24] = dct_kernels(2).reshape(4, 4)
    return basis[:, :, None, None]
