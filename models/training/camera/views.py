"""What the mapping network is trained on: bursts of frames of the train clips and photographs, seen through changing
crops.

The scenes of HELD and every fifth photograph are never trained on: choices between runs are made there.
"""
from pathlib import Path

import cv2
import numpy as np

from lib import drawn

from . import video

HELD = ('fa_crowd_walk.mp4', 'ot_dog_walk.mp4', 'out_plaza_people.mp4', 'tr_lanes_overhead.mp4')
BURST = 4
SIZES = ((640, 360), (640, 360), (640, 360), (640, 480), (512, 288), (480, 640))  # width, height


def native_size(clip: dict) -> tuple[int, int]:
    """The clip's own size, at most 1280 wide and high, in multiples of 8."""
    w, h = int(clip['width']), int(clip['height'])
    r = min(1, 1280 / max(w, h))
    return int(w * r) // 8 * 8, int(h * r) // 8 * 8


def bursts(clip: dict, folder: Path, every: float = 0.6) -> np.ndarray:
    """Groups of BURST frames of a clip, about 1/15 s apart, one group each `every` seconds -> uint8 [n, BURST, H*3/2,
    W]; kept in `folder`."""
    path = folder / f'{clip["file"]}.npy'
    if not path.exists():
        fps = float(clip['fps'])
        step, gap = max(1, round(fps / 15)), max(1, round(fps * every))
        frames = video.decode(clip['path'], *native_size(clip))
        starts = range(0, max(1, len(frames) - step * (BURST - 1)), gap)
        np.save(path, np.stack([frames[np.minimum(s + step * np.arange(BURST), len(frames) - 1)] for s in starts]))
    return np.load(path, mmap_mode='r')


class Views:
    """Bursts of one half of the train split: `held` or not."""

    def __init__(self, data: Path, folder: Path, held: bool = False):
        folder.mkdir(parents=True, exist_ok=True)
        clips = [c for c in video.clips(data, 'train') if (c['file'] in HELD) == held]
        self.clips = {c['file']: (bursts(c, folder), c['size']) for c in clips}
        self.stills = {p.name: p for i, p in enumerate(video.stills(data, 'train')) if (i % 5 == 4) == held}
        share = np.array([len(b) ** 0.5 for b, _ in self.clips.values()])  # a long clip says less a second
        self.share = share / share.sum()

    def draw(self, rng) -> tuple[str, np.ndarray]:
        """A burst through a random view -> name of the source, RGB uint8 [BURST, h, w, 3]."""
        if rng.random() < 0.35:
            name = str(rng.choice(list(self.stills)))
            rgb = cv2.cvtColor(cv2.imread(str(self.stills[name])), cv2.COLOR_BGR2RGB)
            burst, size = drawn.moving_still(rng, rgb, BURST), None
        else:
            name = str(rng.choice(list(self.clips), p=self.share))
            groups, size = self.clips[name]
            burst = np.stack([video.to_rgb(np.ascontiguousarray(f)) for f in groups[rng.integers(len(groups))]])
        if size is not None and rng.random() < 0.35:
            burst = np.stack([cv2.resize(f, size, interpolation=cv2.INTER_LINEAR) for f in burst])
        else:
            burst = zoomed(rng, burst, SIZES[rng.integers(len(SIZES))])
        if rng.random() < 0.5:
            burst = burst[:, :, ::-1]
        if rng.random() < 0.4:
            table = ((np.arange(256) / 255) ** rng.uniform(0.7, 1.5) * rng.uniform(0.7, 1.25) * 255).clip(
                0, 255).astype(np.uint8)
            burst = table[burst]
        return name, np.ascontiguousarray(burst)


def zoomed(rng, burst: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A part of the picture in the aspect of `size` (width, height), at most 2.2 times enlarged."""
    h, w = burst.shape[1:3]
    whole = min(w / size[0], h / size[1])
    scale = max(whole * rng.uniform(0.55, 1) , 1 / 2.2)
    scale = min(scale, whole)
    cw, ch = int(size[0] * scale), int(size[1] * scale)
    x, y = int(rng.integers(0, w - cw + 1)), int(rng.integers(0, h - ch + 1))
    way = cv2.INTER_AREA if scale > 1 else (cv2.INTER_LINEAR, cv2.INTER_CUBIC)[rng.integers(2)]
    return np.stack([cv2.resize(f[y:y + ch, x:x + cw], size, interpolation=way) for f in burst])
