"""How the model card writes figures: tables, shares with their interval, levels, and what was not run."""
from .statistics import wilson


def table(head: list[str], rows: list[list]) -> str:
    return '\n'.join(f"| {' | '.join(map(str, row))} |" for row in [head, ['---'] * len(head), *rows])


def not_run(data: str, command: str) -> str:
    """`command`: script and options, without --data."""
    return f'not run: `python -m benchmark.{command} --data {data}`'


def share(k: int, n: int) -> str:
    """0.834 (0.818-0.849)"""
    low, high = wilson(k, n)
    return f'{k / n:.3f} ({low:.3f}-{high:.3f})'


def figure(found: dict | None) -> str:
    """One defence on one cell, as evaluate_oblivious counts it."""
    return '-' if not found else share(found['right'], found['n']) + (' leaks' if found.get('leaking') else '')


def level(epsilon: float | None) -> str:
    """8/255 or 0.3; - for attacks that no epsilon bounds."""
    if epsilon is None:
        return '-'
    return f'{round(epsilon * 255)}/255' if epsilon < 0.09 and abs(epsilon * 255 - round(epsilon * 255)) < 0.01 else f'{epsilon:g}'


def chance(p: float) -> str:
    return f'p = {p:.3f}' if p >= 0.001 else 'p < 0.001'


def find(rows: list[dict], attack: str, variant: str = '', epsilon: float | None = None) -> dict | None:
    """The row of one cell; `attack` by its beginning."""
    return next((r for r in rows if r['attack'].startswith(attack) and (not variant or r['variant'] == variant)
                 and (epsilon is None or (r['epsilon'] is not None and abs(r['epsilon'] - epsilon) < 1e-4))), None)
