"""Trains the classifier C anew on a mapping network's corrections: attacked against the same scene's own clean frame.

OMP_WAIT_POLICY=PASSIVE nice -n 15 python -m camera.train_contrast --mapping cache/repair/NAME.pt --steps 1500     # resumes by itself
An agent judges a camera by that camera's own past, so beside right and wrong the loss asks for distance between an attacked frame and its clean twin,
for quiet between two clean frames of a scene, and for nuisances not to look attacked. Harm, not family, makes a positive: what the detector loses
in the part that C sees. Writes CACHE/contrast/NAME.pt and results/train_contrast.json.
"""
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lib.nets.classifier import FrameClassifier
from lib.nets.i420 import planes
from lib.nets.yolox import Yolox
from lib.run import MODELS, arguments, write_result

from . import terms
from .pairs import Pair, Strong
from .recover import chain_of, mapping_of
from .train_repair import Checkpoint, RunningMean, rate_at


@dataclass(frozen=True)
class Settings:
    seed: int = 37
    pictures: int = 4          # attacked or nuisance frames a step, each with its clean twin
    rate: float = 6e-4
    decay: float = 1e-4
    apart: float = 0.5         # of the pairwise term
    margin: float = 3.0        # log-odds that an attacked frame should lie above its twin
    quiet: float = 0.5         # on the difference of two clean frames of a scene
    local: float = 0.3
    level: float = 0.2
    mean: float = 0.995
    dead: float = 0.6          # an attack that moved less than this in mean 1/255 and hid nothing is left out


KINDS = {'attack': .36, 'coded': .2, 'universal': .1, 'noise': .12, 'nuisance': .22}


def harm(yolox: Yolox, pair: Pair) -> float:
    """How far the detector's answer moved, 0 to 1: `terms.said` of the attacked part against the clean one."""
    with torch.no_grad():
        side = round(max(pair.frame.shape[1], pair.frame.shape[0] * 2 // 3) * pair.scale)
        now, clean = (yolox.look(terms.rgb_of(*planes(torch.from_numpy(np.ascontiguousarray(f))[None])), side) for f in (pair.frame, pair.target))
        return float(np.clip(float(terms.said(now, clean)) / 1.5, 0, 1))


def weight_of(yolox: Yolox, pair: Pair, s: Settings) -> float:
    """How much a frame counts; 0: it is no example of anything."""
    if not pair.attacked:
        return 1.0
    moved, hurt = float(np.abs(pair.frame.astype(np.float32) - pair.target).mean()), harm(yolox, pair)
    if pair.kind == 'noise':
        return hurt if hurt > 0.2 else 0.0
    by_energy = float(np.clip((moved - s.dead) / 1.0, 0, 1))
    return max(hurt * min(1.0, moved / s.dead), 0.7 * by_energy)


def examples(data: Strong, rng, yolox: Yolox, s: Settings):
    """`pictures` pairs that are an example of something, with their weights."""
    count = 0
    while count < s.pictures:
        pair = data.draw(rng)
        weight = weight_of(yolox, pair, s)
        if weight > 0.02:
            count += 1
            yield pair, weight


def loss_of(net: FrameClassifier, mapping, pair: Pair, weight: float, s: Settings) -> tuple[Tensor, float, float]:
    """-> loss, score of the frame, score of its own clean twin."""
    def look(frame: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        with torch.no_grad():
            correction = mapping(*planes(torch.from_numpy(np.ascontiguousarray(frame))[None]))[0]
        return net(correction)

    sign = -1 if pair.attacked else 1
    (score, level, local), (own, own_level, own_local) = look(pair.frame), look(pair.before)
    loss = weight * F.softplus(sign * score).mean() + F.softplus(own).mean()
    loss = loss + s.local * (weight * F.softplus(sign * local).mean() + F.softplus(own_local).mean())
    gap = s.margin - (score - own) if pair.attacked else score - own - 1  # a nuisance may lie a little above
    loss = loss + s.apart * weight * F.softplus(gap).mean() + s.quiet * (look(pair.neighbour)[0] - own).abs().mean()
    told = float(np.log(max(1, pair.eps255 if pair.attacked else 0) / 255))
    loss = loss + s.level * (weight * F.smooth_l1_loss(level, torch.full_like(level, told)) + F.smooth_l1_loss(own_level, torch.full_like(level, float(np.log(1 / 255)))))
    return loss, float(score.detach()), float(own.detach())


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--mapping', type=Path, required=True)
    parser.add_argument('--start', type=Path, default=MODELS / 'camera/chain.onnx')
    parser.add_argument('--name', default='contrast')
    parser.add_argument('--steps', type=int, default=1500)
    args, s = parser.parse_args(), Settings()
    torch.set_num_threads(1)
    torch.manual_seed(s.seed)
    mapping = mapping_of(args.mapping).eval().requires_grad_(False).to(memory_format=torch.channels_last)
    net = chain_of(args.start).classifier.train().to(memory_format=torch.channels_last)
    optimiser, mean = torch.optim.AdamW(net.parameters(), lr=s.rate, weight_decay=s.decay), RunningMean(net, s.mean)
    run = Checkpoint(args.cache / 'contrast' / f'{args.name}.pt', net, mean, optimiser)
    rng, yolox, seen = np.random.default_rng([s.seed, run.step]), Yolox(args.data), []
    data = Strong(args.cache / 'strong', ('yolox', 'face'), yolox.centres, KINDS, parts=0.9)
    while run.step < args.steps:
        for group in optimiser.param_groups:
            group['lr'] = rate_at(run.step / args.steps, s.rate)
        optimiser.zero_grad()
        for pair, weight in examples(data, rng, yolox, s):
            loss, score, own = loss_of(net, mapping, pair, weight, s)
            (loss / s.pictures).backward()
            seen.append((pair.kind, weight, score, own, float(loss.detach())))
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        mean.take(net)
        run.step += 1
        if run.step % 50 == 0:
            run.keep()
            data.refresh()
            print(f'{run.step} {run.seconds:.0f}s loss {np.mean([r[4] for r in seen[-200:]]):.3f} {summary(seen[-300:])}', flush=True)
    run.keep()
    write_result('camera', f'train_{args.name}', {'settings': asdict(s), 'steps': run.step, 'entries': len(data.lines), 'seconds': round(run.seconds), 'last_1000': summary(seen[-1000:])})


def summary(seen: list[tuple]) -> str:
    """Mean score of each kind and of its own clean twin."""
    out = []
    for kind in KINDS:
        rows = np.array([r[1:4] for r in seen if r[0] == kind])
        if len(rows):
            out.append(f'{kind} {np.average(rows[:, 1], weights=rows[:, 0]):.2f} over {rows[:, 2].mean():.2f}')
    return ', '.join(out)


if __name__ == '__main__':
    main()
