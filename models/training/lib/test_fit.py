"""The training loop and the attack loop: python -m unittest lib.test_fit (seconds; torch, no weights)."""
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path

import torch
from torch import nn

from .attacks.signed import descend, uniform
from .fit import Plan, fit


class Stopped(Exception):
    """Somebody ends the program."""


class Fit(unittest.TestCase):
    def trained(self, folder: str, stop: int | None = None, mean: float | None = None) -> dict:
        torch.manual_seed(1)
        net = nn.Linear(4, 1)

        def losses(step):
            if step.number == stop:
                raise Stopped
            for _ in range(2):
                x = torch.randn(8, 4, generator=step.generator)
                yield (net(x) - x.sum(1, keepdim=True)).square().mean(), {'rows': float(step.rows(10, 5).sum())}
        with redirect_stdout(None):
            how = fit(net, losses, Plan(60, 0.05, every=20, mean=mean), Path(folder) / 'checkpoint.pt', seed=3)
        return how['last'] | {k: v.tolist() for k, v in net.state_dict().items()}

    def test_a_run_that_was_stopped_goes_on_as_it_would_have(self):
        for mean in (None, 0.9):
            with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
                with self.assertRaises(Stopped):
                    self.trained(other, stop=47, mean=mean)
                self.assertEqual(self.trained(other, mean=mean), self.trained(one, mean=mean))

    def test_each_picture_is_drawn_once_in_a_pass(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.trained(folder)['rows'], 22.5)  # 0 + ... + 9, in two steps

    def test_the_rate_rises_and_falls(self):
        for cosine in (False, True):
            factors = [Plan(100, 1.0, rise=0.2, cosine=cosine).factor(i) for i in (0, 20, 60, 99)]
            self.assertEqual(max(factors), factors[1])
            self.assertLess(factors[3], 0.02)


class Descend(unittest.TestCase):
    def test_one_step_is_fgsm_and_many_stay_inside_the_bound(self):
        slope = torch.tensor([[[[1.0, -2.0], [0.5, -0.1]]]])
        start = uniform((1, 1, 2, 2), 8, torch.Generator().manual_seed(1))
        self.assertTrue(
            torch.equal(descend(lambda d: (d * slope).sum(), torch.zeros(1, 1, 2, 2), bound=8, step=8, steps=1),
                        -8 * slope.sign()))
        for decay in (None, 1):
            found = descend(lambda d: (d * slope).sum(), start, bound=8, step=2, steps=20, decay=decay)
            self.assertTrue(torch.equal(found, -8 * slope.sign()))

    def test_momentum_outvotes_a_gradient_that_turns(self):
        turns = iter([1.0, 1.0, -1.0])
        found = descend(lambda d: next(turns) * d.sum(), torch.zeros(1, 1, 1, 1), bound=9, step=1, steps=3, decay=1)
        self.assertEqual(float(found), -3.0)


if __name__ == '__main__':
    unittest.main()
