"""Fits the estimate of `level` to what `tools/level/features.ts` says of frames, and puts its constants into the
bundle's manifest.

python -m camera.fit_level --train DIR --calibrate DIR --test DIR      # DIR/features.jsonl each; 1 minute
A net of one hidden layer says ln(level) and its standard error (a Gaussian's likelihood). Its size, its seed and the
error from which on the level is unknown are chosen on calibrate, gradient and universal attacks: the most frames with
an answer of which 90 % lie within 30 %. Test is printed once.
"""
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from lib.run import MODELS, arguments, write_json, write_result
from lib.stats import wilson

MANIFEST = MODELS / 'camera/manifest.json'
GRADIENT = ('mifgsm', 'pgd', 'universal')


@dataclass(frozen=True)
class Settings:
    units: tuple = (8, 12, 16)
    steps: int = 2500
    batch: int = 256
    rate: float = 3e-3
    decay: float = 0.03
    noise: float = 0.08      # on the standardised features
    deviations: float = 4    # core/level.ts: MOST_DEVIATIONS
    within: float = 0.3
    wanted: float = 0.9
    seeds: tuple = (0, 1, 2, 3)


@dataclass(frozen=True)
class Frames:
    rows: list
    features: np.ndarray     # [n, k]
    log_level: np.ndarray    # [n], of 1/255

    def where(self, keep) -> np.ndarray:
        return np.array([keep(row) for row in self.rows])

    def only(self, keep) -> 'Frames':
        kept = self.where(keep)
        return Frames([row for row in self.rows if keep(row)], self.features[kept], self.log_level[kept])


def read(folder: Path) -> Frames:
    rows = [json.loads(line) for line in open(folder / 'features.jsonl')]
    return Frames(rows, np.array([row['features'] for row in rows]), np.log([row['level255'] for row in rows]))


def fit(frames: Frames, units: int, seed: int, s: Settings) -> dict:
    """-> the constants of core/level.ts, without `most_error`."""
    torch.manual_seed(seed)
    centre, scale = frames.features.mean(0), frames.features.std(0) + 1e-3
    x = torch.tensor((frames.features - centre) / scale, dtype=torch.float32).clamp(-s.deviations, s.deviations)
    y = torch.tensor(frames.log_level, dtype=torch.float32)
    first, last = torch.nn.Linear(x.shape[1], units), torch.nn.Linear(units, 2)
    optimiser = torch.optim.AdamW([*first.parameters(), *last.parameters()], lr=s.rate, weight_decay=s.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, s.steps)
    for _ in range(s.steps):
        drawn = torch.randint(0, len(x), (s.batch,))
        out = last(torch.tanh(first(x[drawn] + s.noise * torch.randn(s.batch, x.shape[1]))))
        log_error = out[:, 1].clamp(-3, 1)
        loss = (log_error + 0.5 * (out[:, 0] - y[drawn]) ** 2 * torch.exp(-2 * log_error)).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    rounded = lambda values: [round(float(v), 5) for v in values]  # noqa: E731
    (level, error), bias = last.weight.detach(), last.bias.detach()
    return {'centre': rounded(centre), 'scale': rounded(scale),
            'hidden': [rounded([*row, b]) for row, b in zip(first.weight.detach(), first.bias.detach())],
            'level': rounded([*level, bias[0]]), 'error': rounded([*error, bias[1]])}


def estimates(model: dict, features: np.ndarray, s: Settings) -> tuple[np.ndarray, np.ndarray]:
    """-> ln(level) and its standard error, as core/level.ts."""
    x = ((features - model['centre']) / model['scale']).clip(-s.deviations, s.deviations)
    hidden = np.array(model['hidden'])
    h = np.tanh(x @ hidden[:, :-1].T + hidden[:, -1])
    affine = lambda weights: h @ np.array(weights[:-1]) + weights[-1]  # noqa: E731
    return affine(model['level']), np.exp(affine(model['error']))


def right(log_level: np.ndarray, frames: Frames, s: Settings) -> np.ndarray:
    return np.abs(np.exp(log_level - frames.log_level) - 1) <= s.within


def most_error(model: dict, frames: Frames, s: Settings) -> tuple[float, float]:
    """The largest error up to which `wanted` of the estimates are right, and the share of frames that have one."""
    level, error = estimates(model, frames.features, s)
    order = np.argsort(error)
    share = np.cumsum(right(level, frames, s)[order]) / np.arange(1, len(order) + 1)
    n = int(np.flatnonzero(share >= s.wanted).max(initial=0))
    return round(float(error[order][n]), 4), (n + 1) / len(order)


def table(model: dict, frames: Frames, s: Settings) -> list[dict]:
    level, error = estimates(model, frames.features, s)
    told, good = error <= model['most_error'], right(level, frames, s)
    lines = []

    def line(name: str, keep: np.ndarray) -> None:
        k = keep & told
        ratio = np.exp(level - frames.log_level)
        lines.append({
            'frames': name, 'n': int(keep.sum()), 'answered': int(k.sum()), 'within_30': int((k & good).sum()),
            'interval': [round(v, 3) for v in wilson(int((k & good).sum()), int(k.sum()))] if k.any() else None,
            'median_ratio': round(float(np.median(ratio[k])), 2) if k.any() else None, 'all_within_30': int(
                (keep & good).sum())})

    before = frames.where(lambda row: row['crf'] == 0)
    gradient = frames.where(lambda row: row['family'] in GRADIENT)
    line('before encoding, gradient and universal', before & gradient)
    for value in sorted({row['level255'] for row in frames.rows}):
        line(f'before encoding, gradient and universal, {value:g}/255',
             before & gradient & frames.where(lambda row: row['level255'] == value))
    for family in sorted({row['family'] for row in frames.rows}):
        line(f'before encoding, {family}', before & frames.where(lambda row: row['family'] == family))
    for crf in sorted({row['crf'] for row in frames.rows} - {0}):
        line(f'CRF {crf}, all', frames.where(lambda row: row['crf'] == crf))
    return lines


def main() -> None:
    parser, s = arguments(__doc__), Settings()
    for split in ('train', 'calibrate', 'test'):
        parser.add_argument(f'--{split}', type=Path, required=split != 'test')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    train, calibrate = read(args.train), read(args.calibrate)
    tried = []
    chosen_on = calibrate.only(lambda row: row['family'] in GRADIENT)
    for units in s.units:
        for seed in s.seeds:
            model = fit(train, units, seed, s)
            limit, answered = most_error(model, chosen_on, s)
            tried.append((answered, units, seed, model | {'most_error': limit}))
            print(f'{units} units, seed {seed}: {answered:.2f} of calibrate have an answer, error up to {limit}',
                  flush=True)
    _, units, seed, model = max(tried, key=lambda one: one[0])
    result = {
        'settings': asdict(s), 'units': units, 'seed': seed, 'most_error': model['most_error'],
        'frames': len(train.rows), 'calibrate': table(model, calibrate, s)}
    if args.test:
        result['test'] = table(model, read(args.test), s)
    for split in ('calibrate', 'test'):
        print(split)
        for row in result.get(split, []):
            print(
                '  {frames:55s} n {n:4d}  answered {answered:4d}  within 30 % {within_30:4d} {interval}  median ratio '
                '{median_ratio}  all {all_within_30}'
                .format(**row))
    if args.test:
        manifest = json.loads(MANIFEST.read_text())
        manifest['level'] = {'chain': manifest['files'][manifest['graphs']['chain']['file']]['sha256']} | model
        write_result('camera', 'fit_level', result | {'model': manifest['level']})
        write_json(MANIFEST, manifest)


if __name__ == '__main__':
    main()
