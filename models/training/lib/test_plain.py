"""What needs neither torch nor weights: python3 -m unittest lib.test_plain (numpy alone; a second)."""
import tempfile
import unittest
import xml.dom.minidom
from pathlib import Path
from unittest.mock import patch

import numpy as np

import camera.recipe
import card
import stills.recipe
from train import against_shipped, chosen, files

from . import run
from .markdown import chance, level, share, table
from .run import Graph, Run, digest_of
from .stats import auroc, mcnemar, tpr_at_fpr, wilson

GRAPHS = stills.recipe.GRAPHS | camera.recipe.GRAPHS


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


class Runs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        cache = patch.object(run, 'CACHE', Path(folder.name))
        cache.start()
        self.addCleanup(cache.stop)

    def graph(self, epochs: float = 3) -> Graph:
        return Graph('x', Run('first', 'way', epochs=epochs), Run('second', 'way', start='first', epochs=2))

    def train(self, graph: Graph, *names: str, weights: float = 1.0) -> None:
        for one in (graph.runs[name] for name in names):
            graph.path(one.name).parent.mkdir(parents=True, exist_ok=True)
            graph.path(one.name).write_bytes(b'')
            graph.write(one, one.lasted('cpu'), {one.name: digest_of({'w': np.full(2, weights)})}, {})

    def stale(self, graph: Graph) -> dict:
        before = {}
        for name, one in graph.runs.items():
            if (why := graph.stale(one, one.lasted('cpu'), before)):
                before[name] = why
        return before

    def test_a_run_names_only_parents_that_are_given_before_it(self):
        with self.assertRaisesRegex(ValueError, 'second wants first'):
            Graph('x', Run('second', 'way', start='first'))

    def test_what_was_trained_stands(self):
        self.assertEqual(self.stale(self.graph()), {'first': 'not trained here', 'second': 'not trained here'})
        self.train(self.graph(), 'first', 'second')
        self.assertEqual(self.stale(self.graph()), {})

    def test_a_changed_recipe_makes_all_that_follows_stale_and_says_why(self):
        self.train(self.graph(), 'first', 'second')
        self.assertEqual(self.stale(self.graph(epochs=4)),
                         {'first': 'recipe: epochs 3 -> 4', 'second': 'first is stale'})

    def test_a_parent_that_was_trained_anew_makes_its_child_stale(self):
        self.train(self.graph(), 'first', 'second')
        self.train(self.graph(), 'first', weights=2.0)
        self.assertRegex(self.stale(self.graph())['second'], 'first is another: [0-9a-f]{12} then, [0-9a-f]{12} now')

    def test_a_digest_is_of_names_shapes_and_numbers(self):
        a = {'w': np.ones((2, 3), np.float32), 'num_batches_tracked': np.array(7)}
        self.assertEqual(digest_of(a), digest_of({'w': np.ones((2, 3)), 'num_batches_tracked': np.array(8)}))
        for other in ({'v': a['w']}, {'w': a['w'].T}, {'w': a['w'] + 1e-6}):
            self.assertNotEqual(digest_of(a), digest_of(other))


class Shipped(unittest.TestCase):
    def test_the_recipe_is_that_of_the_weights_that_ship(self):
        for graph in GRAPHS.values():
            for one in chosen(graph, [], False):
                self.assertRegex(against_shipped(graph, one), 'recipe as recorded', f'{graph.folder} {one.name}')

    def test_the_card_says_what_the_results_say(self):
        for path, text in card.pages().items():
            self.assertEqual(path.read_text(), text, f'{path}: python card.py')

    def test_every_plot_is_well_formed(self):
        for path in run.RESULTS.rglob('*.svg'):
            with self.subTest(path):
                xml.dom.minidom.parse(str(path))

    def test_the_graphs_are_those_of_their_manifests(self):
        for folder in GRAPHS:
            for line in files(folder):
                self.assertRegex(line, ': sha256 as its manifest says')


if __name__ == '__main__':
    unittest.main()
