"""Tables of the attackers who know the defence (adaptive-<tier>-<target>.json), and the sentence that opens the model card."""
import json

import numpy as np

from lib.markdown import chance, level, not_run, share, table
from lib.run import RESULTS
from lib.stats import mcnemar

from .settings import DEFENDED

WORST = 't3 and t4'
MODES = ('purify', 'alarm')


def results(data: str, tiers: tuple) -> list[dict]:
    """Of these tiers; the adversarially trained target, which the goal names, first."""
    found = [json.loads(path.read_text()) for path in sorted((RESULTS / data).glob('adaptive-*.json'))]
    return sorted((r for r in found if r['tier'] in tiers), key=lambda r: (r['target'] != 'adversarial', r['target'], r['chain'] == 'ismn', r['options']['epsilon'], r['tier']))


def worst(found: list[dict]) -> dict | None:
    """T3 and T4 of one target as one attacker: a picture stands where neither broke it. None: not both there on the same pictures."""
    if len(found) != 2 or found[0]['options']['n'] != found[1]['options']['n']:
        return None
    both = {key: {mode: [a and b for a, b in zip(found[0][key][mode], found[1][key][mode])] for mode in found[0][key]} for key in ('right', 'clean_right')}
    return found[0] | both | {'tier': WORST, 'complete': all(r['complete'] for r in found), 'ran': 'what either broke'}


def case(r: dict) -> tuple:
    return r['target'], r['chain'], r['options']['epsilon']


def before(r: dict) -> str:
    """The target, and M and C before it where they are not those that ship."""
    return r['target'] if r['chain'] == 'ismn' else f"{r['target']}, {r['chain']} M"


def counted(right: list[bool]) -> str:
    return share(sum(right), len(right))


def against_bare(r: dict, mode: str) -> dict:
    """`before`: the target alone, `after`: the chain."""
    return mcnemar(np.array(r['right']['bare']), np.array(r['right'][mode]))


def paired(r: dict, mode: str) -> str:
    told = against_bare(r, mode)
    return f"{told['gained']} / {told['lost']}, {chance(told['p'])}"


def ran(r: dict) -> str:
    return r['ran'] if r['complete'] else f"**incomplete**: {r['ran']}"


def with_worst(found: list[dict]) -> list[dict]:
    out = []
    for key in dict.fromkeys(case(r) for r in found):
        some = [r for r in found if case(r) == key]
        out += ([both] if (both := worst(some)) else []) + some
    return out


def adaptive(data: str) -> str:
    rows = [[r['tier'].upper().replace('AND', 'and'), before(r), level(r['options']['epsilon']), mode, f"**{counted(r['right'][mode])}**", counted(r['right']['bare']), paired(r, mode),
             f"{counted(r['clean_right'][mode])} / {counted(r['clean_right']['bare'])}", r['options']['n'], ran(r)]
            for r in with_worst(results(data, ('t3', 't4'))) for mode in MODES]
    return table(['tier', 'target', 'level', 'mode', 'chain', 'that target alone', 'chain alone right / target alone right', 'clean: chain / target', 'n', 'what was run'],
                 rows) if rows else not_run(data, 'adaptive --tiers t3,t4 --target adversarial')


def limited(data: str) -> str:
    """T2 and T5."""
    rows = [[r['tier'].upper(), before(r), level(r['options']['epsilon']), mode, counted(r['right'][mode]), counted(r['clean_right'][mode]),
             r[mode]['median_queries'] or '-' if mode in r else '', r['options']['n'], ran(r)]
            for r in results(data, ('t2', 't5')) for mode in MODES]
    return table(['tier', 'target', 'level', 'mode', 'chain', 'clean', 'median queries of those broken', 'n', 'what was run'], rows) if rows else not_run(data, 'adaptive --tiers t2,t5 --target adversarial')


def headline(data: str) -> str:
    """The adaptive result of the target that ships and of the adversarially trained one, for the top of the card."""
    name = {'cifar10': 'CIFAR-10', 'celeba': 'CelebA'}[data]
    found = with_worst(results(data, ('t3', 't4')))
    first = {case(r)[:2]: r for r in reversed(found)}
    if not first:
        return f"**Against an attacker who knows the {name} benchmark's chain: {not_run(data, 'adaptive')}.** Until it is, take nothing for robust."
    return ' '.join(sentence(name, first[one]) for one in ((DEFENDED, 'ismn'), ('adversarial', 'ismn'), ('adversarial', 'robust')) if one in first)


def sentence(name: str, r: dict) -> str:
    told = against_bare(r, 'purify')
    verdict = ('no difference that this many pictures can show' if told['p'] > 0.05 else 'the chain adds to its target' if told['gained'] > told['lost'] else 'the chain is worse than its target alone')
    which = {'ismn': 'as it ships' if r['target'] == DEFENDED else 'before the adversarially trained target', 'robust': 'with an M that learned against attacks through itself, before the adversarially trained target,'}[r['chain']]
    return (f"**Against an attacker who knows it, the {name} benchmark's chain {which} keeps {counted(r['right']['purify'])} of {r['options']['n']} test pictures at {level(r['options']['epsilon'])}, "
            f"its target alone {counted(r['right']['bare'])}**: {verdict} ({chance(told['p'])}, {r['tier'].upper().replace('AND', 'and')}{'' if r['complete'] else ', run not complete'}). "
            f"Wrong and not flagged in {100 * (1 - np.mean(r['right']['alarm'])):.0f} % of them.")
