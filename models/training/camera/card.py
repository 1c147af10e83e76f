"""Figures and tables of the camera bundle for the card, by the names that card.md uses."""
import json

from lib.markdown import counted, percent, table
from lib.run import MODELS, RESULTS, read_result


def total(cells: list, found: str = 'found', **where) -> tuple[int, int]:
    some = [c for c in cells if all(c[k] in v if isinstance(v, tuple) else c[k] == v for k, v in where.items())]
    return sum(c[found] for c in some), sum(c['frames'] for c in some)


def films(films: dict) -> str:
    def row(name: str, f: dict) -> list:
        shares = [f'{100 * f[key]:.1f} %' for key in ('suspicious', 'flagged_cascade', 'flagged_full')]
        return [
            name, f['frames'], *shares, *('{:.1f} / {:.1f}'.format(*f[f'{g}_p50_max']) for g in ('screen', 'chain'))]
    head = ['clip', 'frames', 'suspicious', 'flagged', 'flagged, full mode', 'screen median / max', 'C median / max']
    return table(head, [row(*one) for one in films.items()])


def untouched(native: dict) -> str:
    rows = [[n, *(f[key] for key in ('frames', 'suspicious', 'flagged', 'flagged_full')), f"{f['screen_max']:.1f}",
             f"{f['chain_max']:.1f}"] for n, f in native.items()]
    head = ['clip', 'frames looked at', 'suspicious', 'flagged', 'flagged, full mode', 'screen max', 'C max']
    return table(head, rows)


def section(name: str) -> str:
    return (RESULTS / f'{name}.md').read_text().strip()


def oracle_rows() -> str:
    rows = [line.split('|')[-2].strip() for line in (RESULTS / 'e-detector.md').read_text().splitlines()[2:]]
    simulated = [row for row in rows if row != '-']
    yes, unknown = simulated.count('yes'), len(rows) - len(simulated)
    return (f"{yes} of {len(simulated)} intervals (99 %) of the simulation hold the other's figure "
            f'({unknown} more rows are too long to simulate):')


def level_table(rows: list) -> str:
    def right(row: dict) -> str:
        return '{} ({:.2f}-{:.2f})'.format(row['within_30'], *row['interval']) if row['interval'] else '-'
    head = ['frames', 'looked at', 'with an answer', 'of these within 30 %', 'median of told / put in']
    return table(head, [[r['frames'], r['n'], r['answered'], right(r), r['median_ratio'] or '-'] for r in rows])


def values() -> dict:
    names = ('evaluate_clips', 'calibrate', 'export', 'measure_input', 'compare_precision', 'fit_level')
    evaluation, calibration, export, rgb, compare, level = (read_result('camera', name) for name in names)
    export, compare = export['graphs'], compare['graphs']
    cells, manifest = evaluation['cells'], json.loads((MODELS / 'camera/manifest.json').read_text())
    clean = evaluation['native_total']
    ms = lambda name, tag: f"{export[name][tag]['ms_640x360_1_thread']['min']:.1f}"
    pure = [c for c in cells if c['pure_clean']]
    pc, pa, pp = (sum(c[k] for c in pure) for k in ('pure_clean', 'pure_attacked', 'pure_purified'))
    pgd = next(c for c in cells if c['family'] == 'pgd-yolox' and c['crf'] == 23)
    gradient = ('pgd-yolox', 'pgd-face', 'fgsm-yolox', 'universal-yolox', 'universal-face')
    shown = {
        'two': {'level255': 2.0}, 'four': {'level255': 4.0, 'family': gradient},
        'pgd4': {'level255': 4.0, 'crf': 23, 'family': 'pgd-yolox'},
        'pgd4_28': {'level255': 4.0, 'crf': 28, 'where': 'before', 'family': 'pgd-yolox'},
        'pgd8': {'level255': 8.0, 'crf': 23, 'family': 'pgd-yolox'},
        'pgd8_28': {'level255': 8.0, 'crf': 28, 'family': 'pgd-yolox'},
        'universal8': {'level255': 8.0, 'crf': (23, 28), 'family': 'universal-yolox'},
        'recoded': {'family': 'clean'}, 'sign': {'family': 'sign'}}
    return {
        name: counted(*total(cells, **where))
        for name, where in shown.items()
    } | {
        'clean': counted(clean['flagged'], clean['frames']), 'clean_full': counted(
            clean['flagged_full'], clean['frames']), 'clean_suspicious': counted(clean['suspicious'], clean['frames']),
        'level_units': level['units'], 'level_error': level['most_error'], 'level_table': level_table(
            level['test']), 'compare': ', '.join(f"{name}: AUROC {v['auroc']['fp32']:.3f} and {v['auroc']['int8']:.3f}"
                                                 for name, v in compare.items()), 'version': manifest['version'],
        'cells': len(cells), 'weights': f"{sum(f['bytes'] for f in manifest['files'].values()) / 1e6:.1f}",
        'pure_clean': pc, 'pure_attacked': f'{pa} ({percent(pa, pc)})',
        'pure_purified': f'{pp} ({percent(pp, pc)})', 'screen_fp32': ms('screen', 'fp32'), 'screen_int8': ms(
            'screen', 'int8'), 'chain_fp32': ms('chain', 'fp32'), 'chain_int8': ms('chain', 'int8'), **{
                f'{name}_gap': f"{export[name]['int8']['score_gap_to_fp32']['max']:.2f}"
                for name in ('screen', 'chain')}, **{
            f'ships_{name}': calibration['precision'][name].upper()
            for name in ('screen', 'chain')}, 'yuv_ms': rgb['yuv420p']['ms_min'], 'rgb_ms': rgb['rgb24']['ms_min'], **{
            name: f'{bound:.2f}'
            for name, bound in calibration['thresholds'].items()}, 'yolox_boxes': pgd['yolox_clean'],
        'face_boxes': pgd['face_clean'], 'e_detector_rows': oracle_rows(),
        'adversaries_test': section('decision-adversaries-test'), 'signal_ablation': section('decision-ablation'),
        'troubles': section('decision-troubles'), 'memory': section('decision-memory'),
        'tamper_test': section('tamper-test'),
        'decision_test': section('decision-test'), 'decision_calibrate': section('decision-calibrate'),
        'table': (RESULTS / 'camera/evaluate_clips.md').read_text().strip(), 'untouched': untouched(
            evaluation['native']), 'films': films(calibration['films'])}
