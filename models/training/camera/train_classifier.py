"""Trains the classifier C (doi:10.14801/jkiit.2021.19.8.67, Table 1) on the corrections of the frozen mapping network.

nice -n 15 python -m camera.train_classifier --steps 2500    # writes cache/classifier.pt and results/train_classifier.json; resumes with --resume
"""
import argparse
import time
from dataclasses import asdict, dataclass

import numpy as np
import torch
import torch.nn.functional as F

from lib.nets.classifier import FrameClassifier
from lib.nets.i420 import planes
from lib.nets.ismn import FrameIsmn
from lib.run import CACHE, write_result

from .crops import Cache, batch


@dataclass(frozen=True)
class Settings:
    seed: int = 9
    pairs: int = 5
    size: tuple = (160, 160)
    rate: float = 1e-3
    decay: float = 1e-4
    local_weight: float = 0.3
    level_weight: float = 0.2


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--steps', type=int, default=2500)
    parser.add_argument('--resume', action='store_true')
    args, s, out = parser.parse_args(), Settings(), CACHE / 'classifier.pt'
    torch.set_num_threads(args.threads)
    torch.manual_seed(s.seed)
    rng, cache, net, mapping = np.random.default_rng(s.seed), Cache(CACHE), FrameClassifier(), FrameIsmn()
    mapping.load_state_dict(torch.load(CACHE / 'mapping.pt'))
    mapping.eval().requires_grad_(False).to(memory_format=torch.channels_last)
    print(cache, flush=True)
    if args.resume and out.exists():
        net.load_state_dict(torch.load(out))
    net.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=s.rate, weight_decay=s.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, s.rate, args.steps, pct_start=0.1)
    began, seen = time.time(), []
    for step in range(args.steps):
        b = batch(rng, cache, s.pairs, s.size)
        with torch.no_grad():
            correction = mapping(*planes(b['frame']))[0]
        score, level, local = net(correction.float())
        each = F.binary_cross_entropy_with_logits(score.float(), b['label'], reduction='none')
        near = F.binary_cross_entropy_with_logits(local.float(), F.avg_pool2d(b['where'], 2), reduction='none').mean((1, 2, 3))
        far = F.smooth_l1_loss(level.float(), b['log_level'], reduction='none')
        loss = (b['weight'] * (each + s.local_weight * near + s.level_weight * far)).sum() / b['weight'].sum()
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
    write_result('camera', 'train_classifier', {
        'settings': asdict(s), 'steps': args.steps, 'cache': str(cache),
        'last_300': dict(zip(('loss', 'found', 'twin_kept', 'nuisance_kept'), map(float, m)))})


if __name__ == '__main__':
    main()
