"""More that happens to a fixed camera without an attacker; none of it was looked at when margins and tails were chosen
(happenings.py was).

RGB uint8 [n, H, W, 3] in and out, from frame 0 of what is given. `rng` is a numpy generator; `fps` frames a second.
Strength is drawn anew each time."""
import cv2
import numpy as np

from lib.nuisances import frames as nuisances


def _t(f, fps) -> np.ndarray:
    return np.arange(len(f), dtype=np.float32) / fps


def _grid(f) -> tuple[np.ndarray, np.ndarray]:
    h, w = f.shape[1:3]
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    return yy, xx


def _scaled(f, gain) -> np.ndarray:
    """Each frame times its gain: [n] or [n, H, W] or [n, H, W, 3]."""
    return np.stack([(x * (g if np.ndim(g) != 2 else g[..., None]) + 0.5).clip(0, 255).astype(np.uint8)
                     for x, g in zip(f, gain)])


def _warped(f, m) -> np.ndarray:
    return np.stack([
        cv2.warpAffine(x, np.float32(a), (x.shape[1], x.shape[0]), borderMode=cv2.BORDER_REFLECT)
        for x, a in zip(f, m)])


def snowfall(rng, f, fps):
    """Flakes that sink and drift, large ones near the lens."""
    n, h, w, _ = f.shape
    k = int(rng.integers(60, 400))
    x, y, r, v = rng.uniform(0, w, k), rng.uniform(0, h, k), rng.integers(1, 5, k), rng.uniform(0.1, 0.5, k) * h
    out = f.copy()
    for i, p in enumerate(out):
        for xs, ys, rs in zip((x + 20 * np.sin(i / fps + y)) % w, (y + v * i / fps) % h, r):
            cv2.circle(p, (int(xs), int(ys)), int(rs), (225,) * 3, -1, cv2.LINE_AA)
    return out


def lightning(rng, f, fps):
    """The sky lights the scene up for a frame or two, again and again."""
    gain = np.ones(len(f), np.float32)
    for at in rng.integers(0, len(f), max(1, len(f) // 25)):
        gain[at:at + int(rng.integers(1, 3))] = rng.uniform(1.3, 2.5)
    return _scaled(f, gain)


def cloud_shadows(rng, f, fps):
    """Sun and shade cross the view within ten seconds."""
    yy, xx = _grid(f)
    depth, span, speed = rng.uniform(0.2, 0.6), rng.uniform(0.3, 1) * f.shape[2], rng.uniform(0.05, 0.3) * f.shape[2]
    return _scaled(f, (1 - depth * (0.5 + 0.5 * np.tanh(3 * np.sin((xx + 0.3 * yy - speed * t) / span * 3)))
                       for t in _t(f, fps)))


def sun_glare(rng, f, fps):
    """A low sun comes round the corner: a bright veil with a white core."""
    yy, xx = _grid(f)
    h, w = f.shape[1:3]
    x, y, r = rng.uniform(0, w), rng.uniform(0, h / 2), rng.uniform(0.1, 0.25) * w
    d = (xx - x) ** 2 + (yy - y) ** 2
    glow = (rng.uniform(60, 140) * np.exp(-d / (18 * r * r)) + 200 * np.exp(-d / (2 * r * r)))[..., None]
    return np.stack([(p + glow * min(1, t / 4)).clip(0, 255).astype(np.uint8) for p, t in zip(f, _t(f, fps))])


def spider_web(rng, f, fps):
    """Bright threads before the lens, out of focus, lit by infra-red, swaying."""
    n, h, w, _ = f.shape
    layer = np.zeros((h, w), np.float32)
    for _ in range(int(rng.integers(4, 12))):
        a, b = rng.uniform(0, w, 2), rng.uniform(0, h, 2)
        cv2.line(layer, (int(a[0]), int(b[0])), (int(a[1]), int(b[1])), rng.uniform(80, 200), int(rng.integers(1, 4)),
                 cv2.LINE_AA)
    layer = cv2.GaussianBlur(layer, (0, 0), rng.uniform(1, 3))
    sway = rng.uniform(1, 8)
    return np.stack([(p + np.roll(layer, int(sway * np.sin(2 * t)), 1)[..., None]).clip(0, 255).astype(np.uint8)
                     for p, t in zip(f, _t(f, fps))])


def pole_in_wind(rng, f, fps):
    """The mast sways: a slow swing and a rolling shutter's lean."""
    a, b, w = rng.uniform(2, 10), rng.uniform(0, 0.02), rng.uniform(1, 6)
    return _warped(f, [[[1, b * np.cos(w * t), a * np.sin(w * t)], [0, 1, 0.4 * a * np.sin(1.3 * w * t)]]
                       for t in _t(f, fps)])


def light_bands(rng, f, fps):
    """Rolling shutter under mains light: dark bands that crawl."""
    yy, _ = _grid(f)
    depth, bands, speed = rng.uniform(0.08, 0.35), rng.uniform(1, 5), rng.uniform(0.5, 6)
    return _scaled(f, (1 - depth * (0.5 + 0.5 * np.sin(2 * np.pi * bands * yy / f.shape[1] + speed * t))
                       for t in _t(f, fps)))


def blue_lights(rng, f, fps):
    """An ambulance stands in view: the scene turns blue, red or amber twice a second."""
    tint = np.array([(0.5, 0.6, 1.8), (1.8, 0.6, 0.5), (1.6, 1.2, 0.4)][rng.integers(0, 3)], np.float32)
    strength, rate = rng.uniform(0.2, 0.9), rng.uniform(1, 3)
    return _scaled(f, (1 + strength * (tint - 1) * (np.sin(2 * np.pi * rate * t) > 0) for t in _t(f, fps)))


def smoke(rng, f, fps):
    """Grey plumes rise through the picture."""
    h, w = f.shape[1:3]
    field = cv2.GaussianBlur(rng.standard_normal((3 * h, w)).astype(np.float32), (0, 0), w / 14)
    field = ((field - field.min()) / np.ptp(field)) ** 2 * rng.uniform(0.6, 1)
    out = []
    for p, t in zip(f, _t(f, fps)):
        y = int((20 * t) % (2 * h))
        a = field[y:y + h, :, None] * min(1, t / 5)
        out.append((p * (1 - a) + 150 * a).astype(np.uint8))
    return np.stack(out)


def water(rng, f, fps):
    """The lower half is wet: it mirrors and ripples."""
    n, h, w, _ = f.shape
    yy, xx = _grid(f)
    top, a = int(h * rng.uniform(0.45, 0.7)), rng.uniform(1, 5)
    out = f.copy()
    for p, t in zip(out, _t(f, fps)):
        turned = cv2.remap(p, xx + a * np.sin(yy / 4 + 5 * t),
                           np.abs(2 * top - yy) + a * np.cos(xx / 9 + 3 * t), cv2.INTER_LINEAR,
                           borderMode=cv2.BORDER_REFLECT)
        p[top:] = p[top:] // 2 + turned[top:] // 2
    return out


def branch_shadow(rng, f, fps):
    """Leaves throw a moving, blotched shadow."""
    h, w = f.shape[1:3]
    field = cv2.GaussianBlur(rng.standard_normal((h, w)).astype(np.float32), (0, 0), rng.uniform(3, 12))
    mask = 1 - rng.uniform(0.2, 0.6) * (field > 0)
    a = rng.uniform(3, 15)
    return _scaled(f, (cv2.GaussianBlur(np.roll(mask, (int(a * np.sin(1.7 * t)), int(a * np.sin(2.3 * t))), (0, 1)),
                                        (0, 0), 1.5) for t in _t(f, fps)))


def falling_leaves(rng, f, fps):
    """Small coloured things tumble down."""
    n, h, w, _ = f.shape
    k = int(rng.integers(10, 60))
    x, y, v = rng.uniform(0, w, k), rng.uniform(0, h, k), rng.uniform(0.2, 0.8, k) * h
    colours = rng.integers(30, 200, (k, 3))
    out = f.copy()
    for p, t in zip(out, _t(f, fps)):
        for j in range(k):
            at = (int((x[j] + 30 * np.sin(2 * t + j)) % w), int((y[j] + v[j] * t) % h))
            cv2.ellipse(p, at, (7, 3),
                        float(90 * t + 40 * j) % 360, 0, 360, tuple(int(c) for c in colours[j]), -1, cv2.LINE_AA)
    return out


def faded_colour(rng, f, fps):
    """Saturation goes down over seconds, as in twilight or after a setting."""
    keep = rng.uniform(0.1, 0.6)
    out = []
    for p, t in zip(f, _t(f, fps)):
        s = 1 - (1 - keep) * min(1, t / 6)
        out.append((p * s + p.mean(-1, keepdims=True) * (1 - s) + 0.5).clip(0, 255).astype(np.uint8))
    return np.stack(out)


def white_balance(rng, f, fps):
    """The camera looks for white: red and blue gain wander."""
    r, b = rng.uniform(0.75, 1.35), rng.uniform(0.75, 1.35)
    return _scaled(f, (1 + np.array([r - 1, 0, b - 1], np.float32) * np.sin(0.6 * t) for t in _t(f, fps)))


def exposure_hunt(rng, f, fps):
    """Automatic exposure overshoots and swings back."""
    a, w = rng.uniform(0.15, 0.45), rng.uniform(1, 4)
    return _scaled(f, 1 + a * np.sin(w * _t(f, fps)))


def wide_dynamic_range(rng, f, fps):
    """WDR is switched on: local contrast, halos, noise lifted from the shade."""
    clahe = cv2.createCLAHE(rng.uniform(1.5, 5), (8, 8))
    out = []
    for p in f:
        lab = cv2.cvtColor(p, cv2.COLOR_RGB2LAB)
        lab[..., 0] = clahe.apply(lab[..., 0])
        out.append(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))
    return np.stack(out)


def combing(rng, f, fps):
    """An interlaced source: odd lines are a field older."""
    out = f.copy()
    out[1:, 1::2] = f[:-1, 1::2]
    return out


def starved_encoder(rng, f, fps):
    """An encoder in the camera runs out of bits: coarse blocks that come and go."""
    q = rng.integers(6, 18)
    return np.stack([
        cv2.imdecode(
            cv2.imencode('.jpg', x, [cv2.IMWRITE_JPEG_QUALITY,
                                     int(q + 15 * (0.5 + 0.5 * np.sin(0.8 * t)))])[1], cv2.IMREAD_COLOR)
        for x, t in zip(f, _t(f, fps))])


def dirt(rng, f, fps):
    """Specks and a smear stick to the dome."""
    h, w = f.shape[1:3]
    mask = np.zeros((h, w), np.float32)
    for _ in range(int(rng.integers(10, 60))):
        cv2.circle(mask, (int(rng.integers(0, w)), int(rng.integers(0, h))), int(rng.integers(2, 14)),
                   rng.uniform(0.3, 0.9), -1)
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(1, 4))
    return _scaled(f, (1 - mask for _ in f))


def infrared_spot(rng, f, fps):
    """Night with the camera's own lamp: grey, a bright middle, dark corners, gain noise."""
    yy, xx = _grid(f)
    h, w = f.shape[1:3]
    spot = 0.15 + 1.2 * np.exp(-((xx - w / 2) ** 2 + (yy - h / 2) ** 2) / (2 * (rng.uniform(0.2, 0.4) * w) ** 2))
    grey = np.repeat(f.mean(-1, keepdims=True), 3, -1).astype(np.uint8)
    return nuisances.sensor_noise(rng, _scaled(grey, (spot for _ in f)), rng.uniform(1, 5))


def bird(rng, f, fps):
    """A bird flies past close to the lens, dark and blurred by its speed."""
    n, h, w, _ = f.shape
    out, r = f.copy(), int(rng.uniform(0.06, 0.2) * h)
    for p, t in zip(out, _t(f, fps)):
        x = int((w * 0.7 * t) % (3 * w)) - r
        layer = np.zeros((h, w), np.float32)
        cv2.ellipse(layer, (x, int(h * (0.4 + 0.15 * np.sin(7 * t)))), (2 * r, r // 2), 20 * np.sin(9 * t), 0, 360, 1,
                    -1)
        p[:] = p * (1 - 0.85 * cv2.blur(layer, (25, 3))[..., None])
    return out


def slow_shutter(rng, f, fps):
    """Night exposure of a fifth of a second and more: frames are averages, moving things smear."""
    k = int(rng.integers(2, 5))
    padded = np.concatenate([np.repeat(f[:1], k - 1, 0), f]).astype(np.float32)
    return np.stack([padded[i:i + k].mean(0) for i in range(len(f))]).astype(np.uint8)


def heat_shimmer(rng, f, fps):
    """Air over hot asphalt: fine, fast wobble."""
    h, w = f.shape[1:3]
    yy, xx = _grid(f)
    a = rng.uniform(0.5, 2.5)
    out = []
    for p in f:
        d = cv2.resize(
            rng.standard_normal((h // 16, w // 16, 2)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
        out.append(cv2.remap(p, xx + a * d[..., 0], yy + a * d[..., 1], cv2.INTER_LINEAR,
                             borderMode=cv2.BORDER_REFLECT))
    return np.stack(out)


def sensor_fault(rng, f, fps):
    """Dead columns, hot pixels and a row that flickers."""
    out, (_, h, w, _) = f.copy(), f.shape
    for x in rng.integers(0, w, int(rng.integers(1, 6))):
        out[:, :, x] = int(rng.integers(0, 256))
    for y, x in zip(rng.integers(0, h, 40), rng.integers(0, w, 40)):
        out[:, y, x] = 255
    out[::2, int(rng.integers(0, h))] = 200
    return out


def torch_light(rng, f, fps):
    """The dark scene is searched with a torch."""
    yy, xx = _grid(f)
    h, w = f.shape[1:3]
    r, low = rng.uniform(0.1, 0.2) * w, rng.uniform(0.1, 0.3)
    spots = (low + 0.9 * np.exp(-((xx - w * (0.5 + 0.4 * np.sin(0.9 * t))) ** 2 +
                                  (yy - h * (0.5 + 0.3 * np.cos(1.3 * t))) ** 2) / (2 * r * r)) for t in _t(f, fps))
    return nuisances.sensor_noise(rng, _scaled(f, spots), rng.uniform(1, 4))


def zoom(rng, f, fps):
    """The lens zooms in over three seconds and stays."""
    h, w = f.shape[1:3]
    to = rng.uniform(1.1, 1.8)
    z = [1 + (to - 1) * min(1, t / 3) for t in _t(f, fps)]
    return _warped(f, [[[s, 0, (1 - s) * w / 2], [0, s, (1 - s) * h / 2]] for s in z])


def frozen_then_jump(rng, f, fps):
    """The stream hangs for two seconds and goes on where the scene is by then."""
    out, k = f.copy(), max(2, int(2 * fps))
    for at in range(k, len(f) - k, 3 * k):
        out[at:at + k] = f[at]
    return out


def screen_in_view(rng, f, fps):
    """A monitor stands in view: bright changing colours, with moire."""
    n, h, w, _ = f.shape
    yy, xx = _grid(f)
    y, x, hh, ww = h // 4, w // 4, h // 3, w // 3
    moire = (1 +
             rng.uniform(0.1, 0.4) * np.sin(xx * rng.uniform(0.8, 2.5)) * np.sin(yy * rng.uniform(0.8, 2.5)))[y:y + hh,
                                                                                                              x:x + ww,
                                                                                                              None]
    out = f.copy()
    for i, p in enumerate(out):
        p[y:y + hh, x:x + ww] = (np.random.default_rng(i // int(fps)).integers(40, 230, 3) * moire).clip(0, 255)
    return out


ALL = {
    k: v
    for k, v in list(globals().items())
    if callable(v) and not k.startswith('_') and getattr(v, '__module__', '') == __name__}
