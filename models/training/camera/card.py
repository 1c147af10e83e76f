"""Figures and tables of the camera bundle for the card, by the names that card.md uses."""
import json

from lib.markdown import counted
from lib.run import MODELS, RESULTS, read_result


def total(cells: list, found: str = 'found', **where) -> tuple[int, int]:
    some = [c for c in cells if all(c[k] in v if isinstance(v, tuple) else c[k] == v for k, v in where.items())]
    return sum(c[found] for c in some), sum(c['frames'] for c in some)


def films(films: dict) -> str:
    lines = ['| clip | frames | suspicious | flagged | flagged, full mode | screen median / max | C median / max |', '|---|---|---|---|---|---|---|']
    lines += [f"| {n} | {f['frames']} | {100 * f['suspicious']:.1f} % | {100 * f['flagged_cascade']:.1f} % | {100 * f['flagged_full']:.1f} % | {f['screen_p50_max'][0]:.1f} / {f['screen_p50_max'][1]:.1f} | {f['chain_p50_max'][0]:.1f} / {f['chain_p50_max'][1]:.1f} |" for n, f in films.items()]
    return '\n'.join(lines)


def untouched(native: dict) -> str:
    lines = ['| clip | frames looked at | suspicious | flagged | flagged, full mode | screen max | C max |', '|---|---|---|---|---|---|---|']
    lines += [f"| {n} | {f['frames']} | {f['suspicious']} | {f['flagged']} | {f['flagged_full']} | {f['screen_max']:.1f} | {f['chain_max']:.1f} |" for n, f in native.items()]
    return '\n'.join(lines)


def oracle_rows() -> str:
    rows = [line.split('|')[-2].strip() for line in (RESULTS / 'e-detector.md').read_text().splitlines()[2:]]
    simulated = [row for row in rows if row != '-']
    return f"{simulated.count('yes')} of {len(simulated)} intervals (99 %) of the simulation hold the other's figure ({len(rows) - len(simulated)} more rows are too long to simulate):"


def level_table(rows: list) -> str:
    lines = ['| frames | looked at | with an answer | of these within 30 % | median of told / put in |', '|---|---|---|---|---|']
    for row in rows:
        right = f"{row['within_30']} ({row['interval'][0]:.2f}-{row['interval'][1]:.2f})" if row['interval'] else '-'
        lines.append(f"| {row['frames']} | {row['n']} | {row['answered']} | {right} | {row['median_ratio'] or '-'} |")
    return '\n'.join(lines)


def values() -> dict:
    evaluation, calibration, export, rgb = read_result('camera', 'evaluate_clips'), read_result('camera', 'calibrate'), read_result('camera', 'export')['graphs'], read_result('camera', 'measure_input')
    cells, manifest = evaluation['cells'], json.loads((MODELS / 'camera/manifest.json').read_text())
    clean = evaluation['native_total']
    ms = lambda name, tag: f"{export[name][tag]['ms_640x360_1_thread']['min']:.1f}"  # noqa: E731
    pure = [c for c in cells if c['pure_clean']]
    pc, pa, pp = (sum(c[k] for c in pure) for k in ('pure_clean', 'pure_attacked', 'pure_purified'))
    compare = read_result('camera', 'compare_precision')['graphs']
    level = read_result('camera', 'fit_level')
    return {
        'level_units': level['units'], 'level_error': level['most_error'], 'level_table': level_table(level['test']),
        'compare': ', '.join(f"{n}: AUROC {v['auroc']['fp32']:.3f} and {v['auroc']['int8']:.3f}" for n, v in compare.items()),
        'version': manifest['version'], 'clean': counted(clean['flagged'], clean['frames']), 'clean_full': counted(clean['flagged_full'], clean['frames']),
        'clean_suspicious': counted(clean['suspicious'], clean['frames']), 'recoded': counted(*total(cells, family='clean')), 'sign': counted(*total(cells, family='sign')),
        'two': counted(*total(cells, level255=2.0)), 'four': counted(*total(cells, level255=4.0, family=('pgd-yolox', 'pgd-face', 'fgsm-yolox', 'universal-yolox', 'universal-face'))),
        'pgd4': counted(*total(cells, level255=4.0, crf=23, family='pgd-yolox')), 'pgd4_28': counted(*total(cells, level255=4.0, crf=28, where='before', family='pgd-yolox')),
        'pgd8': counted(*total(cells, level255=8.0, crf=23, family='pgd-yolox')), 'pgd8_28': counted(*total(cells, level255=8.0, crf=28, family='pgd-yolox')),
        'universal8': counted(*total(cells, level255=8.0, crf=(23, 28), family='universal-yolox')), 'pure_clean': pc, 'pure_attacked': f'{pa} ({100 * pa / pc:.0f} %)', 'pure_purified': f'{pp} ({100 * pp / pc:.0f} %)',
        'screen_fp32': ms('screen', 'fp32'), 'screen_int8': ms('screen', 'int8'), 'chain_fp32': ms('chain', 'fp32'), 'chain_int8': ms('chain', 'int8'),
        'screen_gap': f"{export['screen']['int8']['score_gap_to_fp32']['max']:.2f}", 'chain_gap': f"{export['chain']['int8']['score_gap_to_fp32']['max']:.2f}",
        'ships_screen': calibration['precision']['screen'].upper(), 'ships_chain': calibration['precision']['chain'].upper(),
        'yuv_ms': rgb['yuv420p']['ms_min'], 'rgb_ms': rgb['rgb24']['ms_min'], 'weights': f"{sum(f['bytes'] for f in manifest['files'].values()) / 1e6:.1f}",
        'suspicious': f"{calibration['thresholds']['suspicious']:.2f}", 'flagged': f"{calibration['thresholds']['flagged']:.2f}", 'cells': len(cells),
        'yolox_boxes': next(c['yolox_clean'] for c in cells if c['family'] == 'pgd-yolox' and c['crf'] == 23), 'face_boxes': next(c['face_clean'] for c in cells if c['family'] == 'pgd-yolox' and c['crf'] == 23),
        'e_detector_rows': oracle_rows(),
        'decision_test': (RESULTS / 'decision-test.md').read_text().strip(), 'decision_calibrate': (RESULTS / 'decision-calibrate.md').read_text().strip(),
        'table': (RESULTS / 'camera/evaluate_clips.md').read_text().strip(), 'untouched': untouched(evaluation['native']), 'films': films(calibration['films'])}
