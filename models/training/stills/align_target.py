"""Fine-tunes the clean target on what the chain shows it: half of each batch untouched, half M(x') of attacked pictures.

python -m stills.align_target --data cifar10         # after the first round of train_mapping; leaves target-first.pt
The paper's "adversarially trained target" in the reading that costs no clean accuracy: the target learns the mapping network's leftovers, not the attack itself."""
import torch
import torch.nn.functional as F

from lib.device import DEVICE
from lib.fit import fit
from lib.grid import on_grid
from lib.run import weights_path

from .data import augmented, load
from .load_chain import load_mapping
from .perturbations import Perturbations, repaired_accuracy
from .settings import arguments, settings_of
from .train_target import accuracy, empty_target, load_target


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--epochs', type=float)
    args = parser.parse_args()
    s = settings_of(args)
    train, validation = (load(args.data, split, s.side, args.shared) for split in ('train', 'validation'))
    clean, surrogate = (load_target(args.data, s, kind) for kind in ('clean', 'surrogate'))
    mapping, perturbed, net = load_mapping(args.data, s, 'first'), Perturbations(clean, surrogate), empty_target(s, 'first')
    net.load_state_dict(torch.load(weights_path(args.data, 'target-clean'), map_location=DEVICE))

    def loss_of(rows, generator, _):
        x, y = augmented(train[rows].to(DEVICE), s.side // 16, generator), train.labels[rows].to(DEVICE)
        half = len(x) // 2
        attacked, _ = perturbed(x[half:], y[half:], generator)
        with torch.no_grad():
            x = torch.cat([x[:half], on_grid(mapping(attacked)[0])])
        logits = net(x)
        right = (logits.argmax(1) == y).float()
        return F.cross_entropy(logits, y, label_smoothing=0.1), {'clean': float(right[:half].mean()), 'purified': float(right[half:].mean())}

    def validate() -> dict:
        return {'accuracy': accuracy(net, validation), 'purified': repaired_accuracy(net, mapping, perturbed, validation, s.attack_batch), 'n': len(validation)}

    fit(args.data, 'target-first', net, loss_of, len(train), epochs=args.epochs or s.aligned_epochs, batch=s.batch, rate=s.target_rate * 0.1, decay=5e-4,
        seed=args.seed, sgd=True, validate=validate)


if __name__ == '__main__':
    main()
