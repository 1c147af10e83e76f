"""Writes ../camera/manifest.json from the results of training, export, calibration and evaluation.

python -m camera.bundle          # after calibrate and priors; again after evaluate_clips, so that the manifest carries
    the figures
"""
import json

from lib.bundle import tensor
from lib.run import MODELS, read_result, write_json

from .recipe import GRAPH

FRAME = tensor('frame', 'uint8', [1, 'h*3/2', 'w'],
               'planar I420 as ffmpeg writes it, limited range BT.601; h and w multiples of 8')
SCORE = 'calibrated log-odds (natural log, both classes alike likely beforehand) that the frame is perturbed'
GRAPHS = {
    'screen': {
        'file': 'screen', 'inputs': [FRAME], 'outputs': [
            tensor('score', 'float32', [1], SCORE),
            tensor('map', 'float32', [1, 1, 'h/8', 'w/8'], 'local log-odds of each 8x8 block, not calibrated')]},
    'chain': {
        'file': 'chain', 'inputs': [FRAME], 'outputs': [
            tensor('purified', 'uint8', [1, 'h*3/2', 'w'], 'the frame after one pass of the mapping network, I420'),
            tensor('score', 'float32', [1], SCORE + ', by the classifier on x - M(x)'),
            tensor('level', 'float32', [1],
                   'estimate of the perturbation\'s L-inf in 0..1; meaningful on flagged frames only'),
            tensor('map', 'float32', [1, 1, 'floor(h/16)', 'floor(w/16)'],
                   'local log-odds of each 16x16 block; their mean is the score')]}}
NOTES = [
    'Weights: Apache-2.0, as the project. No training picture is contained in them or shipped with them.',
    'Trained on clips and photographs with these licences: MIT, BSD-2-Clause, Apache-2.0, CC BY 2.0, CC BY-SA 2.0, '
    'public domain, the Kodak set (free use). Seven clips of the set name a third party (an uploader or a road '
    'operator); two of them are in the train split (dc_night_road, tr_motorway_fog).',
    'Attacks were made through yolox_nano (Apache-2.0) and Ultra-Light-Fast-Generic-Face-Detector RFB-320 (MIT); '
    'neither is shipped.'
]


def training() -> dict:
    """What is recorded of the runs that ship."""
    GRAPH.record()
    runs = read_result('camera', 'runs')
    steps = {name: runs[name] for name in ('screen', 'mapping', 'classifier') if name in runs}
    figures = {k: v['last'] | {'steps': v['recipe']['steps'], 'seconds': v['seconds']} for k, v in steps.items()}
    return {
        'commands': {k: v['command']
                     for k, v in steps.items()}, 'seeds': {k: v['recipe']['seed']
                                                           for k, v in steps.items()},
        'data': 'train split of shared/data (18 clips, 72 photographs) and drawn scenes; attacks through yolox_nano '
                'and '
        'a face detector',
        'figures': {k: v | ({'cache': steps[k]['cache']} if 'cache' in steps[k] else {})
                    for k, v in figures.items()}}


def main() -> None:
    done, export = read_result('camera', 'calibrate'), read_result('camera', 'export')
    evaluation = read_result('camera', 'evaluate_clips')
    precision = done['precision']
    law = {mode: {key: v[key] for key in ('frames', 'quantiles', 'tail')} for mode, v in done['law'].items()}
    manifest = {
        'schema': 'framewarden/bundle/1', 'name': 'camera', 'version': done['version'], 'task': 'camera-perturbation',
        'licence': 'Apache-2.0', 'licence_notes': NOTES, 'files': done['files'], 'opset': 17, 'pixel_format': 'yuv420p',
        'range': 'tv', 'matrix': 'bt601', 'multiple_of': 8, 'precision': precision, 'graphs': GRAPHS,
        'thresholds': done['thresholds'], 'calibration': {'split': 'calibrate', **law},
        'priors': read_result('camera', 'priors')['priors'], 'training': training(),
        'figures': {'export': export and export['graphs'], 'test': evaluation and evaluation['headline']}}
    level = (read_result('camera', 'fit_level') or {}).get('model')  # belongs to one chain
    manifest['level'] = level if level and level['chain'] == done['files'][GRAPHS['chain']['file']]['sha256'] else None
    path = MODELS / 'camera/manifest.json'
    before = json.loads(path.read_text())
    if all(before['files'][name] == entry for name, entry in done['files'].items()):  # `golden` is of these very graphs
        manifest |= {'files': before['files'], 'golden': before['golden']}
    else:
        print('other graphs: next python -m camera.golden, and camera.priors anew')
    write_json(path, manifest)
    print(f"manifest {done['version']}, {sum(f['bytes'] for f in done['files'].values()) / 1e6:.2f} MB of weights")


if __name__ == '__main__':
    main()
