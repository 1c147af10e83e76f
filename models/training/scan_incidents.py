"""What `framewarden scan` raises: on the clean clips, where nothing is wanted, and on attacked versions of the test split.

python scan_incidents.py --attacked FOLDER          # FOLDER by make_test_attacks.py; about 15 minutes on 2 cores
The rule over time is the program's own; here its JSON is counted. Result: results/incidents.json, for write_card.py.
"""
import argparse
import csv
import json
import subprocess
import time
from collections import defaultdict
from pathlib import Path

BIN = Path(__file__).resolve().parents[2] / 'bin' / 'framewarden.js'
RESULT = Path('results/incidents.json')


def scan(folder: Path, saved: Path | None) -> list[dict]:
    """Objects of `framewarden scan --json FOLDER`, or of a file that holds them. Exit 3 says that there are incidents."""
    if saved:
        return [json.loads(line) for line in saved.read_text().splitlines()]
    run = subprocess.run(['node', BIN, 'scan', '--json', folder], stdout=subprocess.PIPE, text=True)
    if run.returncode not in (0, 3):
        raise SystemExit(f'scan of {folder} ended with {run.returncode}')
    return [json.loads(line) for line in run.stdout.splitlines()]


def by_clip(objects: list[dict]) -> dict[str, dict]:
    """Per source: frames, flagged frames, and the time of the first alarm in seconds or None."""
    clips = {}
    for o in objects:
        if o['type'] == 'summary':
            clips[Path(o['source']).name] = {'frames': o['frames'], 'flagged': o['flagged'], 'raised_s': None, 'model': o['model']}
    for o in objects:
        if o['type'] == 'incident' and o['phase'] == 'raised':
            clip = clips[Path(o['source']).name]
            clip['raised_s'] = o['t'] if clip['raised_s'] is None else min(clip['raised_s'], o['t'])
    return clips


def clean_table(clips: dict, manifest: Path) -> list[dict]:
    """Rows by split: clips, frames, seconds, flagged frames, clips with an incident."""
    rows = defaultdict(lambda: {'clips': 0, 'frames': 0, 'seconds': 0.0, 'flagged': 0, 'incidents': 0})
    with manifest.open(newline='') as f:
        for line in csv.DictReader(f):
            clip, row = clips[line['file']], rows[line['split']]
            row['clips'] += 1
            row['frames'] += clip['frames']
            row['seconds'] += float(line['duration_s'])
            row['flagged'] += clip['flagged']
            row['incidents'] += clip['raised_s'] is not None
    return [{'split': split, **rows[split]} for split in ('train', 'calibrate', 'test')]


def attacked_table(clips: dict, labels: Path) -> list[dict]:
    """Rows by family, level and encoding: clips, incidents, their delay, and what the attack does to the detectors."""
    rows = defaultdict(lambda: {'clips': 0, 'incidents': 0, 'delays_s': [], 'frames': 0, 'flagged': 0, 'boxes': 0, 'removed': 0})
    with labels.open(newline='') as f:
        for line in csv.DictReader(f):
            clip = clips[line['file']]
            row = rows[(line['family'], int(line['level255']), int(line['crf']), line['where'])]
            detector = 'face' if 'face' in line['family'] else 'yolox'
            row['clips'] += 1
            row['frames'] += clip['frames']
            row['flagged'] += clip['flagged']
            row['boxes'] += int(line[f'{detector}_clean'])
            row['removed'] += int(line[f'{detector}_removed'])
            if clip['raised_s'] is not None:
                row['incidents'] += 1
                row['delays_s'].append(clip['raised_s'] - max(0, int(line['first_attacked'])) / float(line['fps']))
    keys = ('family', 'level255', 'crf', 'where')
    return [{**dict(zip(keys, key)), **row} for key, row in sorted(rows.items())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=Path, default=Path('../../../shared/data'))
    parser.add_argument('--attacked', type=Path, required=True)
    parser.add_argument('--clean-json', type=Path, help='output of an earlier scan of DATA/video')
    parser.add_argument('--attacked-json', type=Path, help='output of an earlier scan of ATTACKED')
    options = parser.parse_args()
    started = time.time()
    clean = by_clip(scan(options.data / 'video', options.clean_json))
    attacked = by_clip(scan(options.attacked, options.attacked_json))
    result = {
        'command': 'scan_incidents.py --attacked FOLDER',
        'model': next(iter(clean.values()))['model'],
        'seconds': round(time.time() - started),
        'clean': clean_table(clean, options.data / 'video' / 'manifest.csv'),
        'attacked': attacked_table(attacked, options.attacked / 'labels.csv'),
    }
    RESULT.write_text(json.dumps(result, indent=1) + '\n')


if __name__ == '__main__':
    main()
