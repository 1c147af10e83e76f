"""Calibrates the exported graphs on the calibrate split and writes the bundle: thresholds, tail, ../camera/*.onnx.

nice -n 15 python -m camera.make_cache --split calibrate --segments 120 && nice -n 15 python -m camera.calibrate
    --screen fp32 --chain fp32   # about 10 min
Platt scaling (balanced prior) of both raw scores on attacked against clean frames; thresholds, quantiles and the tail
from clean frames alone: every frame of the seven calibrate clips (every second one) as the agent decodes it, and the
first 150 of each once more through x264.
"""
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnx
from scipy.optimize import minimize

from lib.bundle import file_entry, session
from lib.run import MODELS, arguments, write_result

from . import video
from .crops import Cache, positive_weight


@dataclass(frozen=True)
class Settings:
    seed: int = 13
    reencode_crf: int = 26
    reencoded_frames: int = 150
    every: int = 2  # neighbours say the same; the agent observes five frames a second
    tail_from: float = 0.975
    suspicious_rate: float = 0.02
    flagged_rate: float = 0.005
    block: int = 15  # looked-at frames, about a second
    resamples: int = 200
    least_frames: int = 30  # shorter films have no 97.5 % quantile to speak of


def scores_of(graph, frames) -> np.ndarray:
    """-> float [n]: the graph's score of each frame."""
    return np.array([float(graph.run(['score'], {'frame': np.ascontiguousarray(f)[None]})[0][0]) for f in frames])


def clean_films(data: Path, s: Settings, limit: int | None) -> dict[str, np.ndarray]:
    films = {}
    for clip in video.clips(data, 'calibrate'):
        frames = video.decode(clip['path'], *clip['size'], frames=limit)
        films[clip['file']] = frames[::s.every]
        films[clip['file'] + f' crf {s.reencode_crf}'] = video.through_codec(frames[:s.reencoded_frames],
                                                                             crf=s.reencode_crf)[::s.every]
    return films


def platt(raw: np.ndarray, label: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Scale and offset that make log-odds of raw scores, both classes of equal total weight."""
    w = weight / np.where(label > 0.5, weight[label > 0.5].sum(), weight[label < 0.5].sum())
    centre, spread = raw.mean(), raw.std() + 1e-6

    def loss(p):
        z = (p[0] * (raw - centre) / spread + p[1]) * (2 * label - 1)
        return (w * np.logaddexp(0, -z)).sum() + 1e-4 * (p ** 2).sum()

    a, b = minimize(loss, [1.0, 0.0]).x
    return float(a / spread), float(b - a * centre / spread)


def with_affine(model: onnx.ModelProto, names: list[str], scale: float, offset: float) -> onnx.ModelProto:
    """Appends `scale * x + offset` to the outputs named; their producers are renamed."""
    for name in names:
        for node in model.graph.node:
            for field in (node.output, node.input):
                for i, n in enumerate(field):
                    if n == name:
                        field[i] = name + '_raw'
        model.graph.initializer.extend([
            onnx.numpy_helper.from_array(np.array([v], np.float32), f'{name}_{k}')
            for k, v in (('scale', scale), ('offset', offset))])
        model.graph.node.extend([onnx.helper.make_node('Mul', [name + '_raw', name + '_scale'], [name + '_scaled']),
                                 onnx.helper.make_node('Add', [name + '_scaled', name + '_offset'], [name])])
    onnx.checker.check_model(model)
    return model


def excesses(films: list[np.ndarray], u: float, gap: int = 8) -> np.ndarray:
    """Cluster maxima above u: exceedances of one film less than `gap` frames apart are one event."""
    out = []
    for film in films:
        last = -10 ** 9
        for i in np.flatnonzero(film > u):
            if i - last < gap:
                out[-1] = max(out[-1], film[i] - u)
            else:
                out.append(film[i] - u)
            last = i
    return np.array(out)


def pareto(e: np.ndarray) -> tuple[float, float]:
    """Generalised Pareto by moments, xi forced into 0..0.5 -> xi, beta."""
    if len(e) < 3:
        return 0.0, float(e.mean() if len(e) else 0.5)
    m, v = e.mean(), max(e.var(), 1e-9)
    xi = float(np.clip(0.5 * (1 - m * m / v), 0, 0.5))
    return xi, float(m * (1 - xi))


def survival(tail: dict, s: float) -> float:
    x = (s - tail['u']) / tail['beta']
    return tail['z'] * (np.exp(-x) if tail['xi'] < 1e-6 else (1 + tail['xi'] * x) ** (-1 / tail['xi']))


def clean_law(films: list[np.ndarray], nuisances: np.ndarray, s: Settings, rng) -> dict:
    """Quantile table and upper 95 % tail of clean frame scores (defence notes, D), for a camera not seen before.

    A scene that scores high scores high on every frame, so the pooled share of frames says little about the next
    camera: the table is the envelope, for each share the highest quantile of any film or of the nuisances. The tail
    starts where the envelope ends; its shape is the upper bound over block resamples of all, and not steeper than that
    of the nuisances alone."""
    grid = [*np.arange(0.05, 0.96, 0.05).round(2), s.tail_from]
    table = [[float(p),
              float(max(np.quantile(f, p) for f in [*films, nuisances] if len(f) >= s.least_frames))] for p in grid]
    u, z = table[-1][1], 1 - s.tail_from
    groups = [*films, nuisances]
    blocks = [f[i:i + s.block] for f in groups for i in range(0, len(f), s.block)]

    def fit(some):
        joined = np.concatenate(some)
        return pareto(excesses(some, float(np.quantile(joined, s.tail_from))))

    far = 3.0
    draws = sorted((fit([blocks[i] for i in rng.integers(0, len(blocks), len(blocks))]) for _ in range(s.resamples)),
                   key=lambda t: survival({'u': 0.0, 'z': 1.0, 'xi': t[0], 'beta': t[1]}, far))
    xi, beta = draws[int(0.95 * s.resamples)]
    alone = pareto(nuisances[nuisances > np.quantile(nuisances, 0.9)] - np.quantile(nuisances, 0.9))
    return {'frames': int(sum(map(len, groups))), 'clusters': int(len(excesses(films, u))), 'envelope_of': len(groups),
            'tail': {'u': u, 'z': z, 'xi': xi, 'beta': max(beta, alone[1])}, 'quantiles': table}


def summary(screen: np.ndarray, chain: np.ndarray, suspicious: float, flagged: float) -> dict:
    return {
        'frames': len(screen), 'suspicious': float((screen >= suspicious).mean()), 'flagged_full': float(
            (chain >= flagged).mean()), 'flagged_cascade': float(((screen >= suspicious) & (chain >= flagged)).mean()),
        'screen_p50_max': [float(np.median(screen)),
                           float(screen.max())], 'chain_p50_max': [float(np.median(chain)),
                                                                   float(chain.max())]}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--screen', choices=('fp32', 'int8'), default='fp32')
    parser.add_argument('--chain', choices=('fp32', 'int8'), default='fp32')
    parser.add_argument('--keep-screen', action='store_true', help='the shipped screen stays as it is, scale and all')
    parser.add_argument('--version', default='0.1.0')
    parser.add_argument('--limit', type=int, help='frames a clip, for a quick look')
    args, s, began = parser.parse_args(), Settings(), time.time()
    rng, root = np.random.default_rng(s.seed), args.cache / 'calibrate'
    files = {
        'screen': args.cache / f'onnx/screen.{args.screen}.onnx', 'chain': args.cache / f'onnx/chain.{args.chain}.onnx'}
    if args.keep_screen:
        files['screen'] = MODELS / 'camera/screen.onnx'
    graphs = {name: session(path) for name, path in files.items()}
    films = clean_films(args.data, s, args.limit)
    raw = {name: {film: scores_of(g, frames) for film, frames in films.items()} for name, g in graphs.items()}
    cache, affine, report = Cache(root), {}, {}
    bystander = {
        name: [sc
               for line in cache.negatives
               for sc in scores_of(g,
                                   cache.frames(line['clean'])[:2])]
        for name, g in graphs.items()}
    rows = [(l['attacked'], 1.0, positive_weight(l))
            for l in cache.attacks] + [(l['clean'], 0.0, 1.0) for l in cache.attacks[::2] + cache.negatives]
    for name, graph in graphs.items():
        marks = [(sc, label, w) for file, label, w in rows for sc in scores_of(graph, cache.frames(file)[-2:])]
        marks += [(sc, 0.0, 0.3) for film in raw[name].values() for sc in film[::10]]
        marks = np.array(marks)
        affine[name] = (1.0, 0.0) if name == 'screen' and args.keep_screen else platt(*marks.T)
        print(name, 'scale, offset', affine[name], f'{time.time() - began:.0f}s', flush=True)
    level = {name: {film: affine[name][0] * v + affine[name][1] for film, v in raw[name].items()} for name in graphs}
    every = {name: np.concatenate(list(level[name].values())) for name in graphs}
    suspicious = float(np.quantile(every['screen'], 1 - s.suspicious_rate))
    flagged = max(0.0, float(np.quantile(every['chain'], 1 - s.flagged_rate)))
    cascade = [np.where(level['screen'][f] < suspicious, level['screen'][f], level['chain'][f]) for f in films]
    bad = {name: affine[name][0] * np.array(bystander[name]) + affine[name][1] for name in graphs}
    bad['cascade'] = np.where(bad['screen'] < suspicious, bad['screen'], bad['chain'])
    law = {
        'cascade': clean_law(cascade, bad['cascade'], s, rng), 'full': clean_law(list(level['chain'].values()),
                                                                                 bad['chain'], s, rng)}
    report['nuisances drawn on'] = summary(bad['screen'], bad['chain'], suspicious, flagged)
    for film in films:
        report[film] = summary(level['screen'][film], level['chain'][film], suspicious, flagged)
        print(film, report[film], flush=True)
    out, entries = MODELS / 'camera', {}
    for name, path in files.items():
        kept = name == 'screen' and args.keep_screen
        data = path.read_bytes() if kept else with_affine(
            onnx.load(path), ['score'] + (['map'] if name == 'chain' else []), *affine[name]).SerializeToString()
        (out / f'{name}.onnx').write_bytes(data)
        entries[name] = file_entry(out / f'{name}.onnx')
    write_result(
        'camera', 'calibrate', {
            'settings': asdict(s), 'precision': {'screen': args.screen, 'chain': args.chain},
            'version': args.version, 'files': entries, 'affine': affine, 'thresholds': {
                'suspicious': suspicious, 'flagged': flagged}, 'law': law, 'films': report})
    print(json.dumps({'suspicious': suspicious, 'flagged': flagged, 'law': law}))


if __name__ == '__main__':
    main()
