"""Where networks run, and at what precision they learn."""
import ctypes
from contextlib import nullcontext, suppress
from pathlib import Path

import torch

# glibc returns large tensors at once and asks for cleared pages again: half of the time at 512x512
with suppress(OSError, AttributeError):
    for option, value in ((-4, 0), (-1, 2 ** 31 - 1)):  # M_MMAP_MAX, M_TRIM_THRESHOLD
        ctypes.CDLL('libc.so.6').mallopt(option, value)
DEVICE = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
# Without AVX-512 BF16 or AMX bfloat16 is emulated, ten times slower than FP32.
BF16 = DEVICE.type == 'cuda' or any(flag in Path('/proc/cpuinfo').read_text() for flag in ('avx512_bf16', 'amx_bf16'))


def autocast():
    """bfloat16 where the machine has it. For training alone: evaluations stay FP32."""
    return torch.autocast(DEVICE.type, torch.bfloat16) if BF16 else nullcontext()
