"""Signed gradient descent within an L-inf bound, in whatever unit the pictures have: FGSM is one step of it
(Goodfellow 2015), PGD several from a random start (Madry 2018), MI-FGSM has a `decay` of 1 (Dong 2018)."""
from collections.abc import Callable

import torch
from torch import Tensor


def descend(loss: Callable[[Tensor], Tensor], delta: Tensor, *, bound: float | Tensor,
            step: float | Tensor | Callable[[int], float], steps: int, decay: float | None = None) -> Tensor:
    """`loss`: delta -> a number; lower is what the attacker wants. `delta` [B, C, h, w] to begin with; `step`: its
    size, or that of each step.

    -> delta in -bound..bound, without a gradient. `decay` of the sum of gradients of mean size 1 a picture; None: the
    last gradient alone."""
    speed = torch.zeros_like(delta)
    for number in range(steps):
        delta = delta.detach().requires_grad_(True)
        slope, = torch.autograd.grad(loss(delta), delta)
        if decay is not None:
            slope = decay * speed + slope / slope.abs().mean((1, 2, 3), keepdim=True).clamp_min(1e-12)
        speed = slope
        delta = (delta.detach() - (step(number) if callable(step) else step) * speed.sign()).clamp(-bound, bound)
    return delta.detach()


def uniform(shape: tuple, bound: float | Tensor, generator: torch.Generator) -> Tensor:
    """A random start in -bound..bound."""
    return (torch.rand(shape, generator=generator) * 2 - 1) * bound
