"""The model card's part about the benchmark bundles, and the times."""
import json

from lib.markdown import table
from lib.run import RESULTS, read_result

from . import adaptive_tables, goals, tables


def measured(data: str) -> list[tuple[str, dict]]:
    """Name and content of every result, then of every run."""
    found = [(path.stem, json.loads(path.read_text()))
             for path in sorted((RESULTS / data).glob('*.json'))
             if path.stem != 'runs']
    return found + list((read_result(data, 'runs') or {}).items())


def trained() -> str:
    """How long the networks were trained, on what."""
    parts = []
    for data, name in (('cifar10', 'CIFAR-10'), ('celeba', 'CelebA')):
        runs = list((read_result(data, 'runs') or {}).values())
        if runs:
            parts.append(
                f"{name}: {len(runs)} networks trained in {sum(r['seconds'] for r in runs) / 60:.0f} minutes on "
                f"{', '.join(sorted({r['hardware'] for r in runs}))}."
            )
    return ' '.join(parts) or 'Not trained yet.'


def headlines() -> str:
    """For the top of the card, a list item for each data set."""
    return '\n'.join(f'- {adaptive_tables.headline(data)}' for data in ('cifar10', 'celeba'))


def times() -> str:
    def seed_of(told: dict) -> int | str:
        return (told.get('recipe') or told.get('options') or told).get('seed', '-')

    rows = [[
        data, stem, f"`{told['command']}`".replace('|', '\\|'),
        f"{told['seconds'] / 60:.1f} min" if 'seconds' in told else '-',
        seed_of(told), told['hardware']] for data in ('cifar10', 'celeba') for stem, told in measured(data)]
    return table(['data', 'result', 'command', 'time', 'seed', 'hardware'], rows) if rows else 'No result yet.'


# {name} or {name:data} in the prose.
PARTS = {
    f.__name__: f
    for f in (adaptive_tables.adaptive, adaptive_tables.limited, adaptive_tables.headline, tables.clean_cost,
              tables.oblivious, tables.oblivious_short, tables.leaking, tables.paper_table_3, tables.paper_table_4,
              tables.baselines, tables.detection, tables.ablation, tables.rounds, tables.leak_probe, tables.gates,
              tables.parity, goals.goals, trained, headlines, times)}
