"""Tables of the attackers who know the defence (adaptive-<tier>-<target>.json), and the sentence that opens the model
card."""
import json

from lib.markdown import chance, level, not_run, share, table
from lib.run import RESULTS

from .recipe import DEFENDED

MODES = ('purify', 'alarm')


def results(data: str, tiers: tuple) -> list[dict]:
    """Of these tiers; of each case T3 and T4 as one attacker first, and the adversarially trained target, which the
    goal names, before others."""
    found = [json.loads(path.read_text()) for path in sorted((RESULTS / data).glob('adaptive-*.json'))]
    tiers = (*tiers, 't3 and t4') if 't3' in tiers else tiers
    return sorted((r for r in found if r['tier'] in tiers), key=lambda r: (r['target'] != 'adversarial', r['target'], r[
        'chain'] == 'ismn', r['options']['epsilon'], r['tier'] != 't3 and t4', r['tier']))


def before(r: dict) -> str:
    """The target, and M and C before it where they are not those that ship."""
    return r['target'] if r['chain'] == 'ismn' else f"{r['target']}, {r['chain']} M"


def tier(r: dict) -> str:
    return r['tier'].upper().replace('AND', 'and')


def counted(r: dict, mode: str, when: str = 'right') -> str:
    """Under attack, or `clean_right`."""
    return share(r[when][mode], r['options']['n'])


def against_bare(r: dict, mode: str) -> dict:
    """`lost`: right by the target alone, `gained`: by the chain alone."""
    return r['against_bare'][mode]


def paired(r: dict, mode: str) -> str:
    told = against_bare(r, mode)
    return f"{told['gained']} / {told['lost']}, {chance(told['p'])}"


def ran(r: dict) -> str:
    return r['ran'] if r['complete'] else f"**incomplete**: {r['ran']}"


def adaptive(data: str) -> str:
    rows = [[
        tier(r),
        before(r),
        level(r['options']['epsilon']), mode, f'**{counted(r, mode)}**',
        counted(r, 'bare'),
        paired(r, mode), f"{counted(r, mode, 'clean_right')} / {counted(r, 'bare', 'clean_right')}", r['options']['n'],
        ran(r)] for r in results(data, ('t3', 't4')) for mode in MODES]
    return table([
        'tier', 'target', 'level', 'mode', 'chain', 'that target alone', 'chain alone right / target alone right',
        'clean: chain / target', 'n', 'what was run'], rows) if rows else not_run(
            data, 'adaptive --tiers t3,t4 --target adversarial')


def limited(data: str) -> str:
    """T2 and T5."""
    rows = [[
        tier(r),
        before(r),
        level(r['options']['epsilon']), mode,
        counted(r, mode),
        counted(r, mode, 'clean_right'), r[mode]['median_queries'] or '-' if mode in r else '', r['options']['n'],
        ran(r)] for r in results(data, ('t2', 't5')) for mode in MODES]
    return table(
        ['tier', 'target', 'level', 'mode', 'chain', 'clean', 'median queries of those broken', 'n', 'what was run'],
        rows) if rows else not_run(data, 'adaptive --tiers t2,t5 --target adversarial')


def headline(data: str) -> str:
    """The adaptive result of the target that ships and of the adversarially trained one, for the top of the card."""
    name = {'cifar10': 'CIFAR-10', 'celeba': 'CelebA'}[data]
    first = {(r['target'], r['chain']): r for r in reversed(results(data, ('t3', 't4')))}
    if not first:
        untried = not_run(data, 'adaptive')
        return (f"**Against an attacker who knows the {name} benchmark's chain: {untried}.** "
                'Until it is, take nothing for robust.')
    return ' '.join(
        sentence(name, first[one])
        for one in ((DEFENDED, 'ismn'), ('adversarial', 'ismn'), ('adversarial', 'robust'))
        if one in first)


def sentence(name: str, r: dict) -> str:
    told = against_bare(r, 'purify')
    verdict = ('no difference that this many pictures can show' if told['p'] > 0.05 else 'the chain adds to its target'
               if told['gained'] > told['lost'] else 'the chain is worse than its target alone')
    which = {
        'ismn': 'as it ships' if r['target'] == DEFENDED else 'before the adversarially trained target',
        'robust': 'with an M that learned against attacks through itself, before the adversarially trained target,'
    }[r['chain']]
    return (
        f"**Against an attacker who knows it, the {name} benchmark's chain {which} keeps {counted(r, 'purify')} of "
        f"{r['options']['n']} test pictures at {level(r['options']['epsilon'])}, "
        f"its target alone {counted(r, 'bare')}**: {verdict} ({chance(told['p'])}, "
        f"{tier(r)}{'' if r['complete'] else ', run not complete'}). "
        f"Wrong and not flagged in {100 * (1 - r['right']['alarm'] / r['options']['n']):.0f} % of them.")
