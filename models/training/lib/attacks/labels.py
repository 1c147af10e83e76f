"""Perturbations against a network that names a class, made by our own loop. Pictures float [B, 3, S, S] in 0..1,
epsilon in the same unit.

`net` keeps its mode. `sign` 1: away from `labels`, -1: towards them."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..device import autocast
from .signed import descend, uniform


def followed(net: nn.Module, x: Tensor, labels: Tensor, variant: str, generator: torch.Generator) -> tuple[Tensor, int]:
    """The labels that an attack of this variant follows: the true ones, what the net says ('predicted', 'surrogate'),
    or ('random', 'surrogate-random') towards another class drawn at random. -> labels, sign."""
    if variant == 'true':
        return labels, 1
    with torch.no_grad():
        logits = net(x)
    said = logits.argmax(1)
    if not variant.endswith('random'):
        return said, 1
    other = torch.randint(1, logits.shape[1], said.shape, generator=generator).to(said.device)
    return (said + other) % logits.shape[1], -1


def uphill(net: nn.Module, x: Tensor, labels: Tensor, sign: int = 1) -> Tensor:
    """The gradient that one step follows, [B, 3, S, S]."""
    x = x.detach().requires_grad_(True)
    with autocast():
        loss = F.cross_entropy(net(x), labels)
    return sign * torch.autograd.grad(loss, x)[0]


def pgd(net: nn.Module, x: Tensor, labels: Tensor, level: float | Tensor, steps: int, generator: torch.Generator,
        sign: int = 1) -> Tensor:
    """Steps of 2.5 level / steps from a random start, Madry 2018. `level` one or [B, 1, 1, 1]."""
    def loss(delta: Tensor) -> Tensor:
        with autocast():
            return -sign * F.cross_entropy(net((x + delta).clamp(0, 1)), labels)
    start = uniform(x.shape, torch.as_tensor(level).cpu(), generator).to(x.device)
    return (x + descend(loss, start, bound=torch.as_tensor(level, device=x.device), step=level * 2.5 / steps,
                        steps=steps)).clamp(0, 1)


def n_fgsm(net: nn.Module, x: Tensor, labels: Tensor, level: float, generator: torch.Generator) -> Tensor:
    """One step of `level` from noise of twice that, not cut to it: for training. de Jorge et al., NeurIPS 2022."""
    noisy = x + uniform(x.shape, 2 * level, generator).to(x.device)
    return (noisy + level * uphill(net, noisy, labels).sign()).clamp(0, 1)


def low_frequency(net: nn.Module, x: Tensor, labels: Tensor, epsilon: float, sign: int = 1, steps: int = 20,
                  side: int = 8) -> Tensor:
    """PGD on a pattern of `side` x `side` points enlarged to the picture (after Guo 2018): only low spatial
    frequencies."""
    def wide(coarse: Tensor) -> Tensor:
        return (x + F.interpolate(coarse, x.shape[2:], mode='bilinear', align_corners=False)).clamp(0, 1)
    coarse = torch.zeros(len(x), 3, side, side, device=x.device)
    return wide(
        descend(lambda c: -sign * F.cross_entropy(net(wide(c)), labels), coarse, bound=epsilon,
                step=2.5 * epsilon / steps, steps=steps))


def universal(net: nn.Module, pictures: Tensor, epsilon: float, generator: torch.Generator, steps: int = 100,
              batch: int = 100) -> Tensor:
    """One pattern [1, 3, S, S] against the net's own predictions on `pictures` [N, 3, S, S], in steps that shrink
    (Moosavi-Dezfooli 2017 in aim)."""
    def loss(pattern: Tensor) -> Tensor:
        some = pictures[torch.randint(0, len(pictures), (min(batch, len(pictures)),), generator=generator)]
        with torch.no_grad():
            said = net(some).argmax(1)
        return -F.cross_entropy(net((some + pattern).clamp(0, 1)), said)
    start = uniform((1, *pictures.shape[1:]), epsilon, generator).to(pictures.device)
    return descend(loss, start, bound=epsilon, step=lambda n: epsilon / 5 * (1 - n / steps), steps=steps)
