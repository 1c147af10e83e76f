"""Tiers T4 and T5: AutoAttack and Square of pyautoattack (https://github.com/fra31/auto-attack) on the gated chain;
success is judged by the hard chain.

What was run is told in the result, as `attacks`: AutoAttack's standard version with `size` gpu, a smaller budget of
its parts on a CPU."""
import time
from statistics import median

import torch
from pyautoattack import AutoAttack
from pyautoattack.square import SquareAttack
from torch import Tensor, nn
from tqdm import tqdm

from lib.device import DEVICE
from lib.grid import on_grid

from .chain import Chain
from .margin_attack import Judge, State, batches, margin

# Steps, target classes and queries; standard is AutoAttack's own (Croce & Hein 2020).
BUDGETS = {
    'gpu': {
        'apgd-ce': {'n_iter': 100}, 'apgd-t': {'n_iter': 100, 'n_target_classes': 9},
        'fab-t': {'n_iter': 100, 'n_target_classes': 9}, 'square': {'n_queries': 5000}},
    'cpu': {'apgd-ce': {'n_iter': 100}, 'apgd-t': {'n_iter': 50, 'n_target_classes': 3}, 'square': {'n_queries': 500}}}
PARTS = {'apgd-ce': 'apgd', 'apgd-t': 'apgd_targeted', 'fab-t': 'fab', 'square': 'square'}
SQUARE_QUERIES = {'gpu': 5000, 'cpu': 5000}


def budget(size: str, classes: int) -> dict[str, dict]:
    """AutoAttack's parts and their settings. Below four classes the targeted DLR loss is undefined: apgd-t falls away,
    FAB keeps the classes there are."""
    parts = {name: dict(settings) for name, settings in BUDGETS[size].items() if name != 'apgd-t' or classes >= 4}
    for settings in parts.values():
        if 'n_target_classes' in settings:
            settings['n_target_classes'] = min(settings['n_target_classes'], classes - 1)
    return parts


def autoattack(net: nn.Module, mode: str, parts: dict[str, dict], pictures: Tensor, labels: Tensor, judge: Judge,
               state: State, *, epsilon: float, seed: int, until: float) -> dict[str, dict]:
    """Each part in turn on what stands in `mode`; -> part: {tried, right}. Stops after the batch in which `until`
    passes; a part cut short says so."""
    done = {}
    for name, settings in parts.items():
        standing, tried = (~state.broken[mode]).nonzero()[:, 0], 0
        if time.time() > until:
            break
        attack = AutoAttack(net, attacks=[name], eps=epsilon, version='custom', seed=seed, device=DEVICE)
        for key, value in ({'n_restarts': 1} | settings).items():
            setattr(getattr(attack, PARTS[name]), key, value)
        for rows in tqdm(batches(standing, pictures), desc=f'{mode} {name}', disable=None):
            if time.time() > until:
                break
            found, _ = attack.run_standard_evaluation(pictures[rows].to(DEVICE), labels[rows].to(DEVICE),
                                                      batch_size=len(rows))
            state.note(rows, judge(rows, on_grid(found)))
            tried += len(rows)
        spent = ', '.join(f'{key} {value}' for key, value in settings.items())
        done[name] = settings | {
            'what': f'{mode}: {name} ({spent})', 'standing': len(standing), 'tried': tried,
            'right': state.standing(mode)}
        print(f'autoattack on {mode}: {name}', done[name], flush=True)
    return done


class SquareOnChain(SquareAttack):
    """Square with the hard chain's own answers: its final logits (purify), or the target's logits and the score
    (alarm), of which both must be won."""

    def __init__(self, chain: Chain, mode: str, **settings):
        super().__init__(None, norm='Linf', resc_schedule=False, **settings)
        self.chain, self.mode = chain, mode

    @torch.no_grad()
    def margin_and_loss(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        x = on_grid(x)
        if self.mode == 'purify':
            left = margin(self.chain.target(self.chain.gated(x)[0]), y)
            return left, left.clone()
        seen, above = self.chain.gated(x)[0] if self.chain.always else x, self.chain.look(x)[1] - self.chain.flagged
        left = margin(self.chain.target(seen), y)
        return torch.maximum(left, above), left.clamp(min=0) + above.clamp(min=0)


def square(chain: Chain, mode: str, pictures: Tensor, labels: Tensor, judge: Judge, state: State, *, epsilon: float,
           queries: int, seed: int, until: float) -> dict:
    """Square on what stands in `mode`. -> tried, broken, median queries of those it broke. The attacker sees logits
    and score."""
    standing, spent, tried = (~state.broken[mode]).nonzero()[:, 0], [], 0
    for rows in tqdm(batches(standing, pictures), desc=f'square on {mode}', disable=None):
        if time.time() > until:
            break
        attack = SquareOnChain(chain, mode, n_queries=queries, eps=epsilon, seed=seed, device=DEVICE)
        x, y = pictures[rows].to(DEVICE), labels[rows].to(DEVICE)
        attack.init_hyperparam(x)
        torch.manual_seed(seed)
        asked, found = attack.attack_single_run(x, y)
        verdicts = judge(rows, on_grid(found))
        state.note(rows, verdicts)
        spent += asked[verdicts[mode].to(asked.device)].tolist()
        tried += len(rows)
    done = {
        'what': f'{mode}: Square, {queries} queries', 'queries': queries, 'standing': len(standing), 'tried': tried,
        'broken': len(spent), 'median_queries': median(spent) if spent else None, 'right': state.standing(mode)}
    print(f'square on {mode}', done, flush=True)
    return done
