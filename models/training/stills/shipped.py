"""The chain of a shipped bundle, back in PyTorch: its graphs hold every weight under the name that it had."""
import json

import torch
from torch import nn

from lib.bundle import weights_of
from lib.run import MODELS

from .chain import Chain
from .load import empty_net
from .recipe import SHIPPED
from .settings import Settings


def filled(net: nn.Module, weights: dict, prefix: str) -> nn.Module:
    state = {
        name.removeprefix(prefix): torch.from_numpy(v.copy())
        for name, v in weights.items()
        if name.startswith(prefix)}
    # the exporter leaves them out
    counters = {name: v for name, v in net.state_dict().items() if name.endswith('num_batches_tracked')}
    net.load_state_dict(state | counters)
    return net.eval().requires_grad_(False)


def shipped_chain(data: str, s: Settings) -> Chain:
    """`data`: cifar10 or celeba; `s` as it was trained with, which is size `cpu`. Fails where a net and the graph do
    not fit."""
    folder = MODELS / data
    nets = [
        filled(empty_net(data, s, name), weights_of(folder / file), prefix) for name, (file, prefix) in SHIPPED.items()]
    manifest = json.loads((folder / 'manifest.json').read_text())
    return Chain(*nets, manifest['thresholds']['flagged'], manifest['max_passes'])
