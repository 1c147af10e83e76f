"""Attacks as strong as an attacker's: MI-FGSM and PGD of 10 to 30 steps on yolox_nano, on a backbone's features, or on
both.

Values in 1/255 of RGB, [B, 3, H, W] in 0..255."""
from dataclasses import dataclass

import torch
from torch import Tensor

from ..nets.backbone import Backbone
from ..nets.yolox import Yolox
from .hiding import suppression
from .signed import descend, uniform


@dataclass(frozen=True)
class Attack:
    method: str          # 'mifgsm' or 'pgd'
    eps255: float
    steps: int
    # 'hide' (yolox, log-odds), 'quench' (yolox, until nothing is found), 'neck' (its features), 'features' (backbone),
    # 'both'
    aim: str
    side: int = 416
    grey: bool = False
    hold: bool = False   # one delta for all pictures given


class Loss:
    """What the attacker lowers; made once on the clean pictures."""

    def __init__(self, attack: Attack, yolox: Yolox, backbone: Backbone | None, x: Tensor):
        self.attack, self.yolox, self.backbone = attack, yolox, backbone
        with torch.no_grad():
            if attack.aim in ('hide', 'both'):
                self.anchors = yolox.look(x, attack.side).best().topk(50, dim=1).indices
            if attack.aim == 'neck':
                self.clean = yolox.look(x, attack.side).features
            if attack.aim in ('features', 'both'):
                self.deep = backbone.look(x)

    def __call__(self, x: Tensor) -> Tensor:
        loss, aim = 0, self.attack.aim
        if aim in ('hide', 'both'):
            loss = loss + suppression(self.yolox.look(x, self.attack.side).best(), self.anchors)
        if aim == 'quench':
            loss = loss - torch.log1p(-self.yolox.look(x, self.attack.side).best().clamp(max=1 - 1e-6)).sum()
        if aim == 'neck':
            loss = loss - sum(apart(a, b) for a, b in zip(self.yolox.look(x, self.attack.side).features, self.clean))
        if aim in ('features', 'both'):
            loss = loss - (3 if aim == 'features' else 1) * sum(
                apart(a, b) for a, b in zip(self.backbone.look(x), self.deep))
        return loss


def apart(a: Tensor, b: Tensor) -> Tensor:
    """Mean absolute difference against the clean features' own deviation, summed over pictures."""
    return ((a - b).abs().mean((1, 2, 3)) / b.std((1, 2, 3)).clamp_min(1e-3)).sum()


def make(attack: Attack, x: Tensor, yolox: Yolox, backbone: Backbone | None, generator: torch.Generator) -> Tensor:
    """-> delta [B or 1, 3, H, W] within eps."""
    eps, count, momentum = attack.eps255, 1 if attack.hold else len(x), attack.method == 'mifgsm'
    shape = (count, 1 if attack.grey else 3, *x.shape[-2:])
    still = momentum and attack.aim in ('hide', 'both')  # features do not move at the clean picture itself
    loss = Loss(attack, yolox, backbone, x)
    delta = descend(lambda d: loss((x + d).clamp(0, 255)),
                    torch.zeros(shape) if still else uniform(shape, eps, generator), bound=eps,
                    step=eps / attack.steps * (1.0 if momentum else 2.5), steps=attack.steps,
                    decay=1 if momentum else None)
    return delta.expand(count, 3, *x.shape[-2:])
