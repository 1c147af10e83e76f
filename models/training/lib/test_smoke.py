"""Every way of every recipe walked once on drawn noise: python -m unittest lib.test_smoke (a minute or two; torch, no
data)."""
import os
import subprocess
import sys
import tempfile
import unittest

from .run import HERE, SHARED

TINY = ['--size', 'tiny']


class Recipes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.env = os.environ | {'TRAINING_CACHE': folder.name}

    def train(self, *argv: str) -> str:
        done = subprocess.run([sys.executable, '-W', 'ignore', 'train.py', *argv, *TINY], cwd=HERE, env=self.env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_stills(self):
        for data in ('cifar10', 'celeba'):
            self.assertIn('== together-last: not trained here', self.train('stills', data, '--all'))
            self.assertEqual(self.train('stills', data, '--all'), '', 'what is trained stands')

    def test_camera(self):
        self.assertIn('== classifier: not trained here', self.train('camera'))

    @unittest.skipUnless((SHARED / 'detectors').exists(), 'no detectors here')
    def test_camera_with_detectors(self):
        self.assertIn('== contrast: not trained here', self.train('camera', 'restorer', 'contrast'))


if __name__ == '__main__':
    unittest.main()
