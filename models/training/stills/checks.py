"""The sanity gates of the protocol: does the evaluation deserve belief? Each gate is printed with its two figures; one
that failed ends with exit code 1.

python -m stills.checks --data cifar10          # after evaluate_oblivious and adaptive; what is missing is printed as
    "not run"
Read from results/<data>: oblivious, adaptive-*, leak_probe, parity; run here on 100 pictures: epsilon 0, epsilon 1,
two libraries. Figures are shares of right answers. Where two were counted on different numbers of pictures, two
standard deviations are allowed."""
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import foolbox
import torch
import torchattacks
from torch import Tensor, nn

from lib.device import DEVICE
from lib.run import read_result, write_result
from lib.stats import Counted

from .adaptive import bare_forms, chain_forms, judge_of, untouched
from .data import load
from .load import load_chain, load_net
from .margin_attack import campaign
from .recipe import DEFENDED, GRAPHS
from .settings import arguments, settings_of
from .suite import TARGETS

LEVEL, PICTURES = 8 / 255, 100
POINT, HALF_POINT, PARITY = 0.01, 0.005, 0.002
ITERATIVE = ('pgd', 'apgd', 'autoattack')   # an attack's name begins so
BOUNDED = (*ITERATIVE, 'fgsm', 'square', 'sign')


@dataclass(frozen=True)
class Gate:
    """`verdict`: PASS, FAILED, leaking (told, no failure) or not run. `one` and `other` are the figures that it
    compares."""
    name: str
    verdict: str
    one: float | None = None
    other: float | None = None
    note: str = ''

    def line(self) -> str:
        figures = '' if self.one is None else f'{self.one:.4f}  {self.other:.4f}'
        return f'{self.verdict:8}{self.name:68} {figures:18}{self.note}'


def gate(name: str, one: float, other: float, passed: bool, note: str = '') -> Gate:
    return Gate(name, 'PASS' if passed else 'FAILED', one, other, note)


def not_run(name: str, missing: str) -> Gate:
    return Gate(name, 'not run', note=f'no {missing}')


def slack(one: Counted, other: Counted) -> float:
    """Two standard deviations of the difference, 0 when both are counted on the same pictures."""
    p = (one.right + other.right) / (one.n + other.n)
    return 0.0 if one.n == other.n else 2 * math.sqrt(p * (1 - p) * (1 / one.n + 1 / other.n))


def at_most(name: str, one: Counted, other: Counted) -> Gate:
    return gate(name, one.accuracy, other.accuracy, one.accuracy <= other.accuracy + slack(one, other),
                f'n {one.n}, {other.n}')


def shares(rows: list[dict], defence: str) -> dict[tuple[str, str, str], Counted]:
    """(attack, variant, level) -> how this defence did."""
    return {(r['attack'], r['variant'] or '', str(r['level'])): Counted(*r['defences'][defence])
            for r in rows if defence in r['defences']}


def oblivious_gates(told: dict) -> Iterator[Gate]:
    bare, rows = shares(told['rows'], 'none'), told['rows']
    strength = {str(r['level']): r['epsilon'] for r in rows if r['epsilon'] is not None}
    for (attack, variant, level), share in bare.items():
        one_step = bare.get(('fgsm', variant, level))
        if attack.startswith(ITERATIVE) and variant in ('true', 'predicted') and one_step:
            yield at_most(f'iterative <= one-step: {attack} {variant} {level}', share, one_step)
        noise = next((s for (a, _, at), s in bare.items() if a == 'sign' and at == level), None)
        white = min((s for (a, v, at), s in bare.items() if a.startswith(ITERATIVE) and v == 'true' and at == level),
                    key=lambda s: s.accuracy, default=None)
        if attack == 'square' and white:
            yield at_most(f'white-box <= square, bare target: {level}', white, share)
        if attack == 'square' and noise:
            yield at_most(f'square <= noise, bare target: {level}', share, noise)
        if attack.startswith('pgd40') and variant == 'true' and level == '8':
            yield gate('PGD-40 at 8/255 breaks the bare target', share.accuracy, POINT, share.accuracy < POINT)
    for attack, variant in dict.fromkeys((a, v) for a, v, _ in bare if a.startswith(BOUNDED)):
        steps = sorted((strength[at], at, s)
                       for (a, v, at), s in bare.items()
                       if (a, v) == (attack, variant) and at in strength)
        for (_, lower, weak), (_, higher, strong) in zip(steps, steps[1:]):
            # at large levels all sit at chance and jitter about it
            room = max(slack(strong, weak), math.sqrt(2 * 0.1 * 0.9 / strong.n))
            yield gate(f'monotone: {attack} {variant} {lower} -> {higher}', strong.accuracy, weak.accuracy,
                       strong.accuracy <= weak.accuracy + room)
    for row in rows:
        for defence in ('chain', 'always'):
            found = Counted(*row['defences'].get(defence, (0, 1)))
            if found.leaks and not row['attack'].startswith('nuisance'):
                yield Gate(f"above its own clean accuracy: {defence}, {row['cell']}", 'leaking', found.accuracy,
                           found.clean / found.n, 'the same pictures')


def adaptive_gates(target: str, t3: dict, t5: dict | None, noise: Counted | None) -> Iterator[Gate]:
    at = f'on target {target}'
    n = t3['options']['n']
    for mode, course in t3['by_restart'].items():
        if len(course) > 1:
            yield gate(f'one restart more moves < 0.5 points: {mode} {at}', course[-2], course[-1],
                       course[-2] - course[-1] < HALF_POINT, f'{len(course)} restarts')
        else:
            yield not_run(f'one restart more moves < 0.5 points: {mode} {at}', 'second restart')
    for mode, before in (t3['doubled'] or {'before': {}})['before'].items():
        after = t3['doubled']['after'][mode]
        yield gate(f'steps doubled move < 0.5 points: {mode} {at}', before, after, before - after < HALF_POINT,
                   f'n {t3["doubled"]["n"]}')
    if not t3['doubled']:
        yield not_run(f'steps doubled move < 0.5 points {at}', 'run of twice the steps: --minutes was out')
    for form, share in t3['zero_gradient'].items():
        yield gate(f'no gradient on <= 1 % of pictures: {form} {at}', share, POINT, share <= POINT)
    yield gate(f'the attack breaks a weakened chain {at}', t3['weakened']['accuracy'], 0.05, t3['weakened']['accuracy']
               <= 0.05, t3['weakened']['what'])
    for mode, right in t3['right'].items():
        yield gate(f'white-box <= clean: {mode} {at}', right / n, t3['clean_right'][mode] / n, right
                   <= t3['clean_right'][mode])
    if noise:
        yield at_most(f'white-box <= noise, chain {at}', Counted(t3['right']['purify'], n), noise)
    for mode in ('purify', 'alarm'):
        name = f'square does not beat white-box: {mode} {at}'
        if t5 and t5['options']['n'] == n:
            square, white = t5['right'][mode] / n, t3['right'][mode] / n
            yield gate(name, white, square, white <= square)
        else:
            yield not_run(name, 'adaptive-t5 on the same pictures')


def parity_gates(told: dict) -> Iterator[Gate]:
    for row in told.get('rows', [told]):
        one, other = row['pytorch'], row['onnx']
        yield gate(f'ONNX = PyTorch within 0.2 points: {row.get("name", "")}', one, other,
                   abs(one - other) <= PARITY + 1e-9)


def extreme_gates(chain, pictures: Tensor, labels: Tensor, chance: float) -> Iterator[Gate]:
    """The attack with nothing to spend must change nothing, with everything it must leave chance at most."""
    judge, n = judge_of(chain, labels), len(labels)
    ceiling = chance + 2 * math.sqrt(chance * (1 - chance) / n)
    forms = bare_forms(chain)[:2] + chain_forms(chain)[2:]
    for epsilon, steps in ((0.0, 2), (1.0, 20)):
        clean, state = untouched(pictures, judge), untouched(pictures, judge)
        campaign(forms, pictures, labels, judge, state, epsilon=epsilon, steps=steps, restarts=1, seed=1,
                 name=f'epsilon {epsilon:g}')
        for mode in ('bare', 'purify'):
            one = state.standing(mode)
            if epsilon == 0:
                yield gate(f'epsilon 0 is clean exactly: {mode}', one, clean.standing(mode),
                           bool((state.broken[mode] == clean.broken[mode]).all()))
            else:
                yield gate(f'epsilon 1 leaves chance at most: {mode}', one, ceiling, one <= ceiling, 'chance + 2 sigma')


def library_gates(target: nn.Module, pictures: Tensor, labels: Tensor) -> Iterator[Gate]:
    """torchattacks and foolbox, the same attack without random start; PGD's step 2.5 eps / 40."""
    x, y, step = pictures.to(DEVICE), labels.to(DEVICE), 2.5 * LEVEL / 40
    theirs = foolbox.PyTorchModel(target, bounds=(0, 1), device=DEVICE)
    pairs = {'FGSM': (torchattacks.FGSM(target, eps=LEVEL), foolbox.attacks.LinfFastGradientAttack()),
             'PGD-40': (torchattacks.PGD(target, eps=LEVEL, alpha=step, steps=40, random_start=False),
                        foolbox.attacks.LinfPGD(abs_stepsize=step, steps=40, random_start=False))}
    for name, (one, other) in pairs.items():
        with torch.enable_grad():
            found = (one(x, y), other(theirs, x, y, epsilons=LEVEL)[1])
        with torch.no_grad():
            a, b = (float((target(at).argmax(1) == y).float().mean()) for at in found)
        yield gate(f'torchattacks and foolbox agree within 1 point: {name} 8/255', a, b,
                   abs(a - b) <= POINT + 1e-9, f'n {len(y)}')


def main() -> None:
    parser = arguments(__doc__)
    args = parser.parse_args()
    s, gates = settings_of(args), []
    told = {name: read_result(args.data, name) for name in ('oblivious', 'parity', 'leak_probe')}
    gates += oblivious_gates(told['oblivious']) if told['oblivious'] else [
        not_run('gates of the oblivious table', 'oblivious.json')]
    for target, chain in [(target, 'ismn') for target in TARGETS] + [('adversarial', 'robust')]:
        own = '' if chain == 'ismn' else f'-{chain}'
        t3, t5 = (read_result(args.data, f'adaptive-{tier}-{target}{own}') for tier in ('t3', 't5'))
        if t3:
            # its name in the oblivious table
            chain_row = 'chain' if target == DEFENDED else f"{target} + {'chain' if chain == 'ismn' else 'robust M'}"
            known = shares(told['oblivious']['rows'], chain_row) if told['oblivious'] else {}
            gates += adaptive_gates(
                f"{target}{own.replace('-', ', ')}", t3, t5,
                next((share for (a, _, at), share in known.items() if (a, at) == ('sign', '8')), None))
        elif target in (DEFENDED, 'adversarial'):
            gates.append(not_run(f'adaptive gates on target {target}', f'adaptive-t3-{target}{own}.json'))
    gates += parity_gates(told['parity']) if told['parity'] else [
        not_run('ONNX = PyTorch within 0.2 points', 'parity.json')]
    if not told['leak_probe']:
        gates.append(not_run('leak probe beside each label variant', 'leak_probe.json'))
    if GRAPHS[args.data].exists(f'target-{DEFENDED}'):
        test = load(args.data, 'test', s.side, args.shared)
        rows = torch.randperm(len(test), generator=torch.Generator().manual_seed(0))[:PICTURES]
        gates += library_gates(load_net(args.data, s, f'target-{DEFENDED}'), test[rows], test.labels[rows])
        if GRAPHS[args.data].exists('classifier-ismn'):
            gates += extreme_gates(load_chain(args.data, s), test[rows], test.labels[rows], 1 / s.classes)
        else:
            gates.append(not_run('epsilon 0 and epsilon 1', 'classifier-ismn.pt'))
    for one in gates:
        print(one.line())
    counts = {v: sum(g.verdict == v for g in gates) for v in ('PASS', 'FAILED', 'leaking', 'not run')}
    print(counts)
    write_result(args.data, 'checks', {'counts': counts, 'gates': [asdict(g) for g in gates if g.verdict != 'PASS']})
    raise SystemExit(1 if counts['FAILED'] else 0)


if __name__ == '__main__':
    main()
