"""The classifier C (doi:10.14801/jkiit.2021.19.8.67, Table 1) on the corrections of the frozen mapping network."""
import torch
import torch.nn.functional as F

from lib.nets.i420 import planes

from ..crops import batch
from ..job import Job
from .screen import kept

PAIRS, SIZE, LOCAL, LEVEL = 5, (160, 160), 0.3, 0.2
PLAN = {'rate': 1e-3, 'rise': 0.1, 'cosine': True, 'clip': 1.0}


def train(job: Job) -> None:
    net, mapping = job.begun(), job.net(job.run.mapping)

    def losses(step):
        b = batch(step.rng, job.crops, PAIRS, SIZE)
        with torch.no_grad():
            correction = mapping(*planes(b['frame']))[0]
        score, level, local = net(correction)
        each = F.binary_cross_entropy_with_logits(score, b['label'], reduction='none')
        near = F.binary_cross_entropy_with_logits(local, F.avg_pool2d(b['where'], 2), reduction='none').mean((1, 2, 3))
        far = F.smooth_l1_loss(level, b['log_level'], reduction='none')
        yield (b['weight'] * (each + LOCAL * near + LEVEL * far)).sum() / b['weight'].sum(), kept(score, b)

    job.fit(net, losses, PLAN)
