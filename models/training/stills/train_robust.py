"""M against attackers who know it: trained before the adversarially trained target, which stays as it is, on attacks made through M itself.

python -m stills.train_robust --data cifar10            # leaves mapping-robust.pt; then train_classifier --reading robust, adaptive --target adversarial --chain robust
Attacks are N-FGSM (train_target.py) on M and the target behind it; M learns the labels alone. It begins with the features of the M that ships, its correction at
zero, its mask open and its gate open for good: left to learn, the gate shuts within 100 steps.
This chain purifies every picture: an attacker who knows C keeps it quiet, and a gate would send him past M (README.md, "What was tried")."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lib.attacks.labels import n_fgsm, pgd
from lib.device import DEVICE
from lib.fit import fit
from lib.grid import on_grid

from .data import augmented, load
from .load_chain import load_mapping
from .settings import arguments, settings_of
from .train_target import LEVEL, load_target

OPEN = 4.0  # bias of the gate: 0.98 of the correction passes
STEPS, LOOKED_AT = 10, 1000  # of the PGD that validation uses, and its pictures


def opened(mapping: nn.Module) -> nn.Module:
    for layer, bias in ((mapping.leave, 0.0), (mapping.gate, OPEN), (mapping.mask, OPEN)):
        nn.init.zeros_(layer.weight)
        nn.init.constant_(layer.bias, bias)
    mapping.requires_grad_(True)
    mapping.gate.requires_grad_(False)
    return mapping


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--epochs', type=float)
    args = parser.parse_args()
    s = settings_of(args)
    train, validation = (load(args.data, split, s.side, args.shared) for split in ('train', 'validation'))
    target, mapping = load_target(args.data, s, 'adversarial'), opened(load_mapping(args.data, s))

    def through(x: Tensor) -> Tensor:
        return target(mapping(x)[0])

    def loss_of(rows, generator, _):
        x, y = augmented(train[rows].to(DEVICE), s.side // 16, generator), train.labels[rows].to(DEVICE)
        seen = n_fgsm(through, x, y, LEVEL, generator)
        out, _ = mapping(seen)
        logits = target(out)
        return F.cross_entropy(logits, y), {'right': float((logits.detach().argmax(1) == y).float().mean()), 'changed': float((out - seen).detach().abs().mean())}

    def validate() -> dict:
        """The first pictures, clean and under PGD on the same net: the target alone, and behind M."""
        figures, rows = {}, torch.arange(min(LOOKED_AT, len(validation)))
        for name, net in (('target', target), ('purified', through)):
            generator, right = torch.Generator().manual_seed(99), {'clean': 0, 'attacked': 0}
            for some in rows.split(s.attack_batch):
                x, y = validation[some].to(DEVICE), validation.labels[some].to(DEVICE)
                for key, seen in (('clean', x), ('attacked', on_grid(pgd(net, x, y, LEVEL, STEPS, generator)))):
                    with torch.no_grad():
                        right[key] += int((net(seen).argmax(1) == y).sum())
            figures[name] = {key: round(count / len(rows), 4) for key, count in right.items()}
        return figures | {'n': len(rows)}

    fit(args.data, 'mapping-robust', mapping, loss_of, len(train), epochs=args.epochs or s.robust_epochs, batch=128 if s.side < 100 else 16, rate=5e-4, decay=1e-4, seed=args.seed,
        validate=validate, settings={'reading': 'ismn', 'target': 'adversarial', 'always': True})


if __name__ == '__main__':
    main()
