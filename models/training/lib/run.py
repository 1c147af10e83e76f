"""Where things lie, and what is written down of a run."""
import argparse
import hashlib
import json
import platform
import sys
import time
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
SHARED, CACHE, RESULTS, MODELS = HERE / '../../../shared/data', HERE / 'cache', HERE / 'results', HERE.parent
STARTED = time.time()


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
    machine = torch.cuda.get_device_name() if cuda else f'{platform.machine()}, {torch.get_num_threads() if torch else 1} threads, CPU'
    versions = {name: sys.modules[name].__version__ for name in ('torch', 'onnxruntime') if name in sys.modules}
    command = ' '.join(['python', *(['-m', module.name] if module else [Path(sys.argv[0]).name]), *sys.argv[1:]])
    return {'command': command} | versions | {'seconds': round(time.time() - STARTED), 'hardware': machine}


def write_json(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + '\n')


def write_result(folder: str, name: str, content: dict) -> None:
    """results/<folder>/<name>.json, headed by what made it; `content` goes over that."""
    write_json(RESULTS / folder / f'{name}.json', about() | content)


def read_result(folder: str, name: str) -> dict | None:
    path = RESULTS / folder / f'{name}.json'
    return json.loads(path.read_text()) if path.exists() else None


def weights_path(data: str, name: str) -> Path:
    return CACHE / data / f'{name}.pt'


@cache
def digest(path: Path) -> str:
    """Names the weights of a file: what was made with them is made anew when they change."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
