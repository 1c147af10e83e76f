"""What each round of training brought: M of a round before its target, on attacks made anew on that target. Validation
split.

python -m stills.compare_rounds --data cifar10            # a minute for each way whose weights are there
Made when all rounds were trained: nothing was chosen by it, and it opens no test picture."""
from tqdm import tqdm

from lib.run import write_result

from .cells import Cell, test_rows
from .data import load
from .evaluate_oblivious import ask, row
from .load import load_net
from .make_cells import Patterns, make
from .settings import arguments, settings_of
from .suite import ALWAYS, Suite, source_of

ENDS = {
    'together, last round (ships)': ALWAYS, 'the same, three passes where C asks': ALWAYS.replace('always', 'gate3')}
WAYS = {
    'cifar10': {
        'M before the clean target': 'clean+first:always', 'the target taught what M leaves': 'first+first:always',
        'M goes on before it': 'first+second:always', 'together, third round': 'third+third:always',
        'together, fourth round': 'fourth+fourth:always', 'together, fifth round': 'fifth+fifth:always',
        **ENDS, 'M that ships, distilled target': 'distilled+ismn:always',
        'M that ships, adversarially trained target': 'adversarial+ismn:always'}, 'celeba': {
            'M before the clean target': 'clean+first:always', 'together, third round': 'third+third:always',
            'M goes on with parts of pictures': 'third+fourth:always', **ENDS}}
ATTACKS = [('clean', '', ''), *(('sign', '', level) for level in ('0.2', '0.3', '0.4')),
           *(('fgsm', 'true', level) for level in ('0.2', '0.3', '0.4')), *(('pgd40', 'predicted', level)
                                                                            for level in ('8', '16', '0.3'))]


def main() -> None:
    args = arguments(__doc__).parse_args()
    s = settings_of(args)
    validation, surrogate = load(args.data, 'validation', s.side,
                                 args.shared), load_net(args.data, s, 'target-surrogate')
    suite, patterns = Suite(args.data, s, list(WAYS[args.data].values()), baselines=False), {}
    for name in suite.missing:
        print(f'{name}: no weights, left out')
    ways = {label: name for label, name in WAYS[args.data].items() if name in suite.plans}
    rows, sources = [], list(dict.fromkeys(source_of(name) for name in suite.plans))
    for attack, variant, level in tqdm(ATTACKS, desc='rounds', disable=None):
        cell = Cell(attack, variant, level,
                    min(len(validation), s.cell_samples if attack == 'pgd40' else s.minor_samples))
        truth, known = validation.labels[test_rows(cell.n, len(validation))], {}
        for source in sources if cell.aimed else sources[:1]:  # nothing of the target is in the others
            pictures = make(cell, s, validation, validation, suite.targets[source], surrogate,
                            patterns.setdefault(source, Patterns()), args.seed)
            known |= ask(suite, pictures, truth,
                         [name for name in suite.plans if not cell.aimed or source_of(name) == source], s.attack_batch)
        rows.append(row(cell, known, ways, {}))
        print(cell.name, {label: round(d.accuracy, 4) for label, d in rows[-1]['defences'].items()}, flush=True)
    write_result(
        args.data, 'rounds', {
            'seed': args.seed, 'split': 'validation', 'knowledge': 'oblivious: made on the bare target of each way',
            'names': ways, 'rows': rows})


if __name__ == '__main__':
    main()
