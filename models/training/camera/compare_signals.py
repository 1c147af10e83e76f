"""Each signal by itself, also those that do not ship: how many attacks stand out further than anything that happens
without one?

python -m camera.compare_signals --cases CASES=RECORDINGS... --cheap DIR       # seconds; prints two tables; calibrate
    and train
A signal's deviation is from the median of the case's own quiet 4 s; what counts of a case is its third largest within
3 s of the attack (three observations raise), of a clean or nuisance case its third largest at all. Found: beyond the
largest of these but one in fifty. No model of the tail, no running level: an upper bound of what a signal could bring.
"""
import argparse
import csv
import json
from pathlib import Path

import numpy as np

SIGNALS = ['chain', 'screen', 'noise', 'fine', 'middle', 'coarse', 'bytes']
ALLOWED = 0.02
GROUPS = {
    'gradient >= 8/255': lambda c: c['family'] in ('mifgsm', 'pgd', 'universal') and c['level'] >= 8,
    'gradient 4/255': lambda c: c['family'] in ('mifgsm', 'pgd', 'universal') and c['level'] == 4,
    'random signs 25/255': lambda c: c['family'] == 'sign' and c['level'] > 8,
    'random signs 8/255': lambda c: c['family'] == 'sign' and c['level'] == 8,
    'coarse 25/255': lambda c: c['family'] == 'coarse',
}


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().split('\n') if line]


def read(cases: Path, recordings: Path, cheap: Path) -> list[dict]:
    out = []
    for row in csv.DictReader(open(cases / 'labels.csv')):
        name = f"{row['file']}.jsonl"
        if not (recordings / name).exists() or not (cheap / name).exists():
            continue
        began = 1000 * float(row['first']) / float(row['fps']) if float(row['first']) >= 0 else 4000
        networks, others = lines(recordings / name), lines(cheap / name)
        n = min(len(networks), len(others))
        at = np.array([o['atMs'] for o in networks[:n]])
        values = {
            s: np.array([(networks if s in networks[0] else others)[i][s]
                         for i in range(n)], float)
            for s in SIGNALS}
        boxes, left = float(row['boxes']), float(row['boxes_left'])
        out.append({
            'file': row['file'], 'family': row['family'], 'level': float(row['level255']), 'alive': boxes >= 4
            and left <= 0.8 * boxes, 'after': at >= began, 'soon': (at >= began) & (at < began + 3000),
            'sooner': (at >= began) & (at < began + 1400), 'd': {
                s: v - np.median(v[at < began])
                for s, v in values.items()}})
    return out


def third(values: np.ndarray) -> float:
    return float(np.sort(values)[-3]) if len(values) >= 3 else -np.inf


def table(cases: list[dict]) -> None:
    quiet, attacks = [c for c in cases if c['level'] == 0], [c for c in cases if c['level'] > 0 and c['alive']]
    groups = {name: [c for c in attacks if of(c)] for name, of in GROUPS.items()}
    print(
        f"| signal, side | {' | '.join(f'{name}, of {len(some)}' for name, some in groups.items())} | beyond, nats "
        f"(log-odds or ln) |\n|---|{'---|' * len(groups)}---|"
    )
    for signal in SIGNALS:
        for side, sign in (('above', 1), ('below', -1)):
            bound = np.quantile([third(sign * c['d'][signal][c['after']]) for c in quiet], 1 - ALLOWED, method='higher')
            found = [sum(third(sign * c['d'][signal][c['soon']]) > bound for c in some) for some in groups.values()]
            print(f"| {signal}, {side} | {' | '.join(map(str, found))} | {bound:.2f} |")


def late(cases: list[dict]) -> None:
    """Could the screen and C together be sooner? An attack's third best observation of its first 1.4 s against all
    rules that rise in both."""
    quiet = [c for c in cases if c['level'] == 0]
    print(
        '\n| late attack, alive | third best of 1.4 s: screen, C | clean and nuisance cases with three observations '
        'above both |\n|---|---|---|'
    )
    for c in cases:
        if not c['alive'] or c['family'] not in ('mifgsm', 'pgd', 'universal'):
            continue
        s, k = third(c['d']['screen'][c['sooner']]), third(c['d']['chain'][c['sooner']])
        if k > 0.5 or s > 2:
            continue
        above = [
            q['file'].split('.mp4')[0]
            for q in quiet
            if np.sum((q['d']['screen'] >= s) & (q['d']['chain'] >= k) & q['after']) >= 3]
        print(
            f"| {c['file'].removesuffix('.mp4')} | {s:.2f}, {k:.2f} | "
            f"{len(above)}{': ' + ', '.join(above[:4]) if above else ''} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--cases', nargs='+', required=True, metavar='CASES=RECORDINGS')
    parser.add_argument('--cheap', type=Path, required=True)
    args = parser.parse_args()
    cases = [c for pair in args.cases for c in read(*map(Path, pair.split('=')), args.cheap)]
    print(
        f"{sum(c['level'] == 0 for c in cases)} clean and nuisance cases, {sum(c['level'] > 0 for c in cases)} "
        f"attacked\n"
    )
    table(cases)
    late(cases)


if __name__ == '__main__':
    main()
