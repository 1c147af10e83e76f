"""Pairs of a frame as the agent may see it and what the mapping network should return, from what make_attacks.py has
made.

KINDS are the shares: put in after decoding (rescaled, shifted, mirrored, one in four swapped between scenes), through
an encoder, the universal pattern, noise or blots strong enough to do harm without a gradient, clean frames, and
nuisances, which M leaves as they are.
"""
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.attacks import noises
from lib.nuisances import frames as nuisances

from . import video
from .crops import crop
from .patterns import pattern, tiled


@dataclass
class Pair:
    frame: np.ndarray    # I420 uint8 [H*3/2, W]
    target: np.ndarray   # what M should return, likewise
    scale: float         # of the detector's picture to the whole frame that this is a part of
    kind: str            # 'attack', 'coded', 'noise', 'universal', 'clean' or 'nuisance'
    source: str
    before: np.ndarray     # the clean frame of the same moment; of a nuisance, without it
    neighbour: np.ndarray  # another clean frame of the scene, a moment apart
    eps255: float          # 0: not attacked

    @property
    def attacked(self) -> bool:
        return self.kind not in ('clean', 'nuisance')


PART = (320, 200)
KINDS = {'attack': .56, 'coded': .13, 'universal': .04, 'noise': .04, 'clean': .14, 'nuisance': .09}


class Strong:
    def __init__(self, folder: Path, patterns: tuple[str, ...] = (), centres=None, kinds: dict = KINDS,
                 parts: float = 0):
        # centres: RGB [H, W, 3] -> where something is found, [[x, y], ...]
        self.parts, self.kinds, self.centres = parts, kinds, centres
        self.folder, self.seen, self.lines = folder, set(), []
        self.patterns = [pattern(detector) for detector in patterns]
        self.refresh()

    def refresh(self) -> None:
        """Takes up what has been made since."""
        for path in sorted(self.folder.glob('*.json')):
            if path.stem not in self.seen:
                self.seen.add(path.stem)
                self.lines.append(json.loads(path.read_text()) | {'file': path.with_suffix('.npz')})

    def entry(self, rng, coded: bool = False) -> dict:
        for _ in range(200):
            line = self.lines[rng.integers(len(self.lines))]
            if not coded or 'crf' in line:
                return line
        raise ValueError(f'{self.folder}: no coded entry')

    def delta(self, rng, line: dict, arrays, shape: tuple) -> np.ndarray:
        """The entry's own perturbation or, one time in four, another scene's; scaled, sometimes shifted -> float32 [H,
        W, 3]."""
        eps, other = line['eps255'], arrays
        if rng.random() < 0.25:
            chosen = self.entry(rng)
            candidate = np.load(chosen['file'])
            if candidate['delta'].shape[:2] == shape[:2]:
                eps, other = chosen['eps255'], candidate
        d = other['delta'].astype(np.float32) * (eps / 127)
        strength = min(eps * rng.choice([0.5, 0.75, 1, 1, 1, 1.5, 2]), 16)
        if rng.random() < 0.15:
            d = np.roll(d, tuple(rng.integers(-6, 7, 2)), (0, 1))
        if rng.random() < 0.15:
            d = d[:, ::-1]
        return d * (strength / eps)

    def window(self, rng, line: dict, frame: np.ndarray) -> tuple[int, int, int, int]:
        """x, y, w, h of the part to learn from: all of it or, for `parts` of the draws, a part about something that
        the detector finds. Corners lie on a grid of 80 pixels, which the detector's resize maps onto whole pixels."""
        w, h = frame.shape[1], frame.shape[0] * 2 // 3
        if rng.random() >= self.parts:
            return 0, 0, w, h
        pw, ph = PART
        if line.get('centres') and rng.random() < 0.85:
            cx, cy = line['centres'][rng.integers(len(line['centres']))]
            x, y = cx - pw * rng.uniform(0.3, 0.7), cy - ph * rng.uniform(0.3, 0.7)
        else:
            x, y = rng.uniform(0, w - pw), rng.uniform(0, h - ph)
        return int(np.clip(round(x / 80) * 80, 0,
                           (w - pw) // 8 * 8)), int(np.clip(round(y / 80) * 80, 0, (h - ph) // 8 * 8)), pw, ph

    def draw(self, rng) -> Pair:
        kind = str(rng.choice(list(self.kinds), p=list(self.kinds.values())))
        line = self.entry(rng, kind == 'coded')
        arrays, k = np.load(line['file']), int(rng.integers(2))
        stored = arrays['coded'] if 'crf' in line and (kind == 'coded' or rng.random() < 0.4) else arrays['clean']
        if 'centres' not in line:
            line['centres'] = self.centres(video.to_rgb(stored[k])) if self.centres else []
        x, y, w, h = self.window(rng, line, stored[k])
        frame = before = target = crop(stored[k], x, y, w, h)
        neighbour, eps = crop(stored[1 - k], x, y, w, h), 0.0
        if kind == 'coded':
            frame, eps = crop(stored[2 + k], x, y, w, h), line['coded_eps255']
        elif kind == 'nuisance':
            drawn = nuisances.ALL[str(rng.choice(list(nuisances.ALL)))](rng, video.to_rgb(target)[None])[0]
            frame = target = video.to_i420(np.ascontiguousarray(drawn))
        elif kind != 'clean':
            whole = (stored.shape[1] * 2 // 3, stored.shape[2])
            d = self.delta(rng, line, arrays, whole)[y:y + h, x:x + w] if kind == 'attack' else self.universal(
                rng, (h, w)) if kind == 'universal' else noise(rng, (h, w))
            eps = float(np.abs(d).max())
            frame = video.rounded_i420(video.to_rgb(target) + d)
        frames = (frame, target, before, neighbour)
        frame, target, before, neighbour = (mirrored(f) for f in frames) if rng.random() < 0.5 else frames
        return Pair(frame, target, 416 / max(stored.shape[2], stored.shape[1] * 2 // 3), kind, line['source'], before,
                    neighbour, eps)

    def universal(self, rng, shape: tuple) -> np.ndarray:
        p = self.patterns[rng.integers(len(self.patterns))] * rng.uniform(4, 16)
        if rng.random() < 0.5:
            p = np.roll(p, tuple(rng.integers(-60, 61, 2)), (0, 1))
        return np.repeat(tiled(p, *shape), 3, 2)


def noise(rng, shape: tuple) -> np.ndarray:
    make = noises.random_signs if rng.random() < 0.5 else noises.low_frequency
    return make(rng, shape, float(rng.uniform(10, 26)), bool(rng.random() < 0.4))


def mirrored(i420: np.ndarray) -> np.ndarray:
    rows, w = i420.shape
    h = rows * 2 // 3
    chroma = i420[h:].reshape(-1, w // 2)[:, ::-1].reshape(-1, w)
    return np.concatenate([i420[:h, ::-1], chroma])
