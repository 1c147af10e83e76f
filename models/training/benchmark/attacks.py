"""The attacks on a bare target, through published libraries: torchattacks, pyautoattack (the authors' AutoAttack), foolbox.

Every function: net, x float [B, 3, S, S] in 0..1, labels [B], epsilon (L-inf, 0..1) -> x' float, within epsilon where the attack has one. Gradients are FP32."""
import contextlib
import io

import foolbox
import torch
import torch.nn.functional as F
import torchattacks
from pyautoattack import AutoAttack
from torch import Tensor, nn

from .trainer import DEVICE


def fgsm_sign(net: nn.Module, x: Tensor, labels: Tensor, targeted: bool) -> Tensor:
    """The pattern of FGSM (Goodfellow 2015), [B, 3, S, S] in -1, 0, 1: one gradient serves all levels. torchattacks' step of 1 from the unclipped picture."""
    x = x.detach().requires_grad_(True)
    loss = F.cross_entropy(net(x), labels)
    return torch.autograd.grad(-loss if targeted else loss, x)[0].sign()


def pgd40(net: nn.Module, x: Tensor, labels: Tensor, epsilon: float, targeted: bool = False) -> Tensor:
    """Madry 2018: 40 steps of 2.5 epsilon / 40, random start."""
    attack = torchattacks.PGD(net, eps=epsilon, alpha=2.5 * epsilon / 40, steps=40, random_start=True)
    if targeted:
        attack.set_mode_targeted_by_label(quiet=True)
    return attack(x, labels)


def cw(net: nn.Module, x: Tensor, labels: Tensor, _=None, targeted: bool = False) -> Tensor:
    """C&W-L2 (Carlini & Wagner 2017) with c = 1, 50 steps of Adam at 0.01."""
    attack = torchattacks.CW(net, c=1, kappa=0, steps=50, lr=0.01)
    if targeted:
        attack.set_mode_targeted_by_label(quiet=True)
    return attack(x, labels)


def deepfool(net: nn.Module, x: Tensor, labels: Tensor, _=None) -> Tensor:
    """DeepFool-L2 (Moosavi-Dezfooli 2016), batched by foolbox. Without a bound; overshoot 1, twice the least change found, so that most survive 8 bits."""
    theirs = foolbox.PyTorchModel(net, bounds=(0, 1), device=DEVICE)
    raw, _, _ = foolbox.attacks.L2DeepFoolAttack(steps=30, overshoot=1.0, candidates=min(10, net(x[:1]).shape[1]))(theirs, x, labels, epsilons=None)
    return raw


def square(net: nn.Module, x: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """Square (Andriushchenko 2020), black-box, 5,000 queries."""
    return torchattacks.Square(net, norm='Linf', eps=epsilon, n_queries=5000, n_restarts=1)(x, labels)


def autoattack(net: nn.Module, x: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """The standard suite (Croce & Hein 2020); of two classes without apgd-t, whose loss needs three. Bare targets fall to its first part."""
    parts = ['apgd-ce', 'fab-t', 'square'] if net(x[:1]).shape[1] < 4 else ['apgd-ce', 'apgd-t', 'fab-t', 'square']
    attack = AutoAttack(net, norm='Linf', eps=epsilon, version='custom', attacks=parts, seed=0, device=DEVICE)
    attack.fab.n_target_classes = attack.apgd_targeted.n_target_classes = min(9, net(x[:1]).shape[1] - 1)
    with contextlib.redirect_stdout(io.StringIO()):
        found, _ = attack.run_standard_evaluation(x, labels, batch_size=len(x))
    return found


def lowfreq(net: nn.Module, x: Tensor, labels: Tensor, epsilon: float, targeted: bool = False, steps: int = 20, side: int = 8) -> Tensor:
    """PGD on a pattern of `side` x `side` points enlarged to the picture (after Guo 2018): only low spatial frequencies."""
    coarse = torch.zeros(len(x), 3, side, side, device=x.device)
    for _ in range(steps):
        coarse.requires_grad_(True)
        smooth = F.interpolate(coarse, x.shape[2:], mode='bilinear', align_corners=False)
        slope, = torch.autograd.grad(F.cross_entropy(net((x + smooth).clamp(0, 1)), labels), coarse)
        coarse = (coarse.detach() + (-2.5 if targeted else 2.5) * epsilon / steps * slope.sign()).clamp(-epsilon, epsilon)
    return (x + F.interpolate(coarse, x.shape[2:], mode='bilinear', align_corners=False)).clamp(0, 1)


def universal(net: nn.Module, pictures: Tensor, epsilon: float, generator: torch.Generator, steps: int = 100, batch: int = 100) -> Tensor:
    """One pattern [1, 3, S, S] against the net's own predictions on `pictures` [N, 3, S, S], by signed ascent on the mean loss (the aim of Moosavi-Dezfooli 2017)."""
    pattern = ((torch.rand((1, *pictures.shape[1:]), generator=generator) * 2 - 1) * epsilon).to(pictures.device)
    for step in range(steps):
        some = pictures[torch.randint(0, len(pictures), (min(batch, len(pictures)),), generator=generator)]
        pattern.requires_grad_(True)
        with torch.no_grad():
            said = net(some).argmax(1)
        loss = F.cross_entropy(net((some + pattern).clamp(0, 1)), said)
        slope, = torch.autograd.grad(loss, pattern)
        pattern = (pattern.detach() + epsilon / 5 * (1 - step / steps) * slope.sign()).clamp(-epsilon, epsilon)
    return pattern.detach()
