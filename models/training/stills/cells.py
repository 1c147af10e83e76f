"""The attacked test sets of tier T1: which there are, where they lie, how they are read.

A cell is one attack, label variant and level, made on one bare target, its source. cache/<data>/cells/<name>.npy:
uint8 [n, 3, S, S]; <name>.json tells how it was made. Those of a source that does not ship lie in cells/<source>/. All
cells hold the first n of one permutation of the test split, so the smaller are parts of the larger and paired tests
need no bookkeeping."""
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lib.run import CACHE

from .recipe import DEFENDED
from .settings import Settings

# whole numbers in steps of 1/255: the headline; the others are the paper's
LEVELS = ('2', '4', '8', '16', '0.1', '0.2', '0.3', '0.4')
VARIANTS = ('true', 'predicted', 'random', 'surrogate', 'surrogate-random')
NUISANCES = ('jpeg90', 'light', 'blur', 'grain')
HEADLINES = {('true', '0.2'), ('true', '0.3'), ('true', '0.4'), ('true', '8'), ('predicted', '8'), ('sign', '0.2'),
             ('sign', '0.3'), ('sign', '0.4')}
TEST = {'cifar10': 10_000, 'celeba': 1520}


@dataclass(frozen=True)
class Cell:
    """`variant`: whose label the gradient follows ('' where there is none); `level`: '' where nothing bounds the
    attack."""
    attack: str
    variant: str
    level: str
    n: int

    @property
    def name(self) -> str:
        return '-'.join(part for part in (self.attack, self.variant, self.level) if part)

    @property
    def epsilon(self) -> float | None:
        """L-inf bound in 0..1, or sigma of the Gaussian."""
        return None if not self.level else float(self.level) if '.' in self.level else int(self.level) / 255

    @property
    def aimed(self) -> bool:
        """It depends on the target that is attacked."""
        return bool(self.variant) or self.attack == 'universal'

    @property
    def unseen(self) -> bool:
        """Nothing like it was in training."""
        return self.attack in ('square', 'cw') or self.level == '0.25'


def cells(s: Settings, data: str) -> list[Cell]:
    """What the tables need, cheap ones first."""
    many, some, few, minor = s.one_step_samples, s.iterative_samples, s.cell_samples, s.minor_samples
    one_step = [Cell('clean', '', '', TEST[data])] + [Cell(f'nuisance-{kind}', '', '', minor) for kind in NUISANCES]
    one_step += [
        Cell(noise, '', level, many if (noise, level) in HEADLINES else minor)
        for noise in ('sign', 'gaussian')
        for level in LEVELS]
    one_step += [
        Cell('fgsm', variant, level, many if (variant, level) in HEADLINES else minor)
        for variant in VARIANTS
        for level in LEVELS]
    one_step += [Cell('sign', '', '0.25', minor), Cell('fgsm', 'true', '0.25', minor)]
    named = (('predicted', '8', some), ('predicted', '16', some), ('predicted', '0.3', some), ('random', '0.3', some))
    pgd = [Cell('pgd40', variant, level, n) for variant, level, n in named]
    pgd += [Cell('pgd40', 'predicted', level, few) for level in LEVELS if level not in ('8', '16', '0.3')]
    pgd += [
        Cell('pgd40', variant, level, few)
        for level in ('8', '0.3')
        for variant in VARIANTS
        if variant != 'predicted' and (variant, level) != ('random', '0.3')]
    rest = [Cell('universal', '', level, minor)
            for level in ('8', '16')] + [Cell('lowfreq', 'predicted', level, few) for level in ('8', '16')]
    rest += [
        Cell('deepfool', 'predicted', '', some),
        Cell('cw', 'predicted', '', some),
        Cell('square', 'predicted', '8', few)]
    # AutoAttack goes through the wrong classes and DeepFool to the nearest by themselves: no target to draw.
    rest += [
        Cell(attack, variant, level, few)
        for attack, level in (('cw', ''), ('deepfool', ''), ('lowfreq', '8'))
        for variant in ('true', 'random', 'surrogate')
        if (attack, variant) != ('deepfool', 'random')]
    rest += [Cell('square', 'true', '8', few)] + [
        Cell('autoattack', variant, '8', few) for variant in ('true', 'surrogate')]
    return one_step + rest + pgd + [Cell('autoattack', 'predicted', level, few) for level in ('8', '16')]


def test_rows(n: int, total: int) -> Tensor:
    return torch.randperm(total, generator=torch.Generator().manual_seed(0))[:n]


def cell_path(data: str, cell: Cell, source: str = DEFENDED) -> Path:
    return CACHE / data / 'cells' / (source if cell.aimed and source != DEFENDED else '') / f'{cell.name}.npy'


def load_cell(data: str, cell: Cell, source: str = DEFENDED) -> tuple[np.ndarray, Tensor]:
    """Attacked pictures uint8 [n, 3, S, S], mapped from the disk, and their numbers in the test split [n]."""
    pictures = np.load(cell_path(data, cell, source), mmap_mode='r')
    return pictures, test_rows(len(pictures), TEST[data])
