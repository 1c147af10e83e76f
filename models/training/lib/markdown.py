"""How cards write figures: tables, shares with their interval, levels, and what was not run."""
from .stats import Counted, wilson


def table(head: list[str], rows: list[list]) -> str:
    return '\n'.join(f"| {' | '.join(map(str, row))} |" for row in [head, ['---'] * len(head), *rows])


def not_run(data: str, command: str) -> str:
    """`command`: script and options, without --data."""
    return f'not run: `python -m stills.{command} --data {data}`'


def share(k: int, n: int) -> str:
    """0.834 (0.818-0.849)"""
    low, high = wilson(k, n)
    return f'{k / n:.3f} ({low:.3f}-{high:.3f})' if n else '-'


def counted(k: int, n: int) -> str:
    """834 of 1000: 0.834 (0.810-0.856)"""
    return f'{k} of {n}: {share(k, n)}' if n else '-'


def percent(k: int, n: int) -> str:
    return f'{100 * k / n:.0f} %' if n else '-'


def figure(found: list | None) -> str:
    """One defence on one cell, as a result holds it."""
    return '-' if not found else share(*found[:2]) + (' leaks' if Counted(*found).leaks else '')


def level(epsilon: float | None) -> str:
    """8/255 or 0.3; - for attacks that no epsilon bounds."""
    if epsilon is None:
        return '-'
    whole = epsilon < 0.09 and abs(epsilon * 255 - round(epsilon * 255)) < 0.01
    return f'{round(epsilon * 255)}/255' if whole else f'{epsilon:g}'


def chance(p: float) -> str:
    return f'p = {p:.3f}' if p >= 0.001 else 'p < 0.001'


def find(rows: list[dict], attack: str, variant: str = '', epsilon: float | None = None) -> dict | None:
    """The row of one cell; `attack` by its beginning."""
    def fits(row: dict) -> bool:
        near = epsilon is None or (row['epsilon'] is not None and abs(row['epsilon'] - epsilon) < 1e-4)
        return row['attack'].startswith(attack) and variant in ('', row['variant']) and near
    return next((row for row in rows if fits(row)), None)
