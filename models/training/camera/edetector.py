"""The e-detector a second time, from the papers alone, as an oracle for `src/core/evidence.ts`.

python -m camera.edetector --out ../../test/fixtures/e-detector.json       # 1 min; then tsx
    tools/decision/run-length.ts (at the top) for the table
Bet: integral over k in (0, 1) of k p^(k-1), by Gauss-Legendre quadrature (Vovk and Wang 2021, p-to-e calibrators),
capped; joined by shares (their mean); e-CUSUM C_t = e_t max(C_(t-1), 1), alarm at C >= A (Shin, Ramdas and Rinaldo
2022, "E-detectors", definition 2.4). Run length to a false alarm and delay of detection are not simulated here: they
solve (I - Q) m = 1 of the chain on ln C in 4,000 cells (Brook and Evans 1972). Nothing is shared with the TypeScript,
which has the bet in closed form and is simulated. The packages edetect and stcpR6 could not be had where this was
made: they are on CRAN alone.
"""
import argparse
import json
from pathlib import Path

import numpy as np

CAP = 1e3
NODES, WEIGHTS = np.polynomial.legendre.leggauss(96)
K, W = (NODES + 1) / 2, WEIGHTS / 2
CELLS = 4000
POINTS = 1 << 20


def bet(p: np.ndarray) -> np.ndarray:
    """p in (0, 1], any shape -> the mixture's e-value, not capped."""
    return np.exp((1 - K) * -np.log(np.asarray(p, float))[..., None]) @ (K * W)


# 20,001 values of ln p: between two of them ln e is all but linear in ln p
LN_P = np.linspace(np.log(1e-15), 0, 20001)
LN_BET = np.log(bet(np.exp(LN_P)))


def joined(p: np.ndarray, shares) -> np.ndarray:
    """p [n, signals] -> e-value [n]."""
    capped = np.minimum(CAP, np.exp(np.interp(np.log(p), LN_P, LN_BET)))
    return capped @ np.asarray(shares)


def pays_only(p: np.ndarray, below: float, otherwise: float) -> np.ndarray:
    """What is not rarer than `below` counts as `otherwise`, or as itself where that is more."""
    return np.where(p <= below, p, np.maximum(p, otherwise))


def points(signals: int, power: float, alike: bool) -> np.ndarray:
    """p-values [POINTS, signals] of density p^(1/power - 1) / power (1: clean), evenly spread: a lattice of Korobov's
    kind."""
    i = np.arange(POINTS) + 0.5
    generators = [1, 364981, 245389, 97823, 488439][:1 if alike else signals]
    u = np.stack([(i * g / POINTS + 0.37 * j) % 1 for j, g in enumerate(generators)], 1)
    return np.maximum(np.repeat(u, signals if alike else 1, 1) ** power, 1e-14)


def expected_length(ln_e: np.ndarray, bound: float) -> float:
    """Mean number of observations from C = 0 to C >= A = e^bound, when ln e is drawn from `ln_e` again and again."""
    width = bound / CELLS
    at = np.concatenate([[0.0], (np.arange(CELLS) + 0.5) * width])  # ln C held at 0, and the middle of each cell
    rising = np.sort(ln_e)
    edges = np.arange(CELLS + 1) * width
    below = np.searchsorted(rising, (edges[None] - at[:, None]).ravel()).reshape(CELLS + 1, CELLS + 1) / len(rising)
    # to 0: ln C + ln e <= 0; to cell j: between its edges
    transition = np.concatenate([below[:, :1], np.diff(below, axis=1)], 1)
    return float(np.linalg.solve(np.eye(CELLS + 1) - transition, np.ones(CELLS + 1))[0])


def stopping_time(p: np.ndarray, shares, bound: float) -> int | None:
    """First observation (from 1) at which the alarm is due, one after the other."""
    c = 0.0
    for t, e in enumerate(np.minimum(CAP, bet(p)) @ np.asarray(shares), 1):
        c = e * max(c, 1)
        if np.log(c) >= bound:
            return t
    return None


THREE = (0.5, 0.3, 0.2)
# of four shares of 1 the last, an engineer's threshold, is left out: it pays on no clean frame
SHIPPED = (0.5, 0.25, 0.15)
PAYING = {'below': 1e-3, 'otherwise': 0.3}
CASES = [
    {'name': 'one signal', 'shares': (1,), 'alike': True},
    {'name': 'three signals, independent', 'shares': THREE, 'alike': False},
    {'name': 'three signals, all the same', 'shares': THREE, 'alike': True},
    {'name': 'what ships, independent', 'shares': SHIPPED, 'alike': False, 'paying': PAYING},
    {'name': 'what ships, all the same', 'shares': SHIPPED, 'alike': True, 'paying': PAYING},
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--out', type=Path, required=True)
    args, rng = parser.parse_args(), np.random.default_rng(20261124)
    lengths = []
    for case in CASES:
        # clean at three bounds; attacked, p = u^power, at the bound that ships
        for power, a in [(1, 30), (1, 100), (1, 1000), (1, 4_320_000), (4, 4_320_000), (8, 4_320_000)]:
            p = points(len(case['shares']), power, case['alike'])
            if 'paying' in case:
                p = pays_only(p, **case['paying'])
            mean = expected_length(np.log(joined(p, case['shares'])), np.log(a))
            lengths.append(case | {'power': power, 'a': a, 'mean': mean})
            print(case['name'], f'p = u^{power}, A = {a}: {mean:.4g} observations')
    streams = []
    for power, signals in [(1, 1), (1, 3), (2, 3), (4, 3), (8, 1)]:
        p = np.round(np.maximum(rng.random((200, signals)) ** power, 1e-12), 13)
        shares = (1,) if signals == 1 else THREE
        streams.append({
            'shares': shares, 'p': p.tolist(),
            'stops': {str(a): stopping_time(p, shares, np.log(a))
                      for a in (10, 30, 100, 4_320_000)}})
    args.out.write_text(
        json.dumps({'command': 'python -m camera.edetector', 'lengths': lengths, 'streams': streams}) + '\n')


if __name__ == '__main__':
    main()
