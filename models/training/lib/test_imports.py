"""Every module can be imported and every command says its options: python -m unittest lib.test_imports (needs torch
and the attack libraries)."""
import importlib
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


class Modules(unittest.TestCase):
    def test_all_of_them_can_be_imported(self):
        for path in sorted(p for room in ('lib', 'camera', 'stills') for p in (HERE / room).rglob('*.py')):
            name = '.'.join(path.relative_to(HERE).with_suffix('').parts).removesuffix('.__init__')
            with self.subTest(name):
                importlib.import_module(name)


if __name__ == '__main__':
    unittest.main()
