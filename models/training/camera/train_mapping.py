"""Trains the mapping network M on pairs of attacked and clean crops (doi:10.14801/jkiit.2021.19.8.67 eq. 3 without the detector term).

nice -n 15 python -m camera.train_mapping --steps 3000       # writes cache/mapping.pt and results/train_mapping.json; resumes with --resume
"""
import argparse
import time
from dataclasses import asdict, dataclass

import numpy as np
import torch
import torch.nn.functional as F

from lib.nets.i420 import folded, planes
from lib.nets.ismn import FrameIsmn
from lib.run import CACHE, write_result

from .crops import Cache, batch


@dataclass(frozen=True)
class Settings:
    seed: int = 7
    pairs: int = 4
    size: tuple = (160, 160)
    rate: float = 2e-3
    decay: float = 1e-5
    clean_weight: float = 1.0   # a of eq. 3
    ramp: float = 0.5           # share of the steps until the gated correction counts in full: a gate let go too early shuts for good
    sparsity: float = 0.02      # on g * m
    told_weight: float = 0.3    # gate and mask are told what is perturbed


def standardise(net: FrameIsmn, cache: Cache, rng, s: Settings) -> None:
    """Centre and slope of each band from a few batches; the quietest bands are not blown up beyond a deviation of 2/255."""
    with torch.no_grad():
        x = torch.cat([net.bands(*planes(batch(rng, cache, s.pairs, s.size)['frame'])) for _ in range(6)])
        net.centre.copy_(x.mean((0, 2, 3)))
        net.slope.copy_(1 / x.std((0, 2, 3)).clamp_min(2 / 255))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--steps', type=int, default=3000)
    parser.add_argument('--resume', action='store_true')
    args, s, out = parser.parse_args(), Settings(), CACHE / 'mapping.pt'
    torch.set_num_threads(args.threads)
    torch.manual_seed(s.seed)
    rng, cache, net = np.random.default_rng(s.seed), Cache(CACHE), FrameIsmn()
    print(cache, flush=True)
    if args.resume and out.exists():
        net.load_state_dict(torch.load(out))
    else:
        standardise(net, cache, rng, s)
    net.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=s.rate, weight_decay=s.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, s.rate, args.steps, pct_start=0.1)
    began, seen = time.time(), []
    for step in range(args.steps):
        b = batch(rng, cache, s.pairs, s.size)
        x, target = folded(*planes(b['frame'])), folded(*planes(b['target']))
        correction, r, gate, mask = net(*planes(b['frame']))
        gap = (x - target) * 255
        power = (gap ** 2).mean((1, 2, 3))
        attacked = power > 0
        # Squares: under L1 the best answer to a sign pattern not yet understood is zero, and M stays there. Each attack counts alike, weak or strong.
        alone = ((gap + r * 255)[attacked] ** 2).mean((1, 2, 3)) / (1 + power[attacked])
        whole = ((gap + correction * 255) ** 2).mean((1, 2, 3)) * torch.where(attacked, 1 / (1 + power), s.clean_weight)
        open_gate = F.binary_cross_entropy_with_logits(gate.flatten(), b['label'], reduction='none')
        where = F.interpolate(b['where'], scale_factor=2.0)
        open_mask = F.binary_cross_entropy_with_logits(mask, where.expand_as(mask), reduction='none').mean((1, 2, 3))
        told = (b['weight'] * (open_gate + open_mask)).sum() / b['weight'].sum()
        late = 1.0 if args.resume else min(1.0, step / (s.ramp * args.steps))
        sparse = (torch.sigmoid(gate) * torch.sigmoid(mask)).mean()
        loss = alone.mean() + late * (whole.mean() + s.sparsity * sparse) + s.told_weight * told
        error, before = ((gap + correction * 255) ** 2).mean((1, 2, 3)), power
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        error = error.detach()
        opened = torch.sigmoid(gate.detach().flatten())
        seen.append((float(loss.detach()), float(alone.detach().mean()), float(error[attacked].sum() / before[attacked].sum()), float(error[1::3].mean() ** 0.5),
                     float(error[2::3].mean() ** 0.5), float((opened * b['weight'])[0::3].sum() / b['weight'][0::3].sum()), float(opened[1::3].mean())))
        if step % 100 == 99:
            m = np.mean(seen[-100:], 0)
            print(f'{step + 1} {time.time() - began:.0f}s loss {m[0]:.3f} square left, ungated {m[1]:.3f} gated {m[2]:.3f} change of clean {m[3]:.3f}/255, of nuisances {m[4]:.3f}/255, gate {m[5]:.2f} {m[6]:.2f}', flush=True)
            torch.save(net.state_dict(), out)
    m = np.mean(seen[-300:], 0)
    torch.save(net.state_dict(), out)
    write_result('camera', 'train_mapping', {
        'settings': asdict(s), 'steps': args.steps, 'cache': str(cache),
        'last_300': dict(zip(('loss', 'square_left_ungated', 'square_left', 'clean_change_rms255', 'nuisance_change_rms255', 'gate_attacked', 'gate_clean'), map(float, m)))})


if __name__ == '__main__':
    main()
