"""Random crops from the training cache, as pairs where an attack has a clean twin through the same encoder."""
import json
from pathlib import Path

import numpy as np
import torch

# Attacks without a gradient: harm, not family, makes them positives.
NOISES = ('sign', 'random-signs', 'low-frequency')
# Weight of a random-sign control as a negative: it looks like an attack and harms nothing.
SIGN_WEIGHT = 0.5


def positive_weight(line: dict) -> float:
    """How much an attacked frame counts: by what it does to the detector or, where nothing was there to hide, by what
    amplitude is left. 0: it died in the encoder, it is no example of anything."""
    if line['family'] in NOISES:
        return float(np.clip((np.nan_to_num(line['harm']) - 0.15) / 0.2, 0, 1))
    left255 = line['survive'] * line['eps255']
    by_energy = np.clip((left255 - 0.5) / 1.5, 0, 1)
    harm = line['harm']
    by_harm = by_energy if np.isnan(harm) else np.clip((harm - 0.15) / 0.35, 0, 1)
    return float(max(by_harm * np.clip(left255 / 0.5, 0, 1), 0.7 * by_energy))


class Cache:
    def __init__(self, root: Path):
        self.root, self.attacks, self.signs, self.negatives = root, [], [], []
        self.loaded = {}
        for index in sorted((root / 'index').glob('*.json')):
            for line in json.loads(index.read_text()):
                if 'attacked' not in line:
                    self.negatives.append(line)
                elif positive_weight(line) > 0.02:
                    self.attacks.append(line)
                elif line['family'] in NOISES and line['harm'] < 0.1:
                    self.signs.append(line)

    def frames(self, name: str) -> np.ndarray:
        if name not in self.loaded:
            self.loaded[name] = np.load(self.root / 'frames' / name, mmap_mode='r')
        return self.loaded[name]

    def __repr__(self):
        return f'{len(self.attacks)} attacks, {len(self.signs)} sign controls, {len(self.negatives)} negatives'


def crop(frame: np.ndarray, x: int, y: int, w: int, h: int) -> np.ndarray:
    """I420 crop; x, y even, w, h multiples of 8."""
    rows, width = frame.shape
    height = rows * 2 // 3
    u = frame[height:height + height // 4].reshape(height // 2, width // 2)
    v = frame[height + height // 4:].reshape(height // 2, width // 2)
    part = [p[y // 2:(y + h) // 2, x // 2:(x + w) // 2].reshape(h // 4, w) for p in (u, v)]
    return np.concatenate([frame[y:y + h, x:x + w], *part])


def place(rng, frame: np.ndarray, size: tuple[int, int]) -> tuple[int, int]:
    """A corner: on the 8x8 grid three times out of four, anywhere else (a camera of another size) else."""
    w, h = size
    step = 8 if rng.random() < 0.75 else 2
    width, height = frame.shape[1], frame.shape[0] * 2 // 3
    return (int(rng.integers(0, (width - w) // step + 1)) * step, int(rng.integers(0, (height - h) // step + 1)) * step)


def covered(box, frame, x, y, size) -> np.ndarray:
    """Share of each 8x8 block of the crop that the attacked box covers (by its centre) -> [h/8, w/8]."""
    width, height = frame.shape[1], frame.shape[0] * 2 // 3
    cx, cy = (x + 8 * np.arange(size[0] // 8) + 4) / width, (y + 8 * np.arange(size[1] // 8) + 4) / height
    return (((cy > box[1]) & (cy < box[3]))[:, None] & ((cx > box[0]) & (cx < box[2]))[None]).astype(np.float32)


def batch(rng, cache: Cache, pairs: int, size: tuple[int, int] = (256, 256)) -> dict[str, torch.Tensor]:
    """`pairs` attacked crops, their clean twins and as many nuisances or sign controls -> frame uint8 [3 * pairs,
    h*3/2, w], label, weight [3 * pairs], where [3 * pairs, 1, h/8, w/8], log level [3 * pairs], target (what M should
    return), eps."""
    frames, targets, labels, weights, where, levels = [], [], [], [], [], []

    def add(frame, target, label, weight, mask, level):
        for row, value in zip((frames, targets, labels, weights, where, levels),
                              (frame, target, label, weight, mask, level)):
            row.append(value)

    nothing = np.zeros((size[1] // 8, size[0] // 8), np.float32)
    for _ in range(pairs):
        line = cache.attacks[rng.integers(len(cache.attacks))]
        attacked, clean = cache.frames(line['attacked']), cache.frames(line['clean'])
        i = rng.integers(len(attacked))
        for _ in range(4):  # a crop mostly inside or outside the attacked box
            x, y = place(rng, attacked[i], size)
            mask = covered(line['box'], attacked[i], x, y, size)
            if mask.mean() > 0.4:
                break
        twin, share = crop(clean[i], x, y, *size), mask.mean()
        sure = np.clip((share - 0.1) / 0.3, 0, 1) if share > 0.02 else 1.0
        add(crop(attacked[i], x, y, *size), twin, float(share > 0.02),
            positive_weight(line) * sure, mask, np.log(max(line['eps255'] / 255, 1 / 255)))
        add(twin, twin, 0.0, 1.0, nothing, np.log(1 / 255))
        if cache.signs and rng.random() < 0.15:
            line = cache.signs[rng.integers(len(cache.signs))]
            name, weight = line['attacked'], SIGN_WEIGHT
        else:
            line = cache.negatives[rng.integers(len(cache.negatives))]
            name, weight = line['clean'], 1.0
        frame = cache.frames(name)
        i = rng.integers(len(frame))
        x, y = place(rng, frame[i], size)
        add(crop(frame[i], x, y, *size), crop(frame[i], x, y, *size), 0.0, weight, nothing, np.log(1 / 255))
    tensor = lambda v: torch.from_numpy(np.asarray(v, np.float32))
    return {
        'frame': torch.from_numpy(np.stack(frames)), 'target': torch.from_numpy(np.stack(targets)),
        'label': tensor(labels), 'weight': tensor(weights), 'where': tensor(where)[:,
                                                                                   None], 'log_level': tensor(levels)}
