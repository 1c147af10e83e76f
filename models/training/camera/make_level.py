"""Frames with a perturbation of known strength, for the estimate of `level`: I420 files with labels.csv.

python -m camera.make_level --out DIR                    # train scenes: the perturbations of cache/strong, scaled; 1 s
    an entry
python -m camera.make_level --split calibrate --out DIR  # MI-FGSM and PGD of 30 steps on yolox_nano, made anew; 15 s a
    frame
Strengths of 4 to 16/255, before an encoder (`crf` 0) and, for some, behind H.264 of CRF 18 to 28; the shipped
universal patterns; random signs.
"""
import csv
import json
from pathlib import Path

import numpy as np
import torch

from lib.attacks import hiding
from lib.nets.detectors import Detector
from lib.run import arguments

from . import video
from .patterns import pattern, tiled

COLUMNS = ('file', 'width', 'height', 'source', 'family', 'level255', 'crf')
LEVELS = (4, 6, 8, 12, 16)


class Frames:
    """Writes frames and their lines; a perturbation is float32 RGB [H, W, 3] of strength 1 (L-inf)."""

    def __init__(self, out: Path):
        out.mkdir(parents=True, exist_ok=True)
        self.out, self.count = out, 0
        self.labels = csv.writer(open(out / 'labels.csv', 'w'))
        self.labels.writerow(COLUMNS)

    def add(self, clean: np.ndarray, source: str, family: str, unit: np.ndarray | None, level255: float,
            crf: int = 0) -> None:
        frame = clean if unit is None else video.perturbed(clean[None], unit * np.float32(level255))[0]
        if crf:  # the last of three: no key frame
            frame = video.through_codec(np.stack([clean, frame, frame]), crf=crf)[-1]
        file = f'{self.count:05d}.i420'
        frame.tofile(self.out / file)
        self.labels.writerow((file, frame.shape[1], frame.shape[0] * 2 // 3, source, family, level255, crf))
        self.count += 1


def signs(rng, shape: tuple) -> np.ndarray:
    return rng.integers(0, 2, shape) * np.float32(2) - 1


def from_train(frames: Frames, strong: Path, entries: int, rng) -> None:
    for path in sorted(strong.glob('*.npz'))[:entries]:
        facts_path = path.with_suffix('.json')
        if not facts_path.exists():  # made just now
            continue
        facts, arrays = json.loads(facts_path.read_text()), np.load(path)
        clean = arrays['clean'][rng.integers(2)]
        own = arrays['delta'].astype(np.float32) / 127
        height, width = own.shape[:2]
        universal = tiled(pattern(str(rng.choice(['yolox', 'face']))), height, width)
        for family, unit, n in ((facts['method'], own, 3), ('universal', universal, 2), ('sign', signs(rng,
                                                                                                       own.shape), 1)):
            for level in rng.choice(LEVELS, n, replace=False):
                frames.add(clean, facts['source'], family, unit, float(level))
                if rng.random() < 0.3:
                    frames.add(clean, facts['source'], family, unit, float(level), int(rng.integers(18, 29)))


def from_split(frames: Frames, data: Path, split: str, each: int, seed: int) -> None:
    detector = Detector(data, 'yolox')
    for number, clip in enumerate(video.clips(data, split)):
        width, height = clip['size']
        film = video.decode(clip['path'], width, height, frames=150)
        rng, generator = np.random.default_rng([seed, number]), torch.Generator().manual_seed(seed + number)
        for i in range(each):
            clean = film[int(len(film) * (i + 0.5) / each)]
            rgb = video.to_rgb(clean)
            crf = (18, 23, 28)[(number + i) % 3]
            units = {
                'mifgsm': hiding.mifgsm(detector, rgb, 8, 30, reach=2) / 8,
                'pgd': hiding.pgd(detector, rgb, 8, 30, generator) / 8,
                'universal': tiled(pattern('yolox'), height, width), 'sign': signs(rng, rgb.shape)}
            for family, unit in units.items():
                for level in LEVELS:
                    frames.add(clean, clip['file'], family, unit, level)
                for level in (4, 8, 16):
                    frames.add(clean, clip['file'], family, unit, level, crf)
        print(clip['file'], frames.count, flush=True)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--split', choices=('train', 'calibrate', 'test'), default='train')
    parser.add_argument('--entries', type=int, default=300, help='of cache/strong')
    parser.add_argument('--each', type=int, default=3, help='frames of a clip of the other splits')
    parser.add_argument('--seed', type=int, default=17)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    frames = Frames(args.out)
    if args.split == 'train':
        from_train(frames, args.cache / 'strong', args.entries, np.random.default_rng(args.seed))
    else:
        from_split(frames, args.data, args.split, args.each, args.seed)


if __name__ == '__main__':
    main()
