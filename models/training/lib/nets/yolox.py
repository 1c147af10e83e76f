"""yolox_nano in torch, cut before its reshapes: batches, any size in multiples of 32, gradients, and the features of
its neck.

The whole graph wants one picture of 416x416, of which a third is grey filling for a camera's 16:9; cut, it takes
416x256.
"""
from typing import NamedTuple

import onnx
import torch
import torch.nn.functional as F
from onnx2torch import convert
from torch import Tensor

# box, object, classes: strides 8, 16, 32
HEADS = (('1062', '1063', '1045'), ('1104', '1105', '1087'), ('1146', '1147', '1129'))
NECK = ('956', '990', '1024')


class Answers(NamedTuple):
    boxes: Tensor     # [B, anchors, 4] cx, cy in cells, log width, log height
    objects: Tensor   # [B, anchors] logits
    classes: Tensor   # [B, anchors, 80] logits
    features: list    # of three [B, 64, h, w]

    def log_confidences(self) -> Tensor:
        """log P(object) + log P(class) of each anchor and class, [B, anchors, 80]."""
        return F.logsigmoid(self.objects)[..., None] + F.logsigmoid(self.classes)

    def best(self) -> Tensor:
        """Confidence of each anchor's best class, [B, anchors]."""
        return torch.sigmoid(self.objects) * torch.sigmoid(self.classes.amax(-1))


def cut(path: str) -> torch.nn.Module:
    model = onnx.load(path)
    wanted = [name for head in HEADS for name in head] + list(NECK)
    del model.graph.output[:]
    model.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in wanted)
    made_by, keep, todo = {o: n for n in model.graph.node for o in n.output}, set(), list(wanted)
    while todo:
        node = made_by.get(todo.pop())
        if node is not None and id(node) not in keep:
            keep.add(id(node))
            todo.extend(node.input)
    nodes = [n for n in model.graph.node if id(n) in keep]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return convert(model).eval().requires_grad_(False)


class Yolox:
    """`look`: RGB [B, 3, H, W] in 0..255 -> Answers, with gradient. The longer side is scaled to `side` as
    yolox_nano's recipe does."""

    def __init__(self, data, side: int = 416):
        self.net, self.side = cut(str(data / 'detectors/yolox_nano.onnx')).to(memory_format=torch.channels_last), side

    def look(self, rgb: Tensor, side: int | None = None) -> Answers:
        h, w = rgb.shape[-2:]
        side = side or self.side
        r = min(side / h, side / w)
        small = F.interpolate(rgb.flip(1), (int(h * r), int(w * r)), mode='bilinear', align_corners=False)
        bottom, right = (-small.shape[-2] % 32, -small.shape[-1] % 32)
        out = self.net(F.pad(small, (0, right, 0, bottom), value=114.0).contiguous(memory_format=torch.channels_last))
        flat = [torch.cat([t.flatten(2) for t in out[i:9:3]], 2) for i in range(3)]
        return Answers(flat[0].transpose(1, 2), flat[1][:, 0], flat[2].transpose(1, 2), list(out[9:]))

    def centres(self, rgb, most: int = 6) -> list[list[float]]:
        """Where the best anchors of one RGB uint8 picture lie, in its pixels: at most `most`, confidence above 0.25."""
        h, w = rgb.shape[:2]
        r = min(self.side / h, self.side / w)
        with torch.no_grad():
            answers = self.look(torch.from_numpy(rgb).permute(2, 0, 1)[None].float())
        values, index = answers.best()[0].topk(40)
        index = index[values > 0.25]
        out, first = [], 0
        for stride, feature in zip((8, 16, 32), answers.features):
            rows, columns = feature.shape[-2:]
            for i in (index - first).tolist():
                if 0 <= i < rows * columns:
                    out.append([(i % columns + 0.5) * stride / r, (i // columns + 0.5) * stride / r])
            first += rows * columns
        return out[::max(1, len(out) // most)]
