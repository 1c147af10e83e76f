"""What each round of training brought: M of a round before its target, on attacks made anew on that target. Validation split.

python -m benchmark.compare_rounds --data cifar10            # a minute for each way whose weights are there
The rounds are chosen by these figures; the test split sees the last one alone."""
import torch
from tqdm import tqdm

from .cells import Cell, test_rows
from .data import load
from .make_cells import Patterns, make
from .settings import arguments, settings_of
from .statistics import wilson
from .suite import ALWAYS, Suite, source_of
from .train_target import load_target
from .trainer import DEVICE, write_result

ENDS = {'together, last round (ships)': ALWAYS, 'the same, three passes where C asks': ALWAYS.replace('always', 'gate3')}
WAYS = {'cifar10': {'M before the clean target': 'clean+first:always', 'the target taught what M leaves': 'first+first:always', 'M goes on before it': 'first+second:always',
                    'together, third round': 'third+third:always', 'together, fourth round': 'fourth+fourth:always', 'together, fifth round': 'fifth+fifth:always', **ENDS,
                    'M that ships, distilled target': 'distilled+ismn:always', 'M that ships, adversarially trained target': 'adversarial+ismn:always'},
        'celeba': {'M before the clean target': 'clean+first:always', 'together, third round': 'third+third:always', 'M goes on with parts of pictures': 'third+fourth:always', **ENDS}}
ATTACKS = [('clean', '', ''), *(('sign', '', level) for level in ('0.2', '0.3', '0.4')), *(('fgsm', 'true', level) for level in ('0.2', '0.3', '0.4')),
           *(('pgd40', 'predicted', level) for level in ('8', '16', '0.3'))]


def main() -> None:
    args = arguments(__doc__).parse_args()
    s = settings_of(args)
    validation, surrogate = load(args.data, 'validation', s.side, args.shared), load_target(args.data, s, 'surrogate')
    suite, patterns = Suite(args.data, s, list(WAYS[args.data].values()), baselines=False), {}
    for name in suite.missing:
        print(f'{name}: no weights, left out')
    ways = {label: name for label, name in WAYS[args.data].items() if name in suite.plans}
    rows = []
    for attack, variant, level in tqdm(ATTACKS, desc='rounds', disable=None):
        cell = Cell(attack, variant, level, min(len(validation), s.cell_samples if attack == 'pgd40' else s.minor_samples))
        labels, made, defences = validation.labels[test_rows(cell.n, len(validation))], {}, {}
        for label, name in ways.items():
            source = source_of(name)
            if source not in made:
                made[source] = make(cell, s, validation, validation, suite.targets[source], surrogate, patterns.setdefault(source, Patterns()), args.seed)
            pictures = torch.from_numpy(made[source])
            said = torch.cat([suite((some.to(DEVICE).float() / 255).contiguous(memory_format=torch.channels_last), [name])[name].logits.argmax(1).cpu() for some in pictures.split(s.attack_batch)])
            right = int((said == labels).sum())
            defences[label] = {'right': right, 'n': cell.n, 'accuracy': round(right / cell.n, 4), 'interval': wilson(right, cell.n)}
        rows.append({'cell': cell.name, 'attack': attack, 'variant': variant, 'level': level, 'epsilon': cell.epsilon, 'n': cell.n, 'defences': defences})
        print(cell.name, {label: d['accuracy'] for label, d in defences.items()}, flush=True)
    write_result(args.data, 'rounds', {'seed': args.seed, 'split': 'validation', 'knowledge': 'oblivious: made on the bare target of each way', 'names': ways, 'rows': rows})


if __name__ == '__main__':
    main()
