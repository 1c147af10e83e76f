"""The model card's tables of T0, T1, detection and doubts, counted from results/<data>/*.json. A missing result is
written as `not run`, with its command."""
from lib.markdown import chance, figure, find, level, not_run, share, table
from lib.run import read_result
from lib.stats import Counted

COLUMNS = ('none', 'chain', 'always', 'adversarial', 'adversarial + chain', 'adversarial + robust M')
# Tables 3 and 4 of doi:10.14801/jkiit.2021.19.8.67. Level: no defence, proposed, MagNet, DDSA; attack: no defence,
# CelebANet, proposed.
PAPER_3 = {0.2: (0.482, 0.936, 0.792, 0.895), 0.3: (0.374, 0.894, 0.688, 0.853), 0.4: (0.268, 0.871, 0.564, 0.816)}
PAPER_4 = {'fgsm': (0.624, 0.912, 0.927), 'pgd': (0.597, 0.923, 0.936)}
BASELINE_CELLS = {
    'clean': ('clean',), 'FGSM 8/255': ('fgsm', 'predicted', 8 / 255), 'PGD-40 8/255': ('pgd40', 'predicted', 8 / 255),
    'AutoAttack 8/255': ('autoattack', 'predicted', 8 / 255), 'C&W': ('cw',), 'PGD-40 0.3': ('pgd40', 'predicted', 0.3),
    'FGSM 0.3, true label': ('fgsm', 'true', 0.3), 'random sign 0.3': ('sign', '', 0.3)}
ABLATION_CELLS = {
    'clean': ('clean',), 'FGSM 8/255, predicted': ('fgsm', 'predicted', 8 / 255),
    'PGD-40 8/255, predicted': ('pgd40', 'predicted', 8 / 255), 'PGD-40 0.3, predicted': ('pgd40', 'predicted', 0.3),
    'random sign 0.3': ('sign', '', 0.3), 'FGSM 0.3, true label (leaks)': ('fgsm', 'true', 0.3)}
ROUND_CELLS = {
    'clean': ('clean',), 'PGD-40 8/255, predicted': ('pgd40', 'predicted', 8 / 255),
    '16/255': ('pgd40', 'predicted', 16 / 255), '0.3': ('pgd40', 'predicted', 0.3),
    **{f'FGSM {e:g}, true (leaks)': ('fgsm', 'true', e)
       for e in (0.2, 0.3, 0.4)}, **{f'random sign {e:g}': ('sign', '', e)
                                     for e in (0.2, 0.3, 0.4)}}
SHORT = {
    'none: clean pictures': ('clean',), 'PGD-40 8/255, predicted label': ('pgd40', 'predicted', 8 / 255),
    'PGD-40 16/255, predicted label': ('pgd40', 'predicted',
                                       16 / 255), 'PGD-40 0.3, predicted label': ('pgd40', 'predicted', 0.3),
    'AutoAttack 8/255': ('autoattack', 'predicted', 8 / 255), 'C&W': ('cw', 'predicted'),
    'low frequency 8/255': ('lowfreq', 'predicted', 8 / 255), 'random signs 0.3': ('sign', '', 0.3)}
OBLIVIOUS = 'evaluate_oblivious'


def probes(data: str) -> dict[str, dict]:
    """Label variant -> the leak probe's row; it was asked about one-step patterns."""
    told = read_result(data, 'leak_probe')
    return {r['pattern']: r for r in told['rows']} if told else {}


def leaks(row: dict, probed: dict) -> bool:
    """More right than on clean pictures, or a one-step pattern that the probe reads the label from."""
    return any(
        name in row['defences'] and Counted(*row['defences'][name]).leaks
        for name in COLUMNS[1:]) or row['attack'] == 'fgsm' and bool(probed.get(row['variant'], {}).get('leaks'))


def attacked(row: dict) -> list[str]:
    return [
        row['attack'], row['variant'] or '-',
        level(row['epsilon']) + (' *unseen*' if row['unseen'] else ''), row['n']]


def cells(data: str, leaking_ones: bool) -> str:
    told, probed = read_result(data, 'oblivious'), probes(data)
    if not told:
        return not_run(data, OBLIVIOUS)
    names = [c for c in COLUMNS if c in told['names']]
    rows = [
        attacked(r) + [figure(r['defences'].get(name))
                       for name in names] +
        [f"{probed[r['variant']]['accuracy']:.3f}" if r['variant'] in probed else '-']
        for r in told['rows']
        if leaks(r, probed) == leaking_ones]
    return table(['attack', 'label', 'level', 'n', *names, 'leak probe'], rows) if rows else 'None.'


def oblivious(data: str) -> str:
    return cells(data, False)


def oblivious_short(data: str) -> str:
    """The rows that a reader of one page wants."""
    told = read_result(data, 'oblivious')
    rows = [[title, *(figure(row['defences'].get(name)) for name in ('none', 'chain', 'always')), row['n']]
            for title, cell in SHORT.items() if (row := find(told['rows'], *cell))] if told else []
    return table(['attack', 'no defence', 'chain', 'M always', 'n'], rows) if rows else not_run(data, OBLIVIOUS)


def leaking(data: str) -> str:
    return cells(data, True)


def clean_cost(data: str) -> str:
    told = read_result(data, 'oblivious')
    clean = find(told['rows'], 'clean') if told else None
    if not clean:
        return not_run(data, OBLIVIOUS)
    rows = [[
        name,
        figure(clean['defences'].get(name)), f"{cost['lost_points']:.2f}",
        f"{cost['lost']} / {cost['gained']}, {chance(cost['p'])}", '-' if Counted(
            *clean['defences'][name]).flagged is None else share(Counted(*clean['defences'][name]).flagged, clean['n'])]
            for name, cost in told['clean_cost'].items()]
    return table(['defence', 'accuracy', 'points lost', 'right without it alone / with it alone', 'flagged'], rows)


def ours(told: dict | None, cell: tuple, defence: str) -> str:
    row = find(told['rows'], *cell) if told else None
    return figure(row['defences'].get(defence)) if row else 'not run'


def paper_table_3(data: str) -> str:
    """Level by level: the paper's figure / ours, under the attack that the paper most likely means; below it two
    attacks that tell less of the label."""
    told, rows = read_result(data, 'oblivious'), []
    for epsilon, (none, proposed, magnet, ddsa) in PAPER_3.items():
        for place, (name, cell) in enumerate({
                'FGSM, true label': ('fgsm', 'true', epsilon), 'FGSM, predicted label': ('fgsm', 'predicted', epsilon),
                'random signs': ('sign', '', epsilon)}.items()):
            theirs = [f'{v} / ' if place == 0 else '' for v in (none, proposed, proposed, magnet, ddsa)]
            rows.append(
                [f'{epsilon:g}', name] +
                [t + ours(told, cell, d) for t, d in zip(theirs, ('none', 'chain', 'paper-exact', 'magnet', 'ddsa'))])
    caption = '' if told else f'\n\n{not_run(data, OBLIVIOUS)}'
    return '**Table 3, CIFAR-10: the paper / ours**\n\n' + table([
        'level', 'attack (ours)', 'no defence', 'proposed / our chain', 'proposed / paper-exact', 'MagNet',
        'DDSA (name lost) / DDSA-like'], rows) + caption


def paper_table_4(data: str) -> str:
    told, rows = read_result(data, 'oblivious'), []
    for attack, (none, celebanet, proposed) in PAPER_4.items():
        for place, variant in enumerate(('true', 'predicted')):
            theirs = [f'{v} / ' if place == 0 else '' for v in (none, celebanet, proposed)]
            rows.append(
                [attack.upper(), variant] +
                [t + ours(told, (attack, variant, 0.3), d) for t, d in zip(theirs, ('none', 'celebanet', 'chain'))])
    caption = '' if told else f'\n\n{not_run(data, OBLIVIOUS)}'
    return '**Table 4, CelebA at 0.3: the paper / ours**\n\n' + table(
        ['attack', 'label (ours)', 'no defence', 'CelebANet / in its manner', 'proposed / our chain'], rows) + caption


def by_defence(data: str, result: str, command: str, cells: dict, names: list[str] | None = None) -> str:
    """Defences down, cells across."""
    told = read_result(data, result)
    if not told:
        return not_run(data, command)
    across = {title: row for title, cell in cells.items() if (row := find(told['rows'], *cell))}
    rows = [[name] + [figure(row['defences'].get(name))
                      for row in across.values()]
            for name in names or told['names']
            if name in told['names']]
    counts = {
        title: ' and '.join(map(str, sorted({Counted(*found).n
                                             for found in row['defences'].values()})))
        for title, row in across.items()}
    return table(['', *(f'{title}, n {counts[title]}' for title in across)], rows)


def baselines(data: str) -> str:
    told = read_result(data, 'oblivious')
    return by_defence(data, 'oblivious', OBLIVIOUS, BASELINE_CELLS, ['none', 'chain'] +
                      [name for name in told['names'] if name not in COLUMNS] + ['adversarial'] if told else None)


def ablation(data: str) -> str:
    return by_defence(data, 'ablation', f'{OBLIVIOUS} --ablation', ABLATION_CELLS)


def rounds(data: str) -> str:
    return by_defence(data, 'rounds', 'compare_rounds', ROUND_CELLS)


def detection(data: str) -> str:
    told = read_result(data, 'detection')
    if not told:
        return not_run(data, 'detection')
    show = lambda some, key: '-' if some.get(key) is None else f'{some[key]:.3f}'
    rows = [[
        f"{r['cell']}{' *unseen*' if r['unseen'] else ''}", r['all']['n'],
        *(show(r['all'], k) for k in ('auroc', 'tpr_at_0.01', 'tpr_at_0.001')), r['successful']['n'],
        *(show(r['successful'], k) for k in ('auroc', 'tpr_at_0.01', 'tpr_at_0.001')),
        show(r['all_against_nuisance_too'], 'auroc'), f"{r['flagged']:.3f}",
        share(r['wrong_and_missed'], r['all']['n'])] for r in told['rows']]
    clean = f"Flagged of the clean test split: {share(told['clean']['flagged'], told['clean']['n'])}."
    quiet = ' Mild nuisances, flagged: ' + ', '.join(
        f"{name} {share(k['flagged'], k['n'])}"
        for name, k in told['nuisances'].items()) + '.' if told['nuisances'] else ''
    return clean + quiet + '\n\n' + table([
        'cell', 'n', 'AUROC', 'TPR at 1 % FPR', 'at 0.1 %', 'successful, n', 'AUROC', 'TPR at 1 %', 'at 0.1 %',
        'AUROC, nuisances among the negatives', 'flagged', 'wrong and missed'], rows)


def gates(data: str) -> str:
    """Those that failed, leak or were not run by name; those that passed by number."""
    told = read_result(data, 'checks')
    if not told:
        return not_run(data, 'checks')
    show = lambda v: '-' if v is None else f'{v:.4f}'
    rows = [[g['name'], g['verdict'], show(g['one']), show(g['other']), g['note']] for g in told['gates']]
    counts = ', '.join(f'{n} {verdict}' for verdict, n in told['counts'].items()) + '.'
    return counts + ('\n\n' + table(['gate', 'verdict', 'one', 'other', 'note'], rows) if rows else '')


def parity(data: str) -> str:
    told = read_result(data, 'parity')
    if not told:
        return not_run(data, 'parity')
    rows = [[r['name'], r['n'], f"{r['pytorch']:.4f}", f"{r['onnx']:.4f}", f"{r['points']:+.2f}"] for r in told['rows']]
    return (f"Largest difference {told['largest_points']:.2f} points, {told['tolerance_points']:.1f} allowed.\n\n"
            + table(['group, figure', 'n', 'PyTorch', '`framewarden evaluate`', 'points'], rows))


def leak_probe(data: str) -> str:
    told = read_result(data, 'leak_probe')
    if not told:
        return not_run(data, 'leak_probe')
    rows = [[
        r['pattern'],
        share(r['right'], r['n']) if 'right' in r else f"{r['accuracy']:.3f}", r['n'],
        'leaks' if r.get('leaks') else ''] for r in told['rows']]
    return table(['pattern', 'the probe tells the label', 'n', ''], rows)
