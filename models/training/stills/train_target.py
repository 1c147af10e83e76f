"""The targets: clean, adversarially trained, distilled; and the attacker's surrogate.

python -m stills.train_target --data cifar10 --kind clean         # then surrogate, adversarial, distilled
clean        plain training
surrogate    another width and seed: what a grey-box attacker trains for himself
adversarial  from nothing (as doi:10.14801/jkiit.2021.19.8.67 trains its target), every picture attacked in one step from noise of twice the level and not cut to it: N-FGSM
             (de Jorge et al., NeurIPS 2022). Not from the clean one, whose whitening stem enlarges what an attacker adds: README.md, "What was tried"
distilled    from the adversarial one by equation 2: temperature T on noisy inputs; at run time T = 1
"""
import torch
import torch.nn.functional as F

from lib.attacks.labels import n_fgsm
from lib.device import DEVICE
from lib.fit import fit, frozen
from lib.nets.target import Target
from lib.run import weights_path

from .data import augmented, load
from .settings import Settings, arguments, settings_of

LEVEL = 8 / 255
KINDS = ('clean', 'surrogate', 'adversarial', 'distilled')


def empty_target(s: Settings, kind: str) -> Target:
    return Target(s.target_fold, s.surrogate_widths if kind == 'surrogate' else s.target_widths, s.classes)


def load_target(data: str, s: Settings, kind: str) -> Target:
    return frozen(empty_target(s, kind), weights_path(data, f'target-{kind}'))


@torch.no_grad()
def accuracy(net, pictures, batch: int = 500) -> float:
    net.eval()
    right = 0
    for rows in torch.arange(len(pictures)).split(min(batch, 500 if pictures.side < 100 else 50)):
        right += int((net(pictures[rows].to(DEVICE)).argmax(1).cpu() == pictures.labels[rows]).sum())
    return right / len(pictures)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--kind', choices=KINDS, default='clean')
    parser.add_argument('--temperature', type=float, default=20.0, help='of the distillation')
    parser.add_argument('--epochs', type=float, help='instead of the settings')
    args = parser.parse_args()
    s, kind = settings_of(args), args.kind
    train, validation = (load(args.data, split, s.side, args.shared) for split in ('train', 'validation'))
    net = empty_target(s, kind)
    shift = s.side // 16
    if kind == 'distilled':
        teacher = load_target(args.data, s, 'adversarial')
        net.load_state_dict(teacher.state_dict())
    else:
        (net.standardise if kind == 'adversarial' else net.whiten)(train[torch.arange(2000 if s.side < 100 else 200)])

    def plain(rows, generator, _):
        x, y = augmented(train[rows].to(DEVICE), shift, generator), train.labels[rows].to(DEVICE)
        logits = net(x)
        return F.cross_entropy(logits, y, label_smoothing=0.1), {'right': float((logits.argmax(1) == y).float().mean())}

    def adversarial(rows, generator, _):
        x, y = augmented(train[rows].to(DEVICE), shift, generator), train.labels[rows].to(DEVICE)
        net.eval()  # or the norms' running means would be those of the noise
        attacked = n_fgsm(net, x, y, LEVEL, generator)
        net.train()
        logits = net(attacked)
        return F.cross_entropy(logits, y), {'attacked': float((logits.argmax(1) == y).float().mean())}

    def distilled(rows, generator, _):
        x, hot = augmented(train[rows].to(DEVICE), shift, generator), args.temperature
        phi = torch.rand(len(x), 1, 1, 1, generator=generator) * 0.4
        noisy = x + (phi * torch.randn(x.shape, generator=generator)).to(DEVICE)
        with torch.no_grad():
            taught = F.softmax(teacher(x) / hot, 1)
        return hot ** 2 * F.kl_div(F.log_softmax(net(noisy) / hot, 1), taught, reduction='batchmean'), {}

    loss_of = {'adversarial': adversarial, 'distilled': distilled}.get(kind, plain)
    epochs = args.epochs or {'clean': s.target_epochs, 'surrogate': s.surrogate_epochs, 'adversarial': s.adversarial_epochs, 'distilled': s.distilled_epochs}[kind]
    rate = s.target_rate * {'adversarial': 0.5, 'distilled': 0.02}.get(kind, 1.0)
    name = f'target-{kind}' + (f'-{args.temperature:g}' if kind == 'distilled' and args.temperature != 20 else '')
    fit(args.data, name, net, loss_of, len(train), epochs=epochs, batch=s.batch // 2 if kind == 'adversarial' else s.batch, rate=rate, decay=5e-4, seed=args.seed, sgd=True,
        validate=lambda: {'accuracy': accuracy(net, validation), 'n': len(validation)}, settings={'kind': kind, 'widths': list(s.target_widths)})


if __name__ == '__main__':
    main()
