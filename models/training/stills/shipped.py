"""The chain of a shipped bundle, back in PyTorch: its graphs hold every weight under the name that it had."""
import json

import torch
from torch import nn

from lib.bundle import weights_of
from lib.run import MODELS

from .chain import Chain
from .load_chain import empty_classifier, empty_mapping
from .settings import DEFENDED, Settings
from .train_target import empty_target


def filled(net: nn.Module, weights: dict, prefix: str) -> nn.Module:
    state = {name.removeprefix(prefix): torch.from_numpy(v.copy()) for name, v in weights.items() if name.startswith(prefix)}
    counters = {name: v for name, v in net.state_dict().items() if name.endswith('num_batches_tracked')}  # the exporter leaves them out
    net.load_state_dict(state | counters)
    return net.eval().requires_grad_(False)


def shipped_chain(data: str, s: Settings) -> Chain:
    """`data`: cifar10 or celeba; `s` as it was trained with, which is size `cpu`. Fails where a net and the graph do not fit."""
    folder = MODELS / data
    chain, target = weights_of(folder / 'chain.onnx'), weights_of(folder / 'target.onnx')
    manifest = json.loads((folder / 'manifest.json').read_text())
    return Chain(filled(empty_mapping(s, 'ismn'), chain, 'parts.0.'), filled(empty_classifier(s), chain, 'parts.1.'),
                 filled(empty_target(s, DEFENDED), target, 'target.'), manifest['thresholds']['flagged'], manifest['max_passes'])
