"""The last rounds: M and its target together, on attacks that follow the target as it is at that moment.

python -m stills.train_together --data cifar10 --name third                           # after the second round of train_mapping
python -m stills.train_together --mapping third --target third --name fourth
python -m stills.train_together --mapping fourth --target fourth --name fifth
python -m stills.train_together --mapping fifth --target fifth                        # what ships: mapping-ismn.pt, target-aligned.pt
The target is shown clean pictures as they are and attacked ones as M repairs them, with their labels; M learns from its errors beside the terms of mapping_loss.py.
A share of the pictures that M repairs are its own repairs, or a second pass would spoil what the first has mended.
Only the bare target is attacked: nothing here sees the chain as an attacker of it would, and no robustness against one is to be had from it."""
import torch
import torch.nn.functional as F
from torch import nn

from lib.device import DEVICE
from lib.fit import fit
from lib.grid import on_grid
from lib.run import weights_path

from .data import augmented, load
from .load_chain import load_mapping
from .mapping_loss import repair_loss
from .perturbations import Perturbations, repaired_accuracy
from .settings import DEFENDED, arguments, settings_of
from .train_target import accuracy, empty_target, load_target

LABELS = 0.3  # weight of the cross-entropy beside the repair
AGAIN = 0.1   # share of batches that are repaired for the second time
LONG = (None, 'fifth')  # rounds of `last_epochs`


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--mapping', default='second', help='name of the mapping network to begin with')
    parser.add_argument('--target', default='first', help='kind of the target to begin with')
    parser.add_argument('--name', help='of both that come out; default: what ships')
    parser.add_argument('--epochs', type=float)
    args = parser.parse_args()
    s = settings_of(args)
    train, validation = (load(args.data, split, s.side, args.shared) for split in ('train', 'validation'))
    target = empty_target(s, DEFENDED).to(DEVICE)
    target.load_state_dict(torch.load(weights_path(args.data, f'target-{args.target}'), map_location=DEVICE))
    mapping = load_mapping(args.data, s, args.mapping).requires_grad_(True)
    net = nn.ModuleDict({'mapping': mapping, 'target': target})
    perturbed = Perturbations(target, *(load_target(args.data, s, kind) for kind in ('surrogate', args.target)))

    def loss_of(rows, generator, _):
        x, y, quarter = augmented(train[rows].to(DEVICE), s.side // 16, generator), train.labels[rows].to(DEVICE), len(rows) // 4
        target.eval()
        attacked, _ = perturbed(x[quarter:], y[quarter:], generator)
        target.train()
        if torch.rand(1, generator=generator) < AGAIN:
            with torch.no_grad():
                attacked = on_grid(mapping(attacked)[0])
        out, told = mapping(torch.cat([x[:quarter], attacked]))
        loss, figures = repair_loss(x, out, told, quarter)
        half = len(x) // 2
        logits, wanted = target(torch.cat([x[:half], out[quarter:]])), torch.cat([y[:half], y[quarter:]])
        right = (logits.detach().argmax(1) == wanted).float()
        return loss + LABELS * F.cross_entropy(logits, wanted, label_smoothing=0.1), figures | {'right_clean': float(right[:half].mean()), 'right_attacked': float(right[half:].mean())}

    def validate() -> dict:
        return {'accuracy': accuracy(target, validation), 'purified': repaired_accuracy(target, mapping, perturbed, validation, s.attack_batch), 'n': len(validation)}

    name = f'together-{args.name}' if args.name else 'together'
    fit(args.data, name, net, loss_of, len(train), epochs=args.epochs or (s.last_epochs if args.name in LONG else s.together_epochs), batch=128 if s.side < 100 else 16, rate=4e-4, decay=1e-4,
        seed=args.seed, validate=validate, settings={'mapping': args.mapping, 'target': args.target})
    torch.save(mapping.state_dict(), weights_path(args.data, f"mapping-{args.name or 'ismn'}"))
    torch.save(target.state_dict(), weights_path(args.data, f'target-{args.name or DEFENDED}'))
    weights_path(args.data, name).unlink()  # both are in it


if __name__ == '__main__':
    main()
