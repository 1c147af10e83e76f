"""What happens before a fixed camera for half a minute without anybody tampering: RGB uint8 [n, H, W, 3] in and out.

Those of `happenings` that last, and those that look like tamper: somebody close by, a lorry that stops, headlights, a
restart, presets.
"""
import cv2
import numpy as np

from lib.nuisances import frames as nuisances

from . import happenings
from .tampers import blurred, ramp


def person_close(rng, f, fps):
    """Somebody walks up, stands before the camera with half to two thirds of the view, moves a little, and goes."""
    n, h, w, _ = f.shape
    width, height = w * rng.uniform(0.5, 0.68), h * rng.uniform(0.85, 1.1)
    cloth = cv2.resize(
        rng.integers(30, 200, (14, 10, 3)).astype(np.uint8), (int(width), int(height)), interpolation=cv2.INTER_CUBIC)
    out, stay = f.copy(), rng.uniform(8, 20)
    for i, p in enumerate(out):
        t = i / fps
        x = w * (0.5 - 1.3 * max(0, 1 - t / 1.5) + 1.3 * max(0, (t - 1.5 - stay) / 1.5)) + 12 * np.sin(t * 1.3)
        left, top = int(x - width / 2), int(h - height)
        mask = np.zeros((h, w), np.uint8)
        cv2.ellipse(mask, (int(x), h), (int(width / 2), int(height)), 0, 0, 360, 255, -1, cv2.LINE_AA)
        layer = np.zeros_like(p)
        x0, x1, y0, y1 = max(0, left), min(w, left + cloth.shape[1]), max(0, top), min(h, top + cloth.shape[0])
        if x1 <= x0:
            continue
        layer[y0:y1, x0:x1] = cloth[y0 - top:y1 - top, x0 - left:x1 - left]
        a = (mask[..., None] / 255).astype(np.float32)
        p[:] = p * (1 - a) + layer * a
    return out


def lorry_stops(rng, f, fps):
    """A lorry's flat side fills half to three quarters of the view and stays."""
    n, h, w, _ = f.shape
    out, c, share = f.copy(), rng.integers(30, 230, 3), rng.uniform(0.5, 0.72)
    for i, p in enumerate(out):
        edge = int(w * share * min(1, i / fps / 2))
        p[h // 12:, :edge] = c
        p[h // 3:h // 2, edge // 8:edge // 2] = 255 - c
        cv2.putText(p, 'CARGO 24', (edge // 6 + 2, h * 2 // 3), cv2.FONT_HERSHEY_DUPLEX, 1.2, (int(c[0]) ^ 255,) * 3, 2,
                    cv2.LINE_AA)
    return out


def headlights_stay(rng, f, fps):
    """A car stops with its headlights towards the camera: two glaring discs with their veil, for as long as it
    stands."""
    n, h, w, _ = f.shape
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    x, y, r = w * rng.uniform(0.2, 0.7), h * rng.uniform(0.4, 0.7), w * rng.uniform(0.02, 0.05)
    glow = sum(300 * np.exp(-((xx - x - d) ** 2 + (yy - y) ** 2) / (2 * r * r))
               for d in (0, 5 * r)) + 60 * np.exp(-np.hypot(xx - x, yy - y) / (0.4 * w))
    dim = f * np.float32(rng.uniform(0.4, 1))
    return np.stack([(p + a * glow[..., None]).clip(0, 255).astype(np.uint8) for p, a in zip(dim, ramp(n, 2, fps))])


def infrared_and_back(rng, f, fps):
    out, k = happenings.infrared(rng, f, fps), len(f) * 2 // 3
    out[k:] = f[k:]
    return out


def infrared_lamp(rng, f, fps):
    """The filter swings out and the camera's own lamp lights the middle: another light, no colour, gain noise."""
    n, h, w, _ = f.shape
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    spot = 0.25 + 0.9 * np.exp(-((xx - w / 2) ** 2 + (yy - h * 0.55) ** 2) / (2 * (0.35 * w) ** 2))
    grey = f[..., 1] * rng.uniform(0.3, 0.7) + f[..., 0] * 0.3
    return nuisances.sensor_noise(rng,
                                  np.repeat((grey * spot)[..., None], 3, 3).clip(0, 255).astype(np.uint8),
                                  rng.uniform(1, 3))


def exposure_hunt(rng, f, fps):
    """The exposure overshoots and comes back within 3 s."""
    t = np.arange(len(f)) / fps
    gain = 1 + rng.choice([-0.6, 0.9]) * np.exp(-t / 1.2)
    return (f * gain[:, None, None, None]).clip(0, 255).astype(np.uint8)


def focus_hunts(rng, f, fps):
    """The autofocus looks for its place for 3 s."""
    t = np.arange(len(f)) / fps
    s = np.where(t < 3, 3 * np.abs(np.sin(t * np.pi * 0.8)), 0)
    return np.stack([blurred(x, float(a)) for x, a in zip(f, s)])


def fog_thick(rng, f, fps):
    return happenings._mix(f, np.full_like(f, int(rng.integers(130, 200))),
                           ramp(len(f), 15, fps) * rng.uniform(0.6, 0.8))


def snowfall(rng, f, fps):
    out, h, w = f.copy(), f.shape[1], f.shape[2]
    for p in out:
        for x, y in zip(rng.integers(0, w, 250), rng.integers(0, h, 250)):
            cv2.circle(p, (int(x), int(y)), int(rng.integers(1, 4)), (235,) * 3, -1, cv2.LINE_AA)
    return out


def low_sun(rng, f, fps):
    """The sun comes into a corner of the view: burnt out there, a veil over the rest."""
    n, h, w, _ = f.shape
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    r = np.hypot(xx - w * rng.choice([0.1, 0.9]), yy)
    glow = 300 / (1 + np.exp((r - 0.1 * w) / (0.03 * w))) + 70 * np.exp(-r / (0.5 * w))
    return np.stack([(x + a * glow[..., None]).clip(0, 255).astype(np.uint8) for x, a in zip(f, ramp(n, 10, fps))])


def mains_bands(rng, f, fps):
    """Mains light against the shutter: faint bands that wander."""
    n, h, w, _ = f.shape
    rows = np.arange(h)
    a = rng.uniform(0.01, 0.04)
    return np.stack([
        (x * (1 + a * np.sin(2 * np.pi * rows / h * 1.5 + i * 0.9))[:, None, None]).clip(0, 255).astype(np.uint8)
        for i, x in enumerate(f)])


def reboot(rng, f, fps):
    """A gap in the stream (labels.csv says how long), then a camera that finds its exposure and focus."""
    t = np.arange(len(f)) / fps
    gain = 1 - 0.9 * np.exp(-t / 0.8)
    return np.stack([blurred((x * g).astype(np.uint8), float(s)) for x, g, s in zip(f, gain, 3 * np.exp(-t / 0.8))])


def presets(rng, f, fps):
    """A PTZ camera turns to two other views, 8 s each, and back; judged with `views: 3`."""
    n, h, w, _ = f.shape
    out, k = f.copy(), 8 * fps
    for at, (y, x, flip) in ((0, (h // 4, w // 4, True)), (k, (0, w // 2, False))):
        some = f[at:at + k, y:y + h // 2, x:x + w // 2]
        out[at:at + k] = np.stack([
            cv2.resize(p, (w, h), interpolation=cv2.INTER_CUBIC)[:, ::-1 if flip else 1] for p in some])
    return out


def still_scene(rng, f, fps):
    """Nothing moves for half a minute; the sensor's noise goes on."""
    return np.repeat(f[:1], len(f), 0)


_LASTING = ('lights_off', 'dusk', 'infrared', 'headlights', 'rain', 'fog', 'sharpened', 'shake', 'insect', 'crowd',
            'droplet', 'overlay', 'smear', 'stutter', 'flicker', 'noise_reduction', 'recompressed')
ALL = {k: happenings.ALL[k]
       for k in _LASTING} | {
           k: v
           for k, v in list(globals().items())
           if callable(v) and not k.startswith('_') and getattr(v, '__module__', '') == __name__}
