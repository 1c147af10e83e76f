"""What M and C meet in training: gradient-sign attacks in four label variants, pre-made PGD, and noises, at 2..16/255 and 0..0.4.

Square, C&W and the band around 0.25 are kept out: the evaluation holds them as unseen. Sources: FGSM Goodfellow 2015, PGD Madry 2018."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from .chain import on_grid
from .data import Pictures
from .settings import CACHE, Settings
from .train_target import ascent
from .trainer import DEVICE, autocast

SMALL, LARGE, UNSEEN = (2 / 255, 16 / 255), (0.0, 0.4), (0.23, 0.27)
VARIANTS = ('true', 'predicted', 'random', 'surrogate')
NOISES = ('sign', 'gaussian', 'low')


def levels(count: int, generator: torch.Generator) -> Tensor:
    """[count]: half uniform in SMALL, half uniform in LARGE without UNSEEN."""
    pick, at = torch.rand(count, generator=generator), torch.rand(count, generator=generator)
    large = LARGE[0] + at * (LARGE[1] - LARGE[0] - (UNSEEN[1] - UNSEEN[0]))
    large = torch.where(large > UNSEEN[0], large + UNSEEN[1] - UNSEEN[0], large)
    return torch.where(pick < 0.5, SMALL[0] + at * (SMALL[1] - SMALL[0]), large)


def slope_sign(net: nn.Module, x: Tensor, labels: Tensor, variant: str, surrogate: nn.Module, generator: torch.Generator) -> Tensor:
    """sign of the gradient that an attack of this label variant follows, [B, 3, S, S] in -1, 0, 1."""
    net = surrogate if variant == 'surrogate' else net
    x = x.detach().requires_grad_(True)
    with autocast():
        logits = net(x)
        if variant == 'random':
            other = torch.randint(1, logits.shape[1], labels.shape, generator=generator).to(labels.device)
            loss = -F.cross_entropy(logits, (logits.argmax(1) + other) % logits.shape[1])
        else:
            loss = F.cross_entropy(logits, labels if variant == 'true' else logits.argmax(1))
    return torch.autograd.grad(loss, x)[0].sign()


def noise(shape: torch.Size, kind: str, generator: torch.Generator) -> Tensor:
    """[B, C, S, S] of unit strength: random signs, Gaussian, or Gaussian on an 8 times coarser grid scaled to L-inf 1."""
    if kind == 'sign':
        return torch.randint(0, 2, shape, generator=generator).float() * 2 - 1
    if kind == 'gaussian':
        return torch.randn(shape, generator=generator)
    coarse = torch.randn((*shape[:2], shape[2] // 8, shape[3] // 8), generator=generator)
    smooth = F.interpolate(coarse, shape[2:], mode='bicubic', align_corners=False)
    return smooth / smooth.abs().amax((1, 2, 3), keepdim=True)


class Perturbations:
    """Attacks on `target`, drawn anew for each batch. Pictures float [B, 3, S, S] in 0..1; results on the grid of 1/255."""

    def __init__(self, target: nn.Module, surrogate: nn.Module, premade: tuple[Tensor, Tensor] | None = None):
        self.target, self.surrogate, self.premade = target, surrogate, premade

    def __call__(self, x: Tensor, labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """-> x', levels [B]. The first half of the batch along a gradient, the second half noise."""
        level, half = levels(len(x), generator).to(x.device), len(x) // 2
        pattern = torch.empty_like(x)
        variant, kind = VARIANTS[int(torch.randint(0, 4, (1,), generator=generator))], NOISES[int(torch.randint(0, 3, (1,), generator=generator))]
        pattern[:half] = slope_sign(self.target, x[:half], labels[:half], variant, self.surrogate, generator)
        pattern[half:] = noise(x[half:].shape, kind, generator).to(x.device)
        return on_grid(x + level[:, None, None, None] * pattern), level

    def pgd(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor] | None:
        """Some of the pre-made: numbers of the train pictures [count], x', levels."""
        if self.premade is None:
            return None
        rows = torch.randint(0, len(self.premade[0]), (count,), generator=generator)
        return rows, self.premade[0][rows].to(DEVICE).float() / 255, self.premade[1][rows].to(DEVICE)


def premade_pgd(data: str, train: Pictures, target: nn.Module, s: Settings, seed: int, steps: int = 10) -> tuple[Tensor, Tensor] | None:
    """PGD pictures of the first `s.premade` train pictures, uint8, and their levels; true, predicted and random labels in turn. Made once, kept in the cache."""
    path = CACHE / data / f'premade-{s.premade}-{seed}.pt'
    if s.premade == 0:
        return None
    if not path.exists():
        generator, made, strengths = torch.Generator().manual_seed(seed), [], levels(s.premade, torch.Generator().manual_seed(seed))
        for number, rows in enumerate(tqdm(torch.arange(s.premade).split(s.attack_batch), desc='PGD pictures', disable=None)):
            x, level = train[rows].to(DEVICE), strengths[rows].to(DEVICE)[:, None, None, None]
            with torch.no_grad():
                said = target(x).argmax(1)
            labels = (train.labels[rows].to(DEVICE), said, (said + 1 + number % (s.classes - 1)) % s.classes)[number % 3]
            sign = -1 if number % 3 == 2 else 1
            made.append((ascent(target, x, labels, level, steps, generator, sign) * 255).round().to(torch.uint8).cpu())
        torch.save((torch.cat(made), strengths), path)
    return torch.load(path)

