"""Defences by name, asked together: what two of them share (M(x), C's score, the purified picture) is computed once a
batch.

Names: TARGET, or TARGET+MAPPING:always (M once, on every picture), or TARGET+MAPPING:gateK (C decides, at most K
passes); else a baseline's. TARGET: clean, adversarial, distilled, aligned; MAPPING: ismn, strict, skip or what stands
behind mapping- in recipe.py."""
import re

import torch
from torch import Tensor

from lib.grid import on_grid

from .baseline_defences import load_baselines
from .chain import PASSES
from .defences import Answer
from .load import load_chain, load_net
from .recipe import DEFENDED, GRAPHS
from .settings import Settings

NONE, CHAIN, ALWAYS = DEFENDED, f'{DEFENDED}+ismn:gate{PASSES}', f'{DEFENDED}+ismn:always'
GRAMMAR = re.compile(r'(?P<target>[a-z0-9-]+)(\+(?P<mapping>[a-z0-9-]+):(always|gate(?P<passes>\d+)))?$')
TARGETS = ('clean', 'adversarial', 'distilled', 'aligned')
CHAINS = ('ismn', 'robust')  # that adaptive attackers are set on: what ships, that of ways/robust.py
ABLATION = {
    'no defence': 'clean', 'target adversarially trained': 'adversarial', '+ distilled': 'distilled',
    '+ mapping network': 'distilled+no-discriminator:always', '+ discriminator': 'distilled+ismn-short:always',
    '+ classifier gate': 'distilled+ismn-short:gate1', '+ feedback, K = 3': 'distilled+ismn-short:gate3',
    '+ feedback, K = 8': 'distilled+ismn-short:gate8', 'all, M trained in full': 'distilled+ismn:gate3',
    'all, clean target': 'clean+ismn:gate3', 'all, aligned target': f'{DEFENDED}+ismn:gate3',
    'the same without feedback (ships)': CHAIN, 'M without guide': 'clean+no-guide:always',
    'M without clean term': 'clean+no-clean:always', 'M without sparsity': 'clean+no-sparsity:always',
    'M with all terms': 'clean+ismn-short:always', 'M-strict (paper-exact)': 'clean+strict:always',
    'M-skip': 'clean+skip:always'}
TABLE = {
    'none': NONE, 'chain': CHAIN, 'always': ALWAYS, 'chain, K = 3': f'{DEFENDED}+ismn:gate3',
    'adversarial': 'adversarial', 'distilled': 'distilled', 'adversarial + chain': f'adversarial+ismn:gate{PASSES}',
    'paper-exact': 'distilled+strict:gate3', 'M-strict': 'clean+strict:always', 'M-skip': 'clean+skip:always',
    'adversarial + always': 'adversarial+ismn:always', 'adversarial + robust M': 'adversarial+robust:always'}


def source_of(name: str) -> str:
    """Kind of the target that an oblivious attacker of this defence attacks."""
    found = GRAMMAR.match(name)
    return found['target'] if found and (found['mapping'] or found['target'] in TARGETS) else DEFENDED


class Suite:
    """`names` as above. Those whose weights are not there are left out and listed in `missing`; `stamps` name the
    weights behind each."""

    def __init__(self, data: str, s: Settings, names: list[str], baselines: bool):
        self.targets, self.chains, self.mappings, self.plans, self.stamps, self.missing = {}, {}, {}, {}, {}, []
        for name in names:
            found = GRAMMAR.match(name)
            plan = (found['target'], found['mapping'], int(found['passes'] or 0))
            needs = [f'target-{plan[0]}'
                     ] + ([f'mapping-{plan[1]}'] if plan[1] else []) + ([f'classifier-{plan[1]}'] if plan[2] else [])
            if any(not GRAPHS[data].exists(n) for n in needs):
                self.missing.append(name)
                continue
            self.plans[name] = plan
            self.stamps[name] = '-'.join(GRAPHS[data].digest(n) for n in needs)
            self.targets.setdefault(plan[0], load_net(data, s, f'target-{plan[0]}'))
            if plan[2]:
                self.chains.setdefault(plan[1], load_chain(data, s, plan[0], plan[1]))
            elif plan[1]:
                self.mappings.setdefault(plan[1], load_net(data, s, f'mapping-{plan[1]}'))
        self.baselines = load_baselines(data, s) if baselines else {}
        for name in self.baselines:
            needs = [f'target-{DEFENDED}', f'baseline-{name}']
            self.stamps[name] = '-'.join(GRAPHS[data].digest(n) for n in needs if GRAPHS[data].exists(n))

    @torch.no_grad()
    def __call__(self, x: Tensor, names: list[str]) -> dict[str, Answer]:
        """Pictures float [B, 3, S, S] in 0..1 on the grid -> an Answer for each of `names`."""
        plans = {name: plan for name, plan in self.plans.items() if name in names}
        used = {mapping for _, mapping, _ in plans.values() if mapping}
        looked = {m: self.chains[m].look(x) for m in used if m in self.chains}
        first = {m: looked[m][0] if m in looked else on_grid(self.mappings[m](x)[0]) for m in used}
        healed, plain, answers = {}, {t: self.targets[t](x) for t in {t for t, _, _ in plans.values()}}, {}
        for name, (target, mapping, passes) in plans.items():
            if mapping is None:
                answers[name] = Answer(plain[target])
            elif passes == 0:
                answers[name] = Answer(self.targets[target](first[mapping]))
            else:
                if (mapping, passes) not in healed:
                    healed[mapping, passes] = self.chains[mapping].behind_gate(x, *looked[mapping][:2], passes)
                seen, flagged = healed[mapping, passes]
                logits = plain[target].clone()
                if flagged.any():
                    logits[flagged] = self.targets[target](seen[flagged])
                answers[name] = Answer(logits, flagged, looked[mapping][1])
        return answers | {name: ask(x) for name, ask in self.baselines.items() if name in names}
