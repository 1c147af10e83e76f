"""The one training loop. Each step draws its chance from the seed and its number, so a run that was stopped goes on as
it would have."""
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from .device import BF16, DEVICE


@dataclass(frozen=True)
class Plan:
    """`rise`: share of the steps in which the rate grows from a twentieth; then it falls to a thousandth, along a line
    or a cosine. `mean`: most of the running mean of the weights, which is then what comes out. `every`: steps between
    checkpoints."""
    steps: int
    rate: float
    decay: float = 1e-4
    rise: float = 0.2
    cosine: bool = False
    clip: float = 5.0
    sgd: bool = False
    mean: float | None = None
    every: int = 200
    show: int = 50

    def factor(self, step: int) -> float:
        """Of the rate, at a step."""
        share = step / self.steps
        if share < self.rise:
            return 0.05 + 0.95 * share / self.rise
        left = (1 - share) / (1 - self.rise)
        return 0.001 + 0.999 * ((1 - math.cos(math.pi * left)) / 2 if self.cosine else left)


@dataclass(frozen=True)
class Step:
    """`share` of the training done, in 0..1."""
    number: int
    share: float
    seed: int

    @cached_property
    def rng(self) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.number])

    @cached_property
    def generator(self) -> torch.Generator:
        return torch.Generator().manual_seed(self.seed * 1_000_003 + self.number)

    def rows(self, count: int, batch: int) -> Tensor:
        """Numbers [batch] of `count` pictures, each once in a pass."""
        a_pass = max(1, count // batch)
        return _shuffled(count, self.seed, self.number // a_pass)[self.number % a_pass * batch:][:batch]


@lru_cache(2)
def _shuffled(count: int, seed: int, number: int) -> Tensor:
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed * 1009 + number))


class RunningMean:
    """The mean of a net's weights over the last steps."""

    def __init__(self, net: nn.Module, most: float):
        self.state, self.most, self.steps = {k: v.clone() for k, v in net.state_dict().items()}, most, 0

    @torch.no_grad()
    def take(self, net: nn.Module) -> None:
        self.steps += 1
        factor = min(self.most, (1 + self.steps) / (10 + self.steps))
        for k, v in net.state_dict().items():
            self.state[k].lerp_(v, 1 - factor) if v.is_floating_point() else self.state[k].copy_(v)

    def state_dict(self) -> dict:
        return {'state': self.state, 'steps': self.steps}

    def load_state_dict(self, kept: dict) -> None:
        self.state, self.steps = kept['state'], kept['steps']


def optimiser_of(net: nn.Module, plan: Plan, slow: Iterable[Tensor] = ()) -> torch.optim.Optimizer:
    """Weight decay on what has two dimensions or more; `slow` parameters at a tenth of the rate. Each group keeps its
    `most`."""
    groups, slow = {}, {id(p) for p in slow}
    for p in net.parameters():
        if p.requires_grad:
            most, decay = plan.rate * (0.1 if id(p) in slow else 1), plan.decay if p.dim() > 1 else 0.0
            groups.setdefault((most, decay),
                              {'params': [], 'lr': most, 'most': most, 'weight_decay': decay})['params'].append(p)
    return torch.optim.SGD(groups.values(), plan.rate, 0.9, nesterov=True) if plan.sgd else torch.optim.AdamW(
        groups.values(), plan.rate)


def fit(net: nn.Module, losses: Callable[[Step], Iterable[tuple[Tensor, dict]]], plan: Plan, checkpoint: Path, *,
        seed: int, beside: dict | None = None, slow: Iterable[Tensor] = ()) -> dict:
    """Trains `net` in place; -> {steps, seconds, weights, bf16, last: {figure: mean of the last 100 losses}}.

    `losses(step)` yields (loss, {figure: number}), one or several a step: their gradients are averaged. `beside`: what
    else a checkpoint must hold (a discriminator, its optimiser). A stopped run goes on from `checkpoint`, which is
    gone at the end."""
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    net.to(DEVICE, memory_format=torch.channels_last).train()
    optimiser = optimiser_of(net, plan, slow)
    kept = {'net': net, 'optimiser': optimiser} | (beside
                                                   or {}) | ({'mean': RunningMean(net, plan.mean)} if plan.mean else {})
    first, spent, seen = 0, 0.0, []
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=DEVICE, weights_only=False)
        for key, one in kept.items():
            one.load_state_dict(state[key])
        first, spent, seen = state['step'], state['seconds'], state['seen']
    began = time.time() - spent
    with tqdm(total=plan.steps, initial=first, desc=checkpoint.parent.name, disable=None) as bar:
        for number in range(first, plan.steps):
            for group in optimiser.param_groups:
                group['lr'] = group['most'] * plan.factor(number)
            optimiser.zero_grad(set_to_none=True)
            found = backward(losses(Step(number, number / plan.steps, seed)), checkpoint.parent.name)
            for p in net.parameters() if len(found) > 1 else ():
                if p.grad is not None:
                    p.grad /= len(found)
            nn.utils.clip_grad_norm_(net.parameters(), plan.clip)
            optimiser.step()
            if plan.mean:
                kept['mean'].take(net)
            seen = [*seen, *found][-400:]
            bar.update()
            if bar.disable and number % plan.show == plan.show - 1:
                print(f'{checkpoint.parent.name} {number + 1}/{plan.steps} {time.time() - began:.0f}s',
                      averages(seen[-100:]), flush=True)
            if number % plan.every == plan.every - 1:
                about = {'step': number + 1, 'seconds': time.time() - began, 'seen': seen}
                torch.save({key: one.state_dict() for key, one in kept.items()} | about, checkpoint)
    if plan.mean:
        net.load_state_dict(kept['mean'].state)
    net.eval()
    return {
        'steps': plan.steps, 'seconds': round(time.time() - began), 'weights': sum(p.numel() for p in net.parameters()),
        'bf16': BF16, 'last': averages(seen[-100:])}


def backward(found: Iterable[tuple[Tensor, dict]], name: str) -> list[dict]:
    """Adds the gradients of some losses, one graph at a time -> their figures."""
    seen = []
    for loss, figures in found:
        loss.backward()
        seen.append({'loss': float(loss.detach())} | figures)
        if math.isnan(seen[-1]['loss']):
            raise SystemExit(f'{name}: loss is not a number')
    return seen


def averages(rows: list[dict]) -> dict:
    """The mean of each figure over the rows that have it."""
    keys = dict.fromkeys(key for row in rows for key in row)
    return {
        key: round(sum(found) / len(found), 4)
        for key in keys
        if (found := [row[key] for row in rows if key in row])}


def frozen(net: nn.Module, path: Path) -> nn.Module:
    """`net` with the weights of `path`, ready to be asked."""
    net.load_state_dict(torch.load(path, map_location=DEVICE))
    return net.to(DEVICE, memory_format=torch.channels_last).eval().requires_grad_(False)


@torch.no_grad()
def half_rounded(net: nn.Module) -> nn.Module:
    """`net` itself, every parameter of two or more dimensions rounded to FP16 and back. Biases, norms and buffers (DCT
    kernels) stay FP32."""
    for weight in net.parameters():
        if weight.dim() > 1:
            weight.copy_(weight.half().float())
    return net
