"""The issue's figures to reach against what the results say: goal, reached, met or not. Nothing is typed in by hand
but the bounds."""
from lib.markdown import chance, figure, find, share, table
from lib.run import read_result
from lib.stats import Counted

from .adaptive_tables import against_bare, results

# attack, label, epsilon, bound: accuracy of the chain, oblivious, CIFAR-10.
ACCURACIES = [('fgsm', 'true', 0.2, 0.97), ('fgsm', 'true', 0.3, 0.96), ('fgsm', 'true', 0.4, 0.95),
              ('sign', '', 0.2, 0.85), ('sign', '', 0.3, 0.80), ('sign', '', 0.4, 0.72),
              ('pgd40', 'predicted', 0.3, 0.80), ('pgd40', 'random', 0.3, 0.80)]
# level in 1/255, points below the bare target's clean accuracy
NEAR_CLEAN = [('pgd40', 'predicted', 8, 3), ('autoattack', 'predicted', 8, 3), ('pgd40', 'predicted', 16, 6),
              ('autoattack', 'predicted', 16, 6)]
CELEBA = [('fgsm', 0.3, 0.927), ('pgd', 0.3, 0.936)]
AUROC = [('fgsm', 0.99), ('pgd40', 0.99), ('autoattack', 0.99), ('cw', 0.95), ('deepfool', 0.95)]
NOT_RUN = ['not run', '-']


def verdict(met: bool) -> str:
    return 'yes' if met else '**no**'


def accuracy_goal(told: dict | None, cell: tuple, bound: float, strict: bool = False) -> list[str]:
    """-> reached, met."""
    row = find(told['rows'], *cell) if told else None
    found = row['defences'].get('chain') if row else None
    return [figure(found),
            verdict(Counted(*found).accuracy > bound if strict else Counted(
                *found).accuracy >= bound)] if found else NOT_RUN


def clean_goals(told: dict | None) -> list[list[str]]:
    clean = find(told['rows'], 'clean') if told else None
    target = clean['defences']['none'] if clean else None
    rows = [[
        'clean accuracy of the target', '>= 0.94',
        *([figure(target), verdict(Counted(*target).accuracy >= 0.94)] if target else NOT_RUN)]]
    for name, bound in (('chain', 0.5), ('always', 1.0)):
        cost = told['clean_cost'].get(name) if told else None
        rows.append([
            f'clean accuracy lost, {name}', f'<= {bound} points',
            *([f"{cost['lost_points']:.2f} points, {chance(cost['p'])}",
               verdict(cost['lost_points'] <= bound)] if cost else NOT_RUN)])
    for attack, variant, level, points in NEAR_CLEAN:
        bound = Counted(*target).accuracy - points / 100 if target else 1.0
        rows.append([
            f"oblivious {attack} {level}/255{', predicted label' if variant else ''}",
            f'within {points} points of clean' + (f' ({bound:.3f})' if target else ''),
            *accuracy_goal(told, (attack, variant, level / 255), bound)])
    return rows


def detection_goals(told: dict | None) -> list[list[str]]:
    """By the cell at 8/255 with the predicted label, or the attack's only cell."""
    rows = []
    for attack, bound in AUROC:
        some = [r for r in told['rows'] if r['attack'].startswith(attack)] if told else []
        some = [r for r in some if str(r['level']) == '8'] or some
        row = next((r for r in some if r['variant'] == 'predicted'), some[0] if some else None)
        reached = [
            f"{row['all']['auroc']:.3f} of all, {row['successful'].get('auroc', '-')} of successful",
            verdict(row['all']['auroc'] >= bound)] if row else NOT_RUN
        rows.append([f'detection AUROC, {row["cell"] if row else attack}', f'>= {bound}', *reached])
    return rows


def adaptive_goals(data: str) -> list[list[str]]:
    best, aim = {}, 'chain above its adversarially trained target'
    for r in results(data, ('t3', 't4')):
        if r['target'] == 'adversarial':
            best.setdefault(r['chain'], r)  # both tiers as one attacker come first
    if not best:
        return [[f'{data}, adaptive (T3, T4): {aim}', 'paired p <= 0.05', *NOT_RUN]]
    rows = []
    for r in best.values():
        told = against_bare(r, 'purify')
        rows.append([
            f"{data}, adaptive ({r['tier'].upper().replace('AND', 'and')}), {r['chain']} M: {aim}", 'paired p <= 0.05',
            f"{share(r['right']['purify'], r['options']['n'])} against "
            f"{share(r['right']['bare'], r['options']['n'])}, {chance(told['p'])}",
            verdict(told['gained'] > told['lost'] and told['p'] <= 0.05)])
    return rows


def goals() -> str:
    told, faces = read_result('cifar10', 'oblivious'), read_result('celeba', 'oblivious')
    rows = clean_goals(told)
    for attack, variant, epsilon, bound in ACCURACIES:
        strict = attack == 'fgsm'
        rows.append([
            f"oblivious {attack} {epsilon:g}{f', {variant} label' if variant else ''}",
            f"{'>' if strict else '>='} {bound}", *accuracy_goal(told, (attack, variant, epsilon), bound, strict)])
    rows += [[
        f'CelebA, oblivious {attack} {epsilon:g}, true label', f'> {bound}',
        *accuracy_goal(faces, (attack, 'true', epsilon), bound, True)] for attack, epsilon, bound in CELEBA]
    rows += detection_goals(read_result('cifar10', 'detection')) + adaptive_goals('cifar10') + adaptive_goals('celeba')
    return table(['figure', 'goal', 'reached', 'met'], rows)
