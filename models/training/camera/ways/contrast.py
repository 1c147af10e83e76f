"""The classifier C anew on a mapping network's corrections: attacked against the same scene's own clean frame.

An agent judges a camera by that camera's own past, so beside right and wrong the loss asks for distance between an
attacked frame and its clean twin, for quiet between two clean frames of a scene, and for nuisances not to look
attacked. Harm, not family, makes a positive: what the detector loses in the part that C sees."""
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lib.nets.i420 import planes
from lib.nets.yolox import Yolox

from .. import terms
from ..job import Job
from ..pairs import Pair, Strong

PICTURES = 4        # attacked or nuisance frames a step, each with its clean twin
PLAN = {'rate': 6e-4, 'rise': 0.03, 'cosine': True, 'clip': 1.0, 'mean': 0.995, 'every': 50}
APART, MARGIN = 0.5, 3.0  # of the pairwise term; log-odds that an attacked frame should lie above its twin
QUIET = 0.5         # on the difference of two clean frames of a scene
LOCAL, LEVEL = 0.3, 0.2
DEAD = 0.6          # an attack that moved less than this in mean 1/255 and hid nothing is left out
KINDS = {'attack': .36, 'coded': .2, 'universal': .1, 'noise': .12, 'nuisance': .22}


def harm(yolox: Yolox, pair: Pair) -> float:
    """How far the detector's answer moved, 0 to 1: `terms.said` of the attacked part against the clean one."""
    with torch.no_grad():
        side = round(max(pair.frame.shape[1], pair.frame.shape[0] * 2 // 3) * pair.scale)
        now, clean = (yolox.look(terms.rgb_of(*planes(torch.from_numpy(np.ascontiguousarray(f))[None])), side)
                      for f in (pair.frame, pair.target))
        return float(np.clip(float(terms.said(now, clean)) / 1.5, 0, 1))


def weight_of(yolox: Yolox, pair: Pair) -> float:
    """How much a frame counts; 0: it is no example of anything."""
    if not pair.attacked:
        return 1.0
    moved, hurt = float(np.abs(pair.frame.astype(np.float32) - pair.target).mean()), harm(yolox, pair)
    if pair.kind == 'noise':
        return hurt if hurt > 0.2 else 0.0
    by_energy = float(np.clip((moved - DEAD) / 1.0, 0, 1))
    return max(hurt * min(1.0, moved / DEAD), 0.7 * by_energy)


def examples(data: Strong, rng, yolox: Yolox):
    """PICTURES pairs that are an example of something, with their weights."""
    count = 0
    while count < PICTURES:
        pair = data.draw(rng)
        weight = weight_of(yolox, pair)
        if weight > 0.02:
            count += 1
            yield pair, weight


def loss_of(net: nn.Module, mapping, pair: Pair, weight: float) -> tuple[Tensor, float, float]:
    """-> loss, score of the frame, score of its own clean twin."""
    def look(frame: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        with torch.no_grad():
            correction = mapping(*planes(torch.from_numpy(np.ascontiguousarray(frame))[None]))[0]
        return net(correction)

    sign = -1 if pair.attacked else 1
    (score, level, local), (own, own_level, own_local) = look(pair.frame), look(pair.before)
    loss = weight * F.softplus(sign * score).mean() + F.softplus(own).mean()
    loss = loss + LOCAL * (weight * F.softplus(sign * local).mean() + F.softplus(own_local).mean())
    gap = MARGIN - (score - own) if pair.attacked else score - own - 1  # a nuisance may lie a little above
    loss = loss + APART * weight * F.softplus(gap).mean() + QUIET * (look(pair.neighbour)[0] - own).abs().mean()
    log_level = float(np.log(max(1, pair.eps255 if pair.attacked else 0) / 255))
    loss = loss + LEVEL * (weight * F.smooth_l1_loss(level, torch.full_like(level, log_level)) +
                           F.smooth_l1_loss(own_level, torch.full_like(level, float(np.log(1 / 255)))))
    return loss, float(score.detach()), float(own.detach())


def train(job: Job) -> None:
    torch.set_num_threads(1)
    net, mapping, yolox = job.begun(), job.net(job.run.mapping), Yolox(job.shared)
    data = job.strong(('yolox', 'face'), yolox.centres, KINDS, parts=0 if job.size == 'tiny' else 0.9)

    def losses(step):
        if step.number % PLAN['every'] == 0:
            data.refresh()
        for pair, weight in examples(data, step.rng, yolox):
            loss, score, own = loss_of(net, mapping, pair, weight)
            yield loss, {f'{pair.kind}_score': score, f'{pair.kind}_own': own}

    job.fit(net, losses, PLAN)
