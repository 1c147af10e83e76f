"""Builds the training cache: attacked, clean and nuisance frames through real encoders, as I420.

nice -n 15 python -m camera.make_cache --segments 400    # 2 shared cores: about 4 s a segment; resumes
Each segment is a short film (train clips, train stills under a moving camera, drawn scenes) with one attack, put in
before or after H.264 at three strengths and qualities. Each variant writes cache/frames/NNNNN-V-{a,c}.npy (attacked,
and clean through the same encoder) and a line of cache/index/NNNNN.json with what is left of the perturbation
(`survive`) and what it does to the detector (`harm`): an attack that died in the encoder is no positive.
"""
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from lib import drawn
from lib.attacks import hiding, noises
from lib.nets.detectors import Detector
from lib.nuisances import frames as nuisances
from lib.run import arguments

from . import video
from .crops import NOISES
from .patterns import tiled


@dataclass(frozen=True)
class Settings:
    seed: int = 2026
    frames: int = 6
    keep: tuple = (0, 2, 5)
    levels255: tuple = (2, 4, 8, 16, 25.5)
    level_share: tuple = (.16, .3, .3, .16, .08)
    crfs: tuple = (18, 23, 28, 35)
    noise255: float = 25.5  # of noise and blots without a gradient; weaker ones do no harm
    nuisances_a_segment: int = 2


def source(rng, cache: Path, clips: list, stills: list, s: Settings) -> tuple[str, np.ndarray]:
    """A short film -> name, RGB uint8 [n, H, W, 3]."""
    kind = rng.choice(['clip', 'still', 'drawn'], p=[.5, .2, .3])
    if kind == 'clip':
        clip = clips[rng.integers(len(clips))]
        frames = np.load(cache / 'clips' / f'{clip["file"]}.npy', mmap_mode='r')
        start = int(rng.integers(0, max(1, len(frames) - s.frames)))
        return clip['file'], np.stack([video.to_rgb(np.ascontiguousarray(f)) for f in frames[start:start + s.frames]])
    if kind == 'still':
        path = stills[rng.integers(len(stills))]
        film = drawn.moving_still(rng, video.read_still(path), s.frames)
        return path.name, nuisances.sensor_noise(rng, film, rng.uniform(0.3, 3))
    return 'drawn', drawn.film(rng, s.frames, *[(360, 640), (480, 640)][rng.integers(2)])


def perturbation(rng, generator, film, detectors, universals, eps255) -> tuple[dict, np.ndarray]:
    """One attack on a film -> facts, float32 delta [n, H, W, 3] of strength eps255."""
    n, h, w, _ = film.shape
    family = str(
        rng.choice(['pgd-held', 'pgd-fixed', 'fgsm', 'universal', 'sign', 'strong-noise'],
                   p=[.19, .25, .13, .27, .08, .08]))
    target, grey, hold = str(rng.choice(['yolox', 'face'], p=[.68, .32])), bool(rng.random() < 0.4), 3
    if family == 'universal' and universals:
        name = str(rng.choice(list(universals)))
        return ({'family': family, 'detector': name.split('-')[0], 'pattern': name},
                np.repeat(tiled(universals[name], h, w)[None] * eps255, n, 0))
    # no gradient in it, and yet it hides objects: what it does to the detector says whether it counts
    if family == 'strong-noise':
        make, fresh = (noises.random_signs, noises.low_frequency)[rng.integers(2)], rng.random() < 0.5
        some = [make(rng, film.shape[1:], eps255, grey) for _ in range(n if fresh else 1)]
        return {'family': make.__name__.replace('_', '-'),
                'detector': 'yolox'}, np.broadcast_to(np.stack(some), film.shape).copy()
    if family in ('sign', 'universal'):
        one = rng.choice([-eps255, eps255], (1 if rng.random() < 0.5 else n, h, w, 1 if grey else 3)).astype(np.float32)
        return {'family': 'sign', 'detector': target}, np.broadcast_to(one, film.shape).copy()
    delta, steps = np.empty(film.shape, np.float32), int(rng.integers(3, 8))
    if family == 'pgd-fixed':
        delta[:] = hiding.pgd(detectors[target], film[[1, 4]], eps255, steps, generator, grey)
        return {'family': family, 'detector': target, 'steps': steps, 'grey': grey}, delta
    for i in range(0, n, hold):
        delta[i:i + hold] = hiding.fgsm(detectors[target], film[i + 1], eps255, grey) if family == 'fgsm' else \
            hiding.pgd(detectors[target], film[i + 1], eps255, steps, generator, grey)
    return {'family': family, 'detector': target, 'steps': steps, 'grey': grey}, delta


def effect(detector: Detector, clean: np.ndarray, attacked: np.ndarray) -> float:
    """Share of the ten best confidences that is gone, mean of frames; NaN where nothing was found (sum below 0.5)."""
    before, after = (np.array([np.sort(detector.found(video.to_rgb(f)))[-10:].sum()
                               for f in x[1:]])
                     for x in (clean, attacked))
    return float(np.clip(1 - after.sum() / before.sum(), -1, 1)) if before.mean() > 0.5 else float('nan')


def segment(number: int, cache: Path, out: Path, clips, stills, detectors, s: Settings) -> list[dict]:
    rng, generator = np.random.default_rng([s.seed, number, out.name == 'calibrate'
                                            ]), torch.Generator().manual_seed(s.seed * 100_003 + number)
    universals = {p.stem: np.load(p) for p in sorted((cache / 'universal').glob('*.npy'))}
    name, film = source(rng, out, clips, stills, s)
    if rng.random() < 0.3:
        film = nuisances.sensor_noise(rng, film, rng.uniform(0.5, 5))
    n, h, w, _ = film.shape
    keep, lines = [k for k in s.keep if k < n], []
    base = float(rng.choice(s.levels255, p=s.level_share))
    facts, delta = perturbation(rng, generator, film, detectors, universals, base)
    if facts['family'] in NOISES:
        delta, base = delta * (s.noise255 / base), s.noise255

    def write(tag, frames):
        np.save(out / 'frames' / f'{number:05d}-{tag}.npy', frames)
        return f'{number:05d}-{tag}.npy'

    original = np.stack([video.to_i420(f) for f in film])
    for v, factor in enumerate((1, 0.5, float(rng.choice([1, 1, 2])))):
        eps, box = min(base * factor, 25.5), [0, 0, 1, 1]
        d = (delta * (eps / base)).clip(-eps, eps)
        if rng.random() < 0.2:
            x0, y0 = rng.uniform(0, 0.5, 2)
            box = [x0, y0, x0 + rng.uniform(0.3, 0.5), y0 + rng.uniform(0.3, 0.5)]
            mask = np.zeros((h, w, 1), np.float32)
            mask[int(box[1] * h):int(box[3] * h), int(box[0] * w):int(box[2] * w)] = 1
            d = d * mask
        codec = {
            'crf': int(rng.choice(s.crfs)), 'preset': str(rng.choice(['veryfast', 'medium'])),
            'gop': int(rng.choice([15, 30])), 'tune': 'zerolatency' if rng.random() < 0.6 else None}
        clean = video.through_codec(original, **codec)
        if rng.random() < 0.3:
            where, attacked = 'after', np.stack([video.rounded_i420(video.to_rgb(clean[i]) + d[i]) for i in range(n)])
        else:
            where = 'before'
            attacked = video.through_codec(np.stack([video.rounded_i420(film[i] + d[i]) for i in range(n)]), **codec)
        clean, attacked = clean[keep], attacked[keep]
        luma = (d[keep] @ np.array([.257, .504, .098], np.float32)).reshape(-1)
        left = (attacked[:, :h].astype(np.float32) - clean[:, :h]).reshape(-1) @ luma / max(luma @ luma, 1e-6)
        lines.append(
            facts | codec | {
                'attacked': write(f'{v}-a', attacked), 'clean': write(f'{v}-c', clean), 'source': name,
                'eps255': eps, 'where': where, 'box': box, 'survive': float(left), 'harm': effect(
                    detectors[facts['detector']], clean, attacked)})
    return lines + bystanders(number, film, name, write, rng, s)


def bystanders(number: int, film, name: str, write, rng, s: Settings) -> list[dict]:
    """Frames without an attack: nuisances drawn on a film, through an encoder or not."""
    lines = []
    for v in range(s.nuisances_a_segment):
        kind = str(rng.choice(list(nuisances.ALL)))
        bad = np.stack([video.to_i420(f) for f in nuisances.ALL[kind](rng, film[:6])])
        crf = int(rng.choice((0, *s.crfs)))
        bad = video.through_codec(bad, crf=crf) if crf else bad
        lines.append({'clean': write(f'n{v}', bad[[0, 3, 5]]), 'source': name, 'nuisance': kind, 'crf': crf})
    return lines


def peaceful(number: int, out: Path, clips, stills, s: Settings) -> list[dict]:
    """A segment without any attack: a fraction of the cost, more scenes and nuisances."""
    rng = np.random.default_rng([s.seed, number, 7, out.name == 'calibrate'])
    name, film = source(rng, out, clips, stills, s)

    def write(tag, frames):
        np.save(out / 'frames' / f'{number:05d}-{tag}.npy', frames)
        return f'{number:05d}-{tag}.npy'

    plain = np.stack([video.to_i420(f) for f in film])
    crf = int(rng.choice(s.crfs))
    coded = video.through_codec(plain, crf=crf, preset=str(rng.choice(['veryfast', 'medium'])), gop=30)
    return [{'clean': write('p', coded[[0, 2, 5]]), 'source': name, 'nuisance': 'encoded', 'crf': crf}] + bystanders(
        number, film, name, write, rng, s)


def native(out: Path, clips, stills) -> list[dict]:
    """Clean frames just as the agent decodes them, without another encoder."""
    lines = []
    for clip in clips:
        frames = video.decode(clip['path'], *clip['size'])
        np.save(out / 'clips' / f'{clip["file"]}.npy', frames)
        np.save(out / 'frames' / f'native-{clip["file"]}.npy', frames[:: max(1, len(frames) // 24)])
        lines.append({'clean': f'native-{clip["file"]}.npy', 'source': clip['file'], 'nuisance': 'native'})
    for path in stills:
        np.save(out / 'frames' / f'native-{path.name}.npy', video.to_i420(video.read_still(path))[None])
        lines.append({'clean': f'native-{path.name}.npy', 'source': path.name, 'nuisance': 'native'})
    return lines


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--segments', type=int, default=400)
    parser.add_argument('--first', type=int, default=0)
    parser.add_argument('--peaceful', action='store_true', help='segments without attacks, numbered from 50000')
    parser.add_argument('--split', choices=('train', 'calibrate'), default='train')
    args, s = parser.parse_args(), Settings()
    out = args.cache if args.split == 'train' else args.cache / 'calibrate'
    torch.set_num_threads(args.threads)
    (out / 'frames').mkdir(parents=True, exist_ok=True)
    (out / 'index').mkdir(exist_ok=True)
    (out / 'clips').mkdir(exist_ok=True)
    clips, stills = video.clips(args.data, args.split), video.stills(args.data, args.split)
    detectors = {name: Detector(args.data, name) for name in ('yolox', 'face')}
    if args.first == 0 and not (out / 'index/native.json').exists():
        (out / 'index/native.json').write_text(json.dumps(native(out, clips, stills)))
    began = time.time()
    first = args.first + (50_000 if args.peaceful else 0)
    for number in range(first, first + args.segments):
        index = out / 'index' / f'{number:05d}.json'
        if index.exists():
            continue
        lines = peaceful(number, out, clips, stills, s) if args.peaceful else segment(
            number, args.cache, out, clips, stills, detectors, s)
        index.write_text(json.dumps(lines))
        if args.peaceful:
            continue
        if number % 5 == 0:
            a = lines[0]
            print(
                f'{number} {time.time() - began:.0f}s {a["source"]} {a["family"]} eps {a["eps255"]} crf {a["crf"]} '
                f'{a["where"]} survive {a["survive"]:.2f} harm {a["harm"]:.2f}',
                flush=True)


if __name__ == '__main__':
    main()
