"""How far C stands out under attack from the same camera's own clean past, in that clip's robust deviations;
CACHE/contrast-SCENES.md and .json, of test in results/

nice -n 15 python -m camera.contrast --scenes held --chains old=../camera/chain.onnx new=cache/onnx/chain.fp32.onnx
Each clip: clean frames at 5 a second through an encoder, then the same with an attack put in before the encoder and
held; the shift is that of the medians, the deviation 1.4826 times the median absolute one of the clean scores (at
least FLOOR log-odds, as a still picture has none). `alarms` counts clean or nuisance frames by the rule of the bundle
(score at or above `flagged`).
"""
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from lib.attacks import hiding, noises
from lib.attacks.strong import Attack, make
from lib.bundle import session
from lib.nets.yolox import Yolox
from lib.nuisances import frames as nuisances
from lib.run import RESULTS, about, arguments, write_json

from . import video
from .patterns import pattern, tiled
from .views import HELD

LEVELS, CRFS, CLEAN, LOOKS, FLOOR = (4, 8), (18, 23, 28), 20, 6, 0.02
NUISANCES = ('sensor_noise', 'night', 'rain', 'blur', 'exposure', 'jpeg', 'resized', 'smear')


def strong_deltas(rgb: np.ndarray, yolox: Yolox, rng) -> dict[str, np.ndarray]:
    """Perturbations of strength 1 for one clip -> family to float32 [H, W, 3]."""
    x, h, w = hiding.as_tensor(rgb), *rgb.shape[:2]
    out = {
        m: make(Attack(m, 8, steps, 'hide'), x, yolox, None,
                torch.Generator().manual_seed(1))[0].permute(1, 2, 0).numpy() / 8
        for m, steps in (('pgd', 10), ('mifgsm', 30))}
    out['universal'] = np.repeat(tiled(pattern('yolox'), h, w), 3, 2)
    out['random signs'], out['low frequency'] = noises.random_signs(rng, rgb.shape, 1, False), noises.low_frequency(
        rng, rgb.shape, 1, False)
    return out


def deviation(x: np.ndarray) -> float:
    return float(max(1.4826 * np.median(np.abs(x - np.median(x))), FLOOR))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--scenes', choices=('held', 'calibrate', 'test'), default='held')
    parser.add_argument('--chains', nargs='+', required=True, help='NAME=chain.onnx')
    parser.add_argument('--flagged', type=float, default=0.0)
    args, began = parser.parse_args(), time.time()
    torch.set_num_threads(1)
    chains = {n: session(Path(p)) for n, p in (c.split('=') for c in args.chains)}
    yolox, rows, clean_rows = Yolox(args.data), defaultdict(lambda: defaultdict(list)), []

    def scores(frames) -> dict[str, np.ndarray]:
        return {n: np.array([c.run(['score'], {'frame': f[None]})[0][0] for f in frames]) for n, c in chains.items()}

    for clip in video.clips(args.data, 'train' if args.scenes == 'held' else args.scenes):
        if args.scenes == 'held' and clip['file'] not in HELD:
            continue
        rng, step = np.random.default_rng(3), max(1, round(float(clip['fps']) / 5))
        frames = video.decode(clip['path'], *clip['size'])[::step][:CLEAN + LOOKS]
        attacked = frames[-LOOKS:]
        deltas = strong_deltas(video.to_rgb(attacked[0]), yolox, rng)
        for crf in CRFS:
            own = {n: (np.median(v), deviation(v)) for n, v in scores(video.through_codec(frames, crf=crf)).items()}
            clean_rows.append({'clip': clip['file'], 'crf': crf}
                              | {n: [float(m), float(d)]
                                 for n, (m, d) in own.items()})
            films = {(k, level): video.perturbed(attacked, d * level)
                     for k, d in deltas.items()
                     for level in (LEVELS if k in ('pgd', 'mifgsm', 'universal') else (25.5,))}
            if crf == 23:
                films |= {(k, 0): np.stack([
                              video.to_i420(np.ascontiguousarray(f))
                              for f in nuisances.ALL[k](rng, np.stack([video.to_rgb(f)
                                                                       for f in attacked]))])
                          for k in NUISANCES}
            for (kind, level), film in films.items():
                for n, v in scores(video.through_codec(film, crf=crf)[1:]).items():
                    rows[kind, level, crf][n].append(
                        ((np.median(v) - own[n][0]), (np.median(v) - own[n][0]) / own[n][1],
                         float((v >= args.flagged).mean())))
        print(clip['file'], f'{time.time() - began:.0f}s', flush=True)
    lines = [
        '| attack or nuisance | level | CRF | ' + ' | '.join(f'{n}: shift, in deviations (least), flagged'
                                                             for n in chains) + ' |', '|---' * (3 + len(chains)) + '|']
    table = []
    for (kind, level, crf), by in sorted(rows.items()):
        cells = {
            n: {
                'shift': float(np.median([r[0]
                                          for r in v])), 'deviations': float(np.median([r[1]
                                                                                        for r in v])),
                'least': float(np.min([r[1]
                                       for r in v])), 'flagged': float(np.mean([r[2]
                                                                                for r in v]))}
            for n, v in by.items()}
        table.append({'kind': kind, 'level255': level, 'crf': crf} | cells)
        lines.append(f'| {kind} | {level:g}/255 | {crf} | ' +
                     ' | '.join(f"{c['shift']:.2f}, {c['deviations']:.0f} ({c['least']:.0f}), {c['flagged']:.2f}"
                                for c in cells.values()) + ' |')
    lines += [
        '', '| clean clip | CRF | ' + ' | '.join(f'{n}: median, deviation' for n in chains) + ' |',
        '|---' * (2 + len(chains)) + '|']
    lines += [
        f"| {r['clip']} | {r['crf']} | " + ' | '.join(f'{r[n][0]:.2f}, {r[n][1]:.3f}'
                                                      for n in chains) + ' |'
        for r in clean_rows]
    out = RESULTS / 'camera' if args.scenes == 'test' else args.cache
    (out / f'contrast-{args.scenes}.md').write_text('\n'.join(lines) + '\n')
    write_json(out / f'contrast-{args.scenes}.json', about() | {'cells': table, 'clean': clean_rows})
    print('\n'.join(lines))


if __name__ == '__main__':
    main()
