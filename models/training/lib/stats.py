"""Intervals, paired tests and ranks for counts. numpy alone: cards and gates need no torch."""
from math import comb, sqrt
from typing import NamedTuple

import numpy as np


def wilson(k: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """95 % interval of k right of n, four digits (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    p, half = k / n, z * sqrt(k / n * (1 - k / n) / n + z * z / (4 * n * n))
    scale, centre = 1 + z * z / n, p + z * z / (2 * n)
    return max(0.0, round((centre - half) / scale, 4)), min(1.0, round((centre + half) / scale, 4))


def mcnemar(before: np.ndarray, after: np.ndarray) -> dict:
    """Two verdicts on the same pictures, bool [n]: how many only `before` and only `after` had right, and the exact
    two-sided p (McNemar 1947)."""
    lost, gained = int((before & ~after).sum()), int((~before & after).sum())
    n = lost + gained
    return {
        'lost': lost, 'gained': gained, 'p': min(1.0, 2 * sum(comb(n, i)
                                                              for i in range(min(lost, gained) + 1)) / 2 ** n)}


def auroc(negatives: np.ndarray, positives: np.ndarray) -> float:
    """Chance that a positive scores above a negative, ties half (Mann & Whitney 1947)."""
    _, place, counts = np.unique(np.concatenate([negatives, positives]), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    n, m = len(negatives), len(positives)
    return float((ranks[n:].sum() - m * (m + 1) / 2) / (n * m))


def tpr_at_fpr(negatives: np.ndarray, positives: np.ndarray, rate: float) -> float:
    """Share of positives above the score that no more than `rate` of the negatives exceed."""
    allowed = int(rate * len(negatives))
    return float((positives > np.sort(negatives)[::-1][allowed]).mean())


class Counted(NamedTuple):
    """How one defence did on one cell; a result file holds it as a list. `flagged` None: no detector; `clean`: right
    on the same pictures without the attack."""
    right: int
    n: int
    flagged: int | None = None
    clean: int | None = None

    @property
    def accuracy(self) -> float:
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.right, self.n)

    @property
    def leaks(self) -> bool:
        """More right under attack than without: the attack carries the answer."""
        return self.clean is not None and self.right > self.clean
