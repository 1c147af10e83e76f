"""Pieces of 30 s in which nobody attacks: quiet for 6 s, then troubled for 24 s; MP4 files with labels.csv as
make_cases.py writes them.

nice -n 15 python -m camera.make_troubles --split test --minutes 120 --out DIR       # 6 s a piece on one core; resumes
Five frames a second, which is what the decision looks at; H.264 (veryfast, zerolatency, GOP 2 s), CRF 18, 23 or 28.
Scenes: the clips of the split, played to and fro, and its photographs of 640x360 and more with a sensor's noise.
Kinds: troubles.py, one after the other, each drawn anew.
"""
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lib.nuisances import frames as nuisances
from lib.run import arguments

from . import troubles, video
from .labels import Labels
from .make_cases import COLUMNS, to_and_fro


@dataclass(frozen=True)
class Settings:
    seed: int = 20261125
    fps: int = 5
    quiet: int = 30
    frames: int = 150


def scenes(data: Path, split: str) -> list[tuple[str, object]]:
    """(name, clip row or path of a photograph), the clips first."""
    stills = [p for p in video.stills(data, split) if np.greater_equal(cv2.imread(str(p)).shape[:2], (360, 640)).all()]
    return [(r['file'], r) for r in video.clips(data, split)] + [(p.name, p) for p in stills]


def film(scene, rng, s: Settings) -> np.ndarray:
    """RGB uint8 [n, H, W, 3] of a clip at the working size, or of a photograph's middle."""
    if isinstance(scene, Path):
        rgb = cv2.cvtColor(cv2.imread(str(scene)), cv2.COLOR_BGR2RGB)
        y, x = (rgb.shape[0] - 360) // 2, (rgb.shape[1] - 640) // 2
        return photographed(rgb[y:y + 360, x:x + 640], rng, s)
    w, h = scene['size']
    step = max(1, round(float(scene['fps']) / s.fps))
    start = int(rng.integers(0, max(1, int(scene['frames']) - step * s.frames)))
    frames = to_and_fro(video.decode(scene['path'], w, h, start, frames=s.frames * step)[::step], s.frames)
    return np.stack([video.to_rgb(f) for f in frames])


def photographed(rgb: np.ndarray, rng, s: Settings) -> np.ndarray:
    """The picture as a camera would bring it: 8 drawn fields of a sensor's noise, each frame one of them shifted."""
    fields = nuisances.sensor_noise(rng, np.repeat(rgb[None], 8, 0), rng.uniform(0.3, 1.5)).astype(np.int16) - rgb
    shifts = rng.integers(0, rgb.shape[:2], (s.frames, 2))
    return np.stack([(rgb + np.roll(fields[i % 8], shift, (0, 1))).clip(0, 255).astype(np.uint8)
                     for i, shift in enumerate(shifts)])


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--split', required=True)
    parser.add_argument('--minutes', type=float, default=120)
    parser.add_argument('--out', type=Path, required=True)
    args, s = parser.parse_args(), Settings()
    cv2.setNumThreads(1)
    labels = Labels(args.out, COLUMNS)
    kinds, places = sorted(troubles.ALL), scenes(args.data, args.split)
    order = np.random.default_rng(s.seed).permutation(len(places))
    for i in range(round(args.minutes * 60 * s.fps / s.frames)):
        kind, (name, scene), crf = kinds[i % len(kinds)], places[order[i % len(places)]], (18, 23, 28)[(i + i // 3) % 3]
        file = f'{i:03}.{Path(name).stem}.{kind}.crf{crf}.mp4'
        if file in labels.done:
            continue
        rng = np.random.default_rng([s.seed, i])
        rgb = film(scene, rng, s)
        rgb = np.concatenate([rgb[:s.quiet], troubles.ALL[kind](rng, rgb[s.quiet:], s.fps)])
        video.encode(np.stack([video.to_i420(f) for f in rgb]), crf, gop=10, fps=s.fps, path=args.out / file)
        labels.add(file, name, args.split, kind, 0, crf, s.fps, s.frames, s.quiet, 0, 0)
        print(i, file, flush=True)


if __name__ == '__main__':
    main()
