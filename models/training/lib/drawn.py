"""Pictures and short films that are drawn, never photographed: negatives and carriers for attacks, golden fixtures.

Everything comes from one numpy generator: the same seed draws the same film. RGB uint8 [n, H, W, 3].
"""
import cv2
import numpy as np


def spectrum_noise(rng, h: int, w: int, slope: float) -> np.ndarray:
    """Noise with amplitude spectrum 1/f^slope, mean 0, deviation 1 (0 = white)."""
    f = np.hypot(np.fft.fftfreq(h)[:, None], np.fft.rfftfreq(w)[None])
    f[0, 0] = 1
    out = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((h, w))) / f ** slope, (h, w))
    return (out / max(out.std(), 1e-9)).astype(np.float32)


def colour(rng) -> tuple:
    return tuple(int(v) for v in rng.integers(0, 256, 3)) if rng.random() < 0.6 else (int(rng.integers(0, 256)),) * 3


def gradient(rng, h, w) -> np.ndarray:
    a, b = np.array(colour(rng), np.float32), np.array(colour(rng), np.float32)
    t = np.linspace(0, 1, h)[:, None, None] if rng.random() < 0.6 else np.linspace(0, 1, w)[None, :, None]
    return np.broadcast_to(a + (b - a) * t, (h, w, 3)).astype(np.float32).copy()


def facade(rng, canvas, x, y, w, h) -> None:
    """A house front with a grid of windows, hard or soft edges."""
    cv2.rectangle(canvas, (x, y), (x + w, y + h), colour(rng), -1)
    sx, sy, c = int(rng.integers(6, 40)), int(rng.integers(6, 40)), colour(rng)
    fill, line = rng.uniform(0.3, 0.8), cv2.LINE_AA if rng.random() < 0.5 else cv2.LINE_8
    for wy in range(y + 3, y + h - sy, sy):
        for wx in range(x + 3, x + w - sx, sx):
            cv2.rectangle(canvas, (wx, wy), (wx + int(sx * fill), wy + int(sy * fill)),
                          c if rng.random() < 0.8 else colour(rng), -1, line)


def texture(rng, h, w) -> np.ndarray:
    """A static surface: asphalt, plaster, hatching, checks, stripes; [H, W, 1] to add."""
    kind = rng.integers(0, 6)
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    if kind <= 1:
        t = spectrum_noise(rng, h, w, rng.choice([0, 0.3, 0.7, 1.2])) * rng.uniform(1, 12)
    elif kind == 2:
        a, period = rng.uniform(0, np.pi), rng.uniform(2.5, 30)
        t = np.sin((xx * np.cos(a) + yy * np.sin(a)) * 2 * np.pi / period) * rng.uniform(2, 30)
    elif kind == 3:
        s = int(rng.integers(2, 24))
        t = (((xx // s + yy // s) % 2) - 0.5) * rng.uniform(2, 60)
    elif kind == 4:
        s = int(rng.integers(1, 6))
        coarse = rng.standard_normal((h // s + 1, w // s + 1)).astype(np.float32)
        t = cv2.resize(coarse, (w + s, h + s), interpolation=cv2.INTER_NEAREST)[:h, :w] * rng.uniform(1, 10)
    else:
        t = ((yy + rng.uniform(0, 0.5) * xx) % rng.uniform(8, 60) < 1.5) * rng.uniform(-40, 40)
    return t[..., None].astype(np.float32)


def scene(rng, h: int, w: int) -> np.ndarray:
    """A still background, float RGB."""
    canvas = gradient(rng, h, w)
    kind = rng.integers(0, 5)
    if kind == 1:
        canvas += np.stack([spectrum_noise(rng, h, w, rng.uniform(0.8, 1.6))
                            for _ in range(3)], -1) * rng.uniform(10, 50)
    elif kind >= 2:
        horizon = int(h * rng.uniform(0.3, 0.7))
        for _ in range(rng.integers(2, 9)):
            bw, bh = int(rng.integers(w // 12, w // 3)), int(rng.integers(h // 8, h // 2))
            facade(rng, canvas, int(rng.integers(-20, w)), horizon - bh, bw, bh)
        cv2.rectangle(canvas, (0, horizon), (w, h), colour(rng), -1)
        vanish = (int(rng.integers(0, w)), horizon)
        for _ in range(rng.integers(0, 9)):
            cv2.line(canvas, vanish, (int(rng.integers(-w, 2 * w)), h), colour(rng), int(rng.integers(1, 8)),
                     cv2.LINE_AA if rng.random() < 0.5 else cv2.LINE_8)
    for _ in range(rng.integers(0, 14)):
        centre = (int(rng.integers(0, w)), int(rng.integers(0, h)))
        if rng.random() < 0.5:
            cv2.ellipse(canvas, centre, (int(rng.integers(3, w // 6)), int(rng.integers(3, h // 6))),
                        rng.uniform(0, 180), 0, 360, colour(rng), -1, cv2.LINE_AA)
        else:
            points = np.array(centre) + rng.integers(-w // 8, w // 8, (int(rng.integers(3, 7)), 2))
            cv2.fillPoly(canvas, [points.astype(np.int32)], colour(rng))
    for _ in range(rng.integers(0, 3)):
        y0, x0 = int(rng.integers(0, h - 16)), int(rng.integers(0, w - 16))
        y1, x1 = int(rng.integers(y0 + 16, h + 1)), int(rng.integers(x0 + 16, w + 1))
        canvas[y0:y1, x0:x1] += texture(rng, y1 - y0, x1 - x0)
    if rng.random() < 0.5:
        canvas += texture(rng, h, w) * rng.uniform(0.2, 0.7)
    return canvas.clip(0, 255)


def film(rng, n: int, h: int, w: int, noise: float | None = None) -> np.ndarray:
    """n frames of a drawn scene with moving things, changing light, sensor noise and a burnt-in clock."""
    still = scene(rng, h, w)
    if rng.random() < 0.3:
        still = cv2.GaussianBlur(still, (0, 0), rng.uniform(0.4, 1.5))
    things = [(rng.uniform(0, w), rng.uniform(0, h), rng.normal(0, 3), rng.normal(0, 1), int(rng.integers(6, 90)),
               int(rng.integers(6, 60)), colour(rng), colour(rng)) for _ in range(rng.integers(0, 7))]
    sigma = float(rng.choice([0, 1, 2, 3, 5])) * rng.uniform(0.6, 1.4) if noise is None else noise
    light, clock, moving_noise = rng.uniform(-0.6, 0.6), rng.random() < 0.5, rng.random() < 0.85
    frozen = rng.standard_normal((h, w, 1)).astype(np.float32)
    grey_noise = rng.random() < 0.5
    out = np.empty((n, h, w, 3), np.uint8)
    for i in range(n):
        f = still + light * i
        for x, y, vx, vy, bw, bh, body, glass in things:
            px, py = int(x + vx * i) % w, int(y + vy * i) % h
            cv2.rectangle(f, (px, py), (px + bw, py + bh), body, -1)
            cv2.rectangle(f, (px + bw // 5, py + bh // 6), (px + bw // 2, py + bh // 2), glass, -1)
            cv2.circle(f, (px + bw // 4, py + bh), max(2, bh // 6), (20, 20, 20), -1, cv2.LINE_AA)
        if sigma:
            f = f + sigma * (rng.standard_normal(
                (h, w, 1 if grey_noise else 3)).astype(np.float32) if moving_noise else frozen)
        out[i] = (f + 0.5).clip(0, 255)
        if clock:
            cv2.putText(out[i], f'CAM {i // 10:02d}:{i % 10:02d}', (8, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5,
                        (255, 255, 255), 1, cv2.LINE_8)
    return out


def moving_still(rng, rgb: np.ndarray, n: int) -> np.ndarray:
    """n frames of a camera that looks at a photograph: fixed or panning by whole pixels, slight light changes."""
    h, w = rgb.shape[:2]
    pan = int(rng.choice([0, 0, 1, 2]))
    light = rng.normal(0, 0.3)
    return np.stack([(np.roll(rgb, pan * i, 1).astype(np.float32) + light * i + 0.5).clip(0, 255).astype(np.uint8)
                     for i in range(n)])
