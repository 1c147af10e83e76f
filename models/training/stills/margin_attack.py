"""The adaptive attack of tiers T2 and T3: PGD on the logit margin and the classifier's score, made for our chain.

A picture is won when its margin is <= 0 and, where the form wants it, its score on the right side of the threshold.
Forms:
sum    margin + w * score, w found per picture by bisection of log10 w in -3..2, one step per restart (Carlini & Wagner
       2017)
turns  the one that is not won yet (selective); in odd restarts only its part orthogonal to the other's gradient
       (Bryniarski 2021)
Success is never judged here but by `judge`, the hard chain on pictures rounded to the 1/255 grid; a broken picture
leaves its mode at once."""
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from lib.device import DEVICE
from lib.grid import on_grid

LOG10_W = (-3.0, 2.0)
BATCH, LARGE_BATCH = 100, 20  # the second from 100 pixels on
# Numbers of pictures [k] and the pictures on the grid [k, 3, S, S] -> bool [k] per mode: broken?
Judge = Callable[[Tensor, Tensor], dict[str, Tensor]]


def margin(logits: Tensor, labels: Tensor) -> Tensor:
    """[B]: the label's logit less the largest other; <= 0: wrong."""
    other = logits.scatter(1, labels[:, None], -torch.inf).amax(1)
    return logits.gather(1, labels[:, None])[:, 0] - other


def objective(kind: str, logits: Tensor, labels: Tensor, towards: Tensor) -> Tensor:
    """What a run descends, [B]: margin (C&W), dlr (Croce 2020), ce (minus cross-entropy), targeted (margin to the
    class `towards`)."""
    if kind == 'dlr' and logits.shape[1] > 2:
        top = logits.topk(3, 1).values
        return margin(logits, labels) / (top[:, 0] - top[:, 2] + 1e-12)
    if kind == 'ce':
        return -F.cross_entropy(logits, labels, reduction='none')
    if kind == 'targeted':
        return (logits.gather(1, labels[:, None]) - logits.gather(1, towards[:, None]))[:, 0]
    return margin(logits, labels)


@dataclass(frozen=True)
class Form:
    """`net.both(x)` -> logits, score; `odd`: asked in odd restarts instead. `wants` 1: the score below `flagged`, -1:
    not below, 0: no matter. `mode`: what it tries to break."""
    name: str
    mode: str
    net: nn.Module
    kind: str = 'margin'
    wants: int = 0
    turns: bool = False
    flagged: float = 0.0
    odd: nn.Module | None = None


@dataclass
class State:
    """Per picture of the sample, on the CPU: broken by mode, the bracket [2, N] of log10 w by form; and how it went.
    `json` is what a stopped run goes on from."""
    broken: dict[str, Tensor]
    brackets: dict[str, Tensor] = field(default_factory=dict)
    restarts: int = 0
    by_restart: dict[str, list[float]] = field(default_factory=dict)
    zero_gradient: dict[str, float] = field(default_factory=dict)

    @classmethod
    def fresh(cls, broken: dict[str, Tensor]) -> 'State':
        return cls({mode: b.clone() for mode, b in broken.items()})

    def bracket(self, form: str, count: int) -> Tensor:
        return self.brackets.setdefault(form, torch.tensor(LOG10_W)[:, None].repeat(1, count))

    def note(self, rows: Tensor, verdicts: dict[str, Tensor]) -> None:
        for mode, broken in verdicts.items():
            self.broken[mode][rows] |= broken.cpu()

    def standing(self, mode: str) -> float:
        """Share of all pictures that no attack so far broke."""
        return int((~self.broken[mode]).sum()) / len(self.broken[mode])

    def json(self) -> dict:
        return {
            'right': {mode: (~b).tolist()
                      for mode, b in self.broken.items()}, 'restarts_run': self.restarts, 'by_restart': self.by_restart,
            'zero_gradient': self.zero_gradient, 'log10_w': {form: b.tolist()
                                                             for form, b in self.brackets.items()}}

    @classmethod
    def of_json(cls, kept: dict) -> 'State':
        return cls({mode: ~torch.tensor(right)
                    for mode, right in kept['right'].items()},
                   {form: torch.tensor(b)
                    for form, b in kept['log10_w'].items()}, kept['restarts_run'], kept['by_restart'],
                   kept['zero_gradient'])


def batches(rows: Tensor, pictures: Tensor) -> tuple[Tensor, ...]:
    """`rows` of `pictures` [N, 3, S, S] in batches that fit memory; none of no rows."""
    return rows.split(BATCH if pictures.shape[-1] < 100 else LARGE_BATCH) if len(rows) else ()


def slope(form: Form, now: Tensor, labels: Tensor, towards: Tensor, logits: Tensor, score: Tensor | None, w: Tensor,
          orthogonal: bool) -> Tensor:
    """The gradient that a step follows downhill, [B, 3, S, S]."""
    wrongness = objective(form.kind, logits, labels, towards)
    if form.wants == 0 or score is None:
        return torch.autograd.grad(wrongness.sum(), now)[0]
    pull = form.wants * score
    if not form.turns:
        return torch.autograd.grad((wrongness + w * pull).sum(), now)[0]
    # the margin's turn: it is not won, or both are
    first = (margin(logits, labels) > 0) | (pull < form.wants * form.flagged)
    if not orthogonal:
        return torch.autograd.grad(torch.where(first, wrongness, pull).sum(), now)[0]
    a, = torch.autograd.grad(wrongness.sum(), now, retain_graph=True)
    b, = torch.autograd.grad(pull.sum(), now)
    pick = first[:, None, None, None]
    own, other = torch.where(pick, a, b), torch.where(pick, b, a)
    along = (own * other).sum((1, 2, 3), keepdim=True) / (other.square().sum((1, 2, 3), keepdim=True) + 1e-20)
    return own - along * other


def descend(form: Form, x: Tensor, labels: Tensor, w: Tensor, judge: Callable[[Tensor, Tensor], Tensor], *,
            epsilon: float, steps: int, number: int, generator: torch.Generator, every: int = 1) -> tuple[Tensor, int]:
    """One run on a batch -> was the margin won at the end [B], how many pictures had no gradient at the start.

    Restart `number` 0 begins at x, others at random. `judge(places, pictures)` -> broken; `every` 1: asked whenever
    the forward pass says won (white-box), else every so many steps about all (a substitute's gradients: its own
    verdict says little)."""
    net, size = form.odd if form.odd and number % 2 else form.net, 2.5 * epsilon / steps
    delta = torch.zeros_like(x) if number == 0 else ((torch.rand(x.shape, generator=generator) * 2 - 1) *
                                                     epsilon).to(x.device)
    rows, won, zero, towards = torch.arange(len(x), device=x.device), torch.zeros(len(x), dtype=torch.bool,
                                                                                  device=x.device), 0, None
    for step in range(steps + 1):
        now = (x[rows] + delta[rows]).clamp(0, 1).requires_grad_(True)
        logits, score = net.both(now)
        if towards is None:  # the number-th most likely other class
            order = logits.detach().scatter(1, labels[:, None], -torch.inf).argsort(1, descending=True)
            towards = order[:, number % (order.shape[1] - 1)]
        wrong = margin(logits.detach(), labels[rows]) <= 0
        won[rows] = wrong
        placed = torch.ones_like(wrong) if form.wants == 0 else (score < form.flagged) == (form.wants > 0)
        ask = wrong & placed if every == 1 else torch.full_like(wrong, step == steps or
                                                                (step > 0 and step % every == 0))
        going = torch.ones_like(wrong)
        if ask.any():
            going[ask] = ~judge(rows[ask], on_grid(now.detach()[ask])).to(x.device)
        if step == steps or not going.any():
            break
        g = slope(form, now, labels[rows], towards[rows], logits, score, w[rows], form.turns and number % 2 == 1)
        if step == 0:
            zero = int((g == 0).flatten(1).all(1).sum())
        moved = (now.detach() - size * g.sign() - x[rows]).clamp(-epsilon, epsilon)
        delta[rows] = moved
        rows = rows[going]
    return won, zero


def campaign(forms: list[Form], pictures: Tensor, labels: Tensor, judge: Judge, state: State, *, epsilon: float,
             steps: int, restarts: int, seed: int, until: float = torch.inf, every: int = 1,
             after_restart: Callable[[], None] = lambda: None, name: str = 'attack') -> None:
    """All forms, restart after restart, each on the pictures that still stand in its mode; `state` takes what is
    found. Stops after the restart in which `until` (time.time()) passes; `state.restarts` says how many were run.
    pictures [N, 3, S, S] and labels [N] on the CPU."""
    for number in range(state.restarts, restarts):
        for place, form in enumerate(forms):
            generator = torch.Generator().manual_seed(seed * 1000 + number * 50 + place)
            standing = (~state.broken[form.mode]).nonzero()[:, 0]
            zero = 0
            for rows in tqdm(batches(standing, pictures), desc=f'{name} {form.name} {number + 1}/{restarts}',
                             disable=None):
                def found(places: Tensor, at: Tensor, rows=rows) -> Tensor:
                    numbers = rows[places.cpu()]
                    verdicts = judge(numbers, at)
                    state.note(numbers, verdicts)
                    return verdicts[form.mode]

                searched = form.wants != 0 and not form.turns
                lower, upper = state.bracket(form.name, len(labels))[:, rows] if searched else torch.zeros(2, len(rows))
                middle = (lower + upper) / 2
                won, none = descend(form, pictures[rows].to(DEVICE, memory_format=torch.channels_last),
                                    labels[rows].to(DEVICE), (10 ** middle).to(DEVICE), found, epsilon=epsilon,
                                    steps=steps, number=number, generator=generator, every=every)
                zero += none
                if searched:
                    # Wrong but on the wrong side of the threshold: the score needs more weight; still right: less.
                    won = won.cpu()
                    state.brackets[form.name][:, rows] = torch.stack([
                        torch.where(won, middle, lower),
                        torch.where(won, upper, middle)])
            if number == 0 and len(standing):
                state.zero_gradient[form.name] = round(zero / len(standing), 4)
            print(f'{name} restart {number + 1}/{restarts} {form.name}: {len(standing)} tried,',
                  {mode: round(state.standing(mode), 4) for mode in state.broken}, flush=True)
        state.restarts = number + 1
        for mode in state.broken:
            state.by_restart.setdefault(mode, []).append(state.standing(mode))
        after_restart()
        if time.time() > until:
            return
