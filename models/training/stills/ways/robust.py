"""M against attackers who know it: before the adversarially trained target, which stays as it is, on attacks made
through M itself.

Attacks are N-FGSM on M and the target behind it; M learns the labels alone. It begins with the features of `start`,
its correction at zero, its mask open and its gate open for good: left to learn, the gate shuts within 100 steps. This
chain purifies every picture: an attacker who knows C keeps it quiet, and a gate would send him past M (LOG.md)."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lib.attacks.labels import n_fgsm, pgd
from lib.device import DEVICE
from lib.grid import on_grid

from ..data import augmented
from ..job import Job
from .target import LEVEL

OPEN = 4.0  # bias of the gate: 0.98 of the correction passes
STEPS, LOOKED_AT = 10, 1000  # of the PGD that validation uses, and its pictures


def opened(mapping: nn.Module) -> nn.Module:
    for layer, bias in ((mapping.leave, 0.0), (mapping.gate, OPEN), (mapping.mask, OPEN)):
        nn.init.zeros_(layer.weight)
        nn.init.constant_(layer.bias, bias)
    mapping.gate.requires_grad_(False)
    return mapping


def train(job: Job) -> None:
    run, s, target, mapping = job.run, job.s, job.target, opened(job.begun(job.run.name, job.run.start))

    def through(x: Tensor) -> Tensor:
        return target(mapping(x)[0])

    def loss_of(rows, generator):
        x, y = job.pictures(rows)
        seen = n_fgsm(through, augmented(x, s.side // 16, generator), y, LEVEL, generator)
        out, _ = mapping(seen)
        logits = target(out)
        return F.cross_entropy(logits, y), {
            'right': float((logits.detach().argmax(1) == y).float().mean()), 'changed': float(
                (out - seen).detach().abs().mean())}

    def validate() -> dict:
        """The first pictures, clean and under PGD on the same net: the target alone, and behind M."""
        figures, rows = {}, torch.arange(min(LOOKED_AT, len(job.validation)))
        for name, net in (('target', target), ('purified', through)):
            generator, right = torch.Generator().manual_seed(99), {'clean': 0, 'attacked': 0}
            for some in rows.split(s.attack_batch):
                x, y = job.validation[some].to(DEVICE), job.validation.labels[some].to(DEVICE)
                for key, seen in (('clean', x), ('attacked', on_grid(pgd(net, x, y, LEVEL, STEPS, generator)))):
                    with torch.no_grad():
                        right[key] += int((net(seen).argmax(1) == y).sum())
            figures[name] = {key: round(count / len(rows), 4) for key, count in right.items()}
        return figures | {'n': len(rows)}

    job.fit({run.name: mapping}, loss_of, batch=128 if s.side < 100 else 16, rate=5e-4, validate=validate)
