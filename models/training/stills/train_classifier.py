"""The perturbation classifier C (doi:10.14801/jkiit.2021.19.8.67, Table 1) on a frozen mapping network: one third clean, one third nuisances, one third attacked.

python -m stills.train_classifier --data cifar10 --reading ismn         # after train_mapping
The validation split sets `flagged`: the score that 1 % of its clean pictures reach. Noise of up to 0.05 alone is neither trained as attack nor as clean:
it is harmless to most pictures and no attack."""
import torch
import torch.nn.functional as F

from lib.device import DEVICE
from lib.fit import fit
from lib.nuisances.pictures import nuisance
from lib.stats import auroc

from .chain import LEVELS
from .data import load
from .load_chain import empty_classifier, load_mapping
from .perturbations import Perturbations
from .settings import DEFENDED, arguments, settings_of
from .train_target import load_target

FALSE_ALARMS, HARMLESS = 0.01, 0.05


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--reading', default='ismn', help='name of the mapping network: ismn, strict, skip, greybox, robust, ...')
    parser.add_argument('--epochs', type=float)
    args = parser.parse_args()
    s = settings_of(args)
    train, validation = (load(args.data, split, s.side, args.shared) for split in ('train', 'validation'))
    kinds = {'greybox': ('surrogate', 'clean'), 'robust': ('adversarial', 'clean', 'surrogate')}.get(args.reading, (DEFENDED, 'clean', 'surrogate'))
    perturbed = Perturbations(*(load_target(args.data, s, kind) for kind in kinds))
    mapping, net = load_mapping(args.data, s, args.reading), empty_classifier(s)

    def loss_of(rows, generator, _):
        third = len(rows) // 3
        x, y = train[rows].to(DEVICE), train.labels[rows].to(DEVICE)
        x[third:2 * third] = nuisance(x[third:2 * third], generator)
        weight, label, level = torch.ones(len(x)), torch.zeros(len(x)), torch.zeros(len(x))
        attacked, strength = perturbed(x[2 * third:], y[2 * third:], generator)
        strength, noise = strength.cpu(), torch.arange(len(attacked)) >= perturbed.along(len(attacked))
        least = perturbed.along(len(attacked)) // 2
        attacked[:least] = perturbed.minimal(x[2 * third:2 * third + least], generator)
        strength[:least] = (attacked[:least] - x[2 * third:2 * third + least]).abs().amax((1, 2, 3)).cpu()
        x[2 * third:], label[2 * third:], level[2 * third:] = attacked, 1.0, strength
        weight[2 * third:] = torch.where(noise & (strength < HARMLESS) | (strength < 0.5 / 255), 0.0, 2.0)
        with torch.no_grad():
            repaired, _ = mapping(x)
        score, classes = net(x, repaired)
        nearest = (level[:, None] - torch.tensor(LEVELS)).abs().argmin(1).to(DEVICE)
        weight, label = weight.to(DEVICE), label.to(DEVICE)
        loss = (weight * (F.binary_cross_entropy_with_logits(score.float(), label, reduction='none')
                          + 0.2 * F.cross_entropy(classes.float(), nearest, reduction='none'))).sum() / weight.sum()
        return loss, {'found': float((score[2 * third:] > 0).float().mean()), 'clean_kept': float((score[:third] < 0).float().mean()),
                      'nuisance_kept': float((score[third:2 * third] < 0).float().mean())}

    def validate() -> dict:
        generator, clean, attacked = torch.Generator().manual_seed(98), [], []
        for rows in torch.arange(len(validation)).split(s.attack_batch):
            x, y = validation[rows].to(DEVICE), validation.labels[rows].to(DEVICE)
            x_attacked = perturbed(x, y, generator)[0] if len(attacked) < 8 else None
            with torch.no_grad():
                clean.append(net(x, mapping(x)[0])[0].cpu())
                if x_attacked is not None:
                    attacked.append(net(x_attacked, mapping(x_attacked)[0])[0].cpu())
        negatives, positives = torch.cat(clean), torch.cat(attacked)
        flagged = float(negatives.quantile(1 - FALSE_ALARMS))
        return {'flagged': flagged, 'n': len(negatives), 'auroc': auroc(negatives.numpy(), positives.numpy()), 'found': float((positives >= flagged).float().mean())}

    fit(args.data, f'classifier-{args.reading}', net, loss_of, len(train), epochs=args.epochs or s.classifier_epochs * (1 if args.reading == 'ismn' else 0.25), batch=129 if s.side < 100 else 18,
        rate=1e-3, decay=1e-4, seed=args.seed, validate=validate, settings={'mapping': args.reading, 'false_alarms': FALSE_ALARMS})


if __name__ == '__main__':
    main()
