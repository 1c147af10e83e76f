"""The baselines' networks (baselines.py names their papers).

python -m stills.train_baselines --data cifar10 --method magnet       # then ddsa, hgd, celebanet
magnet     clean pictures + Gaussian noise of deviation 0.025 -> clean, squared error; it sees no attack, its thresholds come from clean validation
ddsa       squared error to the clean picture + BETA * sparsity of the code
hgd        |T(M(x')) - T(x)|, L1 on the target's logits (the source's LGD), and on clean pictures
celebanet  |M(x') - x| + GUIDE * KL(T(x) || T(M(x'))), against an adversary in the code
A quarter of each batch is clean but for magnet, the rest as in perturbations.py."""
import torch
import torch.nn.functional as F

from lib.device import DEVICE
from lib.fit import fit
from lib.nets.baselines import METHODS, magnet_marks, magnet_threshold, sparsity

from .baseline_defences import empty_baseline
from .data import load
from .perturbations import Perturbations
from .settings import DEFENDED, arguments, settings_of
from .train_target import load_target

MAGNET_NOISE = 0.025   # MagNet's for CIFAR-10; 0.1 is its demo's for MNIST
LONGER = {'ddsa': 2}    # times baseline_epochs: it has to learn to copy a picture through a sparse code first
BETA, GUIDE = 0.01, 0.1


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--method', choices=METHODS, required=True)
    parser.add_argument('--epochs', type=float, help='instead of the settings')
    args = parser.parse_args()
    s, method = settings_of(args), args.method
    train, validation = (load(args.data, split, s.side, args.shared) for split in ('train', 'validation'))
    target, net = load_target(args.data, s, DEFENDED), empty_baseline(s, method)
    perturbed = Perturbations(target, *(load_target(args.data, s, kind) for kind in ('clean', 'surrogate')))

    def reforming(rows, generator, _):
        x = train[rows].to(DEVICE)
        noisy = x + MAGNET_NOISE * torch.randn(x.shape, generator=generator).to(DEVICE)
        return F.mse_loss(net(noisy.clamp(0, 1)).float(), x), {}

    def repairing(rows, generator, _):
        x, y, quarter = train[rows].to(DEVICE), train.labels[rows].to(DEVICE), len(rows) // 4
        attacked, _ = perturbed(x[quarter:], y[quarter:], generator)
        seen = torch.cat([x[:quarter], attacked])
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

    @torch.no_grad()
    def validate() -> dict:
        """Accuracy on clean and on perturbed pictures; of magnet the thresholds of its detectors, too."""
        generator, right, marks = torch.Generator().manual_seed(99), {'clean': 0, 'attacked': 0}, []
        for rows in torch.arange(len(validation)).split(s.attack_batch):
            x, y = validation[rows].to(DEVICE), validation.labels[rows].to(DEVICE)
            with torch.enable_grad():
                attacked, _ = perturbed(x, y, generator)
            out = net(x)
            logits = target(out)
            right['clean'] += int((logits.argmax(1) == y).sum())
            right['attacked'] += int((target(net(attacked)).argmax(1) == y).sum())
            if method == 'magnet':
                marks.append(magnet_marks(x, out, target(x), logits))
        figures = {key: round(count / len(validation), 4) for key, count in right.items()} | {'n': len(validation)}
        return figures | ({'thresholds': {d: magnet_threshold(torch.cat([m[d] for m in marks])) for d in marks[0]}} if marks else {})

    magnet = method == 'magnet'
    epochs = args.epochs or s.baseline_epochs * LONGER.get(method, 1)
    fit(args.data, f'baseline-{method}', net, reforming if magnet else repairing, len(train), epochs=epochs,
        batch=min(s.batch, 64 if magnet else 128) if s.side < 100 else 16, rate=5e-3 if magnet else 2e-3, decay=0 if magnet else 1e-4, seed=args.seed,
        validate=validate, settings={'method': method, 'fold': net.fold})


if __name__ == '__main__':
    main()
