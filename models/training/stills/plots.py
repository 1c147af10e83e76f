"""Plots of the model card, from the results: accuracy against epsilon, ROC, ablation. results/<data>/plots/*.svg

python -m stills.plots --data cifar10            # seconds; what has no result is skipped with a line"""
import re
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np

from lib.markdown import find
from lib.run import CACHE, RESULTS, read_result
from lib.stats import Counted

from .settings import arguments
from .suite import CHAIN
from .tables import ABLATION_CELLS

# Okabe and Ito's colours, told apart by colour-blind readers and, with the markers, in grey.
SERIES = {
    'none': ('#000000', 'x'), 'chain': ('#0072B2', 'o'), 'always': ('#009E73', 's'), 'adversarial': ('#D55E00', '^')}
PANELS = {
    'FGSM, predicted label': ('fgsm', 'predicted'), 'PGD-40, predicted label': ('pgd40', 'predicted'),
    'random sign noise (control)': ('sign', '')}
LEVELS = {
    0.0: 'clean', 2 / 255: '2/255', 4 / 255: '4/255', 8 / 255: '8/255', 16 / 255: '16/255', 0.1: '0.1', 0.2: '0.2',
    0.25: '0.25', 0.3: '0.3', 0.4: '0.4'}
LARGE_FROM = list(LEVELS).index(0.1)
ROC_ATTACKS = ('fgsm', 'pgd40', 'autoattack', 'cw', 'deepfool', 'square')
POINTS = 120       # of a ROC curve: keeps the file small
TITLES = {'cifar10': 'CIFAR-10', 'celeba': 'CelebA, 512x512 enlarged'}
# An opaque light ground, so that the page behind may be dark; text stays text; the same figures give the same bytes.
matplotlib.use('svg')
plt.rcParams.update({
    'svg.fonttype': 'none', 'svg.hashsalt': 'framewarden', 'figure.facecolor': '#fcfcfc', 'axes.facecolor': '#fcfcfc',
    'font.sans-serif': ['DejaVu Sans'], 'font.size': 8, 'axes.spines.top': False, 'axes.spines.right': False,
    'axes.grid': True, 'grid.color': '#dddddd', 'grid.linewidth': 0.5, 'axes.axisbelow': True})


def save(figure, data: str, name: str) -> None:
    path = RESULTS / data / 'plots' / f'{name}.svg'
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, bbox_inches='tight', metadata={'Date': None})
    plt.close(figure)
    # a hundredth of a point is enough, of coordinates; what a reader reads stays as it is
    path.write_text(
        re.sub(r'(?<![>\w ])(-?\d+\.\d\d)\d+|(?<=[ML ])(-?\d+\.\d\d)\d+(?= )', lambda m: m[1] or m[2],
               path.read_text()))
    print(f'{path}: {path.stat().st_size / 1024:.0f} KiB')


def curve(told: dict, attack: str, variant: str, defence: str) -> list[tuple]:
    """(place of the level, accuracy, low, high, n), the clean split first."""
    points = []
    for place, epsilon in enumerate(LEVELS):
        row = find(told['rows'], 'clean') if epsilon == 0 else find(told['rows'], attack, variant, epsilon)
        if found := row and row['defences'].get(defence):
            found = Counted(*found)
            points.append((place, found.accuracy, *found.interval, found.n))
    return points


def accuracy(data: str, told: dict) -> None:
    figure, axes = plt.subplots(1, len(PANELS), figsize=(10, 3.4), sharey=True)
    for ax, (title, (attack, variant)) in zip(axes, PANELS.items()):
        counts = set()
        for name, (colour, marker) in SERIES.items():
            points = curve(told, attack, variant, name)
            if len(points) < 2:
                continue
            at, height, low, high, n = map(np.array, zip(*points))
            counts |= set(n[1:].tolist())
            for part in (at < LARGE_FROM, at >= LARGE_FROM):  # a broken axis: no line across the gap
                ax.plot(at[part], height[part], color=colour, marker=marker, markersize=3.5, linewidth=1.2,
                        label=name if part[0] else None)
            ax.vlines(at, low, high, color=colour, linewidth=0.8)
        ax.axvline(LARGE_FROM - 0.5, color='#888888', linewidth=0.8, linestyle=(0, (2, 2)))
        ax.set_title(f"{title}\nn = {' and '.join(map(str, sorted(counts))) or '-'}", fontsize=8)
        ax.set_xticks(range(len(LEVELS)), LEVELS.values(), rotation=60)
        ax.set_xlabel('epsilon, L-inf, pixels in 0..1')
        ax.set_ylim(0, 1)
    axes[0].set_ylabel('accuracy, share of pictures')
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc='lower center', ncols=4, frameon=False, bbox_to_anchor=(0.5, -0.2))
    figure.suptitle(
        f'{TITLES[data]}, test split, oblivious: the attacker does not know the defence (T1). Lines: 95 % Wilson. '
        f'Right of the dashes a human fails, too.',
        fontsize=8, y=1.04)
    save(figure, data, 'accuracy')


def rates(negatives: np.ndarray, positives: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """False and true positive rates at POINTS false positive rates, spaced evenly in their logarithm."""
    at = np.geomspace(1 / len(negatives), 1, POINTS)
    bounds = np.sort(negatives)[::-1][np.minimum((at * len(negatives)).astype(int), len(negatives) - 1)]
    return at, (positives[:, None] > bounds).mean(0)


def roc(data: str, told: dict) -> None:
    folder: Path = CACHE / data / 'answers'
    chosen = [
        r for r in told['rows']
        if str(r['level']) in ('8', 'None', '') and r['variant'] in ('predicted', '',
                                                                     None) and r['attack'].startswith(ROC_ATTACKS)]
    clean = next(iter(folder.glob('clean*.npz')), None)
    chosen = [r for r in chosen if (folder / f"{r['cell']}.npz").exists()]
    if not clean or not chosen:
        print(f'roc {data}: skipped, no answers in {folder}')
        return
    negatives = np.load(clean)[f'{CHAIN}|score']
    figure, ax = plt.subplots(figsize=(5.4, 3.8))
    for row in chosen:
        score = np.load(folder / f"{row['cell']}.npz")[f'{CHAIN}|score']
        ax.plot(
            *rates(negatives, score), linewidth=1.2,
            label=f"{row['cell']}, n {len(score)}, AUROC {row['all']['auroc']:.3f}{', unseen' if row['unseen'] else ''}"
        )
    ax.set_xscale('log')
    ax.set_xlabel(f'false positive rate, share of {len(negatives)} clean pictures')
    ax.set_ylabel('true positive rate, share of attacked pictures')
    ax.set_ylim(0, 1.01)
    ax.legend(frameon=False, fontsize=7, loc='upper left', bbox_to_anchor=(1, 1))
    ax.set_title(f'{TITLES[data]}, test split: score of C, oblivious attacks (T1), all pictures', fontsize=8,
                 loc='left')
    save(figure, data, 'roc')


def ablation(data: str, told: dict) -> None:
    across = {title: row for title, cell in ABLATION_CELLS.items() if (row := find(told['rows'], *cell))}
    if not across:
        print(f'ablation {data}: skipped, none of its cells')
        return
    names = list(told['names'])
    figure, axes = plt.subplots(1, len(across), figsize=(2.6 + 1.5 * len(across), 0.6 + 0.22 * len(names)), sharey=True,
                                squeeze=False)
    for ax, (title, row) in zip(axes[0], across.items()):
        counted = [(place, Counted(*row['defences'][name]))
                   for place, name in enumerate(names)
                   if name in row['defences']]
        known = [(place, found.accuracy, *found.interval) for place, found in counted]
        places, height, low, high = zip(*known)
        ax.barh(places, height, color='#56B4E9', height=0.7)
        ax.hlines(places, low, high, color='#000000', linewidth=1)
        for place, at, near, far in zip(places, height, low, high):  # beside the bar, or inside where no room is left
            inside = far > 0.8
            ax.text(near - 0.02 if inside else far + 0.02, place, f'{at:.3f}', va='center',
                    ha='right' if inside else 'left', fontsize=6)
        ax.tick_params(axis='y', left=False)
        ax.grid(axis='y', visible=False)
        ax.set_title(f"{title.replace(', ', chr(10), 1)}\nn = {row['n']}", fontsize=7)
        ax.set_xlim(0, 1)
        ax.set_xlabel('accuracy', fontsize=7)
    axes[0][0].set_yticks(range(len(names)), names)
    axes[0][0].invert_yaxis()
    figure.suptitle(
        f'{TITLES[data]}, test split, oblivious: the attacker does not know the defence. Lines: 95 % Wilson.',
        fontsize=8, y=1.0)
    save(figure, data, 'ablation')


def main() -> None:
    data = arguments(__doc__).parse_args().data
    for name, result, draw in (('accuracy', 'oblivious', accuracy), ('roc', 'detection', roc), ('ablation', 'ablation',
                                                                                                ablation)):
        told = read_result(data, result)
        if told:
            draw(data, told)
        else:
            print(f'{name} {data}: skipped, {RESULTS / data / result}.json is not there')


if __name__ == '__main__':
    main()
