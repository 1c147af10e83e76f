"""Target and chain as the bundle that `framewarden evaluate` opens: ../cifar10 or ../celeba, checked against PyTorch.

python -m stills.export --data cifar10 --target clean         # seconds; after `python train.py stills cifar10`; again
    for new figures. Leaves results/<data>/runs.json, too
Weights are stored in FP16, to which training rounds them (halves.py), norms and biases in FP32. Batch 1 and the side
are fixed in both graphs. CelebA's bundle is for this benchmark alone: non-commercial, in no package and no container
image."""
import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from lib.bundle import file_entry, session, store_halves, tensor
from lib.run import HERE, Graph, read_result
from lib.stats import Counted

from .chain import Chain
from .data import load
from .load import load_chain
from .recipe import DEFENDED
from .settings import arguments, settings_of
from .suite import TARGETS

OPSET, VERSION = 17, '0.1.0'
TOLERANCE = 1e-4   # of logits, score and level, relative to 1 or the largest logit
CLASSES = {'celeba': ('neutral', 'smiling')}
LICENCES = {
    'cifar10': ('Apache-2.0', [
        'Weights: Apache-2.0, as the project. No training picture is contained in them or shipped with them.',
        'Trained on CIFAR-10: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, made with '
        'V. Nair and G. Hinton. '
        'The authors state no licence for the pictures.']),
    'celeba': ('LicenseRef-CelebA-non-commercial', [
        'BENCHMARK ONLY, NON-COMMERCIAL: these weights are for repeating the tables of models/README.md and for '
        'nothing else. They are in no package '
        'and no container image; nothing of the product depends on them.',
        'Trained on 6,080 pictures of CelebA: Z. Liu, P. Luo, X. Wang, X. Tang, "Deep Learning Face Attributes in the '
        'Wild", ICCV 2015. Terms of MMLAB, '
        'The Chinese University of Hong Kong: non-commercial research only; no commercial use of the images or of '
        'data derived from them; no further '
        'copying, publishing or distribution. The images come from the Internet and are not MMLAB\'s property.',
        'No picture of a face is contained in the bundle or shipped with it.'])}


class TargetGraph(nn.Module):
    """image uint8 [1, S, S, 3] -> logits [1, classes]."""

    def __init__(self, chain: Chain):
        super().__init__()
        self.target = chain.target

    def forward(self, image: Tensor) -> Tensor:
        return self.target(image.permute(0, 3, 1, 2).float() / 255)


class ChainGraph(nn.Module):
    """image uint8 [1, S, S, 3] -> M(x) uint8 of the same shape, score [1], level [1]: Chain.look."""

    def __init__(self, chain: Chain):
        super().__init__()
        self.parts, self.look = nn.ModuleList([chain.mapping, chain.classifier]), chain.look

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        repaired, score, level = self.look(image.permute(0, 3, 1, 2).float() / 255)
        return (repaired * 255).round().to(torch.uint8).permute(0, 2, 3, 1), score, level


GRAPHS = {'target': (TargetGraph, ['logits']), 'chain': (ChainGraph, ['purified', 'score', 'level'])}


def on_cpu(chain: Chain) -> Chain:
    """The chain as the exporter wants it: on the CPU, plain layout."""
    for net in (chain.mapping, chain.classifier, chain.target):
        net.cpu().to(memory_format=torch.contiguous_format).eval().requires_grad_(False)
    return chain


def write_graph(net: nn.Module, outputs: list[str], side: int, path: Path) -> int:
    """-> bytes. PRESERVE keeps the norms apart from the convolutions: folded, their weights would not be FP16 any
    more."""
    image = torch.zeros(1, side, side, 3, dtype=torch.uint8)
    torch.onnx.export(net.eval(), (image,), str(path), input_names=['image'], output_names=outputs, opset_version=OPSET,
                      dynamo=False, training=torch.onnx.TrainingMode.PRESERVE)
    return store_halves(path)


@torch.no_grad()
def gaps(chain: Chain, folder: Path, images: Tensor) -> dict:
    """Largest differences of the written graphs to PyTorch. `images` uint8 [n, S, S, 3]; `purified`: share of pixels
    off by one code value, and no more."""
    target, look = session(folder / 'target.onnx'), session(folder / 'chain.onnx')
    worst = {'logits': 0.0, 'score': 0.0, 'level': 0.0, 'purified': 0.0}
    for image in images.split(1):
        logits = TargetGraph(chain)(image)
        purified, score, level = ChainGraph(chain)(image)
        out = dict(
            zip(['logits', 'purified', 'score', 'level'],
                [*target.run(None, {'image': image.numpy()}), *look.run(None, {'image': image.numpy()})]))
        for key, mine in (('logits', logits), ('score', score), ('level', level)):
            gap = np.abs(out[key] - mine.numpy()).max() / max(1.0, float(mine.abs().max()))
            worst[key] = max(worst[key], float(gap))
        off = np.abs(out['purified'].astype(int) - purified.numpy().astype(int))
        worst['purified'] = max(worst['purified'], float((off > 0).mean()) if off.max() <= 1 else float('inf'))
    return worst


def manifest(data: str, target: str, chain: Chain, side: int, classes: tuple, folder: Path, checked: dict) -> dict:
    image = tensor('image', 'uint8', [1, side, side, 3], 'RGB, full range')
    runs = ancestors(GRAPHS[data], ('mapping-ismn', 'classifier-ismn', f'target-{target}', 'target-surrogate'))
    told = {name: result for name in runs if (result := (read_result(data, 'runs') or {}).get(name))}
    kept = ('seed', 'steps', 'seconds', 'weights', 'hardware', 'torch', 'validation', 'gives')
    licence, notes = LICENCES[data]
    files = {name: file_entry(folder / f'{name}.onnx') for name in GRAPHS}
    return {
        'schema': 'framewarden/bundle/1', 'name': data, 'version': VERSION, 'task': 'classification',
        'licence': licence, 'licence_notes': notes, 'files': files, 'opset': OPSET, 'pixel_format': 'rgb24',
        'precision': 'weights stored as FP16, computed with in FP32', 'classes': list(classes),
        'thresholds': {'flagged': chain.flagged}, 'max_passes': chain.passes, 'graphs': {
            'target': {
                'file': 'target', 'inputs': [image],
                'outputs': [tensor('logits', 'float32', [1, len(classes)], f'of the classes, by the {target} target')]},
            'chain': {
                'file': 'chain', 'inputs': [image], 'outputs': [
                    tensor('purified', 'uint8', [1, side, side, 3],
                           'the picture after one pass of the mapping network'),
                    tensor('score', 'float32', [1],
                           'log-odds that the picture is attacked, by the classifier on x - M(x); not calibrated'),
                    tensor('level', 'float32', [1],
                           'estimate of the perturbation\'s L-inf in 0..1; meaningful on flagged pictures only')]
            }}, 'training': {
                'target': target, 'commands': {name: result['command']
                                               for name, result in told.items()},
                'results': {
                    name: {key: (result | result['recipe'])[key]
                           for key in kept
                           if key in result | result['recipe']}
                    for name, result in told.items()}}, 'figures': {'export_gaps': checked} | headline(data)}


def ancestors(graph: Graph, weights: tuple) -> list[str]:
    """Names of the runs that lead to these weights, in the order of training."""
    wanted, todo = set(), [graph.giver[name] for name in weights]
    while todo:
        run = todo.pop()
        wanted.add(run.name)
        todo += [graph.giver[name] for name in run.parents]
    return [name for name in graph.runs if name in wanted]


def headline(data: str) -> dict:
    """What the tables say of the chain and of the bare target, as far as they are made; models/README.md has the
    rest."""
    oblivious = read_result(data, 'oblivious')
    rows = oblivious['rows'] if oblivious else []
    shown = {
        row['cell']: {'n': row['n']} | {
            who: round(Counted(*row['defences'][who]).accuracy, 4)
            for who in ('none', 'chain', 'always')
            if who in row['defences']}
        for row in rows}
    return {'oblivious': shown or None, 'clean_cost': oblivious['clean_cost'] if oblivious else None}


def drawn(side: int, count: int) -> Tensor:
    """uint8 [count, S, S, 3]: noise, and noise over a smooth ramp, in turn."""
    rng = np.random.default_rng(7)
    ramp = np.linspace(0, 255, side)[None, :, None] * np.array([1.0, 0.6, 0.3])
    both = [
        rng.integers(0, 256, (side, side, 3)) if i % 2 else (ramp + rng.normal(0, 4 * i, (side, side, 3))).clip(0, 255)
        for i in range(count)]
    return torch.from_numpy(np.stack(both).astype(np.uint8))


def write_bundle(data: str, target: str, chain: Chain, side: int, classes: tuple, folder: Path) -> dict:
    """Writes graphs and manifest of `chain` (rounded in place) into `folder` -> the gaps to PyTorch."""
    folder.mkdir(parents=True, exist_ok=True)
    on_cpu(chain)
    for name, (graph, outputs) in GRAPHS.items():
        print(folder / f'{name}.onnx', write_graph(graph(chain), outputs, side, folder / f'{name}.onnx'), 'bytes')
    checked = gaps(chain, folder, drawn(side, 24 if side < 100 else 4))
    (folder / 'manifest.json'
     ).write_text(json.dumps(manifest(data, target, chain, side, classes, folder, checked), indent=1) + '\n')
    return checked


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--target', choices=TARGETS, default=DEFENDED)
    args = parser.parse_args()
    s = settings_of(args)
    classes = CLASSES.get(args.data) or load(args.data, 'test', s.side, args.shared).names
    GRAPHS[args.data].record()
    checked = write_bundle(args.data, args.target, load_chain(args.data, s, args.target), s.side, classes,
                           HERE.parent / args.data)
    print('largest gaps to PyTorch', checked)
    if max(checked['logits'], checked['score'], checked['level']) > TOLERANCE or checked['purified'] > 0.01:
        raise SystemExit(f'the graphs do not say what PyTorch says: {checked}, tolerance {TOLERANCE}')


if __name__ == '__main__':
    main()
