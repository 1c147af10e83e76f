"""The universal patterns that ship, as signs."""
import cv2
import numpy as np

from lib.run import MODELS

NAMES = {'yolox': 'universal-640x360.png', 'face': 'universal-face-640x360.png'}
FOLDER = MODELS / 'camera/patterns'


def pattern(detector: str) -> np.ndarray:
    """What hides things from this detector -> float32 [360, 640, 1] in -1..1."""
    return (cv2.imread(str(FOLDER / NAMES[detector]), cv2.IMREAD_GRAYSCALE).astype(np.float32)[..., None] - 128) / 127


def tiled(pattern: np.ndarray, h: int, w: int) -> np.ndarray:
    """Repeated and cut to float32 [h, w, C]."""
    return np.tile(pattern, (-(-h // pattern.shape[0]), -(-w // pattern.shape[1]), 1))[:h, :w].astype(np.float32)
