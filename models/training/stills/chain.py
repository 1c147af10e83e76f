"""The chain on batches of pictures: mapping network, classifier, gate and bounded feedback, target.
src/inference/chain.ts is the same rule in the agent; test/inference/benchmark-bundles.test.ts holds the two to the
same answers."""
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lib.grid import on_grid

LEVELS = (0.0, 0.1, 0.2, 0.3, 0.4)  # what the level's classes stand for
SETTLED = 1 / 255                   # a smaller mean change: M has nothing more to take away
# at most: on 200 validation pictures a second pass lost 11 to 30 points under attacks of up to 16/255 and won 5 to 12
# at 0.2 and 0.3
PASSES = 1


@dataclass
class Chain:
    """`flagged`: the score from which a picture is called attacked. `always`: M repairs every picture, C only tells.
    All pictures float [B, 3, S, S] in 0..1 on the grid of 1/255."""
    mapping: nn.Module
    classifier: nn.Module
    target: nn.Module
    flagged: float
    passes: int = PASSES
    always: bool = False

    def look(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """-> M(x) on the grid, score [B], level [B] (the mean of LEVELS under the classifier)."""
        repaired, _ = self.mapping(x)
        score, levels = self.classifier(x, repaired)
        return on_grid(repaired), score, F.softmax(levels, 1) @ x.new_tensor(LEVELS)

    @torch.no_grad()
    def gated(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """-> what the target sees, which were flagged [B], scores [B]. Pictures that are not flagged come back bit by
        bit, unless `always`."""
        first, score, _ = self.look(x)
        if self.always:
            return first, score >= self.flagged, score
        return *self.behind_gate(x, first, score, self.passes), score

    @torch.no_grad()
    def behind_gate(self, x: Tensor, first: Tensor, score: Tensor, passes: int) -> tuple[Tensor, Tensor]:
        """`first` = M(x) and its score -> what the target sees with at most `passes` passes, and which were flagged."""
        flagged, out = score >= self.flagged, x.clone()
        if flagged.any():
            out[flagged] = feedback(lambda now: self.look(now)[:2], first[flagged], self.flagged, passes)
        return out, flagged


def feedback(look: Callable[[Tensor], tuple[Tensor, Tensor]], first: Tensor, flagged: float, passes: int) -> Tensor:
    """x_(k+1) = M(x_k) from `first` = M(x), while C calls x_k attacked, its score falls, M still changes it and k <
    passes; the x_k of the lowest score.

    `look`: pictures -> M of them on the grid, scores. A gradient passes through every M that was applied."""
    out, now, before = first, first, first
    rows, lowest = torch.arange(len(first), device=first.device), torch.full((len(first),), torch.inf,
                                                                             device=first.device)
    for _ in range(1, passes):
        then, score = look(now)
        with torch.no_grad():
            worse = score >= lowest
            done = worse | (score < flagged) | ((then - now).abs().mean((1, 2, 3)) < SETTLED)
        out = out.index_copy(0, rows[done], torch.where(worse[:, None, None, None], before, now)[done])
        going = ~done
        rows, lowest, before, now = rows[going], score[going], now[going], then[going]
        if len(rows) == 0:
            return out
    return out.index_copy(0, rows, now)
