"""The weights of a mapping network out of a shipped chain.onnx or a checkpoint: where the next training goes on."""
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

from lib.nets.classifier import FrameClassifier
from lib.nets.frames import FrameChain
from lib.nets.ismn import FrameIsmn
from lib.nets.restorer import Restorer


def chain_of(path: Path) -> FrameChain:
    """Networks with the weights of an FP32 chain; layers that the file does not have keep their first values."""
    graph = onnx.load(path).graph
    stored = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    net = FrameChain(FrameIsmn(), FrameClassifier())
    state = net.state_dict()
    state |= {k: v for k, v in stored.items() if k in state}
    # The exporter folds `(x - centre[:, None, None]) * slope[:, None, None]`: the operands of that Sub and Mul have
    # names of their own.
    for node in graph.node:
        for operand in node.input:
            if node.op_type in ('Sub', 'Mul') and operand in stored and tuple(stored[operand].shape) == (24, 1, 1):
                state['mapping.centre' if node.op_type == 'Sub' else 'mapping.slope'] = stored[operand].flatten()
    net.load_state_dict(state)
    return net.eval()


def weights_in(path: Path) -> dict:
    """Of a run, or the running mean in a checkpoint of an older training."""
    state = torch.load(path, weights_only=False)
    return state.get('mean', state)


def mapping_of(path: Path) -> FrameIsmn:
    """M of a shipped chain.onnx or of a run; layers that it does not have begin as nothing."""
    if path.suffix == '.onnx':
        return chain_of(path).mapping
    net = FrameIsmn()
    net.load_state_dict(net.state_dict() | weights_in(path))
    return net


def purifying(path: Path) -> FrameIsmn | Restorer:
    """The net whose first output is the correction: M as in `mapping_of`, or a restorer."""
    if path.suffix != '.onnx' and 'sink.weight' in (state := weights_in(path)):
        net = Restorer()
        net.load_state_dict(state)
        return net
    return mapping_of(path)
