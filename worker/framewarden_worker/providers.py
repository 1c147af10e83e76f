"""Execution providers: what ONNX Runtime is asked for, and whether it took it."""

from __future__ import annotations

import os
from typing import Any

import onnxruntime

NAMES = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider", "tensorrt": "TensorrtExecutionProvider"}


def chain_of(provider: str, open_: dict[str, Any]) -> list[Any]:
    """`providers` of a session: TensorRT leaves to CUDA what it cannot compile. Raises where this wheel lacks it."""
    name = NAMES[provider]
    available = onnxruntime.get_available_providers()
    if name not in available:
        raise RuntimeError(f"not in this onnxruntime {onnxruntime.__version__}: it has {', '.join(available)}")
    # The search by trying takes seconds for each new frame size, while frames wait (onnxruntime.ai, CUDA provider).
    cuda = (NAMES["cuda"], {"cudnn_conv_algo_search": "HEURISTIC"})
    return {"cpu": [name], "cuda": [cuda], "tensorrt": [(name, tensorrt_options(open_)), cuda]}[provider]


def tensorrt_options(open_: dict[str, Any]) -> dict[str, Any]:
    """Engines, with the sizes that they take, and timings are kept in `cache`: built in minutes, loaded in seconds.
    Source: onnxruntime.ai, TensorRT execution provider."""
    options = {"trt_fp16_enable": open_["fp16"], "trt_int8_enable": open_["int8"]}
    cache = open_.get("cache")
    if cache:
        os.makedirs(cache, mode=0o700, exist_ok=True)
        options.update(
            trt_engine_cache_enable=True, trt_engine_cache_path=cache,
            trt_timing_cache_enable=True, trt_timing_cache_path=cache,
        )  # fmt: skip
    return options


def session_options(cores: int) -> onnxruntime.SessionOptions:
    """As src/inference/runtime.ts, where each figure stands."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def open_session(
    model: bytes, provider: str, chain: list[Any], options: onnxruntime.SessionOptions
) -> onnxruntime.InferenceSession:
    """Raises where ONNX Runtime would quietly go on without `provider`, as it does where its libraries are missing."""
    session = onnxruntime.InferenceSession(model, options, providers=chain)
    session.disable_fallback()
    if NAMES[provider] not in session.get_providers():
        raise RuntimeError(f"onnxruntime {onnxruntime.__version__} started without it")
    return session
