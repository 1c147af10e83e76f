"""Attacks as strong as an attacker's: MI-FGSM and PGD of 10 to 30 steps on yolox_nano, on a backbone's features, or on both.

MI-FGSM: Dong et al., CVPR 2018; PGD: Madry et al., ICLR 2018. Values in 1/255 of RGB, [B, 3, H, W] in 0..255.
"""
from dataclasses import dataclass

import torch
from torch import Tensor

from .backbone import Backbone
from .yolox import Yolox



@dataclass(frozen=True)
class Attack:
    method: str          # 'mifgsm' or 'pgd'
    eps255: float
    steps: int
    aim: str             # 'hide' (yolox, log-odds), 'quench' (yolox, until nothing is found), 'features' (backbone), 'both', 'neck' (features of yolox)
    side: int = 416
    grey: bool = False
    hold: bool = False   # one delta for all pictures given


class Loss:
    """What the attacker lowers; made once on the clean pictures."""

    def __init__(self, attack: Attack, yolox: Yolox, backbone: Backbone, x: Tensor):
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
            odds = torch.logit(self.yolox.look(x, self.attack.side).best().clamp(1e-6, 1 - 1e-6))
            loss = loss + (odds.gather(1, self.anchors).mean(1) + odds.topk(30, dim=1).values.mean(1)).sum()
        if aim == 'quench':
            loss = loss - torch.log1p(-self.yolox.look(x, self.attack.side).best().clamp(max=1 - 1e-6)).sum()
        if aim == 'neck':
            loss = loss - sum(apart(a, b) for a, b in zip(self.yolox.look(x, self.attack.side).features, self.clean))
        if aim in ('features', 'both'):
            loss = loss - (3 if aim == 'features' else 1) * sum(apart(a, b) for a, b in zip(self.backbone.look(x), self.deep))
        return loss


def apart(a: Tensor, b: Tensor) -> Tensor:
    """Mean absolute difference against the clean features' own deviation, summed over pictures."""
    return ((a - b).abs().mean((1, 2, 3)) / b.std((1, 2, 3)).clamp_min(1e-3)).sum()


def make(attack: Attack, x: Tensor, yolox: Yolox, backbone: Backbone | None, generator: torch.Generator) -> Tensor:
    """-> delta [B or 1, 3, H, W] within eps."""
    eps, count = attack.eps255, 1 if attack.hold else len(x)
    shape = (count, 1 if attack.grey else 3, *x.shape[-2:])
    delta, speed, loss = torch.zeros(shape), torch.zeros(shape), Loss(attack, yolox, backbone, x)
    if attack.method == 'pgd' or attack.aim not in ('hide', 'both'):  # features do not move at the clean picture itself
        delta = (torch.rand(shape, generator=generator) * 2 - 1) * eps
    step = eps / attack.steps * (1.0 if attack.method == 'mifgsm' else 2.5)
    for _ in range(attack.steps):
        delta = delta.detach().requires_grad_(True)
        g, = torch.autograd.grad(loss((x + delta).clamp(0, 255)), delta)
        speed = speed + g / g.abs().mean((1, 2, 3), keepdim=True).clamp_min(1e-12) if attack.method == 'mifgsm' else g
        delta = (delta.detach() - step * speed.sign()).clamp(-eps, eps)
    return delta.expand(count, 3, *x.shape[-2:])
