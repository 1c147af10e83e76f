"""The chain as a white-box attacker sees it: logits he can differentiate, on pictures of the 1/255 grid the same
answer as Chain's own.

Three gates: open (the target sees the picture itself), shut (always purified), soft (BPDA, Athalye 2018: Chain.gated's
hard choice forward, the sigmoid of the score backward). Rounding to the grid is passed straight through. The feedback
is unrolled, its passes are bounded."""
import torch
from torch import Tensor, nn

from lib.grid import on_grid

from .chain import Chain, feedback

GATES = ('open', 'shut', 'soft')


class OnGrid(torch.autograd.Function):
    """on_grid forward, the identity backward."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        return on_grid(x)

    @staticmethod
    def backward(ctx, slope: Tensor) -> Tensor:
        return slope


def purified(chain: Chain, first: Tensor, passes: int) -> Tensor:
    """The chain's feedback through every M. The classifier's verdicts on the way are choices, not part of the
    gradient. [B, 3, S, S] -> the same shape."""
    def look(now: Tensor) -> tuple[Tensor, Tensor]:
        repaired, _ = chain.mapping(now)
        with torch.no_grad():
            score, _ = chain.classifier(now, repaired)
        return OnGrid.apply(repaired), score
    return feedback(look, first, chain.flagged, passes)


class AttackableChain(nn.Module):
    """x float [B, 3, S, S] in 0..1, rounded inside -> logits [B, classes]. Its numbers are FP32, its weights take no
    gradient.

    `passes`: of M when purifying; default the chain's own, 1: a cheaper attack through M alone. A chain that always
    repairs has its gate shut."""

    def __init__(self, chain: Chain, gate: str, passes: int | None = None):
        super().__init__()
        if gate not in GATES:
            raise ValueError(f'gate {gate}: one of {GATES}')
        self.parts = nn.ModuleList([chain.mapping, chain.classifier, chain.target]).eval().requires_grad_(False)
        self.chain, self.gate, self.passes = chain, 'shut' if chain.always else gate, passes or chain.passes

    def forward(self, x: Tensor) -> Tensor:
        return self.both(x)[0]

    def score(self, x: Tensor) -> Tensor:
        """[B], log-odds: attacked; flagged from chain.flagged on."""
        x = OnGrid.apply(x)
        return self.chain.classifier(x, self.chain.mapping(x)[0])[0]

    def both(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """-> logits [B, classes], score [B]."""
        chain, x = self.chain, OnGrid.apply(x)
        repaired, _ = chain.mapping(x)
        score, _ = chain.classifier(x, repaired)
        if self.gate == 'open':
            return chain.target(x), score
        shut = chain.target(purified(chain, OnGrid.apply(repaired), self.passes))
        if self.gate == 'shut':
            return shut, score
        opened = chain.target(x)
        hard, soft = (score >= chain.flagged)[:, None], torch.sigmoid(score - chain.flagged)[:, None]
        # (1 - w) * opened + w * shut with w = hard forward, soft backward, written so that the forward answer is exact.
        return torch.where(hard, shut, opened) + (soft - soft.detach()) * (shut - opened).detach(), score


class AttackableTarget(nn.Module):
    """The bare target in the same form: logits and no score."""

    def __init__(self, target: nn.Module):
        super().__init__()
        self.target = target.eval().requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        return self.target(OnGrid.apply(x))

    def both(self, x: Tensor) -> tuple[Tensor, None]:
        return self(x), None
