"""Tiers T0 and T1: every defence on the clean test split and on every attack made on the bare target (make_cells.py).

python -m stills.evaluate_oblivious --data cifar10            # all cells that are there; goes on where it was
python -m stills.evaluate_oblivious --ablation                # the parts of the paper, on the cells of ABLATION_CELLS
Each defence is asked on what was made on its own bare target; where that was not made it has no figure. Answers
picture by picture stay in cache/<data>/answers/; the tables are counted from them, with 95 % intervals and paired
tests against the clean split."""
import json
import re
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from lib.device import DEVICE
from lib.run import CACHE, write_result
from lib.stats import Counted, mcnemar

from .cells import cell_path, cells, load_cell
from .data import load
from .recipe import DEFENDED
from .settings import arguments, settings_of
from .suite import ABLATION, NONE, TABLE, Suite, source_of

# What baselines are asked: the cells of the tables that show them.
BASELINE_CELLS = (r'clean|fgsm-(true|predicted)-(8|0\.[234])|sign-(8|0\.[234])|'
                  r'pgd40-(true|predicted)-(8|16|0\.3)|(cw|deepfool|autoattack|square)-predicted.*')
ABLATION_CELLS = r'clean|fgsm-(true|predicted)-8|fgsm-true-0.3|pgd40-predicted-(8|0.3)|sign-.*0.3'


def answers_path(data: str, cell, source: str, most: int | None) -> Path:
    return CACHE / data / 'answers' / ('' if most is None else 'ablation') / (
        source if cell.aimed and source != DEFENDED else '') / f'{cell.name}.npz'


def ask(suite: Suite, pictures: np.ndarray, truth: torch.Tensor, names: list[str], batch: int) -> dict:
    """pictures uint8 [n, 3, S, S], their labels [n] -> {'<defence>|right': bool [n]} and, where the defence tells
    them, '|flagged', '|score'."""
    parts, known = [], {}
    for at in torch.arange(len(pictures)).split(batch):
        x = torch.from_numpy(np.array(pictures[at[0]:at[-1] + 1])).to(DEVICE).float() / 255
        parts.append(suite(x.contiguous(memory_format=torch.channels_last), names))
    for name in names:
        known[f'{name}|right'] = (torch.cat([p[name].logits for p in parts]).argmax(1).cpu() == truth).numpy()
        for key in ('flagged', 'score'):
            if getattr(parts[0][name], key) is not None:
                known[f'{name}|{key}'] = torch.cat([getattr(p[name], key) for p in parts]).cpu().numpy()
    return known


def answer(data: str, cell, suite: Suite, source: str, labels: torch.Tensor, batch: int,
           most: int | None = None) -> dict:
    """Asks the defences of this source's target what these weights have not been asked yet of this cell ->
    {'<defence>|right': bool [n], '|flagged', '|score', '|stamp': of weights and cell}."""
    path = answers_path(data, cell, source, most)
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures, rows = (part[:most] for part in load_cell(data, cell, source))
    known = dict(np.load(path)) if path.exists() else {}
    made = json.loads(cell_path(data, cell, source).with_suffix('.json').read_text())
    stamps = {
        name: f"{made['source_digest']}-{made['seed']}-{len(rows)}-{stamp}"
        for name, stamp in suite.stamps.items()
        if not cell.aimed or source_of(name) == source}
    names = [name for name, stamp in stamps.items() if str(known.get(f'{name}|stamp')) != stamp
             and (name in suite.plans or re.fullmatch(BASELINE_CELLS, cell.name))]
    if not names:
        return current(known, stamps)
    known |= ask(suite, pictures, labels[rows], names, batch) | {
        f'{name}|stamp': np.array(stamps[name])
        for name in names}
    np.savez_compressed(path, **known)
    return current(known, stamps)


def current(known: dict, stamps: dict) -> dict:
    """What these weights said; answers of others stay in the file."""
    named = {key: key.rsplit('|', 1)[0] for key in known}
    return {key: known[key] for key, name in named.items() if str(known.get(f'{name}|stamp')) == stamps.get(name)}


def row(cell, known: dict, names: dict, clean: dict) -> dict:
    """One cell, each defence as stats.Counted."""
    found = {}
    for label, name in names.items():
        if f'{name}|right' in known:
            right, flagged = known[f'{name}|right'], known.get(f'{name}|flagged')
            before = int(clean[f'{name}|right'][:len(right)].sum()) if clean else None
            found[label] = Counted(int(right.sum()), len(right), None if flagged is None else int(flagged.sum()),
                                   before)
    return {
        'cell': cell.name, 'attack': cell.attack, 'variant': cell.variant, 'level': cell.level, 'epsilon': cell.epsilon,
        'unseen': cell.unseen, 'n': max((d.n for d in found.values()), default=cell.n), 'defences': found}


def clean_cost(known: dict, names: dict) -> dict:
    """Paired on the clean split against no defence: what the gate and what constant purification take away."""
    bare = known[f'{NONE}|right']
    return {
        label: mcnemar(bare, known[f'{name}|right'])
        | {'lost_points': round(100 * float(bare.mean() - known[f'{name}|right'].mean()), 2)}
        for label, name in names.items()
        if f'{name}|right' in known}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--ablation', action='store_true')
    parser.add_argument('--only', default='', help='the clean cell and those whose name matches, a regular expression')
    args = parser.parse_args()
    s, pattern = settings_of(args), args.only or (ABLATION_CELLS if args.ablation else '')
    names, result = (ABLATION, 'ablation') if args.ablation else (TABLE, 'oblivious')
    test = load(args.data, 'test', s.side, args.shared)
    suite = Suite(args.data, s, list(dict.fromkeys(names.values())), baselines=not args.ablation)
    for name in suite.missing:
        print(f'{name}: no weights, left out')
    names = {label: name for label, name in names.items() if name in suite.plans} | {b: b for b in suite.baselines}
    made = [c for c in cells(s, args.data) if cell_path(args.data, c).with_suffix('.json').exists()
            and (c.attack == 'clean' or not pattern or re.fullmatch(pattern, c.name))]
    made.sort(key=lambda c: c.attack != 'clean')
    rows, clean, sources = [], {}, list(dict.fromkeys(source_of(name) for name in suite.stamps))
    for cell in tqdm(made, desc='cells', disable=None):
        known = {}
        for source in sources if cell.aimed else [DEFENDED]:
            if cell_path(args.data, cell, source).with_suffix('.json').exists():
                known |= answer(args.data, cell, suite, source, test.labels, s.attack_batch,
                                s.iterative_samples if args.ablation else None)
        clean = known if cell.attack == 'clean' else clean
        rows.append(row(cell, known, names, clean))
        print(cell.name, cell.n, {k: round(v.accuracy, 4) for k, v in rows[-1]['defences'].items()}, flush=True)
    write_result(
        args.data, result, {
            'seed': args.seed, 'split': 'test', 'knowledge': 'oblivious: made on the bare target of each defence',
            'names': names, 'left_out': suite.missing,
            'clean_cost': clean_cost(clean, names) if f'{NONE}|right' in clean else None, 'rows': rows})


if __name__ == '__main__':
    main()
