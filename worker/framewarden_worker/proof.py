"""Proof of what runs: ONNX Runtime may place nodes elsewhere than asked; its profile says where each one ran."""

from __future__ import annotations

import collections
import json
import tempfile
from typing import Any, Callable

import numpy
import onnxruntime


def prove(
    open_session: Callable[[onnxruntime.SessionOptions], onnxruntime.InferenceSession],
    options: onnxruntime.SessionOptions,
    feeds: dict[str, numpy.ndarray],
) -> dict[str, int]:
    """Nodes by provider of one run, in a session of its own: the one that works is not slowed."""
    with tempfile.TemporaryDirectory(prefix="framewarden-proof-") as folder:
        options.enable_profiling = True
        options.profile_file_prefix = f"{folder}/run"
        session = open_session(options)
        session.run(None, feeds)
        with open(session.end_profiling()) as profile:
            return nodes_by_provider(json.load(profile))


def nodes_by_provider(events: list[dict[str, Any]]) -> dict[str, int]:
    ran = [e for e in events if e.get("cat") == "Node" and e.get("name", "").endswith("_kernel_time")]
    return dict(collections.Counter(e.get("args", {}).get("provider", "unknown") for e in ran))
