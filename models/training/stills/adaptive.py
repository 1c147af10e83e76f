"""Attackers who know the defence: tiers T2 to T5 of the protocol, on the chain and on its bare target, the same
pictures and the same budget.

python -m stills.adaptive --data cifar10 --target adversarial --tiers t3       # leaves adaptive-t3-adversarial.json
--chain robust: M of ways/robust.py, on every picture, instead of what ships
t2  grey-box: the attack of t3 made on the attacker's own M and C (other seed), before the real and before his
    surrogate target
t3  white-box: margin and score by PGD (margin_attack.py) through the open, the shut and the soft gate
    (differentiable.py)
t4  AutoAttack through the soft gate        t5  Square on the gated chain, by queries (library_attacks.py)
Modes: purify, broken when the final label is wrong; alarm, when it is wrong AND nothing was flagged; bare, the target
alone. Each picture made in any run is judged in every mode; a mode's number is the share of pictures that nothing
broke.
--minutes is a bound for each tier: a run cut by it says so in its JSON, and goes on from there when started again."""
import gzip
import json
import time
from fractions import Fraction
from pathlib import Path

import torch
from torch import Tensor

from lib.device import DEVICE
from lib.markdown import share
from lib.run import CACHE, read_result, write_result
from lib.stats import mcnemar

from .chain import Chain
from .data import load
from .differentiable import AttackableChain, AttackableTarget
from .library_attacks import SQUARE_QUERIES, autoattack, budget, square
from .load import load_chain, load_net
from .margin_attack import Form, Judge, State, batches, campaign
from .recipe import GRAPHS
from .settings import arguments, settings_of
from .suite import CHAINS, TARGETS

TIERS = ('t2', 't3', 't4', 't5')
ASK_EVERY = 25        # steps between the grey-box attacker's looks at the real chain
KINDS = ('margin', 'dlr', 'ce', 'targeted')  # of the objectives of margin_attack.py
DOUBLED, WEAKENED = 100, 50  # pictures of the two controls


def judge_of(chain: Chain, labels: Tensor) -> Judge:
    @torch.no_grad()
    def judge(rows: Tensor, at: Tensor) -> dict[str, Tensor]:
        y = labels[rows].to(at.device)
        seen, flagged, _ = chain.gated(at)
        wrong = chain.target(seen).argmax(1) != y
        return {'purify': wrong, 'alarm': wrong & ~flagged, 'bare': chain.target(at).argmax(1) != y}
    return judge


def chain_forms(chain: Chain, owner: str = '') -> list[Form]:
    """Both branches forced in turn, then the gate as it is; in odd restarts through one pass of M instead of all.
    `owner` goes before the names."""
    if chain.always:  # nothing to force: the bare target's own forms through M, and those that keep C quiet
        shut, at = AttackableChain(chain, 'shut'), chain.flagged
        return [
            Form(f'{owner}always-sum', 'alarm', shut, wants=1, flagged=at),
            Form(f'{owner}always-turns', 'alarm', shut, wants=1, turns=True, flagged=at),
            *(Form(f'{owner}always-{kind}', 'purify', shut, kind) for kind in KINDS)]
    opened, shut, soft = (AttackableChain(chain, gate) for gate in ('open', 'shut', 'soft'))
    shut_once, soft_once = (AttackableChain(chain, gate, 1) for gate in ('shut', 'soft'))
    at = chain.flagged
    return [
        Form(f'{owner}open-sum', 'alarm', opened, wants=1, flagged=at),
        Form(f'{owner}open-turns', 'alarm', opened, wants=1, turns=True, flagged=at),
        Form(f'{owner}shut-turns', 'purify', shut, wants=-1, turns=True, flagged=at, odd=shut_once),
        Form(f'{owner}soft', 'purify', soft, odd=soft_once)]


def bare_forms(chain: Chain) -> list[Form]:
    return [Form(f'bare-{kind}', 'bare', AttackableTarget(chain.target), kind) for kind in KINDS]


def untouched(pictures: Tensor, judge: Judge) -> State:
    parts = [judge(rows, pictures[rows].to(DEVICE)) for rows in batches(torch.arange(len(pictures)), pictures)]
    return State.fresh({mode: torch.cat([p[mode].cpu() for p in parts]) for mode in parts[0]})


def summary(state: State, clean: State, modes: tuple) -> dict:
    """Counts of right answers, under attack and before; what stands picture by picture is kept in `side_path`."""
    right = {mode: ~state.broken[mode] for mode in modes}
    counts = {
        'right': {m: int(r.sum())
                  for m, r in right.items()}, 'clean_right': {m: int((~clean.broken[m]).sum())
                                                              for m in modes}}
    return counts | paired(right) | {
        'restarts_run': state.restarts, 'by_restart': state.by_restart, 'zero_gradient': state.zero_gradient}


def paired(right: dict[str, Tensor]) -> dict:
    """Each mode of the chain against the bare target, where that was attacked, too."""
    return {'against_bare': {m: mcnemar(right['bare'].numpy(), r.numpy())
                             for m, r in right.items()
                             if m != 'bare'}} if 'bare' in right else {}


def side_path(data: str, name: str) -> Path:
    """Where the verdicts of single pictures lie, and the brackets: not in git."""
    return CACHE / data / 'adaptive' / f'{name}.json.gz'


def keep_side(data: str, name: str, state: State) -> None:
    path = side_path(data, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps(state.json()).encode(), mtime=0))


def kept_side(data: str, name: str) -> State:
    return State.of_json(json.loads(gzip.decompress(side_path(data, name).read_bytes())))


def write_worst(data: str, name: str) -> None:
    """T3 and T4 of one case as one attacker, once both are there on the same pictures: a picture stands where neither
    broke it."""
    names = [name.replace(name.split('-')[1], tier, 1) for tier in ('t3', 't4')]
    found, sides = [read_result(data, n) for n in names], [side_path(data, n) for n in names]
    if not all(found) or not all(p.exists() for p in sides) or found[0]['options']['n'] != found[1]['options']['n']:
        return
    states = [kept_side(data, n) for n in names]
    right = {mode: ~(states[0].broken[mode] | states[1].broken[mode]) for mode in states[0].broken}
    both = {key: found[0][key] for key in ('target', 'chain', 'options', 'clean_right')}
    both |= {'tier': 't3 and t4', 'complete': all(r['complete'] for r in found), 'ran': 'what either broke'}
    both |= {'right': {mode: int(r.sum()) for mode, r in right.items()}} | paired(right)
    write_result(data, name.replace(name.split('-')[1], 't3t4', 1), both)


def doubled(forms: list[Form], pictures: Tensor, labels: Tensor, judge: Judge, state: State, o: dict) -> dict:
    """One more restart of twice the steps on what stands of the first pictures: an upper bound of what doubling finds.
    `state` takes that, too."""
    count = min(DOUBLED, len(pictures))
    again = State.fresh({mode: b[:count] for mode, b in state.broken.items()})
    before = {mode: again.standing(mode) for mode in again.broken}
    # from a random start
    again.brackets, again.restarts = {form: b[:, :count].clone() for form, b in state.brackets.items()}, 1
    campaign(forms, pictures[:count], labels[:count], judge, again, epsilon=o['epsilon'], steps=2 * o['steps'],
             restarts=2, seed=o['seed'] + 100, name='doubled')
    for mode, broken in again.broken.items():
        state.broken[mode][:count] |= broken
    return {
        'n': count, 'steps': 2 * o['steps'], 'before': before,
        'after': {mode: again.standing(mode)
                  for mode in again.broken}}


def weakened(chain: Chain, pictures: Tensor, labels: Tensor, o: dict) -> dict:
    """The attack must break a chain that is weak on purpose: the clean target behind one pass of M, no gate."""
    weak = Chain(chain.mapping, chain.classifier, load_net(o['data'], o['settings'], 'target-clean'), -torch.inf, 1)
    pictures, labels = pictures[:WEAKENED], labels[:WEAKENED]
    judge = judge_of(weak, labels)
    state = untouched(pictures, judge)
    clean = state.standing('purify')
    campaign([Form('shut', 'purify', AttackableChain(weak, 'shut'))], pictures, labels, judge, state,
             epsilon=o['epsilon'], steps=o['steps'], restarts=1, seed=o['seed'], name='weakened')
    return {
        'what': 'clean target, always one pass of M', 'n': len(pictures), 'clean': clean,
        'accuracy': state.standing('purify')}


def grey_forms(args, s) -> list[Form]:
    """On the attacker's own M and C before the real target, and before his own where he has one."""
    kinds = [kind for kind in (args.target, 'surrogate') if GRAPHS[args.data].exists(f'target-{kind}')]
    return [form for kind in kinds for form in chain_forms(load_chain(args.data, s, kind, 'greybox'), f'{kind} ')]


def run_tier(tier: str, args, s, chain: Chain, pictures: Tensor, labels: Tensor) -> None:
    name = f'adaptive-{tier}-{args.target}' + ('' if args.chain == 'ismn' else f'-{args.chain}') + (
        '' if abs(args.epsilon - 8 / 255) < 1e-9 else f'-{round(args.epsilon * 255)}')
    steps, restarts = args.steps or s.adaptive_steps, args.restarts or s.adaptive_restarts
    options = {
        'n': len(pictures), 'epsilon': args.epsilon, 'steps': steps, 'restarts': restarts, 'seed': args.seed,
        'size': args.size, 'flagged': chain.flagged}
    options |= {
        'weights': '-'.join(GRAPHS[args.data].digest(name)
                            for name in (f'mapping-{args.chain}', f'classifier-{args.chain}', f'target-{args.target}'))}
    options |= {'queries': args.queries or SQUARE_QUERIES[args.size]} if tier == 't5' else {}
    kept = read_result(args.data, name)
    kept = kept if kept and kept['options'] == options and side_path(args.data, name).exists() else None
    if kept and kept['complete']:
        print(f'{name}: done already', kept['right'], flush=True)
        return
    judge = judge_of(chain, labels)
    clean, began = untouched(pictures, judge), time.time()
    state = kept_side(args.data, name) if kept else untouched(
        pictures, judge)
    spent = kept['seconds'] if kept else 0
    until = began + 60 * args.minutes
    modes = ('purify', 'alarm', 'bare') if tier in ('t3', 't4') else ('purify', 'alarm')
    told, common = {}, {'epsilon': args.epsilon, 'seed': args.seed, 'until': until}

    def save(complete: bool) -> None:
        ran = f'{state.restarts} of {restarts} restarts' if tier in ('t2', 't3') else '; '.join(
            f"{p['what']} on {p['tried']} of {p['standing']} standing" for p in parts(told))
        about = {
            'tier': tier, 'target': args.target, 'chain': args.chain, 'options': options, 'complete': complete,
            'minutes': args.minutes, 'ran': ran if complete else f'{ran}; cut by --minutes or stopped',
            'seconds': round(spent + time.time() - began)}
        keep_side(args.data, name, state)
        write_result(args.data, name, about | summary(state, clean, modes) | told)
        write_worst(args.data, name)

    if tier == 't3':
        forms = chain_forms(chain) + bare_forms(chain)
        told['forms'] = [f.name for f in forms]
        o = options | {'data': args.data, 'settings': s}
        told['weakened'] = weakened(chain, pictures, labels, o)
        campaign(forms, pictures, labels, judge, state, steps=steps, restarts=restarts,
                 after_restart=lambda: save(False), name=name, **common)
        told['doubled'] = doubled(forms, pictures, labels, judge, state, o) if time.time() < until else None
        save(state.restarts == restarts and told['doubled'] is not None)
    elif tier == 't2':
        forms = grey_forms(args, s)
        told['forms'] = [f.name for f in forms]
        campaign(forms, pictures, labels, judge, state, steps=steps, restarts=restarts,
                 after_restart=lambda: save(False), name=name, every=ASK_EVERY, **common)
        save(state.restarts == restarts)
    elif tier == 't4':
        for mode, net in (('purify', AttackableChain(chain, 'soft')), ('bare', AttackableTarget(chain.target))):
            told[mode] = autoattack(net, mode, budget(args.size, s.classes), pictures, labels, judge, state, **common)
            save(False)
        save(
            all(len(told[m]) == len(budget(args.size, s.classes))
                for m in ('purify', 'bare')) and all(p['tried'] == p['standing'] for p in parts(told)))
    else:
        for mode in ('purify', 'alarm'):
            told[mode] = square(chain, mode, pictures, labels, judge, state, queries=options['queries'], **common)
            save(False)
        save(all(p['tried'] == p['standing'] for p in parts(told)))
    print(name, {mode: share(int((~state.broken[mode]).sum()), len(pictures)) for mode in modes}, flush=True)


def parts(told: dict) -> list[dict]:
    """What the library tiers ran: {standing, tried, ...} of each part."""
    return [part for mode in told.values() for part in ([mode] if 'tried' in mode else mode.values())]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--tiers', default=','.join(TIERS))
    parser.add_argument('--target', choices=TARGETS, default='adversarial')
    parser.add_argument('--chain', choices=CHAINS, default='ismn', help='names of M and C')
    parser.add_argument('--n', type=int, help='test pictures, drawn as the cells draw theirs')
    parser.add_argument('--steps', type=int)
    parser.add_argument('--restarts', type=int)
    parser.add_argument('--queries', type=int, help='of Square in t5')
    parser.add_argument('--epsilon', type=lambda text: float(Fraction(text)), default=8 / 255,
                        help='such as 8/255; cut to the 1/255 grid')
    parser.add_argument('--minutes', type=float, default=60, help='bound for each tier')
    args = parser.parse_args()
    args.epsilon = int(args.epsilon * 255 + 1e-6) / 255
    s = settings_of(args)
    chain, test = load_chain(args.data, s, args.target, args.chain), load(args.data, 'test', s.side, args.shared,
                                                                          args.size)
    # as the cells have them
    rows = torch.randperm(len(test), generator=torch.Generator().manual_seed(0))[:args.n or s.adaptive_samples]
    for tier in args.tiers.split(','):
        run_tier(tier, args, s, chain, test[rows], test.labels[rows])


if __name__ == '__main__':
    main()
