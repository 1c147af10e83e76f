"""Frames to measure repairs on, from scenes that training never saw, attacked as hard as an attacker would: MI-FGSM of
30 steps.

nice -n 15 python -m camera.repair_set --scenes held            # held-out scenes of the train split, to choose by;
    `test` is opened once, at the end
Writes CACHE/repair-SCENES.npz: for each cell of CELLS `CELL/clean` and `CELL/attacked`, I420, frame by frame (files
differ in size: one array each).
"""
import time
from pathlib import Path

import cv2
import numpy as np
import torch

from lib.attacks.hiding import as_tensor, mifgsm
from lib.attacks.strong import Attack, make
from lib.nets.detectors import Detector
from lib.nets.yolox import Yolox
from lib.run import arguments

from . import video
from .views import BURST, HELD

CELLS = ('quench-8-after', 'yolox-8-after', 'yolox-8-crf23', 'yolox-8-crf28', 'yolox-4-after', 'face-8-after',
         'face-8-crf23')


def films(data: Path, scenes: str, per_clip: int) -> list[tuple[str, np.ndarray]]:
    """Short films at the working size, evenly spread over each clip; photographs as films that stand still -> name,
    I420 [BURST, H*3/2, W]."""
    split = 'train' if scenes == 'held' else scenes
    out = []
    for clip in video.clips(data, split):
        if scenes == 'held' and clip['file'] not in HELD:
            continue
        frames, step = video.decode(clip['path'], *clip['size']), max(1, round(float(clip['fps']) / 15))
        last = max(0, len(frames) - 1 - step * (BURST - 1))
        for start in np.linspace(last * 0.1, last * 0.9, per_clip).astype(int):
            out.append((clip['file'], frames[np.minimum(start + step * np.arange(BURST), len(frames) - 1)]))
    stills = video.stills(data, split)
    for path in stills[4::5] if scenes == 'held' else stills[::4]:
        out.append((path.name, np.repeat(video.to_i420(video.read_still(path))[None], BURST, 0)))
    return out


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--scenes', choices=('held', 'test'), default='held')
    parser.add_argument('--per-clip', type=int, default=4)
    parser.add_argument('--cells', nargs='+', default=CELLS, choices=CELLS)
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    yolox, face, began, look = Yolox(args.data), Detector(args.data, 'face'), time.time(), BURST // 2
    found, arrays, counts = Detector(args.data, 'yolox'), {}, dict.fromkeys(CELLS, 0)

    def put(cell: str, clean: np.ndarray, attacked: np.ndarray) -> None:
        arrays[f'{cell}/{counts[cell]:03d}'] = np.stack([clean, attacked])
        counts[cell] += 1

    for name, film in films(args.data, args.scenes, args.per_clip):
        rgb = video.to_rgb(film[look])
        x = as_tensor(rgb)
        for aim, eps in sorted({tuple(c.split('-')[:2]) for c in args.cells}):
            detector = face if aim == 'face' else found
            if len(detector.boxes(rgb)) == 0:
                continue
            if aim == 'face':
                delta = mifgsm(face, rgb, float(eps), 30)  # which no training has seen
            else:
                delta = make(Attack('mifgsm', float(eps), 30, 'hide' if aim == 'yolox' else aim), x, yolox, None,
                             torch.Generator())[0].permute(1, 2, 0).numpy()
            attacked = video.perturbed(film, delta)
            for cell in args.cells:
                if cell == f'{aim}-{eps}-after':
                    put(cell, film[look], attacked[look])
                elif cell.startswith(f'{aim}-{eps}-crf'):
                    put(cell, *(video.through_codec(f, crf=int(cell[-2:]))[look] for f in (film, attacked)))
        print(name, counts, f'{time.time() - began:.0f}s', flush=True)
    out = args.cache / f'repair-{args.scenes}.npz'
    if out.exists() and set(args.cells) != set(CELLS):  # some cells anew, beside those that are there
        with np.load(out) as stored:
            arrays = {k: stored[k] for k in stored.files if k.split('/')[0] not in args.cells} | arrays
    np.savez(out, **arrays)


if __name__ == '__main__':
    main()
