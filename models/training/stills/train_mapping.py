"""The mapping network M by equation 3 (doi:10.14801/jkiit.2021.19.8.67): |M(x') - x| + |M(x) - x| + KL(T(x) || T(M(x'))), the discriminator, the sparsity.

python -m stills.train_mapping --data cifar10 --reading ismn            # strict, skip: the paper's readings
--without guide,clean,sparsity,discriminator   leaves terms out (ablation)
--name first, then --name second --start first --target first   the first two rounds of the M that ships; align_target stands between them, train_together behind
--crop 256 --without guide,discriminator       on a part of each picture: many more steps at 512x512; attacks are still made on whole ones
--name greybox --seed 2                        an attacker's own M
"""
import torch
import torch.nn.functional as F

from lib.device import DEVICE
from lib.fit import fit
from lib.grid import on_grid
from lib.nets.paper import Discriminator

from .data import load
from .load_chain import READINGS, empty_mapping, load_mapping
from .mapping_loss import repair_loss
from .perturbations import Perturbations
from .settings import arguments, settings_of
from .train_target import load_target

GUIDE, ADVERSARIAL = 0.1, 0.005
JUDGED = 16  # pictures of a batch that the discriminator sees: all of them would double the cost
TERMS = ('guide', 'clean', 'sparsity', 'discriminator')


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--reading', choices=READINGS, default='ismn')
    parser.add_argument('--without', default='', help=f'terms left out, of {",".join(TERMS)}')
    parser.add_argument('--name', help='of the weights: mapping-<name>; default: the reading')
    parser.add_argument('--target', default='clean', help='kind of the target that guides M and is attacked')
    parser.add_argument('--start', help='name of trained weights to begin with, such as ismn to go on with it')
    parser.add_argument('--crop', type=int, help='side of a part of each picture that M learns on, a multiple of 4 cells')
    parser.add_argument('--epochs', type=float)
    args = parser.parse_args()
    s, name = settings_of(args), args.name or args.reading
    left_out = {t for t in args.without.split(',') if t}
    if unknown := left_out - set(TERMS):
        parser.error(f"--without: no term '{unknown.pop()}', of {', '.join(TERMS)}")
    if args.crop and 'guide' not in left_out:
        parser.error('--crop: the guide judges whole pictures; --without guide')
    train, validation = (load(args.data, split, s.side, args.shared) for split in ('train', 'validation'))
    target, surrogate = load_target(args.data, s, args.target), load_target(args.data, s, 'surrogate')
    if name == 'greybox':
        target, surrogate = surrogate, target
    perturbed = Perturbations(target, surrogate, *([load_target(args.data, s, 'clean')] if args.target != 'clean' else []))
    mapping = load_mapping(args.data, s, args.start).requires_grad_(True) if args.start else empty_mapping(s, args.reading)
    judge = Discriminator(s.mapping_fold).to(DEVICE)
    judging = torch.optim.AdamW(judge.parameters(), 2e-4, betas=(0.5, 0.99))
    terms = set(TERMS) - left_out

    def loss_of(rows, generator, _):
        quarter = len(rows) // 4
        x, y = train[rows].to(DEVICE), train.labels[rows].to(DEVICE)
        if torch.rand(1, generator=generator) < 0.5:
            x = x.flip(3)
        attacked, _ = perturbed(x[quarter:], y[quarter:], generator)
        if args.crop:
            top, left = (s.mapping_fold * int(torch.randint(0, (s.side - args.crop) // s.mapping_fold + 1, (1,), generator=generator)) for _ in range(2))
            x, attacked = (p[:, :, top:top + args.crop, left:left + args.crop] for p in (x, attacked))
        out, told = mapping(torch.cat([x[:quarter], attacked]))
        loss, figures = repair_loss(x, out, told, quarter, terms)
        if 'guide' in terms:
            with torch.no_grad():
                wanted = F.softmax(target(x[quarter:]).float(), 1)
            logits = target(out[quarter:]).float()
            loss = loss + GUIDE * F.kl_div(F.log_softmax(logits, 1), wanted, reduction='batchmean')
            figures['right_attacked'] = float((logits.argmax(1) == y[quarter:]).float().mean())
        if 'discriminator' in terms:
            some = slice(quarter, quarter + JUDGED)
            judged = F.relu(1 - judge(x[some])).mean() + F.relu(1 + judge(out[some].detach())).mean()
            judging.zero_grad()
            judged.backward()
            judging.step()
            judge.requires_grad_(False)
            loss = loss - ADVERSARIAL * judge(out[some]).mean()
            judge.requires_grad_(True)
        return loss, figures

    @torch.no_grad()
    def validate() -> dict:
        generator, right, n = torch.Generator().manual_seed(99), {'clean': 0, 'attacked': 0, 'undefended': 0}, 0
        for rows in torch.arange(min(len(validation), 2000)).split(s.attack_batch):
            x, y = validation[rows].to(DEVICE), validation.labels[rows].to(DEVICE)
            with torch.enable_grad():
                attacked, _ = perturbed(x, y, generator)
            for key, seen in (('clean', on_grid(mapping(x)[0])), ('attacked', on_grid(mapping(attacked)[0])), ('undefended', attacked)):
                right[key] += int((target(seen).argmax(1) == y).sum())
            n += len(x)
        return {key: round(k / n, 4) for key, k in right.items()} | {'n': n}

    kind = 'paper' if args.reading != 'ismn' else 'parts' if args.crop else {'first': 'first', 'ismn': 'first', 'second': 'second', 'greybox': 'variant'}.get(name, 'ablation')
    epochs = args.epochs or getattr(s, f'{kind}_epochs')
    if not epochs:
        parser.error(f'--reading {args.reading} at {s.side}x{s.side} is too dear for a CPU: --size gpu')
    fit(args.data, f'mapping-{name}', mapping, loss_of, len(train), epochs=epochs, batch=min(s.batch, 128 if s.side < 100 else 16), rate=1e-3 if args.start else 2e-3, decay=1e-4,
        seed=args.seed, beside={'judge': judge, 'judging': judging}, validate=validate, settings={'reading': args.reading, 'without': sorted(left_out), 'start': args.start, 'target': args.target, 'crop': args.crop})


if __name__ == '__main__':
    main()
