"""The weights of a mapping network out of a shipped chain.onnx: where the next training goes on."""
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

from networks import Chain, Classifier, Mapping


def chain_of(path: Path) -> Chain:
    """Networks with the weights of an FP32 chain; layers that the file does not have keep their first values."""
    graph = onnx.load(path).graph
    stored = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    net = Chain(Mapping(), Classifier())
    state = net.state_dict()
    state |= {k: v for k, v in stored.items() if k in state}
    # The exporter folds `(x - centre[:, None, None]) * slope[:, None, None]`: the operands of that Sub and Mul have names of their own.
    for node in graph.node:
        for operand in node.input:
            if node.op_type in ('Sub', 'Mul') and operand in stored and tuple(stored[operand].shape) == (24, 1, 1):
                state['mapping.centre' if node.op_type == 'Sub' else 'mapping.slope'] = stored[operand].flatten()
    net.load_state_dict(state)
    return net.eval()


def mapping_of(path: Path) -> Mapping:
    """M of a shipped chain.onnx, or the running mean of a checkpoint of train_repair.py."""
    if path.suffix == '.onnx':
        return chain_of(path).mapping
    net = Mapping()
    net.load_state_dict(net.state_dict() | torch.load(path)['mean'])
    return net
