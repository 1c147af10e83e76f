"""Draws pictures, attacks them, and writes what PyTorch says of them: ../../test/fixtures/benchmark/<data>/, which the
agent's tests repeat.

python -m stills.draw_fixture --data cifar10 --target clean         # seconds; after export, with the same --target
No photograph goes in: shapes on textures that evoke some classes of CIFAR-10, for CelebA too (its target says
"neutral" or "smiling" of a ship). A label is the target's own answer on the clean drawing. Drawings with a toss-up in
any answer are left out: another CPU sums in another order."""
import json
import shutil
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from torch import Tensor

from lib.attacks.labels import pgd, uphill
from lib.attacks.noises import unit_noise
from lib.grid import on_grid
from lib.run import HERE

from .chain import SETTLED, Chain
from .export import on_cpu
from .load import load_chain
from .parity import answers, shares, write_pictures
from .recipe import DEFENDED
from .settings import arguments, settings_of
from .suite import TARGETS

OUT = HERE.parent.parent / 'test/fixtures/benchmark'
CANDIDATES, CLEAR_SCORE, CLEAR_LOGIT, CLEAR_STEP = {32: 160, 512: 12}, 0.02, 0.02, 0.05
COUNT, SHOWN, CROP, PASSES = {32: 24, 512: 2}, {32: 2, 512: 1}, 64, (1, 3, 8)
# pixel: code values, where a rounding falls the other way
TOLERANCE = {'score': 0.01, 'level': 0.005, 'pixel': 1, 'points': 0.2}

# Outlines in 0..1: kind, coordinates, shade (0 dark, 1 light, 2 main colour).
SCENES = {
    'airplane': [('ellipse', (.1, .44, .9, .58), 1), ('polygon', (.42, .5, .6, .5, .4, .85, .3, .85), 2),
                 ('polygon', (.1, .5, .22, .5, .12, .28), 2)], 'automobile': [
                     ('rectangle', (.1, .48, .9, .7), 2), ('polygon', (.25, .48, .36, .3, .66, .3, .78, .48), 1),
                     ('ellipse', (.2, .6, .38, .78), 0), ('ellipse', (.62, .6, .8, .78), 0)],
    'bird': [('ellipse', (.3, .4, .72, .68), 2), ('ellipse', (.62, .26, .8, .46), 2),
             ('polygon', (.79, .34, .92, .38, .79, .41), 1), ('polygon', (.32, .5, .06, .38, .1, .6), 0)], 'cat': [
                 ('ellipse', (.25, .3, .75, .8), 2), ('polygon', (.27, .45, .28, .14, .48, .34), 2),
                 ('polygon', (.73, .45, .72, .14, .52, .34), 2), ('ellipse', (.36, .48, .44, .56), 0),
                 ('ellipse', (.56, .48, .64, .56), 0)], 'frog': [('ellipse', (.15, .45, .85, .8), 2),
                                                                 ('ellipse', (.26, .32, .44, .52), 2),
                                                                 ('ellipse', (.56, .32, .74, .52), 2),
                                                                 ('ellipse', (.32, .38, .39, .45), 0),
                                                                 ('ellipse', (.61, .38, .68, .45), 0)],
    'ship': [('polygon', (.06, .56, .94, .56, .8, .78, .2, .78), 2), ('rectangle', (.34, .38, .62, .56), 1),
             ('rectangle', (.48, .16, .52, .38), 0)], 'truck': [('rectangle', (.08, .26, .62, .68), 1),
                                                                ('rectangle', (.64, .4, .9, .68), 2),
                                                                ('ellipse', (.16, .6, .34, .78), 0),
                                                                ('ellipse', (.66, .6, .84, .78), 0)]}


def drawing(rng: np.random.Generator, side: int, scene: str) -> np.ndarray:
    """uint8 [side, side, 3]: bands of colour, the scene's outlines moved and scaled; small ones with sensor noise."""
    large = side * max(1, 128 // side)
    patches = rng.integers(60, 230, (3 if side > 100 else 6, 3)).astype(np.uint8)
    bands = Image.fromarray(np.broadcast_to(patches[:, None], (len(patches), 2, 3)).copy())
    texture = bands.resize((large, large), Image.Resampling.NEAREST if side > 100 else Image.Resampling.BICUBIC)
    colours = [rng.integers(0, 60, 3), rng.integers(190, 256, 3), rng.integers(0, 256, 3)]
    pen, size, at = ImageDraw.Draw(texture), rng.uniform(0.75, 1.05), rng.uniform(-0.04, 0.12, 2)
    for kind, points, shade in SCENES[scene]:
        places = [float((p * size + at[i % 2]) * large) for i, p in enumerate(points)]
        getattr(pen, kind)(places, fill=tuple(int(c) for c in colours[shade]))
    image = np.asarray(texture.resize((side, side), Image.Resampling.BOX), dtype=float)
    return (image + rng.normal(0, 3, image.shape) * (side < 100)).round().clip(0, 255).astype(np.uint8)


def attacked(target, x: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
    """Groups of pictures on the grid, clean first. At 512x512 every pattern is constant on 16x16 pixels, so that the
    files stay small."""
    with torch.no_grad():
        said = target(x).argmax(1)
    sign = uphill(target, x, said).sign()
    if x.shape[-1] > 100:
        blocks = (sign, unit_noise(x.shape, 'gaussian', generator))
        steps = [F.interpolate(F.avg_pool2d(b, 16).sign(), scale_factor=16.0) for b in blocks]
        return {
            'clean': x, 'fgsm-blocks-16': on_grid(x + 16 / 255 * steps[0]),
            'sign-blocks-0.2': on_grid(x + 0.2 * steps[1])}
    return {
        'clean': x, 'fgsm-8': on_grid(x + 8 / 255 * sign),
        'pgd-8': on_grid(pgd(target, x, said, 8 / 255, 10, generator).detach()),
        'sign-0.2': on_grid(x + 0.2 * unit_noise(x.shape, 'sign', generator))}


@torch.no_grad()
def clear(chain: Chain, x: Tensor) -> Tensor:
    """bool [B]: no comparison on the way to the three answers is nearly a tie."""
    now, score, _ = chain.look(x)
    logits = [chain.target(x), chain.target(now)]
    sure, going, lowest = (score - chain.flagged).abs() > CLEAR_SCORE, score >= chain.flagged, torch.full_like(
        score, torch.inf)
    for k in range(max(PASSES)):
        if k + 1 in PASSES:
            logits.append(
                chain.target(Chain(chain.mapping, chain.classifier, chain.target, chain.flagged, k + 1).gated(x)[0]))
        then, score, _ = chain.look(now)
        step = (then - now).abs().mean((1, 2, 3))
        near = ((score - chain.flagged).abs()
                < CLEAR_SCORE) | ((score - lowest).abs() < CLEAR_SCORE) | ((step / SETTLED - 1).abs() < CLEAR_STEP)
        sure &= ~(going & near)
        going &= (score < lowest) & (score >= chain.flagged) & (step >= SETTLED)
        lowest, now = score, then
    for two in (given.topk(2).values for given in logits):
        sure &= (two[:, 0] - two[:, 1]) > CLEAR_LOGIT
    return sure


def as_images(x: Tensor) -> Tensor:
    """float [B, 3, S, S] on the grid -> uint8 [B, S, S, 3]."""
    return (x * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def shown(chain: Chain, groups: dict[str, Tensor], said: dict, folder: Path, side: int) -> list[dict]:
    """What the target is shown of some flagged pictures after at most K passes, the middle of it as PNG."""
    rows, low, high = [], max(0, (side - CROP) // 2), min(side, (side + CROP) // 2)
    (folder / 'gated').mkdir()
    for group, x in groups.items():
        for i in said[group]['flagged'].nonzero()[:SHOWN[side], 0].tolist():
            for passes in PASSES:
                seen, _, _ = Chain(chain.mapping, chain.classifier, chain.target, chain.flagged,
                                   passes).gated(x[i:i + 1])
                image = as_images(seen)[0, low:high, low:high].contiguous().numpy()
                name = f'gated/{group}-{i:04d}-k{passes}.png'
                Image.fromarray(image).save(folder / name, optimize=True)
                rows.append({'file': f'{group}-{i:04d}.png', 'passes': passes, 'gated': name, 'left': low, 'top': low})
    return rows


def write_fixture(data: str, chain: Chain, side: int, seed: int, bundle: dict, out: Path) -> dict:
    """`bundle`: the manifest whose graphs the tests will open. -> the figures by group."""
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    # no face at all for the target that knows faces
    scenes = [name for name in SCENES if side < 100 or name not in ('cat', 'frog')]
    drawn = np.stack([drawing(rng, side, scenes[i % len(scenes)]) for i in range(CANDIDATES[side])])
    groups = attacked(chain.target, torch.from_numpy(drawn).permute(0, 3, 1, 2).float() / 255, generator)
    sure = torch.stack([torch.cat([clear(chain, some) for some in x.split(20)]) for x in groups.values()]).all(0)
    rows = sure.nonzero()[:COUNT[side], 0]
    groups = {name: x[rows] for name, x in groups.items()}
    said = {name: answers(chain, as_images(x)) for name, x in groups.items()}
    truth = said['clean']['undefended']
    shutil.rmtree(out, ignore_errors=True)
    write_pictures(out, {name: as_images(x) for name, x in groups.items()}, {name: truth for name in groups})
    figures = [{'group': name} | shares(said[name], truth) for name in groups]
    pictures = [{'file': f'{name}-{i:04d}.png', 'label': int(truth[i])}
                | {key: values[i].item()
                   for key, values in said[name].items()}
                for name in groups
                for i in range(len(truth))]
    (out / 'expected.json').write_text(
        json.dumps(
            {
                'made_by': f'python -m stills.draw_fixture --data {data} --target {bundle["training"]["target"]} '
                           f'--seed {seed}',
                'torch': torch.__version__, 'bundle': {'name': bundle['name'], 'version': bundle['version']}
                | {name: file['sha256']
                   for name, file in bundle['files'].items()}, 'labels': "the target's own answer on the clean drawing",
                'candidates': len(drawn), 'clear': int(sure.sum()), 'passes': chain.passes, 'tolerance': TOLERANCE,
                'groups': figures, 'pictures': pictures, 'shown': shown(chain, groups, said, out, side)}, indent=1) +
        '\n')
    return {'candidates': len(drawn), 'clear': int(sure.sum()), 'groups': figures}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--target', choices=TARGETS, default=DEFENDED, help='kind that was exported')
    args = parser.parse_args()
    s = settings_of(args)
    bundle = json.loads((HERE.parent / args.data / 'manifest.json').read_text())
    if bundle['training']['target'] != args.target:
        parser.error(f"models/{args.data} holds the {bundle['training']['target']} target, not {args.target}")
    done = write_fixture(args.data, on_cpu(load_chain(args.data, s, args.target)), s.side, args.seed, bundle,
                         OUT / args.data)
    for row in done['groups']:
        print(row)
    print(f"{done['clear']} of {done['candidates']} drawings are clear in every answer, {COUNT[s.side]} wanted")


if __name__ == '__main__':
    main()
