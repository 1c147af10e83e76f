"""Frames in and out of ffmpeg as planar I420, limited range BT.601: what the agent reads from its camera child.

An I420 frame is uint8 [H*3/2, W]; H and W are multiples of 8.
"""
import csv
import subprocess
from pathlib import Path

import cv2
import numpy as np

# The agent's own filter: fast_bilinear to the working size, then limited range BT.601.
SCALE = 'scale={w}:{h}:flags=fast_bilinear:out_range=tv:out_color_matrix=bt601,format=yuv420p'


def run_ffmpeg(arguments: list, stdin: bytes | None = None) -> bytes:
    done = subprocess.run(['ffmpeg', '-nostdin', '-hide_banner', '-loglevel', 'error', *map(str, arguments)],
                          input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise RuntimeError(f'ffmpeg {" ".join(map(str, arguments))}: {done.stderr.decode()[-400:]}')
    return done.stdout


def working_size(width: int, height: int, target: int = 640) -> tuple[int, int]:
    """Width `target`, aspect kept, height rounded to a multiple of 8, at most 640 (portrait clips are narrowed)."""
    h = round(height * target / width / 8) * 8
    if h > 640:
        return round(width * 640 / height / 8) * 8, 640
    return target, h


def decode(path, width: int, height: int, start: int = 0, frames: int | None = None) -> np.ndarray:
    """Frames `start` ... of a file as the agent sees them -> uint8 [n, H*3/2, W]."""
    select = f"select='gte(n\\,{start})'," if start else ''
    limit = ['-frames:v', frames] if frames else []
    raw = run_ffmpeg(['-threads', 1, '-i', path, '-map', '0:v:0', '-vf', select + SCALE.format(w=width, h=height),
                      '-fps_mode', 'passthrough', *limit, '-f', 'rawvideo', 'pipe:1'])
    return np.frombuffer(raw, np.uint8).reshape(-1, height * 3 // 2, width)


def encode(frames: np.ndarray, crf: int, preset: str = 'veryfast', tune: str | None = 'zerolatency', gop: int = 30,
           fps: float = 15, path=None, codec: str = 'libx264') -> bytes:
    """H.264 (HEVC by `codec` libx265) of I420 frames; the bytes of a Matroska stream, or an MP4 file at `path`."""
    _, rows, width = frames.shape
    out = ['-movflags', '+faststart', path] if path else ['-f', 'matroska', 'pipe:1']
    return run_ffmpeg([
        '-y', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', f'{width}x{rows * 2 // 3}', '-r', fps, '-color_range',
        'tv', '-colorspace', 'smpte170m', '-i', 'pipe:0', '-c:v', codec,
        *(['-x265-params', 'log-level=error:pools=1:frame-threads=1'] if codec == 'libx265' else []), '-threads', 1,
        '-preset', preset, *(['-tune', tune] if tune else []), '-crf', crf, '-g', gop, '-pix_fmt', 'yuv420p', *out],
                      np.ascontiguousarray(frames).tobytes())


def through_codec(frames: np.ndarray, **settings) -> np.ndarray:
    """The frames after one H.264 encoder and decoder."""
    _, rows, width = frames.shape
    height = rows * 2 // 3
    raw = run_ffmpeg(['-threads', 1, '-i', 'pipe:0', '-vf', SCALE.format(w=width, h=height), '-fps_mode', 'passthrough',
                      '-f', 'rawvideo', 'pipe:1'], encode(frames, **settings))
    return np.frombuffer(raw, np.uint8).reshape(-1, rows, width)


def to_rgb(i420: np.ndarray) -> np.ndarray:
    """uint8 [H*3/2, W] -> uint8 [H, W, 3], BT.601 limited range, bilinear chroma."""
    return cv2.cvtColor(i420, cv2.COLOR_YUV2RGB_I420)


def to_i420(rgb: np.ndarray) -> np.ndarray:
    """uint8 [H, W, 3] -> uint8 [H*3/2, W], BT.601 limited range."""
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420)


def rounded_i420(rgb: np.ndarray) -> np.ndarray:
    """Float RGB [H, W, 3] in code values, such as a picture and a perturbation, rounded and cut to 0..255 -> uint8
    [H*3/2, W]."""
    return to_i420((rgb + 0.5).clip(0, 255).astype(np.uint8))


def perturbed(film: np.ndarray, delta: np.ndarray) -> np.ndarray:
    """I420 frames [n, H*3/2, W] with one perturbation, RGB float32 [H, W, 3] in code values, on each."""
    return np.stack([rounded_i420(to_rgb(f) + delta) for f in film])


def clips(data: Path, split: str) -> list[dict]:
    """Rows of the clip manifest of one split, `path` and working `size` (width, height) added."""
    rows = [r for r in csv.DictReader(open(data / 'video/manifest.csv')) if r['split'] == split]
    return [
        r | {'path': data / 'video' / r['file'], 'size': working_size(int(r['width']), int(r['height']))} for r in rows]


def stills(data: Path, split: str) -> list[Path]:
    return [
        data / 'stills' / r['file'] for r in csv.DictReader(open(data / 'stills/manifest.csv')) if r['split'] == split]


def read_still(path) -> np.ndarray:
    """A photograph cropped (never resized: block statistics) to multiples of 8, at most 640x480 -> RGB uint8."""
    rgb = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    h, w = min(rgb.shape[0], 480) // 8 * 8, min(rgb.shape[1], 640) // 8 * 8
    return np.ascontiguousarray(rgb[:h, :w])
