"""The adaptive attack and the gates that watch it: python -m unittest stills.test_adaptive (seconds, no weights, no
data)."""
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

import torch
import torch.nn.functional as F
from torch import nn

from lib import run
from lib.grid import on_grid
from lib.nets.classifier import PictureClassifier
from lib.nets.target import Target
from lib.stats import Counted

from . import adaptive
from .adaptive import bare_forms, chain_forms, judge_of, untouched
from .chain import Chain, feedback
from .checks import at_most, oblivious_gates
from .differentiable import GATES, AttackableChain
from .margin_attack import State, campaign
from .settings import CIFAR10

X = on_grid(torch.rand(12, 3, 32, 32, generator=torch.Generator().manual_seed(0)))


class Blur(nn.Module):
    """An M that changes every picture."""

    def forward(self, x):
        return 0.5 * x + 0.5 * F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode='reflect'), 3, 1), x.new_ones(len(x))


def small_chain() -> Chain:
    """Random nets; half of X is flagged."""
    torch.manual_seed(0)
    chain = Chain(Blur(), PictureClassifier().eval(), Target(1, (8, 8, 8), 10).eval(), 0.0)
    with torch.no_grad():
        chain.target.last.bias -= chain.target(X).mean(0) / Target.SCALE  # else one class takes all
        chain.flagged = float(chain.look(X)[1].median()) + 1e-7
    return chain


def attacked(chain: Chain, epsilon: float, seen: list | None = None) -> tuple[State, State]:
    """Labels are the chain's own answers, so that everything is right at the start."""
    with torch.no_grad():
        labels = chain.target(X).argmax(1)
    told = judge_of(chain, labels)

    def judge(rows, at):
        if seen is not None:
            seen.append((rows, at))
        return told(rows, at)
    clean, state = untouched(X, judge), untouched(X, judge)
    with redirect_stdout(None):
        campaign(
            chain_forms(chain) + bare_forms(chain), X, labels, judge, state, epsilon=epsilon, steps=6, restarts=2,
            seed=1)
    return clean, state


class Differentiable(unittest.TestCase):
    def test_the_soft_gate_answers_as_the_hard_chain_bit_by_bit(self):
        chain = small_chain()
        seen, flagged, score = chain.gated(X)
        logits, told = AttackableChain(chain, 'soft').both(X)
        self.assertTrue(0 < int(flagged.sum()) < len(X))
        self.assertTrue(torch.equal(logits, chain.target(seen)))
        self.assertTrue(torch.equal(told, score))

    def test_a_shut_gate_is_always_purified(self):
        chain = small_chain()
        always = feedback(lambda now: chain.look(now)[:2], chain.look(X)[0], chain.flagged, chain.passes)
        self.assertTrue(torch.equal(AttackableChain(chain, 'shut')(X), chain.target(always)))

    def test_a_chain_that_always_repairs_has_no_way_past_m(self):
        chain = small_chain()
        chain.always = True
        seen, flagged, _ = chain.gated(X)
        self.assertTrue(0 < int(flagged.sum()) < len(X))
        self.assertTrue(torch.equal(seen, chain.look(X)[0]))
        for gate in GATES:
            self.assertTrue(torch.equal(AttackableChain(chain, gate)(X), chain.target(seen)), gate)
        _, state = attacked(chain, 8 / 255)
        self.assertEqual(state.standing('purify'), 0.0)

    def test_every_gate_lets_a_gradient_through(self):
        chain = small_chain()
        for gate in GATES:
            x = X.clone().requires_grad_(True)
            logits, score = AttackableChain(chain, gate).both(x)
            slope, = torch.autograd.grad(logits.logsumexp(1).sum() + score.sum(), x)
            self.assertFalse((slope == 0).flatten(1).all(1).any(), gate)


class Adaptive(unittest.TestCase):
    def test_nothing_to_spend_changes_nothing(self):
        clean, state = attacked(small_chain(), 0.0)
        for mode, broken in state.broken.items():
            self.assertTrue(torch.equal(broken, clean.broken[mode]), mode)

    def test_random_nets_are_broken_by_pictures_on_the_grid_inside_the_bound(self):
        seen = []
        _, state = attacked(small_chain(), 8 / 255, seen)
        self.assertEqual({mode: state.standing(mode) for mode in ('purify', 'bare')}, {'purify': 0.0, 'bare': 0.0})
        for rows, at in seen:
            self.assertLessEqual(float((at - X[rows.cpu()]).abs().max()), 8 / 255 + 1e-6)
            self.assertTrue(torch.equal(at, on_grid(at)))

    def test_a_state_survives_its_json(self):
        _, state = attacked(small_chain(), 1 / 255)
        again = State.of_json(state.json())
        self.assertEqual(again.json(), state.json())
        self.assertEqual(again.restarts, 2)


class Worst(unittest.TestCase):
    def test_two_tiers_of_one_case_become_one_attacker(self):
        standing = {'t3': [True, True, False, False], 't4': [True, False, True, False]}
        with tempfile.TemporaryDirectory() as folder, patch.object(run, 'RESULTS', Path(folder)), \
                patch.object(adaptive, 'CACHE', Path(folder)):
            for tier, right in standing.items():
                name, state = f'adaptive-{tier}-clean', State.fresh({'purify': ~torch.tensor(right),
                                                                     'bare': torch.zeros(4, dtype=torch.bool)})
                adaptive.keep_side('x', name, state)
                told = {'tier': tier, 'target': 'clean', 'chain': 'ismn', 'options': {'n': 4}, 'complete': True,
                        'clean_right': {'purify': 4, 'bare': 4}}
                run.write_result('x', name, told)
                self.assertIsNone(run.read_result('x', 'adaptive-t3t4-clean'))
                adaptive.write_worst('x', name)
            both = run.read_result('x', 'adaptive-t3t4-clean')
        self.assertEqual((both['tier'], both['right']), ('t3 and t4', {'purify': 1, 'bare': 4}))
        self.assertEqual(both['against_bare']['purify'], {'lost': 3, 'gained': 0, 'p': 0.25})


class Gates(unittest.TestCase):
    def test_an_iterative_attack_weaker_than_one_step_fails(self):
        def row(attack, right):
            return {
                'attack': attack, 'variant': 'true', 'level': '8', 'epsilon': 8 / 255,
                'defences': {'none': (right, 100)}}
        verdicts = {g.name: g.verdict for g in oblivious_gates({'rows': [row('fgsm', 20), row('pgd40', 30)]})}
        self.assertEqual(verdicts, {
            'iterative <= one-step: pgd40 true 8': 'FAILED', 'PGD-40 at 8/255 breaks the bare target': 'FAILED'})

    def test_the_same_pictures_get_no_slack(self):
        self.assertEqual(at_most('', Counted(21, 100), Counted(20, 100)).verdict, 'FAILED')
        self.assertEqual(at_most('', Counted(21, 100), Counted(2000, 10_000)).verdict, 'PASS')


class Settings(unittest.TestCase):
    def test_the_protocol_is_the_default(self):
        self.assertEqual((CIFAR10.adaptive_steps, CIFAR10.adaptive_restarts), (100, 5))


if __name__ == '__main__':
    unittest.main()
