"""Trains the mapping network M on pairs of attacked and clean crops (PAPER.md eq. 3 without the detector term).

nice -n 15 python train_mapping.py --steps 3000       # writes cache/mapping.pt and results/train_mapping.json; resumes with --resume
"""
import argparse
import platform
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from crops import Cache, batch
from i420 import folded, planes
from networks import Mapping
from video import write_json


@dataclass(frozen=True)
class Settings:
    seed: int = 7
    pairs: int = 6
    size: tuple = (160, 160)
    rate: float = 1.5e-3
    decay: float = 1e-5
    clean_weight: float = 1.0   # a of eq. 3
    ramp: float = 0.3           # share of the steps until the clean and sparsity terms count in full: else M learns to do nothing
    sparsity: float = 0.004     # on g * m, in units of the correction's reach


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--steps', type=int, default=3000)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--resume', action='store_true')
    args, s, out = parser.parse_args(), Settings(), Path('cache/mapping.pt')
    torch.set_num_threads(args.threads)
    torch.manual_seed(s.seed)
    rng, cache, net = np.random.default_rng(s.seed), Cache(Path('cache')), Mapping()
    print(cache, flush=True)
    if args.resume and out.exists():
        net.load_state_dict(torch.load(out))
    net.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=s.rate, weight_decay=s.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, s.rate, args.steps, pct_start=0.1)
    began, seen = time.time(), []
    for step in range(args.steps):
        b = batch(rng, cache, s.pairs, s.size)
        x, target = folded(*planes(b['frame'])), folded(*planes(b['target']))
        correction, mask = net(x.contiguous(memory_format=torch.channels_last))
        error = (x + correction.float() - target).abs().mean((1, 2, 3)) * 255
        before = (x - target).abs().mean((1, 2, 3)) * 255
        attacked = before > 0
        care = 0.05 + 0.95 * min(1.0, step / (s.ramp * args.steps))
        weight = torch.where(attacked, 1 / (0.5 + before), care * s.clean_weight)  # each attack counts alike, weak or strong
        loss = (weight * error).mean() + care * s.sparsity * mask.float().mean() * Mapping.REACH * 255
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        error = error.detach()
        seen.append((float(loss.detach()), float(error[attacked].sum() / before[attacked].sum()), float(error[1::3].mean()), float(error[2::3].mean())))
        if step % 100 == 99:
            m = np.mean(seen[-100:], 0)
            print(f'{step + 1} {time.time() - began:.0f}s loss {m[0]:.3f} error left {m[1]:.3f} change of clean {m[2]:.3f}/255, of nuisances {m[3]:.3f}/255', flush=True)
            torch.save(net.state_dict(), out)
    m = np.mean(seen[-300:], 0)
    torch.save(net.state_dict(), out)
    write_json('results/train_mapping.json', {
        'command': ' '.join(sys.argv), 'settings': asdict(s), 'steps': args.steps, 'cache': str(cache), 'seconds': round(time.time() - began),
        'torch': torch.__version__, 'hardware': platform.processor() or platform.machine(), 'threads': args.threads,
        'last_300': dict(zip(('loss', 'error_left', 'clean_change_255', 'nuisance_change_255'), map(float, m)))})


if __name__ == '__main__':
    main()
