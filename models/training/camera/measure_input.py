"""The same screen fed with rgb24 and with yuv420p: graph time and bytes a frame. results/measure_input.json

python -m camera.measure_input          # 20 s; the least of many runs, one thread, 640x360
"""
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lib.bundle import session
from lib.fit import frozen
from lib.nets.frames import Screen
from lib.nets.i420 import frame_of
from lib.run import CACHE, write_result

from .export import Settings
from .recipe import GRAPH

# BT.601, limited range, full-range RGB in 0..1 -> code values / 255.
MATRIX = torch.tensor([[.25679, .50413, .09791], [-.14822, -.29099, .43922], [.43922, -.36779, -.07143]])
OFFSET = torch.tensor([16, 128, 128]) / 255


class FromRgb(nn.Module):
    """uint8 [1, H, W, 3] -> the screen's outputs: colour and chroma averaging inside the graph."""

    def __init__(self, screen: nn.Module):
        super().__init__()
        self.screen = screen

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        x = F.conv2d(picture.permute(0, 3, 1, 2).float() * (1 / 255), MATRIX[:, :, None, None], OFFSET)
        chroma = F.avg_pool2d(x[:, 1:], 2)
        return self.screen(frame_of(x[:, :1], chroma[:, :1], chroma[:, 1:]))


def least(path: Path, feed: dict, runs: int = 150) -> float:
    one, best = session(path), 1e9
    for _ in range(runs):
        began = time.perf_counter()
        one.run(None, feed)
        best = min(best, time.perf_counter() - began)
    return round(best * 1e3, 2)


def main() -> None:
    screen, rng, out = frozen(Screen(), GRAPH.path('screen')), np.random.default_rng(1), {}
    for name, net, frame in (('yuv420p', screen, rng.integers(16, 235, (1, 540, 640), np.uint8)),
                             ('rgb24', FromRgb(screen), rng.integers(0, 255, (1, 360, 640, 3), np.uint8))):
        path = CACHE / f'onnx/measure-{name}.onnx'
        torch.onnx.export(net, (torch.from_numpy(frame),), str(path), input_names=['frame'],
                          opset_version=Settings().opset, dynamo=False)
        out[name] = {'ms_min': least(path, {'frame': frame}), 'bytes_a_frame': frame.nbytes}
    print(out)
    write_result('camera', 'measure_input', out)


if __name__ == '__main__':
    main()
