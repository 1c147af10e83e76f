"""Every defence as one function of a batch, so that each table asks them alike."""
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Answer:
    """`logits` [B, classes] on what the target saw; `flagged` bool [B], None: no detector; `score` [B], higher means
    attacked."""
    logits: Tensor
    flagged: Tensor | None = None
    score: Tensor | None = None


# Pictures float [B, 3, S, S] in 0..1 on the grid of 1/255 -> Answer. No gradient is kept.
Defence = Callable[[Tensor], Answer]
