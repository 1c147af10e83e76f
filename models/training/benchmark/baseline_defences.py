"""The baselines of the tables, each before the clean target but for the two that are another target."""
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from .baselines import METHODS, empty_baseline, magnet_marks
from .defences import Answer, Defence
from .filters import FILTERS
from .settings import DEFENDED, Settings
from .train_target import load_target
from .trainer import frozen, read_result, weights_path


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


def load_baselines(data: str, s: Settings, shared: Path) -> dict[str, Defence]:
    """Those whose weights are there, by name; the others are told on stderr. `shared` is not read: MagNet's thresholds stand in its training's result."""
    def there(name: str, script: str) -> bool:
        found = weights_path(data, name).exists()
        if not found:
            print(f'{name}: no weights, left out; python -m benchmark.{script} --data {data}', file=sys.stderr)
        return found

    target = load_target(data, s, DEFENDED)
    defences = {}
    for method in METHODS:
        if there(f'baseline-{method}', f'train_baselines --method {method}'):
            net = frozen(empty_baseline(s, method), weights_path(data, f'baseline-{method}'))
            defences[method] = before(target, net) if method != 'magnet' else magnet(
                target, net, read_result(data, 'train_baseline-magnet')['validation']['thresholds'])
    defences |= {name: before(target, change) for name, change in FILTERS.items()}
    for kind in ('adversarial', 'distilled'):
        if there(f'target-{kind}', f'train_target --kind {kind}'):
            other = load_target(data, s, kind)
            defences[kind] = before(other, lambda x: x)
    return defences
