"""One run of the recipe with all that its way needs: settings, pictures, other runs' networks, and the loop."""
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor, nn

from lib.device import DEVICE, autocast
from lib.fit import Plan, Step, fit, half_rounded
from lib.run import Run, digest_of

from .data import Pictures, load
from .load import empty_net, load_net
from .perturbations import Perturbations
from .recipe import GRAPHS
from .settings import SETTINGS, Settings


@dataclass
class Job:
    run: Run
    data: str
    s: Settings
    size: str
    shared: Path

    @cached_property
    def train(self) -> Pictures:
        return load(self.data, 'train', self.s.side, self.shared, self.size)

    @cached_property
    def validation(self) -> Pictures:
        return load(self.data, 'validation', self.s.side, self.shared, self.size)

    def net(self, weights: str) -> nn.Module:
        return load_net(self.data, self.s, weights)

    def begun(self, weights: str, start: str | None) -> nn.Module:
        """A network that is to learn: `weights` anew, or those of `start` to go on from."""
        return self.net(start).requires_grad_(True) if start else empty_net(self.data, self.s, weights)

    @cached_property
    def target(self) -> nn.Module:
        return self.net(self.run.target)

    @cached_property
    def perturbed(self) -> Perturbations:
        return Perturbations(self.target, *(self.net(name) for name in self.run.others))

    def pictures(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Train pictures and labels on the device."""
        return self.train[rows].to(DEVICE), self.train.labels[rows].to(DEVICE)

    def fit(self, nets: dict[str, nn.Module], loss_of: Callable[[Tensor, torch.Generator], tuple[Tensor, dict]], *,
            batch: int, rate: float, decay: float = 1e-4, sgd: bool = False, beside: dict | None = None,
            validate: Callable[[], dict] = dict) -> None:
        """Trains `nets`, by the names of their weights, and leaves weights and run.json. `loss_of`: numbers of train
        pictures, chance -> loss, figures. What a bundle stores (bundle.store_halves) is what every table measures,
        hence the rounding."""
        batch, lasted = min(batch, len(self.train)), self.run.lasted(self.size)
        steps = lasted.get('steps') or max(1, round(len(self.train) // batch * lasted['epochs']))
        graph, net = GRAPHS[self.data], nn.ModuleDict(nets) if len(nets) > 1 else next(iter(nets.values()))

        def losses(step: Step):
            with autocast():
                found = loss_of(step.rows(len(self.train), batch), step.generator)
            yield found

        folder = graph.path(next(iter(nets))).parent
        plan = Plan(steps, rate, decay, sgd=sgd, every=max(1, len(self.train) // batch))
        how = fit(net, losses, plan, folder / 'checkpoint.pt', seed=self.run.seed, beside=beside)
        digests = {}
        for name, one in nets.items():
            half_rounded(one.eval())
            torch.save(one.state_dict(), graph.path(name))
            digests[name] = digest_of({key: v.cpu().numpy() for key, v in one.state_dict().items()})
        kept = graph.write(self.run, lasted, digests, how | {'batch': batch, 'validation': validate()})
        (folder / 'checkpoint.pt').unlink(missing_ok=True)
        print(f'{self.run.name}: {kept["seconds"]} s', kept['validation'], flush=True)


def of(run: Run, data: str, args) -> Job:
    return Job(run, data, SETTINGS[data, args.size], args.size, args.shared)
