"""Incidents of `framewarden scan` over attacked and clean clips, as a table. results/incidents.json and .md

node ../../bin/framewarden.js scan ../../../shared/data/video --json > clips.jsonl
node ../../bin/framewarden.js scan DIR --json > attacked.jsonl                 # DIR of make_test_attacks.py
python incident_table.py --clips clips.jsonl --attacked attacked.jsonl --labels DIR/labels.csv
A group whose files were not scanned has no row.
"""
import argparse
import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

import video
from evaluate_clips import wilson


def sources(path: Path) -> dict[str, dict]:
    """File name -> its summary and the times at which incidents were raised."""
    out = defaultdict(lambda: {'raised': [], 'summary': None})
    for line in map(json.loads, path.read_text().splitlines()):
        name = Path(line['source']).name
        if line['type'] == 'summary':
            out[name]['summary'] = line
        elif line['type'] == 'incident' and line['phase'] == 'raised':
            out[name]['raised'].append(line['t'])
    return {k: v for k, v in out.items() if v['summary']}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--data', type=Path, default=Path('../../../shared/data'))
    parser.add_argument('--clips', type=Path, required=True)
    parser.add_argument('--attacked', type=Path, required=True)
    parser.add_argument('--labels', type=Path, required=True)
    args, rows, splits = parser.parse_args(), [], []
    clips, attacked = sources(args.clips), sources(args.attacked)
    model = next(iter(clips.values()))['summary']['model']
    lines = ['| clean clips | clips | frames | frames flagged | unscored | incidents |', '|---|---|---|---|---|---|']
    for split in ('train', 'calibrate', 'test'):
        some = [clips[c['file']] for c in video.clips(args.data, split) if c['file'] in clips]
        sums = {k: sum(s['summary'][k] for s in some) for k in ('frames', 'flagged', 'unscored', 'incidents')}
        splits.append({'split': split, 'clips': len(some)} | sums)
        lines.append(f"| {split} | {len(some)} | {sums['frames']} | {sums['flagged']} | {sums['unscored']} | {sums['incidents']} |")
    lines += ['', '| attack | level | CRF | boxes removed yolox / face | clips with an incident (95 %) | delay s, median / largest | raised before the attack |', '|---|---|---|---|---|---|---|']
    groups = defaultdict(list)
    for row in csv.DictReader(open(args.labels)):
        if row['file'] in attacked:
            groups[row['group']].append(row)
    for group in groups.values():
        one, delays, early = group[0], [], 0
        for row in group:
            start = int(row['first_attacked']) / float(row['fps']) if int(row['first_attacked']) >= 0 else float('inf')
            raised = attacked[row['file']]['raised']
            early += any(t < start for t in raised)
            delays += [t - start for t in raised if t >= start][:1]
        low, high = wilson(len(delays), len(group))
        removed = {k: (sum(int(r[f'{k}_removed']) for r in group), sum(int(r[f'{k}_clean']) for r in group)) for k in ('yolox', 'face')}
        share = {k: f'{100 * a / n:.0f} %' if n else '-' for k, (a, n) in removed.items()}
        rows.append({'family': one['family'], 'level255': float(one['level255']), 'crf': int(one['crf']), 'where': one['where'], 'clips': len(group), 'found': len(delays), 'interval': [low, high],
                     'delays_s': delays, 'early': early} | {f'{k}_removed': v for k, v in removed.items()})
        delay = f'{np.median(delays):.1f} / {max(delays):.1f}' if delays else '-'
        lines.append(f"| {one['family']} | {one['level255']}/255 | {'after ' if one['where'] == 'after' else ''}{one['crf']} | {share['yolox']} / {share['face']} | {len(delays)} of {len(group)} ({100 * low:.0f}-{100 * high:.0f} %) | {delay} | {early} |")
    Path('results/incidents.md').write_text('\n'.join(lines) + '\n')
    video.write_json('results/incidents.json', {'command': ' '.join(sys.argv), 'model': model, 'clips': splits, 'attacked': rows})
    print('\n'.join(lines))


if __name__ == '__main__':
    main()
