"""Does `framewarden evaluate` say what PyTorch says? The same PNGs through both, clean and attacked test pictures,
group by group.

python -m stills.parity --data cifar10 --n 1000         # minutes; after export, make_cells and `npm run build`
--cells NAME...   attacked groups, by the names of cells.py; those that are not made yet are left out
The pictures lie in a temporary folder and are gone at the end. Results: results/<data>/parity.json; more than 0.2
points apart ends with exit code 1."""
import csv
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lib.run import HERE, write_result

from .cells import cell_path, cells, load_cell, test_rows
from .chain import Chain
from .data import load
from .export import on_cpu
from .load import load_chain
from .recipe import DEFENDED
from .settings import arguments, settings_of

TOLERANCE = 0.002
PROJECT = HERE.parent.parent
CELLS = ('fgsm-predicted-8', 'pgd40-predicted-8', 'pgd40-predicted-0.3', 'sign-0.3')
FIGURES = ('undefended', 'gated', 'purified', 'flagged')


@torch.no_grad()
def answers(chain: Chain, images: Tensor, batch: int = 50) -> dict[str, Tensor]:
    """What `evaluate` asks of each picture. `images` uint8 [n, S, S, 3] -> classes by name int64 [n], `flagged` bool
    [n], `score` and `level` [n]."""
    parts = []
    for some in images.split(batch):
        x = some.permute(0, 3, 1, 2).float() / 255
        first, _, level = chain.look(x)
        seen, flagged, score = chain.gated(x)
        said = {
            name: chain.target(picture).argmax(1)
            for name, picture in (('undefended', x), ('gated', seen), ('purified', first))}
        parts.append(said | {'flagged': flagged, 'score': score, 'level': level})
    return {key: torch.cat([part[key] for part in parts]) for key in parts[0]}


def shares(said: dict[str, Tensor], labels: Tensor) -> dict:
    """As evaluate-tally.ts counts: right answers, flagged pictures, four digits."""
    right = {key: (said[key] == labels).double() for key in FIGURES[:-1]} | {'flagged': said['flagged'].double()}
    return {'n': len(labels)} | {key: round(float(value.mean()), 4) for key, value in right.items()}


def write_pictures(folder: Path, groups: dict[str, Tensor], labels: dict[str, Tensor]) -> None:
    """PNGs and labels.csv (file,label,group). `groups`: uint8 [n, S, S, 3] by name."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / 'labels.csv', 'w', newline='') as file:
        table = csv.writer(file, lineterminator='\n')
        table.writerow(['file', 'label', 'group'])
        for group, images in groups.items():
            for i, (image, label) in enumerate(zip(images, labels[group])):
                name = f'{group}-{i:04d}.png'
                Image.fromarray(image.numpy()).save(folder / name, optimize=True)
                table.writerow([name, int(label), group])


def evaluated(model: str, folder: Path) -> dict:
    """What the agent's own program says of a folder. `model`: a name under models/, or a path."""
    program = ['node', str(PROJECT / 'bin/framewarden.js'), 'evaluate', '--model', model, str(folder), '--json']
    done = subprocess.run(program, cwd=PROJECT, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def compared(one: dict[str, dict], other: dict) -> list[dict]:
    """A row for each group and figure; `pytorch` and `onnx` as shares."""
    agent = {row['group']: row for row in other['groups']}
    return [{
        'name': f'{group}, {figure}', 'n': mine['n'], 'pytorch': mine[figure], 'onnx': agent[group][figure],
        'points': round(100 * (agent[group][figure] - mine[figure]), 2)}
            for group, mine in one.items()
            for figure in FIGURES]


def as_images(stored) -> Tensor:
    """uint8 [n, 3, S, S] -> uint8 [n, S, S, 3]."""
    return torch.from_numpy(np.ascontiguousarray(np.asarray(stored).transpose(0, 2, 3, 1)))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--n', type=int, default=1000, help='pictures a group')
    parser.add_argument('--target', default=DEFENDED, help='kind that was exported')
    parser.add_argument('--cells', nargs='*', default=CELLS)
    args = parser.parse_args()
    s = settings_of(args)
    chain, test = on_cpu(load_chain(args.data, s, args.target)), load(args.data, 'test', s.side, args.shared)
    rows = test_rows(args.n, len(test))
    groups = {'clean': as_images(torch.cat([(test[some] * 255).round().to(torch.uint8) for some in rows.split(50)]))}
    for cell in cells(s, args.data):
        if cell.name in args.cells and cell_path(args.data, cell).exists():
            groups[cell.name] = as_images(load_cell(args.data, cell)[0][:args.n])
    labels = {name: test.labels[rows[:len(images)]] for name, images in groups.items()}
    ours = {name: shares(answers(chain, images), labels[name]) for name, images in groups.items()}
    with tempfile.TemporaryDirectory() as folder:
        write_pictures(Path(folder), groups, labels)
        theirs = evaluated(args.data, Path(folder))
    found = compared(ours, theirs)
    worst = max(abs(row['points']) for row in found)
    for row in found:
        print(
            f"{row['name']:<40} n {row['n']:>5}  PyTorch {row['pytorch']:.4f}  framewarden {row['onnx']:.4f}  "
            f"{row['points']:+.2f}"
        )
    write_result(
        args.data, 'parity', {
            'target': args.target, 'bundle': theirs['model'], 'provider': theirs['provider'],
            'tolerance_points': 100 * TOLERANCE, 'largest_points': worst, 'rows': found})
    if worst > 100 * TOLERANCE + 1e-9:
        raise SystemExit(f'{worst} points apart, {100 * TOLERANCE} allowed')


if __name__ == '__main__':
    main()
