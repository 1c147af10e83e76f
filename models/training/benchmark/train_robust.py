"""M against attackers who know it: it goes on from what ships, before the adversarially trained target, on attacks made through itself; C learns to tell them.

python -m benchmark.train_robust --data cifar10            # leaves mapping-robust.pt, classifier-robust.pt; then adaptive --target adversarial --chain robust
The target stays as it is. Attacks are N-FGSM (train_target.py) on M and the target behind it; M learns the labels alone. This chain purifies every picture:
an attacker who knows C keeps it quiet, also when it was trained against that (README.md, "What was tried"), and a gate would then send him past M."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .chain import on_grid
from .data import augmented, load
from .load_chain import load_chain
from .nuisances import nuisance
from .settings import arguments, settings_of
from .train_classifier import FALSE_ALARMS
from .train_target import LEVEL, accuracy, load_target
from .trainer import DEVICE, fit, weights_path


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--epochs', type=float)
    args = parser.parse_args()
    s = settings_of(args)
    train, validation = (load(args.data, split, s.side, args.shared) for split in ('train', 'validation'))
    target, start = load_target(args.data, s, 'adversarial'), load_chain(args.data, s)
    mapping, classifier = start.mapping.requires_grad_(True), start.classifier.requires_grad_(True)
    net = nn.ModuleDict({'mapping': mapping, 'classifier': classifier})

    def attacked(x: Tensor, y: Tensor, generator: torch.Generator) -> Tensor:
        noisy = x + 2 * LEVEL * (torch.rand(x.shape, generator=generator) * 2 - 1).to(DEVICE)
        net.requires_grad_(False)
        noisy.requires_grad_(True)
        slope, = torch.autograd.grad(F.cross_entropy(target(mapping(noisy)[0]), y), noisy)
        net.requires_grad_(True)
        return on_grid(noisy.detach() + LEVEL * slope.sign())

    def loss_of(rows, generator, _):
        x, y, few = augmented(train[rows].to(DEVICE), s.side // 16, generator), train.labels[rows].to(DEVICE), len(rows) // 8
        seen = torch.cat([nuisance(x[:few], generator), x[:few], attacked(x[few:], y[few:], generator)])
        out, _ = mapping(seen)
        score, _ = classifier(seen, out.detach())
        logits = target(out[2 * few:])
        found = F.binary_cross_entropy_with_logits(score, (torch.arange(len(score)) >= 2 * few).float().to(DEVICE), pos_weight=score.new_tensor(2 * few / (len(x) - few)))
        return F.cross_entropy(logits, y[few:]) + found, {
            'right_attacked': float((logits.detach().argmax(1) == y[few:]).float().mean()), 'found': float((score[2 * few:] > 0).float().mean()),
            'clean_kept': float((score[:2 * few] < 0).float().mean()), 'changed': float((out - seen).detach().abs().mean())}

    @torch.no_grad()
    def validate() -> dict:
        scores, purified = [], 0
        for rows in torch.arange(len(validation)).split(s.attack_batch):
            x = validation[rows].to(DEVICE)
            out, _ = mapping(x)
            scores.append(classifier(x, out)[0].cpu())
            purified += int((target(on_grid(out)).argmax(1).cpu() == validation.labels[rows]).sum())
        return {'flagged': float(torch.cat(scores).quantile(1 - FALSE_ALARMS)), 'clean': accuracy(target, validation), 'clean_purified': round(purified / len(validation), 4), 'n': len(validation)}

    fit(args.data, 'robust', net, loss_of, len(train), epochs=args.epochs or s.robust_epochs, batch=128 if s.side < 100 else 16, rate=1e-3, decay=1e-4, seed=args.seed, validate=validate,
        settings={'target': 'adversarial', 'always': True})
    for name, part in (('mapping', mapping), ('classifier', classifier)):
        torch.save(part.state_dict(), weights_path(args.data, f'{name}-robust'))
    weights_path(args.data, 'robust').unlink()  # both are in it


if __name__ == '__main__':
    main()
