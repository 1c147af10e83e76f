"""The targets, and the attacker's surrogate. By `kind`:

clean        plain training (the default)
surrogate    another width: what a grey-box attacker trains for himself
adversarial  from nothing (as doi:10.14801/jkiit.2021.19.8.67 trains its target), every picture attacked by N-FGSM. Not
             from the clean one, whose
             whitening stem enlarges what an attacker adds: LOG.md
distilled    from `start` by equation 2: temperature T on noisy inputs; at run time T = 1
aligned      from `start` on half untouched pictures, half what `mapping` leaves of attacked ones: the paper's
             "adversarially trained target" in the
             reading that costs no clean accuracy. The target learns M's leftovers, not the attack"""
import torch
import torch.nn.functional as F

from lib.attacks.labels import n_fgsm
from lib.device import DEVICE
from lib.grid import on_grid

from ..data import augmented
from ..job import Job
from ..perturbations import Perturbations, accuracy, repaired_accuracy

LEVEL = 8 / 255
RATES = {'adversarial': 0.5, 'distilled': 0.02, 'aligned': 0.1}  # of the clean target's


def train(job: Job) -> None:
    run, s, kind = job.run, job.s, job.run.options.get('kind', 'clean')
    net = job.begun(run.name, run.start)
    shift, smooth = s.side // 16, 0.1
    if not run.start:
        (net.standardise if kind == 'adversarial' else net.whiten)(job.train[torch.arange(
            min(len(job.train), 2000 if s.side < 100 else 200))])
    start = job.net(run.start) if run.start else None
    mapping = job.net(run.mapping) if run.mapping else None
    perturbed = Perturbations(start, *map(job.net, run.others)) if mapping else None

    def plain(x, y, generator):
        logits = net(x)
        return F.cross_entropy(logits, y, label_smoothing=smooth), {'right': share(logits, y)}

    def adversarial(x, y, generator):
        net.eval()  # or the norms' running means would be those of the noise
        attacked = n_fgsm(net, x, y, LEVEL, generator)
        net.train()
        logits = net(attacked)
        return F.cross_entropy(logits, y), {'attacked': share(logits, y)}

    def distilled(x, y, generator):
        hot = run.options['temperature']
        phi = torch.rand(len(x), 1, 1, 1, generator=generator) * 0.4
        noisy = x + (phi * torch.randn(x.shape, generator=generator)).to(DEVICE)
        with torch.no_grad():
            taught = F.softmax(start(x) / hot, 1)
        return hot ** 2 * F.kl_div(F.log_softmax(net(noisy) / hot, 1), taught, reduction='batchmean'), {}

    def aligned(x, y, generator):
        half = len(x) // 2
        attacked, _ = perturbed(x[half:], y[half:], generator)
        with torch.no_grad():
            repaired = on_grid(mapping(attacked)[0])
        logits = net(torch.cat([x[:half], repaired]))
        return F.cross_entropy(logits, y, label_smoothing=smooth), {
            'clean': share(logits[:half], y[:half]), 'purified': share(logits[half:], y[half:])}

    way = {'adversarial': adversarial, 'distilled': distilled, 'aligned': aligned}.get(kind, plain)

    def loss_of(rows, generator):
        x, y = job.pictures(rows)
        return way(augmented(x, shift, generator), y, generator)

    def validate() -> dict:
        repaired = {'purified': repaired_accuracy(net, mapping, perturbed, job.validation, s.attack_batch)
                    } if mapping else {}
        return {'accuracy': accuracy(net, job.validation), 'n': len(job.validation)} | repaired

    job.fit({run.name: net}, loss_of, batch=s.batch // 2 if kind == 'adversarial' else s.batch,
            rate=s.target_rate * RATES.get(kind, 1.0), decay=5e-4, sgd=True, validate=validate)


def share(logits: torch.Tensor, labels: torch.Tensor) -> float:
    return float((logits.argmax(1) == labels).float().mean())
