"""The grid of 1/255 that 8-bit pictures lie on."""
from torch import Tensor


def on_grid(x: Tensor) -> Tensor:
    """float in 0..1, rounded to steps of 1/255."""
    return (x * 255).round().clamp(0, 255) / 255
