"""Makes the attacked test sets of tier T1 on a bare target; cells that are there are kept, those of another target
made anew.

python -m stills.make_cells --data cifar10                   # all; --only 'fgsm.*|sign.*' some of them
python -m stills.make_cells --source clean                   # on another target: what the ablation and its columns of
    the tables need
The label that a variant's gradient follows: true; predicted by the target; random: towards a class drawn at random;
surrogate: another net's gradient, its own prediction; surrogate-random. Pictures are rounded to the grid of 1/255,
L-inf attacks stay within their bound after it."""
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from lib.attacks import published
from lib.attacks.labels import followed, low_frequency, universal, uphill
from lib.attacks.noises import unit_noise
from lib.device import DEVICE
from lib.nuisances.pictures import blur, jpeg
from lib.run import write_result

from .cells import Cell, cell_path, cells, test_rows
from .data import Pictures, load
from .load import load_net
from .recipe import DEFENDED, GRAPHS
from .settings import Settings, arguments, settings_of

# Cells of targets that do not ship.
OF_OTHERS = r'fgsm-true-(8|0\.[234])|fgsm-predicted-(8|0.3)|pgd40-predicted-(8|0.3)'
WITH_LABELS = {
    'pgd40': published.pgd40, 'cw': published.cw, 'deepfool': published.deepfool, 'square': published.square,
    'autoattack': published.autoattack, 'lowfreq': low_frequency}


def nuisance(kind: str, x: Tensor, generator: torch.Generator) -> Tensor:
    return {'jpeg90': lambda: jpeg(x, 90), 'light': lambda: x * 1.1 + 0.02, 'blur': lambda: blur(x, 0.06),
            'grain': lambda: x + (torch.randn(x.shape, generator=generator) * 1.5 / 255).to(x.device)}[kind]()


def bounded(x: Tensor, attacked: Tensor, epsilon: float | None) -> Tensor:
    """uint8 [B, 3, S, S]: attacked pictures in steps of 1/255, rounded towards the clean one where the bound asks for
    it."""
    clean, steps = (x * 255).round(), (attacked.clamp(0, 1) * 255).round()
    if epsilon is not None:
        most = int(epsilon * 255 + 1e-4)
        steps = torch.minimum(torch.maximum(steps, clean - most), clean + most)
    return steps.clamp(0, 255).to(torch.uint8).cpu()


class Patterns:
    """FGSM's signs, the same at every level, as they are first needed: of a variant and batch, int8."""

    def __init__(self):
        self.known = {}

    def __call__(self, variant: str, batch: int, compute: Callable[[], Tensor]) -> Tensor:
        if (variant, batch) not in self.known:
            self.known[variant, batch] = compute().to(torch.int8).cpu()
        return self.known[variant, batch].to(DEVICE).float()


def make(cell: Cell, s: Settings, test: Pictures, validation: Pictures, target: nn.Module, surrogate: nn.Module,
         patterns: Patterns, seed: int) -> np.ndarray:
    generator, rows, parts, pattern = torch.Generator().manual_seed(seed), test_rows(cell.n, len(test)), [], None
    torch.manual_seed(seed)
    if cell.attack == 'universal':
        pattern = universal(target, validation[torch.arange(min(1000, 4 * s.attack_batch))].to(DEVICE), cell.epsilon,
                            generator)
    for some in tqdm(rows.split(s.attack_batch), desc=cell.name, disable=None, leave=False):
        x, labels = test[some].to(DEVICE), test.labels[some].to(DEVICE)
        epsilon = cell.epsilon if cell.attack != 'gaussian' else None
        if cell.attack == 'clean':
            attacked = x
        elif cell.attack.startswith('nuisance'):
            attacked = nuisance(cell.attack.removeprefix('nuisance-'), x, generator)
        elif cell.attack in ('sign', 'gaussian'):
            attacked = x + cell.epsilon * unit_noise(x.shape, cell.attack, generator).to(DEVICE)
        elif pattern is not None:
            attacked = x + pattern
        else:
            net = surrogate if cell.variant.startswith('surrogate') else target
            wanted, sign = followed(net, x, labels, cell.variant, generator)
            with torch.enable_grad():
                if cell.attack == 'fgsm':
                    attacked = x + cell.epsilon * patterns(cell.variant, len(parts),
                                                           lambda: uphill(net, x, wanted, sign).sign())
                else:
                    attacked = WITH_LABELS[cell.attack](net, x, wanted, cell.epsilon, sign)
        parts.append(bounded(x, attacked.detach(), epsilon))
    return torch.cat(parts).numpy()


@torch.no_grad()
def accuracy(target: nn.Module, pictures: np.ndarray, labels: Tensor, batch: int) -> float:
    right = [(target(torch.from_numpy(pictures[at:at + batch]).to(DEVICE).float() /
                     255).argmax(1).cpu() == labels[at:at + batch]) for at in range(0, len(pictures), batch)]
    return round(float(torch.cat(right).float().mean()), 4)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--only', default='', help='cells whose name matches, a regular expression')
    parser.add_argument('--source', default=DEFENDED, help='kind of the target that is attacked')
    args = parser.parse_args()
    s, only = settings_of(args), args.only or (OF_OTHERS if args.source != DEFENDED else '')
    test, validation = load(args.data, 'test', s.side, args.shared), load(args.data, 'validation', s.side, args.shared)
    target, surrogate = load_net(args.data, s, f'target-{args.source}'), load_net(args.data, s, 'target-surrogate')
    patterns, source = Patterns(), GRAPHS[args.data].digest(f'target-{args.source}')
    for cell in cells(s, args.data):
        if args.source != DEFENDED and cell.attack == 'pgd40':
            cell = replace(cell, n=min(cell.n, s.cell_samples))
        path = cell_path(args.data, cell, args.source)
        told = path.with_suffix('.json')
        same = told.exists() and {'source_digest': source, 'n': cell.n}.items() <= json.loads(told.read_text()).items()
        if same or (only and not re.fullmatch(only, cell.name)) or (args.source != DEFENDED and not cell.aimed):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        began = time.time()
        pictures = make(cell, s, test, validation, target, surrogate, patterns, args.seed)
        np.save(path, pictures)
        about = {
            'cell': cell.name, 'attack': cell.attack, 'variant': cell.variant, 'level': cell.level, 'n': cell.n,
            'seed': args.seed, 'source': args.source, 'source_digest': source, 'seconds': round(time.time() - began, 1),
            'bare_accuracy': accuracy(target, pictures, test.labels[test_rows(cell.n, len(test))], s.attack_batch)}
        told.write_text(json.dumps(about) + '\n')
        print(about, flush=True)
    made = [
        cell_path(args.data, c, args.source).with_suffix('.json')
        for c in cells(s, args.data)
        if c.aimed or args.source == DEFENDED]
    write_result(args.data, 'cells' + ('' if args.source == DEFENDED else f'-{args.source}'),
                 {'rows': [json.loads(path.read_text()) for path in made if path.exists()]})


if __name__ == '__main__':
    main()
