"""The perturbation classifier C (doi:10.14801/jkiit.2021.19.8.67, Table 1) on a frozen mapping network: one third
clean, one third nuisances, one third attacked.

The validation split sets `flagged`: the score that 1 % of its clean pictures reach. Noise of up to 0.05 alone is
neither trained as attack nor as clean: it is harmless to most pictures and no attack."""
import torch
import torch.nn.functional as F

from lib.device import DEVICE
from lib.nuisances.pictures import nuisance
from lib.stats import auroc

from ..chain import LEVELS
from ..job import Job

FALSE_ALARMS, HARMLESS = 0.01, 0.05


def train(job: Job) -> None:
    run, s, perturbed, mapping = job.run, job.s, job.perturbed, job.net(job.run.mapping)
    net = job.begun(run.name, None)

    def loss_of(rows, generator):
        third, (x, y) = len(rows) // 3, job.pictures(rows)
        x[third:2 * third] = nuisance(x[third:2 * third], generator)
        clean, label, level = x[2 * third:].clone(), torch.zeros(len(x)), torch.zeros(len(x))
        attacked, strength = perturbed(clean, y[2 * third:], generator)
        signed = perturbed.along(len(clean))
        strength, noise, least = strength.cpu(), torch.arange(len(clean)) >= signed, signed // 2
        attacked[:least] = perturbed.minimal(clean[:least], generator)
        strength[:least] = (attacked[:least] - clean[:least]).abs().amax((1, 2, 3)).cpu()
        x[2 * third:], label[2 * third:], level[2 * third:] = attacked, 1.0, strength
        weight = torch.ones(len(x))
        weight[2 * third:] = torch.where(noise & (strength < HARMLESS) | (strength < 0.5 / 255), 0.0, 2.0)
        with torch.no_grad():
            repaired, _ = mapping(x)
        score, classes = net(x, repaired)
        nearest = (level[:, None] - torch.tensor(LEVELS)).abs().argmin(1).to(DEVICE)
        weight, label = weight.to(DEVICE), label.to(DEVICE)
        told = F.binary_cross_entropy_with_logits(
            score.float(), label, reduction='none') + 0.2 * F.cross_entropy(classes.float(), nearest, reduction='none')
        kept = (score < 0).float()
        return (weight * told).sum() / weight.sum(), {
            'found': 1 - float(kept[2 * third:].mean()), 'clean_kept': float(kept[:third].mean()),
            'nuisance_kept': float(kept[third:2 * third].mean())}

    def validate() -> dict:
        generator, clean, attacked = torch.Generator().manual_seed(98), [], []
        for rows in torch.arange(len(job.validation)).split(s.attack_batch):
            x, y = job.validation[rows].to(DEVICE), job.validation.labels[rows].to(DEVICE)
            for scores, seen in ((clean, x), (attacked, perturbed(x, y, generator)[0] if len(attacked) < 8 else None)):
                if seen is not None:
                    with torch.no_grad():
                        scores.append(net(seen, mapping(seen)[0])[0].cpu())
        negatives, positives = torch.cat(clean), torch.cat(attacked)
        flagged = float(negatives.quantile(1 - FALSE_ALARMS))
        return {
            'flagged': flagged, 'n': len(negatives), 'auroc': auroc(negatives.numpy(), positives.numpy()),
            'found': float((positives >= flagged).float().mean())}

    job.fit({run.name: net}, loss_of, batch=129 if s.side < 100 else 18, rate=1e-3, validate=validate)
