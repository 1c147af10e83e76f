"""What somebody does to a fixed camera: RGB uint8 [n, H, W, 3] in and out, from frame 0 of what is given.

`strength` 0, 1, 2 from weak to strong; `seconds`: how long it takes to come about. The camera's own sensor noise stays
on top, see `make_tamper`.
"""
import cv2
import numpy as np


def ramp(n: int, seconds: float, fps: float) -> np.ndarray:
    return np.ones(n, np.float32) if seconds == 0 else np.clip(
        (np.arange(n) + 1) / (seconds * fps), 0, 1).astype(np.float32)


def blurred(x, sigma: float):
    return cv2.GaussianBlur(x, (0, 0), sigma) if sigma > 0.3 else x


def covered(rng, f, fps, strength, seconds):
    """A hand, a cloth or paint right before the lens: out of focus, with a little light through it, coming from one
    side."""
    n, h, w, _ = f.shape
    rim, through = ((0.06, 0.1), (0.03, 0.05), (0, 0))[strength]
    colour = rng.uniform(40, 190, 3).astype(np.float32)
    shade = blurred(rng.uniform(0.85, 1.15, (h // 40, w // 40)).astype(np.float32), 1.5)
    layer = cv2.resize(shade, (w, h), interpolation=cv2.INTER_CUBIC)[..., None] * colour
    xx = np.linspace(0, 1, w, dtype=np.float32)
    out = np.empty_like(f)
    for i, (x, a) in enumerate(zip(f, ramp(n, seconds, fps))):
        edge = 1 / (1 + np.exp((xx - a * (1.15 - rim) + 0.05) * 40))
        mask = np.broadcast_to((edge * (1 - through))[None, :, None], x.shape)
        out[i] = (x * (1 - mask) + layer * mask).clip(0, 255)
    return out


def defocused(rng, f, fps, strength, seconds):
    sigma = (2.5, 4, 7)[strength]
    return np.stack([blurred(x, float(a * sigma)) for x, a in zip(f, ramp(len(f), seconds, fps))])


def turned(rng, f, fps, strength, seconds):
    """Pushed aside, down or up and a little askew; what comes into view is the mirrored rest of the picture."""
    n, h, w, _ = f.shape
    share = (0.12, 0.3, 0.8)[strength]
    angle, roll = rng.uniform(0, 2 * np.pi), rng.uniform(-3, 3)
    dx, dy = w * share * np.cos(angle), h * share * np.sin(angle)
    out = np.empty_like(f)
    for i, (x, a) in enumerate(zip(f, ramp(n, seconds, fps))):
        m = cv2.getRotationMatrix2D((w / 2, h / 2), float(a * roll), 1)
        m[:, 2] += (a * dx, a * dy)
        out[i] = cv2.warpAffine(x, m, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return out


def dark(rng, f, fps, strength, seconds):
    """The lens is capped, or the iris closed."""
    gain = (0.05, 0.02, 0)[strength]
    return np.stack([(x * (1 - a * (1 - gain))).astype(np.uint8) for x, a in zip(f, ramp(len(f), seconds, fps))])


def bright(rng, f, fps, strength, seconds):
    """A lamp or a laser into the lens: a burnt-out disc with its veil; at its strongest the whole picture."""
    n, h, w, _ = f.shape
    radius, veil = ((0.28, 60), (0.4, 90), (0.8, 160))[strength]
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    cx, cy = w * rng.uniform(0.35, 0.65), h * rng.uniform(0.35, 0.65)
    r = np.hypot(xx - cx, yy - cy)
    glow = 255 / (1 + np.exp((r - radius * w) / (0.05 * w))) + veil * np.exp(-r / (0.8 * w))
    tint = rng.choice([0, 1])
    light = np.stack([glow * (1 - 0.2 * tint), glow, glow * (1 - 0.35 * tint)], -1)
    return np.stack([(x + a * light).clip(0, 255).astype(np.uint8) for x, a in zip(f, ramp(n, seconds, fps))])


def flicker(rng, f, fps, strength, seconds):
    """An LED that is switched faster than the shutter: stripes of light and colour that wander over the rows."""
    n, h, w, _ = f.shape
    depth = (0.12, 0.2, 0.4)[strength]
    period, speed, colour = h / rng.uniform(2, 9), rng.uniform(0.5, 2.5), rng.random() < 0.5
    rows = np.arange(h, dtype=np.float32)
    out = np.empty_like(f)
    for i, (x, a) in enumerate(zip(f, ramp(n, seconds, fps))):
        phase = 2 * np.pi * (rows / period) + i * speed
        gains = np.stack([1 + a * depth * np.sin(phase + (k * 2.1 if colour else 0)) for k in range(3)], -1)
        out[i] = (x * gains[:, None, :]).clip(0, 255)
    return out
