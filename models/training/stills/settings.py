"""What is trained how long, for each data set and machine: `cpu` for two cores and an evening, `gpu` for one large GPU and an hour."""
import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from lib.run import SHARED

DEFENDED = 'aligned'  # kind of the target that ships, that oblivious attackers attack and that `none` in tables means


@dataclass(frozen=True)
class Settings:
    """Widths are channels, epochs are passes over the train split. `fold`: pixels of a cell that becomes one position of the network."""
    side: int = 32
    classes: int = 10
    target_fold: int = 1
    target_widths: tuple = (48, 96, 192)
    target_epochs: float = 12
    target_rate: float = 0.2
    batch: int = 256
    surrogate_widths: tuple = (32, 64, 96)
    surrogate_epochs: float = 3
    adversarial_epochs: float = 9
    distilled_epochs: float = 0.6
    robust_epochs: float = 4      # M against attacks through itself; two cores saw no gain in 0.7
    aligned_epochs: float = 1
    mapping_fold: int = 2
    mapping_widths: tuple = (48, 96, 128)
    first_epochs: float = 3       # M before the clean target; then the target learns its leftovers, and
    second_epochs: float = 5      # M goes on before that target; then
    parts_epochs: float = 0       # M goes on with parts of large pictures; then
    together_epochs: float = 1.5  # both learn at once, in two short rounds and
    last_epochs: float = 5.5      # two long ones
    variant_epochs: float = 0.3   # an attacker's own M
    baseline_epochs: float = 1.2  # each network of the comparison
    ablation_epochs: float = 0.2  # each run of the ablation table
    paper_epochs: float = 1.5     # M-strict and M-skip, which are cheap at 32x32; 0: too dear (9.5 GMAC a picture at 512x512)
    classifier_epochs: float = 1.4
    attack_batch: int = 250
    one_step_samples: int = 10_000
    minor_samples: int = 500      # one-step cells that no goal names
    iterative_samples: int = 2000
    cell_samples: int = 200       # cells that no goal names
    adaptive_samples: int = 200
    adaptive_steps: int = 100
    adaptive_restarts: int = 5


CIFAR10 = Settings()
CELEBA = Settings(
    side=512, classes=2, target_fold=8, target_widths=(24, 32, 48, 64, 96), target_epochs=5, target_rate=0.05, batch=32, surrogate_widths=(16, 24, 32, 48, 64),
    surrogate_epochs=1, adversarial_epochs=1, distilled_epochs=1, robust_epochs=1, aligned_epochs=0.5, mapping_fold=8, mapping_widths=(32, 64, 96), first_epochs=0.5, second_epochs=0.5, parts_epochs=2.5,
    together_epochs=1, last_epochs=0.6, variant_epochs=0.4, baseline_epochs=0.4, ablation_epochs=0.4, paper_epochs=0, classifier_epochs=0.3, attack_batch=50,
    one_step_samples=400, minor_samples=100, iterative_samples=60, cell_samples=40, adaptive_samples=50)
SETTINGS = {
    ('cifar10', 'cpu'): CIFAR10,
    ('celeba', 'cpu'): CELEBA,
    ('cifar10', 'gpu'): replace(
        CIFAR10, target_widths=(64, 256, 256), target_epochs=40, batch=512, target_rate=0.4, surrogate_widths=(64, 128, 256), surrogate_epochs=12,
        adversarial_epochs=40, distilled_epochs=10, robust_epochs=20, aligned_epochs=8, mapping_widths=(64, 128, 192), first_epochs=15, second_epochs=20, together_epochs=5, last_epochs=20, variant_epochs=10, baseline_epochs=20,
        ablation_epochs=5, paper_epochs=20, classifier_epochs=6, attack_batch=1000,
        minor_samples=10_000, cell_samples=2000, adaptive_samples=1000),
    ('celeba', 'gpu'): replace(
        CELEBA, batch=64, target_epochs=20, surrogate_epochs=8, aligned_epochs=2, adversarial_epochs=10, robust_epochs=5, first_epochs=8, second_epochs=8, parts_epochs=20,
        together_epochs=2, last_epochs=6, mapping_widths=(48, 96, 128), variant_epochs=4, baseline_epochs=8, ablation_epochs=2, paper_epochs=8, classifier_epochs=4,
        one_step_samples=1520, minor_samples=1520, iterative_samples=1520, cell_samples=1520, adaptive_samples=500),
}


def arguments(about: str) -> argparse.ArgumentParser:
    """The options that every script takes; `settings_of` reads them."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', choices=('cifar10', 'celeba'), default='cifar10')
    parser.add_argument('--size', choices=('cpu', 'gpu'), default='gpu' if torch.cuda.is_available() else 'cpu', help='settings; default: by the machine')
    parser.add_argument('--shared', type=Path, default=SHARED, help='folder with cifar10/ and celeba/')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=2)
    return parser


def settings_of(args) -> Settings:
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    return SETTINGS[args.data, args.size]
