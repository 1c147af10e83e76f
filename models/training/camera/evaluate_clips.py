"""Scores the attacked test clips of make_test_attacks.py and the untouched test clips with the shipped bundle.

nice -n 15 python -m camera.evaluate_clips --attacked ../../../attacked     # 2 shared cores: about 15 min;
    results/evaluate_clips.json and .md
Per cell (family, level, CRF): frames found at the bundle's thresholds, AUROC against clean twins of the same CRF,
share of the detector's boxes that the attack removes after the encoder, and share of these that one pass of M brings
back. Frames of one clip are alike: Wilson intervals are over frames and too narrow.
"""
import csv
import json
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.bundle import session
from lib.markdown import percent
from lib.nets.detectors import Detector, boxes_left
from lib.run import MODELS, RESULTS, arguments, write_result
from lib.stats import auroc, wilson

from . import video


@dataclass(frozen=True)
class Settings:
    every: int = 7          # of the attacked frames
    native_every: int = 8   # of the untouched clips
    box_frames: int = 3     # a file, for boxes after purification
    box_families: tuple = ('pgd-yolox', 'universal-yolox', 'pgd-face', 'universal-face')


class Bundle:
    def __init__(self, folder=MODELS / 'camera'):
        self.manifest = json.loads((folder / 'manifest.json').read_text())
        self.screen, self.chain = (session(folder / f'{n}.onnx', 1) for n in ('screen', 'chain'))
        self.suspicious, self.flagged = self.manifest['thresholds']['suspicious'], self.manifest['thresholds'][
            'flagged']

    def judge(self, frame) -> dict:
        """One frame through both graphs; `cascade` is the frame score of cascade mode."""
        feed = {'frame': np.ascontiguousarray(frame)[None]}
        screen = float(self.screen.run(['score'], feed)[0][0])
        purified, score, level = self.chain.run(['purified', 'score', 'level'], feed)
        score = float(score[0])
        return {
            'screen': screen, 'chain': score, 'level': float(level[0]), 'purified': purified[0],
            'cascade': screen if screen < self.suspicious else score, 'flagged': screen >= self.suspicious
            and score >= self.flagged, 'flagged_full': score >= self.flagged}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--attacked', type=Path, required=True)
    args, s, began = parser.parse_args(), Settings(), time.time()
    bundle, clips = Bundle(), {c['file']: c for c in video.clips(args.data, 'test')}
    detectors = {name: Detector(args.data, name) for name in ('yolox', 'face')}
    native = {}
    for name, clip in clips.items():
        seen = [bundle.judge(f) for f in video.decode(clip['path'], *clip['size'])[:: s.native_every]]
        native[name] = {'frames': len(seen)} | {
            k: int(sum(x[k]
                       for x in seen))
            for k in ('flagged', 'flagged_full')} | {
                'suspicious': int(sum(x['screen'] >= bundle.suspicious for x in seen)), 'screen_max': max(
                    x['screen'] for x in seen), 'chain_max': max(x['chain'] for x in seen)}
        print(name, native[name], f'{time.time() - began:.0f}s', flush=True)
    cells, twins = defaultdict(lambda: defaultdict(list)), defaultdict(list)
    for row in csv.DictReader(open(args.attacked / 'labels.csv')):
        width, height = clips[row['source']]['size']
        first, n = max(0, int(row['first_attacked'])), int(row['frames'])
        frames = video.decode(args.attacked / row['file'], width, height)
        look = list(range(first + 2 if row['family'] != 'clean' else 2, n, s.every))
        seen = {i: bundle.judge(frames[i]) for i in look}
        if row['family'] == 'clean':
            twins[row['source'], row['crf']] = list(frames)
        c = cells[row['group']]
        c['row'] = row
        for i in look:
            for key in ('screen', 'chain', 'level', 'flagged', 'flagged_full'):
                c[key].append(seen[i][key])
        c['change'].append(np.mean([np.abs(seen[i]['purified'].astype(int) - frames[i]).mean() for i in look]))
        target = row['family'].split('-')[-1]
        for name in ('yolox', 'face'):
            c[f'{name}_clean'].append(int(row[f'{name}_clean']))
            c[f'{name}_removed'].append(int(row[f'{name}_removed']))
        c['files'].append(row['file'])
        c['found_file'].append(any(seen[i]['flagged'] for i in look))
        if row['family'] in s.box_families:
            for i in look[:: max(1, len(look) // s.box_frames)]:
                key = (row['source'], row['crf'])
                twin = twins[key][i] if key in twins else video.decode(
                    args.attacked / f'{Path(row["source"]).stem}.clean.0.crf{row["crf"]}.before.mp4', width, height)[i]
                clean = detectors[target].boxes(video.to_rgb(twin))
                if len(clean):
                    c['pure_clean'].append(len(clean))
                    c['pure_attacked'].append(boxes_left(clean, detectors[target].boxes(video.to_rgb(frames[i]))))
                    c['pure_purified'].append(
                        boxes_left(clean, detectors[target].boxes(video.to_rgb(seen[i]['purified']))))
    table = []
    for c in cells.values():
        row, n = c['row'], len(c['screen'])
        negative = cells[f'clean 0/255 crf {row["crf"]} before']
        found, full = int(sum(c['flagged'])), int(sum(c['flagged_full']))
        table.append({
            'family': row['family'], 'level255': float(row['level255']), 'crf': int(
                row['crf']), 'where': row['where'], 'frames': n, 'files': len(c['files']), 'files_found': int(
                    sum(c['found_file'])), 'found': found, 'found_interval': wilson(found, n), 'found_full': full,
            'auroc_screen': auroc(negative['screen'], c['screen']), 'auroc_chain': auroc(negative['chain'], c['chain']),
            'level_median255': float(np.median(c['level']) * 255), 'mean_change_255': float(np.mean(c['change']))}
                     | {
                         k: int(sum(c[k]))
                         for k in ('yolox_clean', 'yolox_removed', 'face_clean', 'face_removed', 'pure_clean',
                                   'pure_attacked', 'pure_purified')})
    total = {k: sum(v[k] for v in native.values()) for k in ('frames', 'flagged', 'flagged_full', 'suspicious')}
    lines = [
        '| attack | level | CRF | boxes removed yolox / face | frames found (95 %) | full mode | clips | AUROC screen '
        '/ chain | boxes left: attacked / purified | n |',
        '|---|---|---|---|---|---|---|---|---|---|']
    for t in sorted(table, key=lambda t: (t['family'], t['where'], t['level255'], t['crf'])):
        low, high = t['found_interval']
        lines.append(
            f'| {t["family"]} | {t["level255"]:g}/255 | {"after " if t["where"] == "after" else ""}{t["crf"]} | '
            f'{percent(t["yolox_removed"], t["yolox_clean"])} / {percent(t["face_removed"], t["face_clean"])} '
            f'| {percent(t["found"], t["frames"])} ({100 * low:.0f}-{100 * high:.0f}) | '
            f'{percent(t["found_full"], t["frames"])} | {t["files_found"]}/{t["files"]} '
            f'| {t["auroc_screen"]:.3f} / {t["auroc_chain"]:.3f} | {percent(t["pure_attacked"], t["pure_clean"])} / '
            f'{percent(t["pure_purified"], t["pure_clean"])} | {t["frames"]} |'
        )
    (RESULTS / 'camera/evaluate_clips.md').write_text('\n'.join(lines) + '\n')
    harmful = [t for t in table if t['family'] not in ('clean', 'sign')]
    write_result(
        'camera', 'evaluate_clips', {
            'bundle': bundle.manifest['version'], 'native': native, 'native_total': total, 'cells': table, 'headline': {
                'clean_frames': total['frames'], 'clean_flagged': total['flagged'],
                'clean_flagged_full': total['flagged_full'], 'attacked_frames': sum(t['frames'] for t in harmful),
                'attacked_found': sum(t['found'] for t in harmful), 'pgd_yolox_4_crf23_found': next(
                    (t['found'] / t['frames']
                     for t in table
                     if (t['family'], t['level255'], t['crf'], t['where']) == ('pgd-yolox', 4, 23, 'before')), None)}})
    print('\n'.join(lines), total)


if __name__ == '__main__':
    main()
