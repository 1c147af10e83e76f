"""Detection (tier T1): area under ROC, TPR at 1 % and 0.1 % FPR, by attack and level, on all pictures and on
successful attacks.

python -m stills.detection --data cifar10            # after evaluate_oblivious, whose answers it counts; seconds
Negatives: the clean test split, and beside it the clean split with mild nuisances saved by the same path. Successful:
right without the attack, wrong with it, both without defence. `missed and wrong`: the joint failure at the one
threshold that the validation split set: the chain's answer is wrong and nothing was flagged."""
import numpy as np

from lib.run import CACHE, write_result
from lib.stats import auroc, tpr_at_fpr

from .cells import cells
from .settings import arguments, settings_of
from .suite import CHAIN, NONE

RATES = (0.01, 0.001)


def figures(negatives: np.ndarray, positives: np.ndarray) -> dict:
    if len(positives) == 0:
        return {'n': 0}
    return {'n': len(positives), 'auroc': round(auroc(negatives, positives), 4)} | {
        f'tpr_at_{rate:g}': round(tpr_at_fpr(negatives, positives, rate), 4) if len(negatives) * rate >= 10 else None
        for rate in RATES}


def main() -> None:
    args = arguments(__doc__).parse_args()
    s, folder = settings_of(args), CACHE / args.data / 'answers'
    known = {
        c: dict(np.load(folder / f'{c.name}.npz'))
        for c in cells(s, args.data)
        if (folder / f'{c.name}.npz').exists()}
    clean = next((k for c, k in known.items() if c.attack == 'clean'), None)
    if clean is None:
        raise SystemExit(
            f'{folder}: no answers on the clean cell; python -m stills.evaluate_oblivious --data {args.data} makes them'
        )
    nuisances = {c.name: k for c, k in known.items() if c.attack.startswith('nuisance')}
    negatives = clean[f'{CHAIN}|score']
    mild = np.concatenate([negatives] + [k[f'{CHAIN}|score'] for k in nuisances.values()])
    rows = []
    for cell, k in known.items():
        if cell in (c for c in known if c.attack == 'clean' or c.attack.startswith('nuisance')):
            continue
        n, score = len(k[f'{CHAIN}|score']), k[f'{CHAIN}|score']
        won = clean[f'{NONE}|right'][:n] & ~k[f'{NONE}|right']
        silent = ~k[f'{CHAIN}|right'] & ~k[f'{CHAIN}|flagged'].astype(bool)
        rows.append({
            'cell': cell.name, 'attack': cell.attack, 'variant': cell.variant, 'level': cell.level,
            'unseen': cell.unseen, 'all': figures(negatives, score), 'successful': figures(negatives, score[won]),
            'all_against_nuisance_too': figures(mild,
                                                score), 'flagged': round(float(k[f'{CHAIN}|flagged'].mean()),
                                                                         4), 'wrong_and_missed': int(silent.sum())})
        print(
            f"{cell.name:32} AUROC {rows[-1]['all']['auroc']:.4f} of all, {rows[-1]['successful'].get('auroc', '-')} "
            f"of {int(won.sum())} successful"
        )
    write_result(
        args.data, 'detection', {
            'split': 'test', 'knowledge': 'oblivious', 'clean': {
                'n': len(negatives), 'flagged': int(clean[f'{CHAIN}|flagged'].sum())}, 'nuisances': {
                    name: {
                        'n': len(k[f'{CHAIN}|score']), 'flagged': int(k[f'{CHAIN}|flagged'].sum()), 'auroc': figures(
                            negatives, k[f'{CHAIN}|score'])['auroc']}
                    for name, k in nuisances.items()}, 'rows': rows})


if __name__ == '__main__':
    main()
