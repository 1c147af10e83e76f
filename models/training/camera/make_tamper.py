"""Cases for tamper: scenes that are quiet, then tampered with or troubled; MP4 files with labels.csv.

nice -n 12 python -m camera.make_tamper --split calibrate --stills 6 --out DIR      # resumes
A scene is a clip of the split from a camera that stands still (played to and fro where it is too short), or a
photograph with wandering light and things that drive through; sensor noise on top, which never repeats. H.264
(superfast, zerolatency, a key frame each 2 s), CRF 18, 23 or 28, 5 frames a second, which is what the decision looks
at; 10 for loops and stripes. Tampers: 11 s quiet (loops 16), then 11 or 12 s; three strengths a scene, over 0, 2 or 5
s. Nuisances: 11 s, then 30 s.
"""
import argparse
from pathlib import Path

import cv2
import numpy as np

from . import lookalikes, tampers, video
from .labels import Labels
from .make_cases import to_and_fro

SEED = 20261124
QUIET, TAMPERED, TROUBLED = 11, 11, 30
LOOP_QUIET, LOOPED = 16, 12
SPEEDS = (0, 2, 5)
FAST = ('flicker', 'loop')
COLUMNS = ('file', 'source', 'split', 'family', 'strength', 'seconds', 'crf', 'fps', 'frames', 'first', 'gap_s')


class Scene:
    """`frames(n, fps)`: RGB uint8 [n, H, W, 3]."""

    def __init__(self, name: str, number: int, clip: dict | None = None, single: bool = False,
                 still: Path | None = None):
        self.name, self.number, self.clip, self.single, self.still = name, number, clip, single, still

    def rng(self, *more: int):
        return np.random.default_rng([SEED, self.number, *more])

    def frames(self, n: int, fps: int) -> np.ndarray:
        if self.still or self.single:
            return self.drawn(n, fps)
        w, h = self.clip['size']
        step = max(1, round(float(self.clip['fps']) / fps))
        there = np.stack([video.to_rgb(x) for x in video.decode(self.clip['path'], w, h, frames=n * step)[::step]])
        return there if len(there) == n else to_and_fro(there, n)

    def drawn(self, n: int, fps: int) -> np.ndarray:
        base, rng = video.read_still(self.still) if self.still else video.to_rgb(
            video.decode(self.clip['path'], *self.clip['size'], frames=1)[0]), self.rng(1)
        h, w, _ = base.shape
        movers = [(rng.uniform(0, n / fps), rng.uniform(60, 200), rng.uniform(0.3, 0.9) * h, int(rng.integers(12, 50)),
                   rng.choice([-1, 1]), rng.integers(0, 256, 3)) for _ in range(max(2, n // fps // 6))]
        out = np.empty((n, h, w, 3), np.uint8)
        wander = 1 + 0.03 * np.sin(np.arange(n) / fps / rng.uniform(5, 15) + rng.uniform(0, 6))
        for i in range(n):
            x = (base * wander[i]).clip(0, 255).astype(np.uint8)
            for start, speed, y, size, way, colour in movers:
                at = (i / fps - start) * speed
                if 0 <= at < w + 2 * size:
                    cx = int(at - size if way > 0 else w + size - at)
                    cv2.ellipse(x, (cx, int(y)), (size, size * 2 // 3), 0, 0, 360, [int(c)
                                                                                    for c in colour], -1, cv2.LINE_AA)
                    cv2.rectangle(x, (cx - size // 2, int(y) - size // 3), (cx, int(y)), [int(255 - c)
                                                                                          for c in colour], -1)
            out[i] = x
        return out


class Sensor:
    """Noise that never repeats, of one camera: cut from a larger field, mirrored and turned by chance."""

    def __init__(self, rng, h: int, w: int):
        self.rng, self.h, self.w = rng, h, w
        self.field = np.round(rng.standard_normal((h + 128, w + 128)) * rng.uniform(1.2, 2.5)).astype(np.int16)

    def __call__(self, f: np.ndarray) -> np.ndarray:
        """RGB [n, H, W, 3] -> I420 [n, H*3/2, W], with noise in its luma."""
        out = np.empty((len(f), self.h * 3 // 2, self.w), np.uint8)
        for i, x in enumerate(f):
            y0, x0 = self.rng.integers(0, 128, 2)
            e = self.field[y0:y0 + self.h, x0:x0 + self.w][::self.rng.choice([-1, 1]), ::self.rng.choice([-1, 1])]
            out[i] = video.to_i420(x)
            out[i, :self.h] = cv2.add(out[i, :self.h], np.ascontiguousarray(e), dtype=cv2.CV_8U)
        return out


def scenes(data: Path, split: str, stills: int) -> list[Scene]:
    """Clips of cameras that stand still; of a short one a single picture, as going to and fro it would repeat itself.
    Then photographs."""
    found = [
        Scene(Path(c['file']).stem, i, clip=c, single=int(c['frames']) / float(c['fps']) < QUIET)
        for i, c in enumerate(video.clips(data, split))
        if c['camera'] == 'static']
    some = [p for p in video.stills(data, split) if min(cv2.imread(str(p)).shape[:2]) >= 300]
    chosen = [some[i] for i in np.random.default_rng(SEED).permutation(len(some))[:stills]]
    return found + [Scene(f'still-{p.stem}', 100 + i, still=p) for i, p in enumerate(sorted(chosen))]


def tampered(scene: Scene, family: str, strength: int, seconds: float, crf: int, fps: int, key: int) -> np.ndarray:
    """I420, with the sensor's noise."""
    n, first, rng = (QUIET + TAMPERED) * fps, QUIET * fps, scene.rng(2, key)
    if family == 'loop':
        n, first = (LOOP_QUIET + LOOPED) * fps, LOOP_QUIET * fps
    f = scene.frames(n, fps)
    sensor = Sensor(rng, *f.shape[1:3])
    if family in ('frozen', 'loop'):
        # what the attacker has recorded has been through the camera's encoder
        live = sensor(f[:first])
        seen = video.through_codec(live, crf=crf, preset='superfast', fps=fps, gop=2 * fps)
        length = 1 if family == 'frozen' else (12, 7, 4)[strength] * fps + int(rng.integers(0, 3))
        again = seen[first - length - fps:][:length]
        return np.concatenate([live, again[np.arange(n - first) % length]])
    f[first:] = getattr(tampers, family)(rng, f[first:], fps, strength, seconds)
    return sensor(f)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--data', type=Path, default=Path('../../../shared/data'))
    parser.add_argument('--split', required=True)
    parser.add_argument('--stills', type=int, default=6)
    parser.add_argument('--scenes', nargs='*', help='these alone')
    parser.add_argument('--only', nargs='*', help='families')
    parser.add_argument('--strengths', type=int, default=3, help='strengths a kind and scene, in turn')
    parser.add_argument('--troubles', type=int, default=len(lookalikes.ALL), help='nuisances a scene')
    parser.add_argument('--out', type=Path, required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    labels = Labels(args.out, COLUMNS)
    kinds = ('covered', 'defocused', 'turned', 'dark', 'bright', 'frozen', 'loop', 'flicker')
    for number, scene in enumerate(scenes(args.data, args.split, args.stills)):
        if args.scenes and scene.name not in args.scenes:
            continue
        names = sorted(lookalikes.ALL)
        turns = [(i, k, (number + i + s) % 3) for i, k in enumerate(kinds) for s in range(args.strengths)]
        wanted = [(k, s, SPEEDS[(2 * s + number + i) % 3]) for i, k, s in turns]
        wanted += [(names[(number * args.troubles + i) % len(names)], -1, 0) for i in range(args.troubles)]
        for i, (family, strength, seconds) in enumerate(wanted):
            if args.only and family not in args.only:
                continue
            crf, fps = (18, 23, 28)[(number + i) % 3], 10 if family in FAST else 5
            file = f'{scene.name}.{family}.{strength}.mp4'
            if file in labels.done:
                continue
            gap = 0
            if strength >= 0:
                seconds = 0 if family in ('frozen', 'loop') else seconds
                first = (LOOP_QUIET if family == 'loop' else QUIET) * fps
                made = tampered(scene, family, strength, seconds, crf, fps, i)
            else:
                first, rng = QUIET * fps, scene.rng(3, i)
                rgb = scene.frames((QUIET + TROUBLED) * fps, fps)
                if family == 'reboot':
                    gap = 25
                rgb[first:] = lookalikes.ALL[family](rng, rgb[first:], fps)
                made = Sensor(rng, *rgb.shape[1:3])(rgb)
            video.encode(made, crf, preset='superfast', gop=2 * fps, fps=fps, path=args.out / file)
            labels.add(file, scene.name, args.split, family, strength, seconds, crf, fps, len(made), first, gap)
        print(scene.name, 'done', flush=True)


if __name__ == '__main__':
    main()
