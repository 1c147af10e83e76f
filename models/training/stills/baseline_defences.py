"""The baselines of the tables, each before the target that ships but for the two that are another target."""
import sys
from collections.abc import Callable

import torch
from torch import Tensor, nn

from lib.nets.baselines import METHODS, magnet_marks

from .defences import Answer, Defence
from .filters import FILTERS
from .load import load_net
from .recipe import DEFENDED, GRAPHS
from .settings import Settings


def before(target: nn.Module, change: Callable[[Tensor], Tensor]) -> Defence:
    """The target sees `change(x)`."""
    return torch.no_grad()(lambda x: Answer(target(change(x))))


def magnet(target: nn.Module, reform: nn.Module, thresholds: dict[str, float]) -> Defence:
    """Flagged: a mark of any detector at its threshold or above; score: the largest mark in thresholds. The target
    sees the reformed picture."""
    @torch.no_grad()
    def ask(x: Tensor) -> Answer:
        reformed = reform(x)
        logits = target(reformed)
        marks = magnet_marks(x, reformed, target(x), logits)
        score = torch.stack([marks[d] / max(bound, 1e-12) for d, bound in thresholds.items()]).amax(0)
        return Answer(logits, score >= 1, score)
    return ask


def load_baselines(data: str, s: Settings) -> dict[str, Defence]:
    """Those whose weights are there, by name; the others are told on stderr."""
    target = load_net(data, s, f'target-{DEFENDED}')
    defences = {}
    for method in METHODS:
        if not GRAPHS[data].exists(f'baseline-{method}'):
            print(f'baseline-{method}: no weights, left out; python train.py stills {data} baseline-{method}',
                  file=sys.stderr)
        else:
            net = load_net(data, s, f'baseline-{method}')
            defences[method] = before(target, net) if method != 'magnet' else magnet(
                target, net, GRAPHS[data].told('baseline-magnet')['validation']['thresholds'])
    defences |= {name: before(target, change) for name, change in FILTERS.items()}
    return defences
