"""Boxes that come back: M beside non-local means, median and JPEG, on the frames of repair_set.py;
CACHE/repair-held.md and .json, of test in results/

python -m camera.evaluate_repair --scenes held --chains new=cache/repair/NAME.pt old=../camera/chain.onnx --plain
    [--pictures DIR]
Boxes are those of the clean frame (through the same encoder); kept = same class, IoU >= 0.5, found by the detector
that was attacked.
"""
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import torch

from lib.nets.detectors import Detector, boxes_left
from lib.nets.i420 import folded, frame_of, planes, unfolded
from lib.run import MODELS, RESULTS, about, arguments, write_json
from lib.stats import wilson

from . import video
from .recover import purifying


def jpeg(quality: int):
    return lambda rgb: cv2.imdecode(cv2.imencode('.jpg', rgb, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


PLAIN = {
    'non-local means': lambda rgb: cv2.fastNlMeansDenoisingColored(rgb, None, 6, 6, 7, 15),
    'median 5': lambda rgb: cv2.medianBlur(rgb, 5), 'JPEG 30': jpeg(30),
    'Gaussian 1.5': lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 1.5)}


def purifier(path: Path):
    """I420 -> I420 by one pass of the mapping network in a checkpoint or a shipped chain."""
    net = purifying(path).eval()

    def one(frame: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            p = planes(torch.from_numpy(frame)[None])
            return frame_of(*unfolded(folded(*p) + net(*p)[0]))[0].numpy()
    return one


def strip(frames: list[np.ndarray]) -> np.ndarray:
    """Clean, attacked, repaired side by side, and twice enlarged middles below."""
    rgb = [video.to_rgb(f) for f in frames]
    h, w = rgb[0].shape[:2]
    part = [
        cv2.resize(f[h // 3:h // 3 + h // 3, w // 3:w // 3 + w // 3], (w, h), interpolation=cv2.INTER_NEAREST)
        for f in rgb]
    return np.concatenate([np.concatenate(rgb, 1), np.concatenate(part, 1)])


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--scenes', choices=('held', 'test'), default='held')
    parser.add_argument('--chains', nargs='+', default=[f'new={MODELS}/camera/chain.onnx'],
                        help='NAME=checkpoint or chain.onnx')
    parser.add_argument('--cells', nargs='*')
    parser.add_argument('--plain', action='store_true', help='the plain filters, too')
    parser.add_argument('--pictures', type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    detectors = {name: Detector(args.data, name) for name in ('yolox', 'face')}
    filters = {name: purifier(Path(path)) for name, path in (c.split('=') for c in args.chains)}
    if args.plain:
        filters |= {k: (lambda f, g=g: video.to_i420(g(video.to_rgb(f)))) for k, g in PLAIN.items()}
    stored, counts = np.load(args.cache / f'repair-{args.scenes}.npz'), defaultdict(lambda: defaultdict(int))
    for key in stored.files:
        cell, number = key.split('/')
        if args.cells and cell not in args.cells:
            continue
        clean, attacked = stored[key]
        look = lambda f, d=detectors['face'
                                     if cell.startswith('face') else 'yolox']: d.boxes(video.to_rgb(f))
        boxes, c = look(clean), counts[cell]
        c['clean'] += len(boxes)
        c['attacked'] += boxes_left(boxes, look(attacked))
        for name, repair in filters.items():
            repaired, same = repair(attacked), repair(clean)
            now = look(repaired)
            c[f'{name}: kept'] += boxes_left(boxes, now)
            c[f'{name}: new'] += len(now) - boxes_left(boxes, now)
            c[f'{name}: kept clean'] += boxes_left(boxes, look(same))
            c[f'{name}: change of clean, 1/1000'] += round(1000 * float(np.abs(same.astype(int) - clean).mean()))
        c['frames'] += 1
        if args.pictures and int(number) % 4 == 0:
            args.pictures.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(args.pictures / f'{cell}-{number}.png'),
                        strip([clean, attacked, *(filters[n](attacked) for n in list(filters)[:2])])[..., ::-1])
    lines = [
        '| cell | boxes | attacked | ' + ' | '.join(f'{n}: kept (new), clean kept' for n in filters) + ' |',
        '|---' * (3 + len(filters)) + '|']
    for cell, c in counts.items():
        row = [
            f"{c[f'{n}: kept']} = {c[f'{n}: kept'] / max(1, c['clean']):.2f} ({c[f'{n}: new']}), "
            f"{c[f'{n}: kept clean']}"
            for n in filters]
        lines.append(f"| {cell} | {c['clean']} | {c['attacked']} | " + ' | '.join(row) + ' |')
    out = RESULTS / 'camera' if args.scenes == 'test' else args.cache
    (out / f'repair-{args.scenes}.md').write_text('\n'.join(lines) + '\n')
    table = {
        cell: dict(c) | {f'{n}: interval': wilson(c[f'{n}: kept'], c['clean'])
                         for n in filters}
        for cell, c in counts.items()}
    write_json(out / f'repair-{args.scenes}.json', about() | {'cells': table})
    print('\n'.join(lines))


if __name__ == '__main__':
    main()
