"""The two detectors that attacks are made on and their harm is measured by: yolox_nano and a face detector."""
import cv2
import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx2torch import convert


def yolox_input(rgb: torch.Tensor) -> torch.Tensor:
    """RGB [B, 3, H, W] in 0..255 -> BGR [B, 3, 416, 416], picture at top left, rest 114. VIDEO.md, Detectors."""
    h, w = rgb.shape[-2:]
    r = min(416 / h, 416 / w)
    small = F.interpolate(rgb.flip(1), (int(h * r), int(w * r)), mode='bilinear', align_corners=False)
    return F.pad(small, (0, 416 - small.shape[-1], 0, 416 - small.shape[-2]), value=114.0)


def face_input(rgb: torch.Tensor) -> torch.Tensor:
    return (F.interpolate(rgb, (240, 320), mode='bilinear', align_corners=False) - 127) / 128


class Detector:
    """One detector, twice: in torch for gradients, in ONNX Runtime for boxes."""

    def __init__(self, data, name: str):
        path = str(data / 'detectors' / {'yolox': 'yolox_nano.onnx', 'face': 'ultraface_rfb_320.onnx'}[name])
        self.name = name
        self.net = convert(onnx.load(path)).eval().requires_grad_(False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(path, options, ['CPUExecutionProvider'])
        self.input = self.session.get_inputs()[0].name

    def confidences(self, rgb: torch.Tensor) -> torch.Tensor:
        """[B, 3, H, W] in 0..255 -> [B, anchors], the best class score of each anchor, with gradient."""
        rows = []
        for one in rgb.split(1):  # the reshapes inside both graphs are made for one picture: a batch would be mixed up
            if self.name == 'yolox':
                out = self.net(yolox_input(one))
                rows.append(out[..., 4] * out[..., 5:].amax(-1))
            else:
                rows.append(self.net(face_input(one))[0][..., 1])
        return torch.cat(rows)

    def found(self, rgb: np.ndarray) -> np.ndarray:
        """`confidences` of one RGB uint8 picture by ONNX Runtime, without gradient -> [anchors]."""
        x = torch.from_numpy(rgb).permute(2, 0, 1)[None].float()
        if self.name == 'face':
            return self.session.run(None, {self.input: face_input(x).numpy()})[0][0, :, 1]
        out = self.session.run(None, {self.input: yolox_input(x).numpy()})[0][0]
        return out[:, 4] * out[:, 5:].max(1)

    def boxes(self, rgb: np.ndarray) -> np.ndarray:
        """RGB uint8 [H, W, 3] -> [n, 6]: x1, y1, x2, y2 in pixels, score, class; thresholds of VIDEO.md."""
        h, w = rgb.shape[:2]
        x = torch.from_numpy(rgb).permute(2, 0, 1)[None].float()
        if self.name == 'face':
            scores, boxes = self.session.run(None, {self.input: face_input(x).numpy()})
            s, b, c = scores[0, :, 1], boxes[0] * [w, h, w, h], np.zeros(scores.shape[1], int)
            threshold, overlap = 0.7, 0.3
        else:
            out = self.session.run(None, {self.input: yolox_input(x).numpy()})[0][0]
            cells = [(g, 8 * 2 ** i) for i, g in enumerate((52, 26, 13))]
            cell = np.concatenate([
                np.stack(np.meshgrid(np.arange(g), np.arange(g)), -1).reshape(-1, 2) for g, _ in cells])
            stride = np.concatenate([np.full((g * g, 1), s) for g, s in cells])
            centre, size = (out[:, :2] + cell) * stride, np.exp(out[:, 2:4]) * stride
            s, c = out[:, 4] * out[:, 5:].max(1), out[:, 5:].argmax(1)
            b = np.concatenate([centre - size / 2, centre + size / 2], 1) / min(416 / h, 416 / w)
            threshold, overlap = 0.3, 0.45
        keep = s >= threshold
        s, b, c = s[keep], b[keep], c[keep]
        if len(s) == 0:
            return np.zeros((0, 6), np.float32)
        xywh = np.concatenate([b[:, :2], b[:, 2:] - b[:, :2]], 1)
        index = np.array(cv2.dnn.NMSBoxesBatched(xywh.tolist(), s.tolist(), c.tolist(), threshold, overlap)).reshape(-1)
        return np.concatenate([b, s[:, None], c[:, None]], 1)[index].astype(np.float32)


def boxes_left(clean: np.ndarray, now: np.ndarray) -> int:
    """How many of the clean boxes are still found: same class, IoU >= 0.5, each box used once."""
    left, used = 0, set()
    for x1, y1, x2, y2, _, c in clean:
        for j, (u1, v1, u2, v2, _, d) in enumerate(now):
            inter = max(0, min(x2, u2) - max(x1, u1)) * max(0, min(y2, v2) - max(y1, v1))
            union = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - inter
            if j not in used and c == d and inter >= 0.5 * union:
                left, _ = left + 1, used.add(j)
                break
    return left
