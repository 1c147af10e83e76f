"""Attacks on a bare target through published libraries: torchattacks, pyautoattack (the authors' AutoAttack), foolbox.

Every function: net, x float [B, 3, S, S] in 0..1, labels [B], epsilon (L-inf, 0..1), sign (-1: towards the labels) ->
x' float, within epsilon where the attack has one. Gradients are FP32."""
import contextlib
import io

import foolbox
import torchattacks
from pyautoattack import AutoAttack
from torch import Tensor, nn

from ..device import DEVICE


def _aimed(attack, x: Tensor, labels: Tensor, sign: int) -> Tensor:
    if sign < 0:
        attack.set_mode_targeted_by_label(quiet=True)
    return attack(x, labels)


def pgd40(net: nn.Module, x: Tensor, labels: Tensor, epsilon: float, sign: int = 1) -> Tensor:
    """Madry 2018: 40 steps of 2.5 epsilon / 40, random start."""
    return _aimed(torchattacks.PGD(net, eps=epsilon, alpha=2.5 * epsilon / 40, steps=40, random_start=True), x, labels,
                  sign)


def cw(net: nn.Module, x: Tensor, labels: Tensor, _=None, sign: int = 1) -> Tensor:
    """C&W-L2 (Carlini & Wagner 2017) with c = 1, 50 steps of Adam at 0.01."""
    return _aimed(torchattacks.CW(net, c=1, kappa=0, steps=50, lr=0.01), x, labels, sign)


def deepfool(net: nn.Module, x: Tensor, labels: Tensor, *_) -> Tensor:
    """DeepFool-L2 (Moosavi-Dezfooli 2016), batched by foolbox. Without a bound; overshoot 1, twice the least change
    found, so that most survive 8 bits."""
    theirs = foolbox.PyTorchModel(net, bounds=(0, 1), device=DEVICE)
    attack = foolbox.attacks.L2DeepFoolAttack(steps=30, overshoot=1.0, candidates=min(10, net(x[:1]).shape[1]))
    return attack(theirs, x, labels, epsilons=None)[0]


def square(net: nn.Module, x: Tensor, labels: Tensor, epsilon: float, *_) -> Tensor:
    """Square (Andriushchenko 2020), black-box, 5,000 queries."""
    return torchattacks.Square(net, norm='Linf', eps=epsilon, n_queries=5000, n_restarts=1)(x, labels)


def autoattack(net: nn.Module, x: Tensor, labels: Tensor, epsilon: float, *_) -> Tensor:
    """The standard suite (Croce & Hein 2020); of two classes without apgd-t, whose loss needs three. Bare targets fall
    to its first part."""
    classes = net(x[:1]).shape[1]
    parts = ['apgd-ce', 'fab-t', 'square'] if classes < 4 else ['apgd-ce', 'apgd-t', 'fab-t', 'square']
    attack = AutoAttack(net, norm='Linf', eps=epsilon, version='custom', attacks=parts, seed=0, device=DEVICE)
    attack.fab.n_target_classes = attack.apgd_targeted.n_target_classes = min(9, classes - 1)
    with contextlib.redirect_stdout(io.StringIO()):
        return attack.run_standard_evaluation(x, labels, batch_size=len(x))[0]
