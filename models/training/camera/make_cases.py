"""Cases for the decision over time: each clip quiet for 4 s, then attacked or troubled for 6 s; MP4 files with
labels.csv.

nice -n 15 python -m camera.make_cases --split calibrate --out DIR       # about a minute a clip on one core; resumes
15 frames a second, H.264 (veryfast, zerolatency, GOP 30), CRF 18, 23 or 28. Short clips are played to and fro.
Attacks: MI-FGSM (Dong 2018) and PGD on yolox_nano, 30 steps, the perturbation held for a second and then carried on;
the shipped universal pattern; random signs; a coarse pattern. `boxes`, `boxes_left`: of 6 attacked frames,
yolox_nano's boxes in the clean twin through the same encoder, and how many are still found.
"""
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from lib.attacks import hiding
from lib.nets.detectors import Detector, boxes_left
from lib.run import arguments

from . import happenings, video
from .labels import Labels
from .patterns import pattern, tiled


@dataclass(frozen=True)
class Settings:
    seed: int = 20261124
    fps: int = 15
    quiet: int = 60
    frames: int = 150
    hold: int = 15
    steps: int = 30
    steps_on: int = 8      # further steps of the next second's perturbation, begun at the one before
    base255: float = 8
    troubles: int = 9      # kinds a clip


ATTACKS = [('mifgsm', level) for level in (4, 8, 16)] + [('pgd', level) for level in (4, 8)] + [
    ('universal', level) for level in (4, 8, 16)] + [('sign', 8), ('sign', 25.5), ('coarse', 25.5)]
COLUMNS = ('file', 'source', 'split', 'family', 'level255', 'crf', 'fps', 'frames', 'first', 'boxes', 'boxes_left')


def to_and_fro(frames: np.ndarray, n: int) -> np.ndarray:
    """n frames of a clip played forth and back."""
    there = np.arange(len(frames))
    return frames[np.resize(np.concatenate([there, there[-2:0:-1]]) if len(frames) > 2 else there, n)]


def perturbations(family: str, rgb: np.ndarray, detector, s: Settings, rng) -> np.ndarray:
    """float32 [n, H, W, 3] of strength 1 (L-inf)."""
    n, h, w, _ = rgb.shape
    if family == 'universal':
        return np.broadcast_to(tiled(pattern('yolox'), h, w), rgb.shape)
    if family == 'sign':
        return np.repeat(rng.integers(0, 2, (-(-n // 3), h, w, 3)) * np.float32(2) - 1, 3, 0)[:n]
    if family == 'coarse':
        small = rng.standard_normal((h // 16 + 1, w // 16 + 1, 3)).astype(np.float32)
        return np.broadcast_to(np.sign(cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC)), rgb.shape)
    out, last = np.empty(rgb.shape, np.float32), None
    generator = torch.Generator().manual_seed(s.seed)
    for i in range(0, n, s.hold):
        picture, steps = rgb[min(i + s.hold // 2, n - 1)], s.steps if last is None else s.steps_on
        if family == 'mifgsm':
            last = hiding.mifgsm(detector, picture, s.base255, steps, reach=2, start=last)
        else:
            last = hiding.pgd(detector, picture, s.base255, steps, generator, start=last)
        out[i:i + s.hold] = last
    return out / s.base255


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--split', required=True)
    parser.add_argument('--out', type=Path, required=True)
    args, s = parser.parse_args(), Settings()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(args.threads)
    labels = Labels(args.out, COLUMNS)
    detector = Detector(args.data, 'yolox')
    for number, clip in enumerate(video.clips(args.data, args.split)):
        stem, (w, h) = Path(clip['file']).stem, clip['size']
        rng = np.random.default_rng([s.seed, number])
        step = max(1, round(float(clip['fps']) / s.fps))
        frames = to_and_fro(video.decode(clip['path'], w, h, frames=s.frames * step)[::step], s.frames)
        rgb = np.stack([video.to_rgb(f) for f in frames])
        kinds = sorted(happenings.ALL)
        kinds = [kinds[(number * s.troubles + i) % len(kinds)] for i in range(s.troubles)]
        wanted = [('clean', 0)] + [(k, 0) for k in kinds] + ATTACKS
        known, twins = {}, {}
        for i, (family, level) in enumerate(wanted):
            crf = (18, 23, 28)[(number + i) % 3]
            file = f'{stem}.{family}.{level:g}.crf{crf}.mp4'
            if file in labels.done:
                continue
            changed = rgb.copy()
            if family in happenings.ALL:
                changed[s.quiet:] = happenings.ALL[family](rng, rgb[s.quiet:], s.fps)
            elif level:
                if family not in known:
                    known = {family: perturbations(family, rgb[s.quiet:], detector, s, rng)}
                changed[s.quiet:] = (changed[s.quiet:] + known[family] * np.float32(level) + 0.5).clip(0, 255)
            video.encode(np.stack([video.to_i420(f) for f in changed]), crf, fps=s.fps, path=args.out / file)
            total = left = 0
            if level:
                if crf not in twins:
                    twins[crf] = video.through_codec(frames, crf=crf, fps=s.fps)
                seen = video.decode(args.out / file, w, h)
                for j in range(s.quiet + 5, s.frames, 15):
                    clean = detector.boxes(video.to_rgb(twins[crf][j]))
                    total, left = total + len(clean), left + boxes_left(clean, detector.boxes(video.to_rgb(seen[j])))
            labels.add(file, clip['file'], args.split, family, level, crf, s.fps, s.frames,
                       -1 if family == 'clean' else s.quiet, total, left)
        print(stem, 'done', flush=True)


if __name__ == '__main__':
    main()
