"""Universal patterns for the demo, drills and training: one sign pattern that hides what a detector finds, on any
picture.

nice -n 15 python -m camera.make_universal      # 2 shared cores: about 2 min a pattern
Learnt on the train split alone. Writes cache/universal/NAME.npy (int8 signs [360, 640, 3]) for all, and the two grey
ones that ship into ../camera/patterns/ as 8-bit PNG: value v stands for (v - 128) / 127 * eps, added to the luma (or
to R, G and B alike).
"""
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from lib import drawn
from lib.attacks import hiding
from lib.nets.detectors import Detector, boxes_left
from lib.run import arguments, write_json

from . import video
from .patterns import FOLDER, NAMES


@dataclass(frozen=True)
class Settings:
    width: int = 640
    height: int = 360
    eps255: float = 8
    steps: int = 220
    frames_a_clip: int = 4
    seed: int = 11


# name, detector, grey, cell in pixels, file that ships
PATTERNS = (('yolox-grey', 'yolox', True, 1, NAMES['yolox']), ('face-grey', 'face', True, 1, NAMES['face']),
            ('yolox-rgb', 'yolox', False, 1, None), ('yolox-coarse', 'yolox', True, 2, None),
            ('face-rgb', 'face', False, 2, None), ('yolox-grey-2', 'yolox', True, 1, None))


def pictures(data: Path, s: Settings, rng) -> list[np.ndarray]:
    out = []
    for clip in video.clips(data, 'train'):
        total = max(1, int(clip['frames']) - 2)
        for start in rng.integers(0, total, s.frames_a_clip // 2):
            out += [video.to_rgb(f) for f in video.decode(clip['path'], *clip['size'], int(start), 1)]
    out += [video.read_still(p) for p in video.stills(data, 'train')]
    return out + [drawn.film(rng, 1, s.height, s.width)[0] for _ in range(12)]


def main() -> None:
    parser = arguments(__doc__)
    args, s = parser.parse_args(), Settings()
    torch.set_num_threads(1)
    rng = np.random.default_rng(s.seed)
    found = pictures(args.data, s, rng)
    out = args.cache / 'universal'
    out.mkdir(parents=True, exist_ok=True)
    for number, (name, target, grey, cell, ships) in enumerate(PATTERNS):
        if (out / f'{name}.npy').exists():
            continue
        began, detector = time.time(), Detector(args.data, target)
        generator = torch.Generator().manual_seed(s.seed + number)
        delta = hiding.universal(detector, found, (s.width, s.height), s.eps255, s.steps, generator, grey, cell=cell)
        signs = np.where(delta >= 0, 1, -1).astype(np.int8)
        total = removed = 0
        for p in found[::2]:
            p = cv2.resize(p, (s.width, s.height))
            clean = detector.boxes(p)
            total += len(clean)
            removed += len(clean) - boxes_left(clean,
                                               detector.boxes((p + s.eps255 * signs).clip(0, 255).astype(np.uint8)))
        report = {
            'name': name, 'detector': target, 'grey': grey, 'cell': cell, 'train_boxes': total,
            'train_boxes_removed_at_8_255': removed, 'settings': asdict(s), 'seconds': round(time.time() - began)}
        print(report, flush=True)
        write_json(out / f'{name}.json', report)
        if ships:
            cv2.imwrite(str(FOLDER / ships), (128 + 127 * signs[..., 0].astype(np.int16)).astype(np.uint8),
                        [cv2.IMWRITE_PNG_COMPRESSION, 9, cv2.IMWRITE_PNG_BILEVEL, 0])
        np.save(out / f'{name}.npy', signs)


if __name__ == '__main__':
    main()
