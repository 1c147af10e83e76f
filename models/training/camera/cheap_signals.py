"""What a frame says without any network: its size as it was encoded and the energy of its blocks; could they tell an
attack?

nice -n 15 python -m camera.cheap_signals --cases CASES --out DIR       # 1 s a case; resumes; then tsx
    tools/decision/signals.ts (at the top)
Of each observation of a case of make_cases.py (five a second), one JSON a line in DIR/<file>.jsonl: `bytes`, ln of the
mean size of the frames of the last second that are no key frames; `fine`, `middle`, `coarse`: ln of the lower quartile
over 16x16 blocks of the mean square of luma between Gaussians of deviation 0 and 1, 1 and 3, 3 and 9 pixels.
"""
import argparse
import csv
import json
import subprocess
from pathlib import Path

import cv2
import numpy as np

from . import video

FLOOR = 0.05  # below a quarter of a step there is the coder's flatness
OBSERVE_S = 0.2


def packet_sizes(path: Path) -> list[tuple[int, bool]]:
    """(bytes, key frame) in the order of presentation; these files have no B frames."""
    out = subprocess.run([
        'ffprobe', '-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=size,flags', '-of', 'csv=p=0',
        str(path)], capture_output=True, text=True, check=True).stdout
    return [(int(size), 'K' in flags) for size, flags in (line.split(',')[:2] for line in out.split())]


def energies(i420: np.ndarray) -> dict[str, float]:
    luma = i420[:i420.shape[0] * 2 // 3].astype(np.float32)
    h, w = luma.shape[0] // 16 * 16, luma.shape[1] // 16 * 16
    levels = [luma] + [cv2.GaussianBlur(luma, (0, 0), s) for s in (1, 3, 9)]
    out = {}
    for name, sharp, soft in zip(('fine', 'middle', 'coarse'), levels, levels[1:]):
        blocks = np.square(sharp - soft)[:h, :w].reshape(h // 16, 16, w // 16, 16).mean((1, 3))
        out[name] = float(np.log(max(FLOOR, np.quantile(blocks, 0.25))))
    return out


def observations(path: Path, fps: float) -> list[dict]:
    sizes = packet_sizes(path)
    probe = cv2.VideoCapture(str(path))
    w, h = int(probe.get(cv2.CAP_PROP_FRAME_WIDTH)), int(probe.get(cv2.CAP_PROP_FRAME_HEIGHT))
    frames, step, second = video.decode(path, w, h), round(fps * OBSERVE_S), round(fps)
    out = []
    for i in range(0, len(frames), step):
        last = [size for size, key in sizes[max(0, i + 1 - second):i + 1] if not key] or [sizes[i][0]]
        out.append({'atMs': round(1000 * i / fps), 'bytes': float(np.log(np.mean(last)))} | energies(frames[i]))
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--cases', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    for row in csv.DictReader(open(args.cases / 'labels.csv')):
        path = args.out / f"{row['file']}.jsonl"
        if not path.exists():
            path.write_text('\n'.join(map(json.dumps, observations(args.cases / row['file'], float(row['fps'])))) +
                            '\n')


if __name__ == '__main__':
    main()
