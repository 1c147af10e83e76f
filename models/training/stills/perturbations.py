"""What M and C meet in training: FGSM, one L2 step and short PGD in four label variants, and noises, at 2..16/255 and
0..0.4.

Square, C&W and the band around 0.25 are kept out: the evaluation holds them as unseen. Sources: FGSM Goodfellow 2015,
PGD Madry 2018."""
from collections.abc import Callable

import torch
from torch import Tensor, nn

from lib.attacks.labels import followed, pgd, uphill
from lib.attacks.noises import unit_noise
from lib.device import DEVICE
from lib.grid import on_grid

from .data import Pictures

SMALL, LARGE, UNSEEN = (2 / 255, 16 / 255), (0.0, 0.4), (0.23, 0.27)
VARIANTS = ('true', 'predicted', 'random', 'surrogate')
NOISES = ('sign', 'gaussian', 'low')


def levels(count: int, generator: torch.Generator) -> Tensor:
    """[count]: half uniform in SMALL, half uniform in LARGE without UNSEEN."""
    pick, at = torch.rand(count, generator=generator), torch.rand(count, generator=generator)
    large = LARGE[0] + at * (LARGE[1] - LARGE[0] - (UNSEEN[1] - UNSEEN[0]))
    large = torch.where(large > UNSEEN[0], large + UNSEEN[1] - UNSEEN[0], large)
    return torch.where(pick < 0.5, SMALL[0] + at * (SMALL[1] - SMALL[0]), large)


class Perturbations:
    """Attacks drawn anew for each batch: on `target`, and on `others` for the surrogate's gradient. Pictures float [B,
    3, S, S] in 0..1; results on the grid of 1/255."""

    def __init__(self, target: nn.Module, *others: nn.Module):
        self.target, self.others = target, others

    def __call__(self, x: Tensor, labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """-> x', levels [B]. The first `along(B)` follow a gradient: signed, one step from x or three from a random
        start, or a step along the gradient itself, a quarter to half of the level in root mean square (small ones are
        what DeepFool and C&W find); the rest is noise."""
        def draw(count: int) -> int:
            return int(torch.randint(0, count, (1,), generator=generator))

        level, some = levels(len(x), generator).to(x.device)[:, None, None, None], self.along(len(x))
        variant, kind, surrogate = VARIANTS[draw(4)], NOISES[draw(3)], self.others[draw(len(self.others))]
        net = surrogate if variant == 'surrogate' else self.target
        form = draw(3)
        if form < 2:
            slope = uphill(net, x[:some], *followed(net, x[:some], labels[:some], variant, generator))
            unit = slope / slope.square().mean((1, 2, 3), keepdim=True).sqrt().clamp(min=1e-12)
            level[:some] *= 1.0 if form == 0 else 0.25 + 0.25 * float(torch.rand(1, generator=generator))
            attacked = x[:some] + level[:some] * (slope.sign() if form == 0 else unit)
        else:
            wanted, sign = followed(net, x[:some], labels[:some], variant, generator)
            attacked = pgd(net, x[:some], wanted, level[:some], 3, generator, sign)
        noisy = x[some:] + level[some:] * unit_noise(x[some:].shape, kind, generator).to(x.device)
        return on_grid(torch.cat([attacked, noisy])), level[:, 0, 0, 0]

    def minimal(self, x: Tensor, generator: torch.Generator, steps: int = 3) -> Tensor:
        """As little as moves the decision: DeepFool (Moosavi-Dezfooli 2016) towards the runner-up, then 1 to 2 times
        as far, drawn for each picture. Where the grid swallows it the picture comes back as it was."""
        delta, order = torch.zeros_like(x), None
        for _ in range(steps):
            now = (x + delta).clamp(0, 1).requires_grad_(True)
            logits = self.target(now)
            order = logits.detach().topk(2, 1).indices if order is None else order
            gap = logits.gather(1, order[:, :1])[:, 0] - logits.gather(1, order[:, 1:])[:, 0]
            slope, = torch.autograd.grad(gap.sum(), now)
            far = (gap.detach().clamp(min=0) + 1e-4) / slope.square().sum((1, 2, 3)).clamp(min=1e-12)
            delta = delta - far[:, None, None, None] * slope
        return on_grid(x + delta * (1 + torch.rand(len(x), 1, 1, 1, generator=generator).to(x.device)))

    @staticmethod
    def along(count: int) -> int:
        return count * 2 // 3


@torch.no_grad()
def accuracy(net: nn.Module, pictures: Pictures, batch: int = 500) -> float:
    net.eval()
    right = 0
    for rows in torch.arange(len(pictures)).split(batch if pictures.side < 100 else 50):
        right += int((net(pictures[rows].to(DEVICE)).argmax(1).cpu() == pictures.labels[rows]).sum())
    return right / len(pictures)


@torch.no_grad()
def right_under(perturbed: Perturbations, pictures: Pictures, batch: int,
                ways: dict[str, Callable[[Tensor, Tensor], Tensor]], most: int = 2000) -> dict:
    """`ways`: x, x' -> logits. -> the share of the first `most` pictures that each has right, and n; the attacks are
    the same in every call."""
    generator, right, n = torch.Generator().manual_seed(99), dict.fromkeys(ways, 0), min(len(pictures), most)
    for rows in torch.arange(n).split(batch):
        x, labels = pictures[rows].to(DEVICE), pictures.labels[rows].to(DEVICE)
        with torch.enable_grad():
            attacked, _ = perturbed(x, labels, generator)
        for name, way in ways.items():
            right[name] += int((way(x, attacked).argmax(1) == labels).sum())
    return {name: round(k / n, 4) for name, k in right.items()} | {'n': n}


def repaired_accuracy(net: nn.Module, mapping: nn.Module, perturbed: Perturbations, pictures: Pictures,
                      batch: int) -> float:
    """Share that `net` has right after an attack and one pass of `mapping`."""
    return right_under(perturbed, pictures, batch,
                       {'purified': lambda _, attacked: net(on_grid(mapping(attacked)[0]))})['purified']
