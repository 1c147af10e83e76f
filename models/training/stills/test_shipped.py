"""The networks here are those that ship: python -m unittest stills.test_shipped (seconds; no training, no data)."""
import unittest

from lib.run import MODELS

from .export import TOLERANCE, drawn, gaps
from .settings import SETTINGS
from .shipped import shipped_chain


class Shipped(unittest.TestCase):
    def test_the_graphs_weights_fit_these_networks_and_answer_as_onnx_runtime_does(self):
        for data, count in (('cifar10', 4), ('celeba', 1)):
            s = SETTINGS[data, 'cpu']
            found = gaps(shipped_chain(data, s), MODELS / data, drawn(s.side, count))
            self.assertLess(max(found['logits'], found['score'], found['level']), TOLERANCE, data)
            self.assertLess(found['purified'], 0.01, data)


if __name__ == '__main__':
    unittest.main()
