"""A run of training is data: what it begins from, what it sees, for how long. And where things lie and what is written
down of them.

Needs neither torch nor numpy: `train.py --dry-run` says what is stale on any machine."""
import argparse
import hashlib
import json
import os
import platform
import sys
import time
from dataclasses import dataclass, field, fields
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
SHARED, RESULTS, MODELS = HERE / '../../../shared/data', HERE / 'results', HERE.parent
CACHE = Path(os.environ.get('TRAINING_CACHE', HERE / 'cache'))
STARTED = time.time()
ROLES = ('start', 'target', 'mapping', 'others')


@dataclass(frozen=True)
class Run:
    """`way`: the module of <room>/ways that trains it. Roles name weights of other runs: `start` it goes on from,
    `target` and `mapping` stand beside it, gradients of `others` are borrowed. `gives`: the weights that it leaves,
    its own name if nothing is said. `epochs` (passes over the train split) on a CPU, `gpu` on a GPU; or `steps`.
    `options` are the way's own."""
    name: str
    way: str
    start: str | None = None
    target: str | None = None
    mapping: str | None = None
    others: tuple[str, ...] = ()
    epochs: float = 0
    gpu: float = 0
    steps: int = 0
    seed: int = 1
    gives: tuple[str, ...] = ()
    ships: bool = False
    options: dict = field(default_factory=dict)

    @property
    def weights(self) -> tuple[str, ...]:
        return self.gives or (self.name,)

    @property
    def parents(self) -> list[str]:
        """Names of weights."""
        return [name for name in (self.start, self.target, self.mapping, *self.others) if name]

    def lasted(self, size: str) -> dict:
        """How long it is on a machine: `cpu`, `gpu`, or `tiny` for a test."""
        return {'steps': 2} if size == 'tiny' else {'steps': self.steps} if self.steps else {
            'epochs': self.gpu if size == 'gpu' else self.epochs}

    def recipe(self) -> dict:
        """What decides what comes out, but for the parents' weights and the length, which depends on the machine."""
        left_out = ('name', 'gives', 'ships', 'epochs', 'gpu', 'steps')
        said = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in left_out}
        return {key: list(v) if isinstance(v, tuple) else v for key, v in said.items() if v not in (None, (), {})}


class Graph:
    """Runs in an order in which each finds its parents. `folder`: of results/ and of the cache, such as cifar10.
    `shipped`: weights that the bundle's graphs hold as they are, with file and prefix."""

    def __init__(self, folder: str, *runs: Run, shipped: dict[str, tuple[str, str]] | None = None):
        self.folder, self.runs, self.shipped = folder, {run.name: run for run in runs}, shipped or {}
        self.giver: dict[str, Run] = {}
        for run in runs:
            if missing := [name for name in run.parents if name not in self.giver]:
                raise ValueError(f'{folder}: run {run.name} wants {missing[0]}, which no run before it gives')
            self.giver |= {name: run for name in run.weights}

    def path(self, weights: str) -> Path:
        return CACHE / self.folder / self.giver[weights].name / f'{weights}.pt'

    def exists(self, weights: str) -> bool:
        return weights in self.giver and self.path(weights).exists()

    def kept(self, run: Run) -> dict | None:
        """The run.json beside the weights; None: not trained here."""
        path = CACHE / self.folder / run.name / 'run.json'
        return json.loads(path.read_text()) if path.exists() else None

    def told(self, weights: str) -> dict:
        """The run.json of the run that gave these weights."""
        kept = self.kept(self.giver[weights])
        if kept is None:
            raise SystemExit(
                f'{self.path(weights)}: not trained here; python train.py {self.folder} {self.giver[weights].name}')
        return kept

    def digest(self, weights: str) -> str:
        return self.told(weights)['gives'][weights]

    def write(self, run: Run, lasted: dict, digests: dict[str, str], how: dict) -> dict:
        """Puts run.json beside the weights. `lasted`: epochs or steps of this machine; `how` it went."""
        parents = {name: self.digest(name) for name in run.parents}
        kept = about() | {'recipe': run.recipe() | lasted, 'parents': parents, 'gives': digests} | how
        write_json(CACHE / self.folder / run.name / 'run.json', kept)
        return kept

    def stale(self, run: Run, lasted: dict, before: dict[str, str]) -> str | None:
        """Why this run has to be made (again); None: it stands. `before`: runs that are stale themselves."""
        kept = self.kept(run)
        if kept is None or any(not self.path(name).exists() for name in run.weights):
            return 'not trained here'
        if (differs := differences(kept['recipe'], run.recipe() | lasted)):
            return f'recipe: {differs}'
        for name in run.parents:
            if self.giver[name].name in before:
                return f'{name} is stale'
            if kept['parents'].get(name) != self.digest(name):
                return f"{name} is another: {kept['parents'].get(name)} then, {self.digest(name)} now"
        return None

    def record(self) -> None:
        """results/<folder>/runs.json: every run.json that is there, over what was recorded before. What git knows of
        the weights."""
        found = {run.name: kept for run in self.runs.values() if (kept := self.kept(run))}
        write_json(RESULTS / self.folder / 'runs.json', (read_result(self.folder, 'runs') or {}) | found)


def differences(then: dict, now: dict) -> str:
    """`epochs 5 -> 6, target target-first -> target-clean`: keys that differ, of those that `then` knows and of those
    that are new."""
    return ', '.join(f'{key} {then.get(key)} -> {now.get(key)}' for key in {**then, **now}
                     if then.get(key) != now.get(key))


def digest_of(state: dict) -> str:
    """Names weights, wherever they are stored: over name, shape and FP32 bytes of each array, twelve hexadecimal
    digits. Counters are left out."""
    found = hashlib.sha256()
    for name in sorted(state):
        if not name.endswith('num_batches_tracked'):
            array = state[name].astype('<f4')
            found.update(f'{name}{list(array.shape)}'.encode() + array.tobytes())
    return found.hexdigest()[:12]


def arguments(about: str, threads: int = 1) -> argparse.ArgumentParser:
    """The options that every camera script takes."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=Path, default=SHARED, help='folder with video/, stills/ and detectors/')
    parser.add_argument('--cache', type=Path, default=CACHE)
    parser.add_argument('--threads', type=int, default=threads)
    return parser


def about() -> dict:
    """Command, versions, hardware and seconds of this process."""
    module = getattr(sys.modules['__main__'], '__spec__', None)
    torch = sys.modules.get('torch')
    cuda = torch is not None and torch.cuda.is_available()
    threads = torch.get_num_threads() if torch else 1
    machine = torch.cuda.get_device_name() if cuda else f'{platform.machine()}, {threads} threads, CPU'
    versions = {name: sys.modules[name].__version__ for name in ('torch', 'onnxruntime') if name in sys.modules}
    command = ' '.join(['python', *(['-m', module.name] if module else [Path(sys.argv[0]).name]), *sys.argv[1:]])
    return {'command': command} | versions | {'seconds': round(time.time() - STARTED), 'hardware': machine}


def write_json(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumped(content) + '\n')


def dumped(content: dict) -> str:
    """JSON with a line for each key, and for each row of a table: small files, readable differences."""
    def lines(value) -> str:
        if isinstance(value, list) and value and isinstance(value[0], (dict, list)):
            return '[\n  ' + ',\n  '.join(map(json.dumps, value)) + '\n ]'
        if isinstance(value, dict) and value and len(json.dumps(value)) > 120:
            return '{\n  ' + ',\n  '.join(f'{json.dumps(k)}: {json.dumps(v)}' for k, v in value.items()) + '\n }'
        return json.dumps(value)
    return '{\n ' + ',\n '.join(f'{json.dumps(key)}: {lines(value)}' for key, value in content.items()) + '\n}'


def write_result(folder: str, name: str, content: dict) -> None:
    """results/<folder>/<name>.json, headed by what made it; `content` goes over that."""
    write_json(RESULTS / folder / f'{name}.json', about() | content)


def read_result(folder: str, name: str) -> dict | None:
    path = RESULTS / folder / f'{name}.json'
    return json.loads(path.read_text()) if path.exists() else None
