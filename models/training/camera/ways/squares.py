"""The mapping network M on pairs of attacked and clean crops (doi:10.14801/jkiit.2021.19.8.67 eq. 3 without the
detector term)."""
import torch
import torch.nn.functional as F

from lib.nets.i420 import folded, planes
from lib.nets.ismn import let_through

from ..crops import batch
from ..job import Job

PAIRS, SIZE = 4, (160, 160)
PLAN = {'rate': 2e-3, 'decay': 1e-5, 'rise': 0.1, 'cosine': True, 'clip': 1.0}
CLEAN = 1.0      # a of eq. 3
RAMP = 0.5       # share of the steps until the gated correction counts in full: a gate let go too early shuts for good
SPARSITY = 0.02  # on g * m
LABELS = 0.3     # gate and mask learn what is perturbed


def train(job: Job) -> None:
    net = job.begun()
    if not job.run.start:
        with torch.no_grad():  # the quietest bands are not blown up beyond a deviation of 2/255
            x = net.bands(*planes(job.sample(PAIRS, SIZE)))
            net.centre.copy_(x.mean((0, 2, 3)))
            net.slope.copy_(1 / x.std((0, 2, 3)).clamp_min(2 / 255))

    def losses(step):
        b = batch(step.rng, job.crops, PAIRS, SIZE)
        x, target = folded(*planes(b['frame'])), folded(*planes(b['target']))
        correction, r, gate, mask = net(*planes(b['frame']))
        gap = (x - target) * 255
        power = (gap ** 2).mean((1, 2, 3))
        attacked = power > 0
        # Squares: under L1 the best answer to a sign pattern not yet understood is zero, and M stays there. Each attack
        # counts alike, weak or strong.
        alone = ((gap + r * 255)[attacked] ** 2).mean((1, 2, 3)) / (1 + power[attacked])
        left = ((gap + correction * 255) ** 2).mean((1, 2, 3))
        whole = left * torch.where(attacked, 1 / (1 + power), CLEAN)
        open_gate = F.binary_cross_entropy_with_logits(gate.flatten(), b['label'], reduction='none')
        where = F.interpolate(b['where'], scale_factor=2.0)
        open_mask = F.binary_cross_entropy_with_logits(mask, where.expand_as(mask), reduction='none').mean((1, 2, 3))
        labels = (b['weight'] * (open_gate + open_mask)).sum() / b['weight'].sum()
        late = 1.0 if job.run.start else min(1.0, step.share / RAMP)
        with torch.no_grad():
            opened, error = torch.sigmoid(gate.flatten()), left.detach()
            figures = {
                'square_left_ungated': float(alone.mean()),
                'square_left': float(error[attacked].sum() / power[attacked].sum()), 'clean_change_rms255': float(
                    error[1::3].mean() ** 0.5), 'nuisance_change_rms255': float(error[2::3].mean() ** 0.5),
                'gate_attacked': float((opened * b['weight'])[0::3].sum() / b['weight'][0::3].sum()),
                'gate_clean': float(opened[1::3].mean())}
        yield alone.mean() + late * (whole.mean() +
                                     SPARSITY * let_through(gate, mask).mean()) + LABELS * labels, figures

    job.fit(net, losses, PLAN)
