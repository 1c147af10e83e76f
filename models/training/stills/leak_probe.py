"""How much of the label a gradient pattern tells: a small net that sees sign(x' - x) alone (notes on label leaking,
Kurakin 2017).

python -m stills.leak_probe --data cifar10           # a minute or two a pattern
Trained on one-step patterns of train pictures, asked about test pictures, for each label variant; controls: an
untrained net's gradient, random signs. A pattern that tells more than the untrained net's plus 0.05 is marked as
leaking: accuracy under such an attack says little about a defence."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from lib.attacks.labels import followed, uphill
from lib.device import DEVICE
from lib.nets.target import Target
from lib.run import write_result
from lib.stats import wilson

from .cells import VARIANTS, test_rows
from .data import Pictures, load
from .load import empty_net, load_net
from .recipe import DEFENDED
from .settings import Settings, arguments, settings_of

TRAINED_ON, ASKED, EPOCHS, MARGIN = 2000, 1000, 6, 0.05
SEEN_SIDE = 32  # patterns of larger pictures are averaged to this side


def patterns(pictures: Pictures, rows: Tensor, variant: str, target: nn.Module, surrogate: nn.Module, s: Settings,
             seed: int) -> Tensor:
    """float [n, 3, SEEN_SIDE, SEEN_SIDE]."""
    generator, parts = torch.Generator().manual_seed(seed), []
    for some in rows.split(s.attack_batch):
        x, labels = pictures[some].to(DEVICE), pictures.labels[some].to(DEVICE)
        if variant == 'random signs':
            pattern = torch.randint(0, 2, x.shape, generator=generator).float() * 2 - 1
        else:
            net = surrogate if variant.startswith('surrogate') else target
            wanted, sign = followed(net, x, labels, 'random' if variant == 'untrained net' else variant, generator)
            pattern = uphill(net, x, wanted, sign).sign().cpu()
        parts.append(F.avg_pool2d(pattern, s.side // SEEN_SIDE) if s.side > SEEN_SIDE else pattern)
    return torch.cat(parts)


def probe(train: Tensor, train_labels: Tensor, test: Tensor, test_labels: Tensor, classes: int, seed: int) -> int:
    """-> how many labels of `test` the probe tells."""
    torch.manual_seed(seed)
    net = Target(1, (32, 64, 64), classes).to(DEVICE)
    net.mean.zero_()
    net.deviation.fill_(1.0)
    steps = EPOCHS * (len(train) // 100)
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, steps)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(train)).split(100)[:len(train) // 100]:
            optimiser.zero_grad()
            F.cross_entropy(net(train[rows].to(DEVICE)), train_labels[rows].to(DEVICE)).backward()
            optimiser.step()
            schedule.step()
    net.eval()
    with torch.no_grad():
        return sum(
            int((net(test[rows].to(DEVICE)).argmax(1).cpu() == test_labels[rows]).sum())
            for rows in torch.arange(len(test)).split(500))


def main() -> None:
    args = arguments(__doc__).parse_args()
    s = settings_of(args)
    train, test = load(args.data, 'train', s.side, args.shared), load(args.data, 'test', s.side, args.shared)
    target, surrogate = load_net(args.data, s, f'target-{DEFENDED}'), load_net(args.data, s, 'target-surrogate')
    untrained = empty_net(args.data, s, 'target-clean').to(DEVICE).eval()
    untrained.whiten(train[torch.arange(200)].to(DEVICE))
    train_rows, asked, rows = torch.arange(min(TRAINED_ON, len(train))), test_rows(min(ASKED, len(test)), len(test)), []
    for variant in tqdm([*VARIANTS, 'untrained net', 'random signs'], desc='leak probe', disable=None):
        net = untrained if variant == 'untrained net' else target
        seen = [
            patterns(pictures, at, variant, net, surrogate, s, seed)
            for seed, (pictures, at) in enumerate(((train, train_rows), (test, asked)))]
        right = probe(seen[0], train.labels[train_rows], seen[1], test.labels[asked], s.classes, args.seed)
        rows.append({
            'pattern': variant, 'right': right, 'n': len(asked), 'accuracy': round(right / len(asked), 4),
            'interval': wilson(right, len(asked))})
        print(rows[-1], flush=True)
    floor = next(r['accuracy'] for r in rows if r['pattern'] == 'untrained net')
    for row in rows:
        row['leaks'] = row['accuracy'] > floor + MARGIN
    write_result(
        args.data, 'leak_probe', {
            'seed': args.seed,
            'split': f'patterns of {len(train_rows)} train pictures, asked about {len(asked)} of test',
            'chance': 1 / s.classes, 'margin': MARGIN, 'rows': rows})


if __name__ == '__main__':
    main()
