"""What needs neither torch nor weights: python3 -m unittest lib.test_plain (numpy alone; under a second)."""
import unittest

import numpy as np

from lib.markdown import chance, level, share, table
from lib.stats import auroc, mcnemar, tpr_at_fpr, wilson


class Stats(unittest.TestCase):
    def test_wilson_at_its_ends(self):
        self.assertEqual(wilson(0, 0), (0.0, 1.0))
        self.assertEqual(wilson(0, 200), (0.0, 0.0188))
        self.assertEqual(wilson(200, 200), (0.9812, 1.0))
        self.assertEqual(wilson(79, 98), (0.7169, 0.8722))

    def test_mcnemar_counts_what_one_alone_keeps(self):
        a, b = np.ones(10, bool), np.arange(10) >= 6
        self.assertEqual(mcnemar(a, b), {'lost': 6, 'gained': 0, 'p': 0.03125})
        self.assertEqual(mcnemar(a, a)['p'], 1.0)

    def test_auroc_halves_ties(self):
        self.assertEqual(auroc(np.array([0, 1]), np.array([2, 3])), 1.0)
        self.assertEqual(auroc(np.array([1, 1]), np.array([1, 1])), 0.5)
        self.assertEqual(auroc(np.array([0.0, 2.0]), np.array([1.0, 3.0])), 0.75)

    def test_rate_of_false_positives_is_kept(self):
        self.assertEqual(tpr_at_fpr(np.arange(100), np.array([98.5, 99.5, 50.0, 99.0]), 0.01), 0.75)


class Markdown(unittest.TestCase):
    def test_figures_are_written_one_way(self):
        self.assertEqual((share(79, 98), share(0, 0)), ('0.806 (0.717-0.872)', '-'))
        self.assertEqual((level(8 / 255), level(0.3), level(None)), ('8/255', '0.3', '-'))
        self.assertEqual((chance(0.0004), chance(0.5)), ('p < 0.001', 'p = 0.500'))
        self.assertEqual(table(['a', 'b'], [[1, 2]]), '| a | b |\n| --- | --- |\n| 1 | 2 |')


if __name__ == '__main__':
    unittest.main()
