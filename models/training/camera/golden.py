"""Draws the golden frames and writes what the shipped bundle says about them: ../../test/fixtures/golden/.

python -m camera.golden          # seconds; after calibrate
No photograph goes in: every frame comes from drawn.py, some with the universal pattern that ships, some through x264.
"""
import gzip
import hashlib
import json
from dataclasses import dataclass

import numpy as np
import onnxruntime

from lib import drawn
from lib.bundle import session
from lib.nuisances import frames as nuisances
from lib.run import MODELS, write_json

from . import video
from .patterns import pattern, tiled


@dataclass(frozen=True)
class Settings:
    seed: int = 41
    score_tolerance: float = 0.02   # log-odds; other CPUs sum in another order
    level_tolerance: float = 0.002
    purified_tolerance: int = 1     # code values, where a rounding falls the other way
    in_bundle: tuple[str, ...] = ('clean-a', 'attacked-a')      # what a guard runs at its start, wherever it starts
    # log-odds; other providers and precisions round elsewhere, broken ones are far off
    start_score_tolerance: float = 0.25
    start_level_tolerance: float = 0.01


def films(s: Settings) -> dict[str, tuple[np.ndarray, str]]:
    rng = np.random.default_rng(s.seed)
    small, other, large = drawn.film(rng, 6, 96, 160,
                                     noise=1.0), drawn.film(rng, 6, 96, 160,
                                                            noise=2.0), drawn.film(rng, 6, 360, 640, noise=1.0)
    face, yolox = pattern('face'), pattern('yolox')

    def attacked(film, sign, eps):
        return (film + tiled(sign, *film.shape[1:3]) * eps + 0.5).clip(0, 255).astype(np.uint8)

    return {
        'clean-a': (small, 'drawn'), 'clean-b': (other, 'drawn'), 'noisy': (nuisances.sensor_noise(
            rng, small, 6.0), 'drawn, night gain'), 'blurred': (nuisances.blur(rng, other), 'drawn, out of focus'),
        'attacked-a': (attacked(small, yolox, 8), 'universal pattern, 8/255'),
        'attacked-b': (attacked(other, face, 16), 'universal pattern against faces, 16/255'),
        'large-clean': (large, 'drawn'), 'large-attacked': (attacked(large, yolox, 8), 'universal pattern, 8/255')}


def main() -> None:
    s, out, bundle = Settings(), MODELS.parent / 'test/fixtures/golden', MODELS / 'camera'
    out.mkdir(parents=True, exist_ok=True)
    manifest = json.loads((bundle / 'manifest.json').read_text())
    graphs = {name: session(bundle / f'{name}.onnx') for name in ('screen', 'chain')}
    rows = []
    for name, (film, what) in films(s).items():
        i420 = video.through_codec(np.stack([video.to_i420(f) for f in film]), crf=20)[4]
        feed = {'frame': i420[None]}
        screen, = graphs['screen'].run(['score'], feed)
        purified, score, level = graphs['chain'].run(['purified', 'score', 'level'], feed)
        for file, content in ((f'{name}.i420.gz', i420), (f'{name}.purified.i420.gz', purified)):
            (out / file).write_bytes(gzip.compress(content.tobytes(), 9, mtime=0))
        rows.append({
            'file': f'{name}.i420.gz', 'what': what + ', x264 crf 20', 'width': i420.shape[1], 'height': i420.shape[0] *
            2 // 3, 'frame_sha256': hashlib.sha256(i420.tobytes()).hexdigest(), 'screen': float(screen[0]),
            'chain': float(score[0]), 'level': float(level[0]), 'purified_file': f'{name}.purified.i420.gz',
            'purified_sha256': hashlib.sha256(purified.tobytes()).hexdigest()})
        print(name, rows[-1]['screen'], rows[-1]['chain'], rows[-1]['level'])
    write_json(
        out / 'golden.json', {
            'schema': 'framewarden/golden/1', 'bundle': {'name': manifest['name'], 'version': manifest['version']}
            | {name: manifest['files'][name]['sha256']
               for name in graphs}, 'onnxruntime': onnxruntime.__version__, 'tolerance': {
                   'score': s.score_tolerance, 'level': s.level_tolerance, 'purified': s.purified_tolerance
               }, 'frames': rows})
    ship(s, bundle, manifest, out, rows)


def ship(s: Settings, bundle, manifest: dict, out, rows: list[dict]) -> None:
    """Puts the frames of `in_bundle` into the bundle itself: models/camera/golden-*.i420.gz and `golden` in its
    manifest."""
    frames = []
    for row in (r for r in rows if r['file'].split('.')[0] in s.in_bundle):
        key, content = f"golden-{row['file'].split('.')[0]}", (out / row['file']).read_bytes()
        (bundle / f'{key}.i420.gz').write_bytes(content)
        manifest['files'][key] = {
            'path': f'{key}.i420.gz', 'sha256': hashlib.sha256(content).hexdigest(), 'bytes': len(content)}
        frames.append({'file': key} | {k: row[k] for k in ('width', 'height', 'screen', 'chain', 'level')})
    manifest['golden'] = {
        'tolerance': {'score': s.start_score_tolerance, 'level': s.start_level_tolerance}, 'frames': frames}
    manifest.pop('signature', None)     # of what it was before
    write_json(bundle / 'manifest.json', manifest)


if __name__ == '__main__':
    main()
