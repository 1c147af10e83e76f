"""Trains the screen on crops of the cache.

nice -n 15 python -m camera.train_screen --steps 4000        # writes cache/screen.pt and results/train_screen.json; resumes with --resume
"""
import argparse
import time
from dataclasses import asdict, dataclass

import numpy as np
import torch
import torch.nn.functional as F

from lib.nets.frames import Screen
from lib.run import CACHE, write_result

from .crops import Cache, batch


@dataclass(frozen=True)
class Settings:
    seed: int = 3
    pairs: int = 8
    size: tuple = (192, 192)
    rate: float = 2e-3
    front_rate: float = 2e-4
    decay: float = 1e-4
    local_weight: float = 0.3


def standardise(net: Screen, cache: Cache, rng, s: Settings) -> None:
    """Centre and slope of each band's log energy from a few batches."""
    with torch.no_grad():
        x = torch.cat([net.bands(batch(rng, cache, s.pairs, s.size)['frame']) for _ in range(6)])
        net.centre.copy_(x.mean((0, 2, 3)))
        net.slope.copy_(1 / x.std((0, 2, 3)))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--steps', type=int, default=4000)
    parser.add_argument('--resume', action='store_true')
    args, s, out = parser.parse_args(), Settings(), CACHE / 'screen.pt'
    torch.set_num_threads(args.threads)
    torch.manual_seed(s.seed)
    rng, cache, net = np.random.default_rng(s.seed), Cache(CACHE), Screen()
    print(cache, flush=True)
    if args.resume and out.exists():
        net.load_state_dict(torch.load(out))
    else:
        standardise(net, cache, rng, s)
    net.to(memory_format=torch.channels_last)
    front = [net.luma.weight, net.chroma.weight, net.centre, net.slope]
    rest = [p for p in net.parameters() if not any(p is q for q in front)]
    optimiser = torch.optim.AdamW([{'params': front, 'lr': s.front_rate}, {'params': rest, 'lr': s.rate}], weight_decay=s.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [s.front_rate, s.rate], args.steps, pct_start=0.1)
    began, seen = time.time(), []
    for step in range(args.steps):
        b = batch(rng, cache, s.pairs, s.size)
        score, local = net(b['frame'])
        each = F.binary_cross_entropy_with_logits(score.float(), b['label'], reduction='none')
        near = F.binary_cross_entropy_with_logits(local.float(), b['where'], reduction='none').mean((1, 2, 3))
        loss = (b['weight'] * (each + s.local_weight * near)).sum() / b['weight'].sum()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        good = ((score > 0) == (b['label'] > 0.5)).float()
        seen.append((float(loss.detach()), float((good * b['weight'])[0::3].sum() / b['weight'][0::3].sum()), float(good[1::3].mean()), float(good[2::3].mean())))
        if step % 100 == 99:
            m = np.mean(seen[-100:], 0)
            print(f'{step + 1} {time.time() - began:.0f}s loss {m[0]:.3f} found {m[1]:.3f} twin kept {m[2]:.3f} nuisance kept {m[3]:.3f}', flush=True)
            torch.save(net.state_dict(), out)
    m = np.mean(seen[-300:], 0)
    torch.save(net.state_dict(), out)
    write_result('camera', 'train_screen', {
        'settings': asdict(s), 'steps': args.steps, 'cache': str(cache),
        'last_300': dict(zip(('loss', 'found', 'twin_kept', 'nuisance_kept'), map(float, m)))})


if __name__ == '__main__':
    main()
