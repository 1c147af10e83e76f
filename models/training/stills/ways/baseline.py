"""The baselines' networks (lib/nets/baselines.py names their papers), by `method`:

magnet     clean pictures + Gaussian noise of deviation 0.025 -> clean, squared error; it sees no attack, its
           thresholds come from clean validation
ddsa       squared error to the clean picture + BETA * sparsity of the code
hgd        |T(M(x')) - T(x)|, L1 on the target's logits (the source's LGD), and on clean pictures
celebanet  |M(x') - x| + GUIDE * KL(T(x) || T(M(x'))), against an adversary in the code
A quarter of each batch is clean but for magnet, the rest as in perturbations.py."""
import torch
import torch.nn.functional as F

from lib.device import DEVICE
from lib.nets.baselines import magnet_marks, magnet_threshold, sparsity

from ..job import Job
from ..perturbations import right_under

MAGNET_NOISE = 0.025   # MagNet's for CIFAR-10; 0.1 is its demo's for MNIST
BETA, GUIDE = 0.01, 0.1


def train(job: Job) -> None:
    run, s, target, method = job.run, job.s, job.target, job.run.options['method']
    net, magnet = job.begun(run.name, None), method == 'magnet'

    def reforming(rows, generator):
        x, _ = job.pictures(rows)
        noisy = x + MAGNET_NOISE * torch.randn(x.shape, generator=generator).to(DEVICE)
        return F.mse_loss(net(noisy.clamp(0, 1)).float(), x), {}

    def repairing(rows, generator):
        quarter, (x, y) = len(rows) // 4, job.pictures(rows)
        seen = torch.cat([x[:quarter], job.perturbed(x[quarter:], y[quarter:], generator)[0]])
        if method == 'ddsa':
            code = net.code(seen)
            off, sparse = F.mse_loss(net.decoded(code).float(), x), sparsity(code)
            return off + BETA * sparse, {'off': float(off.detach()), 'sparsity': float(sparse.detach())}
        out = net(seen).float()
        with torch.no_grad():
            wanted = target(x).float()
        logits = target(out).float()
        right = {'right': float((logits.argmax(1) == y).float().mean())}
        if method == 'hgd':
            return (logits - wanted).abs().mean(), right
        guide = F.kl_div(F.log_softmax(logits, 1), F.softmax(wanted, 1), reduction='batchmean')
        return (out - x).abs().mean() + GUIDE * guide, right

    def validate() -> dict:
        """Accuracy on clean and on perturbed pictures; of magnet the thresholds of its detectors, too."""
        marks = []

        def clean(x, _):
            out = net(x)
            logits = target(out)
            if magnet:
                marks.append(magnet_marks(x, out, target(x), logits))
            return logits

        figures = right_under(job.perturbed, job.validation, s.attack_batch,
                              {'clean': clean, 'attacked': lambda _, attacked: target(net(attacked))},
                              most=len(job.validation))
        return figures | ({'thresholds': {d: magnet_threshold(torch.cat([m[d]
                                                                         for m in marks]))
                                          for d in marks[0]}} if marks else {})

    batch = min(s.batch, 64 if magnet else 128) if s.side < 100 else 16
    job.fit({run.name: net}, reforming if magnet else repairing, batch=batch, rate=5e-3 if magnet else 2e-3,
            decay=0 if magnet else 1e-4, validate=validate)
