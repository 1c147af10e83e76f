"""The last rounds: M and its target together, on attacks that follow the target as it is at that moment.

The target is shown clean pictures as they are and attacked ones as M repairs them, with their labels; M learns from
its errors beside the terms of mapping_loss.py. A share of the pictures that M repairs are its own repairs, or a second
pass would spoil what the first has mended. Only the bare target is attacked: nothing here sees the chain as an
attacker of it would, and no robustness against one is to be had from it."""
import torch
import torch.nn.functional as F

from lib.grid import on_grid

from ..data import augmented
from ..job import Job
from ..mapping_loss import repair_loss
from ..perturbations import Perturbations, accuracy, repaired_accuracy

LABELS = 0.3  # weight of the cross-entropy beside the repair
AGAIN = 0.1   # share of batches that are repaired for the second time


def train(job: Job) -> None:
    run, s = job.run, job.s
    mapping, target = job.begun(run.weights[0], run.start), job.begun(run.weights[1], run.target)
    perturbed = Perturbations(target, *map(job.net, run.others))

    def loss_of(rows, generator):
        x, y = job.pictures(rows)
        x, quarter, half = augmented(x, s.side // 16, generator), len(rows) // 4, len(rows) // 2
        target.eval()
        attacked, _ = perturbed(x[quarter:], y[quarter:], generator)
        target.train()
        if torch.rand(1, generator=generator) < AGAIN:
            with torch.no_grad():
                attacked = on_grid(mapping(attacked)[0])
        out, gates = mapping(torch.cat([x[:quarter], attacked]))
        loss, figures = repair_loss(x, out, gates, quarter)
        logits, wanted = target(torch.cat([x[:half], out[quarter:]])), torch.cat([y[:half], y[quarter:]])
        right = (logits.detach().argmax(1) == wanted).float()
        figures |= {'right_clean': float(right[:half].mean()), 'right_attacked': float(right[half:].mean())}
        return loss + LABELS * F.cross_entropy(logits, wanted, label_smoothing=0.1), figures

    def validate() -> dict:
        purified = repaired_accuracy(target, mapping, perturbed, job.validation, s.attack_batch)
        return {'accuracy': accuracy(target, job.validation), 'purified': purified, 'n': len(job.validation)}

    job.fit(dict(zip(run.weights, (mapping, target))), loss_of, batch=128 if s.side < 100 else 16, rate=4e-4,
            validate=validate)
