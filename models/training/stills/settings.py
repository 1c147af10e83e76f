"""Sizes of networks and counts of pictures, for each data set and machine: `cpu` for two cores and an evening, `gpu`
for one large GPU and an hour, `tiny` for a test of the commands on drawn noise. How long each net is trained:
recipe.py."""
import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from lib.run import SHARED


@dataclass(frozen=True)
class Settings:
    """Widths are channels. `fold`: pixels of a cell that becomes one position of the network."""
    side: int = 32
    classes: int = 10
    target_fold: int = 1
    target_widths: tuple = (48, 96, 192)
    target_rate: float = 0.2
    batch: int = 256
    surrogate_widths: tuple = (32, 64, 96)
    mapping_fold: int = 2
    mapping_widths: tuple = (48, 96, 128)
    attack_batch: int = 250
    one_step_samples: int = 10_000
    minor_samples: int = 500      # one-step cells that no goal names
    iterative_samples: int = 2000
    cell_samples: int = 200       # cells that no goal names
    adaptive_samples: int = 200
    adaptive_steps: int = 100
    adaptive_restarts: int = 5


CIFAR10 = Settings()
CELEBA = Settings(side=512, classes=2, target_fold=8, target_widths=(24, 32, 48, 64, 96), target_rate=0.05, batch=32,
                  surrogate_widths=(16, 24, 32, 48, 64), mapping_fold=8, mapping_widths=(32, 64, 96), attack_batch=50,
                  one_step_samples=400, minor_samples=100, iterative_samples=60, cell_samples=40, adaptive_samples=50)
TINY = {
    'target_widths': (8, 8, 8), 'surrogate_widths': (8, 8, 8), 'mapping_widths': (8, 8, 8), 'batch': 16,
    'attack_batch': 8}
SETTINGS = {
    ('cifar10', 'cpu'): CIFAR10, ('celeba', 'cpu'): CELEBA,
    ('cifar10', 'gpu'): replace(CIFAR10, target_widths=(64, 256, 256), batch=512, target_rate=0.4,
                                surrogate_widths=(64, 128, 256), mapping_widths=(64, 128, 192),
                                attack_batch=1000, minor_samples=10_000, cell_samples=2000, adaptive_samples=1000),
    ('celeba', 'gpu'): replace(CELEBA, batch=64, mapping_widths=(48, 96, 128), one_step_samples=1520,
                               minor_samples=1520, iterative_samples=1520, cell_samples=1520, adaptive_samples=500),
    ('cifar10', 'tiny'): replace(CIFAR10, **TINY), ('celeba', 'tiny'): replace(CELEBA, side=64, **TINY),}


def arguments(about: str) -> argparse.ArgumentParser:
    """The options that every script takes; `settings_of` reads them."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', choices=('cifar10', 'celeba'), default='cifar10')
    parser.add_argument('--size', choices=('cpu', 'gpu', 'tiny'), default='gpu' if torch.cuda.is_available() else 'cpu',
                        help='settings; default: by the machine')
    parser.add_argument('--shared', type=Path, default=SHARED, help='folder with cifar10/ and celeba/')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=2)
    return parser


def settings_of(args) -> Settings:
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    return SETTINGS[args.data, args.size]
