"""Trains the mapping network M to bring objects back: doi:10.14801/jkiit.2021.19.8.67, eq. 3 with its detector term, from the weights that ship.

OMP_WAIT_POLICY=PASSIVE nice -n 15 python -m camera.train_repair --steps 8000 --backbone FOLDER     # beside camera.make_attacks; resumes by itself
One thread, 0.3 s of CPU a step. Writes CACHE/repair/NAME.pt (weights, their running mean, optimiser, steps done) each 100 steps, and results/train_NAME.json.
"""
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lib.nets.backbone import Backbone
from lib.nets.i420 import folded, planes, unfolded
from lib.nets.ismn import FrameIsmn
from lib.nets.restorer import Restorer
from lib.nets.yolox import Yolox
from lib.run import arguments, write_result

from . import terms
from .pairs import Pair, Strong
from .recover import purifying


@dataclass(frozen=True)
class Settings:
    seed: int = 31
    pictures: int = 2            # a step; one after the other, as their sizes differ
    rate: float = 1e-3
    decay: float = 1e-5
    pixels: float = 0.2         # L1 in 1/255
    clean_pixels: float = 0.8
    said: float = 2.0
    yolox_features: float = 1.0
    backbone_features: float = 1.0
    backbone_share: float = 0.15  # of the pictures
    grid: float = 0.3
    told: float = 0.05           # gate and mask are told what is perturbed
    mean: float = 0.997          # of the running mean of the weights


class Teacher:
    """Everything that M is not: the nets that look, and the loss of one picture."""

    def __init__(self, data: Path, backbone: Path, s: Settings):
        self.yolox, self.backbone, self.s = Yolox(data), Backbone(backbone), s

    def loss(self, net: FrameIsmn | Restorer, pair: Pair, rng) -> tuple[Tensor, dict]:
        s = self.s
        frame, target = (planes(torch.from_numpy(np.ascontiguousarray(f))[None]) for f in (pair.frame, pair.target))
        correction, _, *told = net(*frame)
        out = unfolded((folded(*frame) + correction).clamp(0, 1))
        error = folded(*out) - folded(*target)
        parts = {'pixels': error.abs().mean() * 255 * (s.pixels if pair.attacked else s.clean_pixels), 'grid': s.grid * terms.grid(out[0] - target[0])}
        label = float(pair.attacked)
        parts['told'] = s.told * sum(F.binary_cross_entropy_with_logits(t, torch.full_like(t, label)) for t in told)
        if pair.kind != 'nuisance':
            now, before = terms.rgb_of(*out), terms.rgb_of(*target)
            side = round(max(now.shape[-2:]) * pair.scale)
            with torch.no_grad():
                clean = self.yolox.look(before, side)
            mine = self.yolox.look(now, side)
            parts['said'], parts['neck'] = s.said * terms.said(mine, clean), s.yolox_features * terms.features(mine.features, clean.features)
            if rng.random() < s.backbone_share:
                with torch.no_grad():
                    deep = self.backbone.look(before, side)
                parts['deep'] = s.backbone_features / s.backbone_share * terms.features(self.backbone.look(now, side), deep)
        return sum(parts.values()), {k: float(v.detach()) for k, v in parts.items()}


def rate_at(share: float, most: float) -> float:
    """Up in the first 3 % of the steps, then down along a cosine."""
    return float(most * (share / 0.03 if share < 0.03 else 0.5 * (1 + np.cos(np.pi * min(share, 1.0))) + 0.01))


class RunningMean:
    """The mean of a net's weights over the last steps: what is measured and shipped."""

    def __init__(self, net: torch.nn.Module, most: float):
        self.state, self.most, self.steps = {k: v.clone() for k, v in net.state_dict().items()}, most, 0

    def take(self, net: torch.nn.Module) -> None:
        self.steps += 1
        factor = min(self.most, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            for k, v in net.state_dict().items():
                self.state[k].lerp_(v, 1 - factor)


class Checkpoint:
    """Where a run stands, in one file: the run goes on from it by itself."""

    def __init__(self, path: Path, net: torch.nn.Module, mean: RunningMean, optimiser: torch.optim.Optimizer):
        self.path, self.net, self.mean, self.optimiser, self.step, self.seconds = path, net, mean, optimiser, 0, 0.0
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            kept = torch.load(path)
            net.load_state_dict(kept['net'])
            optimiser.load_state_dict(kept['optimiser'])
            mean.state, mean.steps, self.step, self.seconds = kept['mean'], kept['step'], kept['step'], kept['seconds']
        self.began = time.time() - self.seconds

    def keep(self) -> None:
        self.seconds = time.time() - self.began
        torch.save({'net': self.net.state_dict(), 'mean': self.mean.state, 'optimiser': self.optimiser.state_dict(), 'step': self.step, 'seconds': self.seconds}, self.path)


def summary(seen: list[tuple[str, dict]]) -> str:
    out = []
    for kind in ('attack', 'coded', 'universal', 'noise', 'clean', 'nuisance'):
        rows = [p for k, p in seen if k == kind]
        if rows:
            out.append(kind + ' ' + ' '.join(f'{k} {np.mean([r[k] for r in rows if k in r]):.2f}' for k in rows[0]))
    return ' | '.join(out)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--backbone', type=Path, required=True)
    parser.add_argument('--start', default='restorer', help='a chain.onnx or a checkpoint to go on from; `restorer`: that net from its first values')
    parser.add_argument('--name', default='repair')
    parser.add_argument('--steps', type=int, default=8000, help='the rate falls to nothing over them; a longer run needs a new --name, --start the old checkpoint')
    args, s = parser.parse_args(), Settings()
    torch.set_num_threads(1)
    torch.manual_seed(s.seed)
    net = (Restorer() if args.start == 'restorer' else purifying(Path(args.start))).train().to(memory_format=torch.channels_last)
    optimiser, mean = torch.optim.AdamW(net.parameters(), lr=s.rate, weight_decay=s.decay), RunningMean(net, s.mean)
    run = Checkpoint(args.cache / 'repair' / f'{args.name}.pt', net, mean, optimiser)
    rng, teacher, seen = np.random.default_rng([s.seed, run.step]), Teacher(args.data, args.backbone, s), []
    data = Strong(args.cache / 'strong', ('yolox',))
    while run.step < args.steps:
        for group in optimiser.param_groups:
            group['lr'] = rate_at(run.step / args.steps, s.rate)
        optimiser.zero_grad()
        for _ in range(s.pictures):
            pair = data.draw(rng)
            loss, parts = teacher.loss(net, pair, rng)
            (loss / s.pictures).backward()
            seen.append((pair.kind, parts))
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        mean.take(net)
        run.step += 1
        if run.step % 100 == 0:
            run.keep()
            data.refresh()
            print(f'{run.step} {run.seconds:.0f}s {len(data.lines)} entries | {summary(seen[-400:])}', flush=True)
    run.keep()
    write_result('camera', f'train_{args.name}', {'settings': asdict(s), 'steps': run.step, 'entries': len(data.lines), 'seconds': round(run.seconds),
        'last_1200': summary(seen[-1200:])})


if __name__ == '__main__':
    main()
