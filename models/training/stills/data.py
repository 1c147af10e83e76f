"""CIFAR-10 and CelebA "Smiling": pictures as uint8, splits fixed. Train and validation are cut by a rule, test is
opened by the evaluation alone."""
import csv
import io
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from lib.run import CACHE

CIFAR10_VALIDATION = 5000     # the last of the train set
CELEBA_VALIDATION_EVERY = 8   # identities whose number this divides


@dataclass(frozen=True)
class Pictures:
    """`stored` uint8 [N, 3, h, w] as the files have it, `labels` int64 [N], `side` the size at which networks see
    them."""
    stored: Tensor
    labels: Tensor
    side: int
    names: tuple

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows) -> Tensor:
        """float [B, 3, side, side] in 0..1, on the grid of 1/255. CelebA is enlarged bilinearly from 89x109, squeezed
        to a square as the paper's 512x512."""
        x = self.stored[rows]
        if x.shape[-1] == self.side:
            return x.float() / 255
        return F.interpolate(x.float(), (self.side, self.side), mode='bilinear', align_corners=False).round() / 255


def load(name: str, split: str, side: int, shared: Path, size: str = 'cpu') -> Pictures:
    """`split`: train, validation or test. At size `tiny` noise, which needs no file."""
    if size == 'tiny':
        return noise(name, side)
    images, labels, names = (cifar10 if name == 'cifar10' else celeba)(split, shared)
    stored = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2)))
    return Pictures(stored, torch.from_numpy(labels.astype(np.int64)), side, names)


def noise(name: str, side: int, count: int = 32) -> Pictures:
    generator, classes = torch.Generator().manual_seed(1), 10 if name == 'cifar10' else 2
    stored = torch.randint(0, 256, (count, 3, side, side), dtype=torch.uint8, generator=generator)
    return Pictures(stored, torch.arange(count) % classes, side, tuple(map(str, range(classes))))


def cifar10(split: str, shared: Path):
    root, names = shared / 'cifar10', tuple((shared / 'cifar10/classes.txt').read_text().split())
    if split == 'test':
        labels = np.load(root / 'test_labels.npy')
        sheets = [
            np.asarray(Image.open(root / f'test_{s:02d}.webp').convert('RGB')) for s in range(len(labels) // 1000)]
        tiles = [sheet.reshape(25, 32, 40, 32, 3).swapaxes(1, 2).reshape(1000, 32, 32, 3) for sheet in sheets]
        return np.concatenate(tiles), labels, names
    folder = CACHE / 'cifar10'
    if not (folder / 'train_images.npy').exists():
        subprocess.run([sys.executable, root / 'fetch_train.py', folder], check=True)
    cut = slice(None, -CIFAR10_VALIDATION) if split == 'train' else slice(-CIFAR10_VALIDATION, None)
    return np.load(folder / 'train_images.npy')[cut], np.load(root / 'train_labels.npy')[cut], names


def celeba(split: str, shared: Path):
    root = shared / 'celeba'
    with open(root / 'labels.csv', newline='') as file:
        rows = [r for r in csv.DictReader(file) if r['split'] == ('test' if split == 'test' else 'train')]
    if split != 'test':
        rows = [r for r in rows if (int(r['identity']) % CELEBA_VALIDATION_EVERY == 0) == (split == 'validation')]
    with zipfile.ZipFile(root / 'images.zip') as archive:
        images = np.stack([np.asarray(Image.open(io.BytesIO(archive.read(r['file']))).convert('RGB')) for r in rows])
    return images, np.array([int(r['Smiling']) for r in rows]), ('neutral', 'smiling')


def augmented(x: Tensor, shift: int, generator: torch.Generator) -> Tensor:
    """Half of the pictures mirrored, each moved by up to `shift` pixels into its reflection."""
    mirror = torch.rand(len(x), 1, 1, 1, generator=generator).to(x.device) < 0.5
    x = torch.where(mirror, x.flip(3), x)
    side, padded = x.shape[-1], F.pad(x, (shift,) * 4, mode='reflect')
    at = torch.randint(0, 2 * shift + 1, (len(x), 2), generator=generator).tolist()
    return torch.stack([p[:, r:r + side, c:c + side] for p, (r, c) in zip(padded, at)])
