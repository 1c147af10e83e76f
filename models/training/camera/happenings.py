"""What happens to a fixed camera while it is guarded, without any attacker: RGB uint8 [n, H, W, 3] in and out, from
frame 0 of what is given.

Each begins as it does outside: a lamp goes off at once, dusk, fog and rain come slowly. `rng` is a numpy generator;
`fps` frames a second."""
import cv2
import numpy as np

from lib.nuisances import frames as nuisances


def _ramp(n: int, seconds: float, fps: float) -> np.ndarray:
    return np.clip(np.arange(n) / (seconds * fps), 0, 1).astype(np.float32)


def _mix(f, other, share) -> np.ndarray:
    return (f * (1 - share[:, None, None, None]) + other * share[:, None, None, None] + 0.5).clip(0,
                                                                                                  255).astype(np.uint8)


def lights_off(rng, f, fps):
    """A lamp goes off: darker at once, gain noise comes with it."""
    return nuisances.sensor_noise(rng, (f * rng.uniform(0.2, 0.5)).astype(np.uint8), rng.uniform(2, 6))


def dusk(rng, f, fps):
    dark = nuisances.sensor_noise(rng, (f * rng.uniform(0.3, 0.6)).astype(np.uint8), rng.uniform(2, 5))
    return _mix(f, dark, _ramp(len(f), 5, fps))


def infrared(rng, f, fps):
    """The camera swings its filter out: no colour, another tint, a little noise."""
    grey = f.mean(-1, keepdims=True) * np.array([1, rng.uniform(0.98, 1), rng.uniform(1, 1.02)], np.float32)
    return nuisances.sensor_noise(rng, grey.clip(0, 255).astype(np.uint8), rng.uniform(1, 3))


def exposure_step(rng, f, fps):
    table = ((np.arange(256) / 255.0) ** rng.uniform(0.6, 1.6) * rng.uniform(0.6, 1.5) * 255).clip(0,
                                                                                                   255).astype(np.uint8)
    return table[f]


def headlights(rng, f, fps):
    n, h, w, _ = f.shape
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    out = np.empty_like(f)
    for i in range(n):
        x, r = w * (i / fps / 3 % 1.2), w * rng.uniform(0.1, 0.12)
        glow = 230 * np.exp(-((xx - x) ** 2 + (yy - h * 0.6) ** 2) / (2 * r * r))
        out[i] = (f[i] + glow[..., None]).clip(0, 255)
    return out


def rain(rng, f, fps):
    return _mix(f, nuisances.rain(rng, f), _ramp(len(f), 2, fps))


def fog(rng, f, fps):
    return _mix(f, np.full_like(f, int(rng.integers(120, 210))), _ramp(len(f), 5, fps) * rng.uniform(0.4, 0.8))


def defocus(rng, f, fps):
    s = _ramp(len(f), rng.uniform(0.2, 2), fps) * rng.uniform(1.5, 4)
    return np.stack([cv2.GaussianBlur(x, (0, 0), float(a)) if a > 0.3 else x for x, a in zip(f, s)])


def focus_hunt(rng, f, fps):
    s = 2.5 * np.abs(np.sin(np.arange(len(f)) / fps * np.pi * 0.8))
    return np.stack([cv2.GaussianBlur(x, (0, 0), float(a)) if a > 0.3 else x for x, a in zip(f, s)])


def sharpened(rng, f, fps):
    """The camera's own sharpening is turned up."""
    return nuisances.sharpen(rng, f)


def shake(rng, f, fps):
    out = np.empty_like(f)
    for i, x in enumerate(f):
        m = np.float32([[1, 0, rng.normal(0, 2)], [0, 1, rng.normal(0, 2)]])
        out[i] = cv2.warpAffine(x, m, (x.shape[1], x.shape[0]), borderMode=cv2.BORDER_REFLECT)
    return out


def pan(rng, f, fps):
    """A PTZ camera turns by a tenth of its view in two seconds."""
    w = f.shape[2]
    return np.stack([np.roll(x, -int(w * 0.1 * min(1, i / fps / 2)), 1) for i, x in enumerate(f)])


def cut(rng, f, fps):
    """A preset change: another view, the mirrored and cropped one."""
    h, w = f.shape[1:3]
    y, x = h // 4, w // 4
    return np.stack([
        cv2.resize(p[y:y + h // 2, x:x + w // 2], (w, h), interpolation=cv2.INTER_CUBIC)[:, ::-1] for p in f])


def insect(rng, f, fps):
    """A dark blurred blob crawls over the lens."""
    n, h, w, _ = f.shape
    out, x, y = f.copy(), w / 2, h / 2
    for p in out:
        x, y = (x + rng.normal(0, 12)) % w, (y + rng.normal(0, 8)) % h
        layer = np.zeros((h, w), np.float32)
        cv2.circle(layer, (int(x), int(y)), h // 7, 1, -1)
        layer = cv2.GaussianBlur(layer, (0, 0), h / 30)[..., None]
        p[:] = p * (1 - 0.9 * layer)
    return out


def lorry(rng, f, fps):
    """Something large and flat drives in and stops: half of the view."""
    n, h, w, _ = f.shape
    out, c = f.copy(), rng.integers(30, 230, 3)
    for i, p in enumerate(out):
        edge = int(w * 0.55 * min(1, i / fps / 1.5))
        p[h // 6:, :edge] = c
        p[h // 3:h // 2, edge // 8:edge // 2] = 255 - c
        cv2.putText(p, 'CARGO 24', (edge // 6 + 2, h * 2 // 3), cv2.FONT_HERSHEY_DUPLEX, 1.2, (int(c[0]) ^ 255,) * 3, 2,
                    cv2.LINE_AA)
    return nuisances.sensor_noise(rng, out, 1.5)


def crowd(rng, f, fps):
    """Many small things begin to move: leaves in a gust."""
    n, h, w, _ = f.shape
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    out = np.empty_like(f)
    for i in range(n):
        a = 2.5 * min(1, i / fps)
        dx = a * np.sin(yy / 9 + i * 0.7) * np.cos(xx / 17)
        dy = a * np.cos(xx / 11 + i * 0.5)
        out[i] = cv2.remap(f[i], xx + dx, yy + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return out


def droplet(rng, f, fps):
    """Water on the dome: three discs out of focus."""
    n, h, w, _ = f.shape
    mask = np.zeros((h, w), np.float32)
    for _ in range(3):
        cv2.circle(mask, (int(rng.integers(0, w)), int(rng.integers(0, h))), int(h * rng.uniform(0.1, 0.25)), 1, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 6)[..., None]
    return np.stack([(p * (1 - mask) + cv2.GaussianBlur(p, (0, 0), 7) * mask).astype(np.uint8) for p in f])


def overlay(rng, f, fps):
    return nuisances.text(rng, f)


def smear(rng, f, fps):
    """Packet loss for half a second, twice."""
    out, k = f.copy(), int(fps / 2)
    for at in (0, len(f) // 2):
        out[at:at + k] = nuisances.smear(rng, f[at:at + k])
    return out


def stutter(rng, f, fps):
    """The stream shows each frame four times: a camera that runs out of bits."""
    return f[np.arange(len(f)) // 4 * 4]


def flicker(rng, f, fps):
    """Mains light against the shutter: the picture's brightness beats."""
    a = 1 + 0.12 * np.sin(np.arange(len(f)) * 2.1)
    return (f * a[:, None, None, None]).clip(0, 255).astype(np.uint8)


def noise_reduction(rng, f, fps):
    """The camera's temporal noise reduction is turned on: smooth, with ghosts."""
    out, mean = np.empty_like(f), f[0].astype(np.float32)
    for i, p in enumerate(f):
        mean = 0.7 * mean + 0.3 * p
        out[i] = mean
    return out


def recompressed(rng, f, fps):
    return nuisances.jpeg(rng, f)


def rescaled(rng, f, fps):
    """The camera is set to another size."""
    return nuisances.resized(rng, f)


ALL = {
    k: v
    for k, v in list(globals().items())
    if callable(v) and not k.startswith('_') and getattr(v, '__module__', '') == __name__}
