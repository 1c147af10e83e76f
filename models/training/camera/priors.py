"""How far the clean scores of any camera stray (`priors` of the manifest): chosen values, with what recordings say of
them.

python -m camera.priors --cases CASES=RECORDINGS...          # seconds; writes results/camera/priors.json, which
    bundle.py takes over; calibrate and train
The values are chosen, not fitted: a nuisance that lasts is no draw from a tail, and a fit through the lorry of one
clip would hide weak attacks on all. `measured` says of clean and nuisance cases of these splits where their levels lie
and how much of them lies beyond `u`, from where on an observation pays.
"""
import argparse
import csv
import json
from pathlib import Path

import numpy as np

from lib.run import write_result

# nats: log-odds of screen and C, ln of the noise's deviation in steps of luma
CHOSEN = {
    'screen': {'ceiling': 0.5, 'drift': 0.6, 'upper': {'u': 1.3, 'z': 1e-3, 'xi': 0.1, 'beta': 0.2}},
    'chain': {'ceiling': -0.7, 'drift': 0.35, 'upper': {'u': 0.5, 'z': 1e-3, 'xi': 0.1, 'beta': 0.116}},
    'noise': {'ceiling': 2.5, 'drift': 0.5, 'upper': {'u': 1.9, 'z': 1e-3, 'xi': 0.1, 'beta': 0.17}},
}


def read(cases: Path, recordings: Path):
    """(clip, {signal: quiet values}, {signal: later values less the quiet median}) of each case without an attack."""
    for row in csv.DictReader(open(cases / 'labels.csv')):
        path = recordings / f"{row['file']}.jsonl"
        if float(row['level255']) > 0 or not path.exists():
            continue
        lines = [json.loads(line) for line in path.read_text().split('\n') if line]
        began = 1000 * float(row['first']) / float(row['fps']) if float(row['first']) >= 0 else 4000
        quiet, later = ({
            s: np.array([o[s]
                         for o in lines
                         if (o['atMs'] >= began) == side and o.get(s) is not None])
            for s in CHOSEN}
                        for side in (False, True))
        yield row['source'], quiet, {s: v - np.median(quiet[s]) for s, v in later.items() if len(quiet[s])}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--cases', nargs='+', required=True, metavar='CASES=RECORDINGS')
    args = parser.parse_args()
    cases = [case for pair in args.cases for case in read(*map(Path, pair.split('=')))]
    measured = {'cases': len(cases), 'clips': len({clip for clip, _, _ in cases})}
    for signal, prior in CHOSEN.items():
        u, ceiling = prior['upper']['u'], prior['ceiling']
        levels = np.array([np.median(quiet[signal]) for _, quiet, _ in cases])
        strays = [later[signal] for _, _, later in cases if signal in later]
        measured[signal] = {
            'levels': {
                'median': float(np.median(levels)), 'q95': float(np.quantile(levels, 0.95)), 'max': float(levels.max()),
                'clips_above_ceiling': len({c
                                            for (c, *_), level in zip(cases, levels)
                                            if level > ceiling})},
            'strays': {f'q{q}': float(np.quantile(np.concatenate(strays), q))
                       for q in (0.9, 0.99, 0.999)}, 'beyond_u': {
                           'share_of_observations': float((np.concatenate(strays) > u).mean()),
                           'cases_with_one': sum(bool((d > u).any()) for d in strays),
                           'cases_with_three': sum(bool((d > u).sum() >= 3) for d in strays)}}
        print(signal, json.dumps(measured[signal]))
    write_result('camera', 'priors', {'splits': ['calibrate', 'train'], 'priors': CHOSEN, 'measured': measured})


if __name__ == '__main__':
    main()
