"""The mapping network M, or the restorer, learns to bring objects back: doi:10.14801/jkiit.2021.19.8.67, eq. 3 with
its detector term.

Beside camera.make_attacks, whose entries are taken up as they come. One thread, 0.3 s of CPU a step."""
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lib.nets.backbone import Backbone
from lib.nets.i420 import folded, planes, unfolded
from lib.nets.yolox import Yolox

from .. import terms
from ..job import Job
from ..pairs import Pair

PICTURES = 2               # a step; one after the other, as their sizes differ
PLAN = {'rate': 1e-3, 'decay': 1e-5, 'rise': 0.03, 'cosine': True, 'clip': 1.0, 'mean': 0.997, 'every': 100}
PIXELS, CLEAN = 0.2, 0.8   # L1 in 1/255, of attacked and of clean frames
SAID, NECK, GRID = 2.0, 1.0, 0.3
DEEP, DEEP_SHARE = 1.0, 0.15  # the backbone looks at a share of the pictures
LABELS = 0.05              # gate and mask learn what is perturbed
SAMPLE = 40                # frames by which a net that begins anew sets its scales


class Teacher:
    """Everything that M is not: the nets that look, and the loss of one picture."""

    def __init__(self, job: Job):
        self.yolox, self.backbone = Yolox(job.shared), Backbone(job.backbone) if job.backbone else None

    def loss(self, net: nn.Module, pair: Pair, rng) -> tuple[Tensor, dict]:
        """-> the sum of the terms, and each of them under the kind of the pair."""
        frame, target = (planes(torch.from_numpy(np.ascontiguousarray(f))[None]) for f in (pair.frame, pair.target))
        correction, *more = net(*frame)
        labels = more[1:]  # gate and mask, which the restorer has not
        out = unfolded((folded(*frame) + correction).clamp(0, 1))
        error = folded(*out) - folded(*target)
        parts = {
            'pixels': error.abs().mean() * 255 * (PIXELS if pair.attacked else CLEAN),
            'grid': GRID * terms.grid(out[0] - target[0])}
        label = float(pair.attacked)
        if labels:
            parts['labels'] = LABELS * sum(
                F.binary_cross_entropy_with_logits(t, torch.full_like(t, label)) for t in labels)
        if pair.kind != 'nuisance':
            now, before = terms.rgb_of(*out), terms.rgb_of(*target)
            side = round(max(now.shape[-2:]) * pair.scale)
            with torch.no_grad():
                clean = self.yolox.look(before, side)
            mine = self.yolox.look(now, side)
            parts['said'], parts['neck'] = SAID * terms.said(mine, clean), NECK * terms.features(
                mine.features, clean.features)
            if self.backbone and rng.random() < DEEP_SHARE:
                with torch.no_grad():
                    deep = self.backbone.look(before, side)
                parts['deep'] = DEEP / DEEP_SHARE * terms.features(self.backbone.look(now, side), deep)
        return sum(parts.values()), {f'{pair.kind}_{k}': float(v.detach()) for k, v in parts.items()}


def train(job: Job) -> None:
    torch.set_num_threads(1)
    net, teacher, data = job.begun(), Teacher(job), job.strong(('yolox',))
    if not job.run.start:
        rng = np.random.default_rng(job.run.seed)
        net.scale_by([torch.from_numpy(data.draw(rng).frame)[None] for _ in range(SAMPLE)])

    def losses(step):
        if step.number % PLAN['every'] == 0:
            data.refresh()
        for _ in range(PICTURES):
            yield teacher.loss(net, data.draw(step.rng), step.rng)

    job.fit(net, losses, PLAN)
