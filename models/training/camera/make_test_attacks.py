"""Attacked versions of the test split as MP4 files with labels.csv: what `framewarden scan` and evaluate_clips.py are
run over.

nice -n 15 python -m camera.make_test_attacks --out ../../../attacked       # 2 shared cores: about 20 min; resumes;
    434 files
Each file: up to 15 clean frames, then up to 45 attacked ones, at most 15 frames a second, H.264 (veryfast,
zerolatency, GOP 30). Gradient attacks hold one perturbation for 3 frames; weaker and stronger levels than 8/255 are
scaled from it. `where` after: put on decoded frames, then stored losslessly. The columns yolox_* and face_* count
boxes of every 9th attacked frame: in the clean twin through the same encoder, and how many of them are gone.
"""
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from lib.attacks import hiding
from lib.nets.detectors import Detector, boxes_left
from lib.run import arguments

from . import video
from .labels import Labels
from .patterns import pattern, tiled


@dataclass(frozen=True)
class Settings:
    seed: int = 77
    clean_frames: int = 15
    attacked_frames: int = 45
    hold: int = 3
    steps: int = 3
    base255: float = 8
    look_every: int = 9
    rate: float = 15  # frames a second in the file: what a camera of the agent brings


FAMILIES = ('pgd-yolox', 'pgd-face', 'fgsm-yolox', 'universal-yolox', 'universal-face', 'sign')
# family, level, crf, where
CELLS = ([('clean', 0, crf, 'before') for crf in (23, 28, 35)] + [
    (f, level, crf, 'before') for f in FAMILIES for level, crf in ((4, 23), (8, 23), (8, 28))] + [
        (f, level, crf, 'before')
        for f in ('pgd-yolox', 'universal-yolox')
        for level, crf in ((2, 23), (4, 28), (8, 35), (16, 28))] + [(f, 4, 28, 'after')
                                                                    for f in ('pgd-yolox', 'universal-yolox')])
COLUMNS = ('file', 'label', 'group', 'source', 'family', 'level255', 'crf', 'where', 'frames', 'first_attacked', 'fps',
           'yolox_clean', 'yolox_removed', 'face_clean', 'face_removed')


def deltas(family: str, rgb: np.ndarray, detectors, s: Settings, generator) -> np.ndarray:
    """float16 [n, H, W, 3], strength base255."""
    n, h, w, _ = rgb.shape
    if family.startswith('universal'):
        one = tiled(pattern(family.split('-')[1]), h, w) * s.base255
        return np.broadcast_to(one, rgb.shape).astype(np.float16)
    if family == 'sign':
        return np.repeat(
            torch.randint(0, 2, (-(-n // s.hold), h, w, 3), generator=generator).numpy() * 2.0 - 1, s.hold,
            0)[:n].astype(np.float16) * s.base255
    out, last = np.empty(rgb.shape, np.float16), None
    detector = detectors[family.split('-')[1]]
    for i in range(0, n, s.hold):
        picture = rgb[min(i + 1, n - 1)]
        last = hiding.fgsm(detector, picture, s.base255) if family.startswith('fgsm') else hiding.pgd(
            detector, picture, s.base255, s.steps, generator, start=last)
        out[i:i + s.hold] = last
    return out


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--out', type=Path, required=True)
    args, s = parser.parse_args(), Settings()
    torch.set_num_threads(args.threads)
    labels = Labels(args.out, COLUMNS)
    detectors = {name: Detector(args.data, name) for name in ('yolox', 'face')}
    for clip in video.clips(args.data, 'test'):
        stem = Path(clip['file']).stem
        cells = {f'{stem}.{f}.{level}.crf{crf}.{where}.mp4': (f, level, crf, where) for f, level, crf, where in CELLS}
        if set(cells) <= labels.done:
            continue
        frames = video.decode(clip['path'], *clip['size'], frames=s.clean_frames + s.attacked_frames)
        first, w, h = min(s.clean_frames, len(frames) // 3), *clip['size']
        rgb = np.stack([video.to_rgb(f) for f in frames])
        look = range(first + 2, len(frames), s.look_every)
        known, base = {}, {}
        for file, (family, level, crf,
                   where) in sorted(cells.items(), key=lambda c: FAMILIES.index(c[1][0])
                                    if c[1][0] in FAMILIES else -1):
            if file in labels.done:
                continue
            if family != 'clean' and family not in known:
                known = {family: deltas(family, rgb[first:], detectors, s, torch.Generator().manual_seed(s.seed))}
            codec = {'crf': crf, 'gop': 30, 'fps': min(float(clip['fps']), s.rate)}
            if crf not in base:
                base[crf] = video.through_codec(frames, **codec)
            kind = base[crf] if where == 'after' else frames
            attacked = kind.copy()
            if family != 'clean':
                for i in range(first, len(frames)):
                    d = known[family][i - first].astype(np.float32) * (level / s.base255)
                    picture = video.to_rgb(kind[i]) if where == 'after' else rgb[i]
                    attacked[i] = video.rounded_i420(picture + d)
            if where == 'after':
                codec['crf'] = 0
            video.encode(attacked, **codec, path=args.out / file)
            seen = video.decode(args.out / file, w, h)
            counts = {}
            for name, detector in detectors.items():
                total = left = 0
                for i in look:
                    clean = detector.boxes(video.to_rgb(base[crf][i]))
                    total, left = total + len(clean), left + boxes_left(clean, detector.boxes(video.to_rgb(seen[i])))
                counts |= {f'{name}_clean': total, f'{name}_removed': total - left}
            row = {
                'file': file, 'label': int(family not in ('clean', 'sign')),
                'group': f'{family} {level}/255 crf {crf} {where}', 'source': clip['file'], 'family': family,
                'level255': level, 'crf': crf, 'where': where, 'frames': len(frames),
                'first_attacked': -1 if family == 'clean' else first, 'fps': round(codec['fps'], 3)} | counts
            labels.add(*(row[column] for column in COLUMNS))
        print(stem, 'done', flush=True)


if __name__ == '__main__':
    main()
