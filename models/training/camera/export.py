"""The two graphs of the bundle as ONNX, FP32 and INT8, checked against torch and timed.

nice -n 15 python -m camera.export            # writes cache/onnx/{screen,chain}.{fp32,int8}.onnx and
    results/export.json; about 2 min
INT8: static, QDQ, per channel, calibrated on clean and attacked crops of the train cache; the first and last layers
and the fixed DCTs stay FP32. Weights keep 7 bits (reduce_range): without VNNI the 8-bit products of AVX2 saturate, and
scores would differ by CPU.
"""
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from lib.bundle import session
from lib.fit import frozen
from lib.nets.classifier import FrameClassifier
from lib.nets.frames import FrameChain, Screen
from lib.run import arguments, read_result, write_result

from .crops import Cache, batch
from .pairs import Strong
from .recipe import GRAPH
from .recover import mapping_of, weights_in

OUTPUTS = {'screen': ['score', 'map'], 'chain': ['purified', 'score', 'level', 'map']}


@dataclass(frozen=True)
class Settings:
    opset: int = 17
    seed: int = 5
    calibration_batches: int = 6
    runs: int = 60


def load(name: str, mapping: Path, classifier: Path) -> torch.nn.Module:
    """The trained network of a graph, scores raw."""
    if name == 'screen':
        return frozen(Screen(), GRAPH.path('screen'))
    c = FrameClassifier()
    c.load_state_dict(weights_in(classifier))
    return FrameChain(mapping_of(mapping), c).eval()


def export(name: str, net: torch.nn.Module, path: Path, s: Settings) -> None:
    frame = torch.zeros(1, 144, 160, dtype=torch.uint8)
    dynamic = {'frame': {1: 'h*3/2', 2: 'w'}, 'map': {2: 'map_h', 3: 'map_w'}}
    if name == 'chain':
        dynamic['purified'] = {1: 'h*3/2', 2: 'w'}
    torch.onnx.export(net, (frame,), str(path), input_names=['frame'], output_names=OUTPUTS[name], dynamic_axes=dynamic,
                      opset_version=s.opset, dynamo=False)


def samples(only: str | None, cache: Path, s: Settings) -> np.ndarray:
    """Crops to calibrate INT8 and to check parity on, uint8 [n, h*3/2, w]: what the graphs were trained on."""
    rng = np.random.default_rng(s.seed)
    if only == 'chain':
        strong = Strong(cache / 'strong', ('yolox',))
        drawn = [strong.draw(rng).frame for _ in range(16 * s.calibration_batches)]
        return np.stack([f for f in drawn if f.shape == (300, 320)])
    stored = Cache(cache)
    return np.concatenate([batch(rng, stored, 4)['frame'].numpy() for _ in range(s.calibration_batches)])


class Frames(CalibrationDataReader):
    def __init__(self, frames):
        self.left = iter(frames)

    def get_next(self):
        frame = next(self.left, None)
        return None if frame is None else {'frame': frame[None]}


def quantise(source: Path, path: Path, frames: list[np.ndarray]) -> None:
    prepared = path.with_suffix('.prepared.onnx')
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    graph = onnx.load(prepared).graph
    convolutions = [n for n in graph.node if n.op_type == 'Conv']
    strided = [n.name for n in convolutions if any(a.name == 'strides' and a.ints[0] in (4, 8) for a in n.attribute)]
    rest = [n.name for n in convolutions if n.name not in strided]
    keep_float = strided + [n.name for n in graph.node if n.op_type in ('Gemm', 'MatMul')] + [
        n for n in rest if n.endswith('/local/Conv')]
    keep_float += [n for n in rest if '/enter/' in n or '/leave/' in n]  # first and last of M
    quantize_static(str(prepared), str(path), Frames(frames), quant_format=QuantFormat.QDQ, per_channel=True,
                    reduce_range=True, weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8,
                    op_types_to_quantize=['Conv'
                                          ], nodes_to_exclude=keep_float, calibrate_method=CalibrationMethod.MinMax)
    prepared.unlink()


def milliseconds(path: Path, frame: np.ndarray, runs: int) -> dict:
    one, times = session(path), []
    for _ in range(runs):
        began = time.perf_counter()
        one.run(None, {'frame': frame})
        times.append((time.perf_counter() - began) * 1e3)
    return {'min': round(min(times), 2), 'median': round(float(np.median(times)), 2)}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument('--only', choices=tuple(OUTPUTS))
    parser.add_argument('--mapping', type=Path, default=GRAPH.path('mapping'), help='weights of a run such as repair')
    parser.add_argument('--classifier', type=Path, default=GRAPH.path('classifier'), help='such as those of contrast')
    args, s = parser.parse_args(), Settings()
    only, out = args.only, args.cache / 'onnx'
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    crops = samples(only, args.cache, s)
    full = np.random.default_rng(s.seed).integers(16, 235, (1, 540, 640)).astype(np.uint8)
    before = read_result('camera', 'export')['graphs'] if only else {}
    results = {'onnx': onnx.__version__, 'graphs': before}
    for name in [only] if only else OUTPUTS:
        net, fp32, int8 = load(name, args.mapping,
                               args.classifier), out / f'{name}.fp32.onnx', out / f'{name}.int8.onnx'
        export(name, net, fp32, s)
        quantise(fp32, int8, list(crops))
        with torch.no_grad():
            expected = [t.numpy() for t in net(torch.from_numpy(crops[:1]))]
        column, figures = OUTPUTS[name].index('score'), {}
        for tag, path in (('fp32', fp32), ('int8', int8)):
            one = session(path)
            mine = [one.run(None, {'frame': c[None]}) for c in crops[:24]]
            figures[tag] = {
                'bytes': path.stat().st_size, 'ms_640x360_1_thread': milliseconds(path, full, s.runs),
                'score_parity': float(abs(mine[0][column] - expected[column]).max()),
                'scores': [float(m[column][0]) for m in mine]}
        gap = np.abs(np.subtract(figures['fp32'].pop('scores'), figures['int8'].pop('scores')))
        figures['int8']['score_gap_to_fp32'] = {'median': float(np.median(gap)), 'max': float(gap.max())}
        results['graphs'][name] = figures
        print(name, figures, flush=True)
    write_result('camera', 'export', results)


if __name__ == '__main__':
    main()
