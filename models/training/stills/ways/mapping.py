"""The mapping network M by equation 3 (doi:10.14801/jkiit.2021.19.8.67): |M(x') - x| + |M(x) - x| + KL(T(x) ||
T(M(x'))), the discriminator, the sparsity.

Options: `reading` strict or skip (the paper's), `without` terms (ablation), `crop`: a part of each picture of this
side, a multiple of 4 cells: many more steps at 512x512, without the guide, which judges whole pictures; attacks are
still made on whole ones."""
import torch
import torch.nn.functional as F

from lib.device import DEVICE
from lib.grid import on_grid
from lib.nets.paper import Discriminator

from ..job import Job
from ..mapping_loss import repair_loss
from ..perturbations import right_under
from ..recipe import TERMS

GUIDE, ADVERSARIAL = 0.1, 0.005
JUDGED = 16  # pictures of a batch that the discriminator sees: all of them would double the cost


def train(job: Job) -> None:
    run, s, target, crop = job.run, job.s, job.target, job.run.options.get('crop')
    terms = set(TERMS) - set(run.options.get('without', ()))
    mapping, judge = job.begun(run.name, run.start), Discriminator(s.mapping_fold).to(DEVICE)
    judging = torch.optim.AdamW(judge.parameters(), 2e-4, betas=(0.5, 0.99))

    def judged(x, out):
        """The discriminator learns, then M is held to it."""
        loss = F.relu(1 - judge(x)).mean() + F.relu(1 + judge(out.detach())).mean()
        judging.zero_grad()
        loss.backward()
        judging.step()
        judge.requires_grad_(False)
        fooled = judge(out).mean()
        judge.requires_grad_(True)
        return fooled

    def loss_of(rows, generator):
        quarter, (x, y) = len(rows) // 4, job.pictures(rows)
        if torch.rand(1, generator=generator) < 0.5:
            x = x.flip(3)
        attacked, _ = job.perturbed(x[quarter:], y[quarter:], generator)
        if crop and crop < s.side:
            top, left = (s.mapping_fold *
                         int(torch.randint(0, (s.side - crop) // s.mapping_fold + 1, (1,), generator=generator))
                         for _ in range(2))
            x, attacked = (p[:, :, top:top + crop, left:left + crop] for p in (x, attacked))
        out, gates = mapping(torch.cat([x[:quarter], attacked]))
        loss, figures = repair_loss(x, out, gates, quarter, terms)
        if 'guide' in terms:
            with torch.no_grad():
                wanted = F.softmax(target(x[quarter:]).float(), 1)
            logits = target(out[quarter:]).float()
            loss = loss + GUIDE * F.kl_div(F.log_softmax(logits, 1), wanted, reduction='batchmean')
            figures['right_attacked'] = float((logits.argmax(1) == y[quarter:]).float().mean())
        if 'discriminator' in terms:
            some = slice(quarter, quarter + JUDGED)
            loss = loss - ADVERSARIAL * judged(x[some], out[some])
        return loss, figures

    def validate() -> dict:
        ways = {
            'clean': lambda x, attacked: target(on_grid(mapping(x)[0])),
            'attacked': lambda x, attacked: target(on_grid(mapping(attacked)[0])),
            'undefended': lambda x, attacked: target(attacked)}
        return right_under(job.perturbed, job.validation, s.attack_batch, ways)

    job.fit({run.name: mapping}, loss_of, batch=min(s.batch, 128 if s.side < 100 else 16),
            rate=1e-3 if run.start else 2e-3, beside={'judge': judge, 'judging': judging}, validate=validate)
