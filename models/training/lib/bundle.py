"""What every bundle is made with: signatures and files of a manifest, ONNX sessions, weights stored at half
precision."""
import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def tensor(name: str, kind: str, shape: list, meaning: str) -> dict:
    """An input or output as a manifest tells it."""
    return {'name': name, 'type': kind, 'shape': shape, 'meaning': meaning}


def file_entry(path: Path) -> dict:
    content = path.read_bytes()
    return {'path': path.name, 'sha256': hashlib.sha256(content).hexdigest(), 'bytes': len(content)}


def session(path: Path | str, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, 3
    return onnxruntime.InferenceSession(str(path), options, ['CPUExecutionProvider'])


def store_halves(path: Path) -> int:
    """Rewrites the graph at `path`: an FP32 initialiser of two or more dimensions that FP16 holds exactly becomes FP16
    with a Cast behind it.

    -> bytes of the file. Nothing is rounded here: ONNX Runtime computes with the very numbers of the trained net
    (fit.half_rounded)."""
    model = onnx.load(path)
    graph, casts = model.graph, []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        halves = values.astype(np.float16)
        if weight.data_type != TensorProto.FLOAT or values.ndim < 2 or not np.array_equal(
                halves.astype(np.float32), values):
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(halves, f'{name}.half'))
        casts.append(helper.make_node('Cast', [f'{name}.half'], [name], name=f'{name}.cast', to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    return path.stat().st_size


def weights_of(path: Path) -> dict[str, np.ndarray]:
    """The initialisers of a graph by the name that they had in PyTorch, halves widened to FP32."""
    stored = {i.name: numpy_helper.to_array(i) for i in onnx.load(path).graph.initializer}
    return {
        name.removesuffix('.half'): v.astype(np.float32) if v.dtype == np.float16 else v
        for name, v in stored.items()}
