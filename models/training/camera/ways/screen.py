"""The screen, on crops of the cache."""
import torch
import torch.nn.functional as F

from ..crops import batch
from ..job import Job

PAIRS, SIZE, LOCAL = 8, (192, 192), 0.3
PLAN = {'rate': 2e-3, 'rise': 0.1, 'cosine': True, 'clip': 1.0}


def kept(score: torch.Tensor, b: dict) -> dict:
    """Shares of the attacked that are found, of their twins and of nuisances that are left alone."""
    good = ((score > 0) == (b['label'] > 0.5)).float()
    weight = b['weight'][0::3]
    return {
        'found': float((good[0::3] * weight).sum() / weight.sum()), 'twin_kept': float(good[1::3].mean()),
        'nuisance_kept': float(good[2::3].mean())}


def train(job: Job) -> None:
    net = job.begun()
    if not job.run.start:
        with torch.no_grad():  # centre and scale of each band's log energy
            x = net.bands(job.sample(PAIRS, SIZE))
            net.centre.copy_(x.mean((0, 2, 3)))
            net.slope.copy_(1 / x.std((0, 2, 3)))

    def losses(step):
        b = batch(step.rng, job.crops, PAIRS, SIZE)
        score, local = net(b['frame'])
        each = F.binary_cross_entropy_with_logits(score, b['label'], reduction='none')
        near = F.binary_cross_entropy_with_logits(local, b['where'], reduction='none').mean((1, 2, 3))
        yield (b['weight'] * (each + LOCAL * near)).sum() / b['weight'].sum(), kept(score, b)

    job.fit(net, losses, PLAN, slow=[net.luma.weight, net.chroma.weight, net.centre, net.slope])
