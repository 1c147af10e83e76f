"""What happens to a camera's picture without any attacker: drawn on as negatives. RGB uint8 [n, H, W, 3] in and out."""
import cv2
import numpy as np

from ..drawn import spectrum_noise


def sensor_noise(rng, f, gain: float | None = None):
    """Signal-dependent noise: variance = a + b * value; night gain up to 12 levels of deviation, part of it coarse."""
    g = rng.choice([1.5, 3, 5, 8, 12]) * rng.uniform(0.7, 1.3) if gain is None else gain
    x, coarse = f.astype(np.float32), rng.random() < 0.4
    n, h, w, _ = x.shape
    grey = rng.random() < 0.4
    for i in range(n):
        e = rng.standard_normal((h, w, 1 if grey else 3)).astype(np.float32)
        if coarse:
            e = cv2.GaussianBlur(e, (0, 0), rng.uniform(0.4, 1.2)).reshape(h, w, -1) * 2
        x[i] += e * g * np.sqrt(0.4 + 0.6 * x[i] / 128)
    return (x + 0.5).clip(0, 255).astype(np.uint8)


def night(rng, f):
    return sensor_noise(rng, (f * rng.uniform(0.1, 0.5)).astype(np.uint8), rng.uniform(2, 9))


def rain(rng, f):
    n, h, w, _ = f.shape
    out = f.copy()
    slant, length, snow = rng.normal(0, 0.3), int(rng.integers(6, 30)), rng.random() < 0.4
    for i in range(n):
        layer = np.zeros((h, w), np.float32)
        for x, y in zip(rng.integers(0, w, 500), rng.integers(0, h, 500)):
            if snow:
                cv2.circle(layer, (int(x), int(y)), int(rng.integers(1, 3)), rng.uniform(60, 200), -1, cv2.LINE_AA)
            else:
                cv2.line(layer, (int(x), int(y)), (int(x + slant * length), int(y + length)), rng.uniform(20, 110), 1,
                         cv2.LINE_AA)
        out[i] = (out[i] + layer[..., None] * 0.6).clip(0, 255)
    return out


def blur(rng, f):
    s = rng.uniform(0.5, 3)
    return np.stack([cv2.GaussianBlur(x, (0, 0), s) for x in f])


def sharpen(rng, f):
    """A camera's own sharpening: unsharp mask, halos at edges."""
    a, s = rng.uniform(0.4, 2.5), rng.uniform(0.6, 2)
    return np.stack([cv2.addWeighted(x, 1 + a, cv2.GaussianBlur(x, (0, 0), s), -a, 0) for x in f])


def exposure(rng, f):
    gain, gamma = rng.uniform(0.4, 2.2), rng.uniform(0.5, 2)
    table = ((np.arange(256) / 255.0) ** gamma * gain * 255).clip(0, 255).astype(np.uint8)
    cut = rng.integers(0, len(f))
    return np.concatenate([f[:cut], table[f[cut:]]])


def jpeg(rng, f):
    q = int(rng.integers(20, 90))
    return np.stack([
        cv2.imdecode(cv2.imencode('.jpg', x, [cv2.IMWRITE_JPEG_QUALITY, q])[1], cv2.IMREAD_COLOR) for x in f])


def resized(rng, f):
    """A stream of another size, scaled to the working size."""
    n, h, w, _ = f.shape
    s = rng.uniform(0.3, 0.95)
    there = [cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC][rng.integers(0, 3)]
    back = [cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4, cv2.INTER_NEAREST][rng.choice(4, p=[.4, .3, .2, .1])]
    return np.stack([
        cv2.resize(cv2.resize(x, (int(w * s), int(h * s)), interpolation=there), (w, h), interpolation=back)
        for x in f])


def text(rng, f):
    out = f.copy()
    for _ in range(rng.integers(1, 6)):
        at = (int(rng.integers(0, f.shape[2] - 80)), int(rng.integers(16, f.shape[1])))
        for x in out:
            cv2.putText(x, f'{rng.integers(0, 10**9)}', at, int(rng.integers(0, 5)), rng.uniform(0.4, 1.6), (255,) * 3,
                        int(rng.integers(1, 3)))
    return out


def smear(rng, f):
    """What a decoder shows after packet loss: grey or shifted macroblock rows."""
    out, h, w = f.copy(), f.shape[1], f.shape[2]
    for x in out:
        for _ in range(rng.integers(1, 12)):
            y, x0 = int(rng.integers(0, h // 16)) * 16, int(rng.integers(0, w // 16)) * 16
            x[y:y + 16, x0:] = 128 if rng.random() < 0.5 else np.roll(x[y:y + 16, x0:], int(rng.integers(16, 64)), 1)
    return out


def mosquito(rng, f):
    """Fixed-pattern noise of a sensor: columns, rows, hot pixels, coarse blotches; static over the film."""
    n, h, w, _ = f.shape
    p = rng.standard_normal((1, w)) * rng.uniform(0, 3) + rng.standard_normal((h, 1)) * rng.uniform(0, 3)
    p = p + spectrum_noise(rng, h, w, rng.choice([0, 0.5, 1])) * rng.uniform(0, 4) + (rng.random((h, w)) < 1e-4) * 120
    return (f + p[None, ..., None] + 0.5).clip(0, 255).astype(np.uint8)


def screen_grid(rng, f):
    """A wire mesh or fence in front of the lens."""
    step, out = int(rng.integers(5, 40)), f.copy()
    wire = rng.integers(0, 256, 3)
    for x in out:
        x[::step] = x[::step] // 2 + wire // 2
        x[:, ::step] = x[:, ::step] // 2 + wire // 2
    return out


ALL = {k: v for k, v in list(globals().items()) if callable(v) and getattr(v, '__module__', '') == __name__}
