"""Weights at half precision: stored as FP16 in a bundle, computed with in FP32, the same numbers as in PyTorch (trainer.half_rounded)."""
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def store_halves(path: Path) -> int:
    """Rewrites the graph at `path`: an FP32 initialiser of two or more dimensions that FP16 holds exactly becomes FP16 with a Cast behind it.

    -> bytes of the file. Nothing is rounded here: ONNX Runtime computes with the very numbers of the trained net."""
    model = onnx.load(path)
    graph, casts = model.graph, []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or values.ndim < 2 or not np.array_equal(values.astype(np.float16).astype(np.float32), values):
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f'{name}.half'))
        casts.append(helper.make_node('Cast', [f'{name}.half'], [name], name=f'{name}.cast', to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    return path.stat().st_size
