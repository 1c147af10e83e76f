"""The perturbation classifier C (PAPER.md, Table 1) on a frozen mapping network: a quarter each clean, nuisances, attacked, repaired.

python -m benchmark.train_classifier --data cifar10 --reading ismn         # after train_mapping
The validation split sets `flagged`: the score that 1 % of its clean pictures reach. Noise of up to 0.05 alone is neither trained as attack nor as clean:
it is harmless to most pictures and no attack. A repaired picture counts as attacked where the target is still wrong: that is what a second pass is for,
and where none is needed it does harm."""
import torch
import torch.nn.functional as F

from .chain import LEVELS, on_grid
from .data import load
from .load_chain import empty_classifier, load_mapping
from .nuisances import nuisance
from .perturbations import Perturbations
from .settings import DEFENDED, arguments, settings_of
from .statistics import auroc
from .train_target import load_target
from .trainer import DEVICE, fit

FALSE_ALARMS, HARMLESS = 0.01, 0.05


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--reading', default='ismn', help='name of the mapping network: ismn, strict, skip, greybox, ...')
    parser.add_argument('--epochs', type=float)
    args = parser.parse_args()
    s = settings_of(args)
    train, validation = (load(args.data, split, s.side, args.shared) for split in ('train', 'validation'))
    kinds = ('surrogate', 'clean') if args.reading == 'greybox' else (DEFENDED, 'clean', 'surrogate')
    targets = [load_target(args.data, s, kind) for kind in kinds]
    perturbed = Perturbations(*targets)
    mapping, net = load_mapping(args.data, s, args.reading), empty_classifier(s)

    def loss_of(rows, generator, _):
        quarter = len(rows) // 4
        calm, mild, hit = slice(quarter), slice(quarter, 2 * quarter), slice(2 * quarter, 3 * quarter)
        x, y = train[rows[:3 * quarter]].to(DEVICE), train.labels[rows[:3 * quarter]].to(DEVICE)
        x[mild] = nuisance(x[mild], generator)
        weight, label, level = torch.ones(4 * quarter), torch.zeros(4 * quarter), torch.zeros(3 * quarter)
        x[hit], level[hit] = (part.to(at) for part, at in zip(perturbed(x[hit], y[hit], generator), (DEVICE, 'cpu')))
        noise = torch.arange(quarter) >= perturbed.along(quarter)
        label[hit], weight[hit] = 1.0, torch.where(noise & (level[hit] < HARMLESS) | (level[hit] < 1 / 255), 0.0, 2.0)
        with torch.no_grad():
            repaired, _ = mapping(x)
            once = on_grid(repaired[hit])
            label[3 * quarter:] = (targets[0](once).argmax(1) != y[hit]).float().cpu()
            x, repaired = torch.cat([x, once]), torch.cat([repaired, mapping(once)[0]])
        score, classes = net(x, repaired)
        nearest = (level[:, None] - torch.tensor(LEVELS)).abs().argmin(1).to(DEVICE)
        weight, label = weight.to(DEVICE), label.to(DEVICE)
        off = F.binary_cross_entropy_with_logits(score.float(), label, reduction='none')
        off[:3 * quarter] += 0.2 * F.cross_entropy(classes[:3 * quarter].float(), nearest, reduction='none')
        return (weight * off).sum() / weight.sum(), {
            'found': float((score[hit] > 0).float().mean()), 'clean_kept': float((score[calm] < 0).float().mean()), 'nuisance_kept': float((score[mild] < 0).float().mean()),
            'repaired_known': float(((score[3 * quarter:] > 0).float() == label[3 * quarter:]).float().mean())}

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

    fit(args.data, f'classifier-{args.reading}', net, loss_of, len(train), epochs=args.epochs or s.classifier_epochs * (1 if args.reading == 'ismn' else 0.25), batch=128 if s.side < 100 else 16,
        rate=1e-3, decay=1e-4, seed=args.seed, validate=validate, settings={'mapping': args.reading, 'false_alarms': FALSE_ALARMS})


if __name__ == '__main__':
    main()
