"""The baselines of the tables, each before the target that ships but for the two that are another target."""
import sys
from collections.abc import Callable

import torch
from torch import Tensor, nn

from lib.fit import frozen
from lib.nets.baselines import METHODS, magnet_marks
from lib.run import read_result, weights_path

from .defences import Answer, Defence
from .filters import FILTERS
from .settings import DEFENDED, Settings
from .train_target import load_target


def empty_baseline(s: Settings, method: str) -> nn.Module:
    """MagNet works on single pixels at 32x32, as published."""
    return METHODS[method](1 if method == 'magnet' and s.side < 100 else s.mapping_fold)


def before(target: nn.Module, change: Callable[[Tensor], Tensor]) -> Defence:
    """The target sees `change(x)`."""
    return torch.no_grad()(lambda x: Answer(target(change(x))))


def magnet(target: nn.Module, reform: nn.Module, thresholds: dict[str, float]) -> Defence:
    """Flagged: a mark of any detector at its threshold or above; score: the largest mark in thresholds. The target sees the reformed picture."""
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
    target = load_target(data, s, DEFENDED)
    defences = {}
    for method in METHODS:
        if not weights_path(data, f'baseline-{method}').exists():
            print(f'baseline-{method}: no weights, left out; python -m stills.train_baselines --data {data} --method {method}', file=sys.stderr)
        else:
            net = frozen(empty_baseline(s, method), weights_path(data, f'baseline-{method}'))
            defences[method] = before(target, net) if method != 'magnet' else magnet(
                target, net, read_result(data, 'train_baseline-magnet')['validation']['thresholds'])
    defences |= {name: before(target, change) for name, change in FILTERS.items()}
    return defences
