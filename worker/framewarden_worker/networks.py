"""The networks of a bundle on one provider."""

from __future__ import annotations

from typing import Any

import numpy
import onnxruntime

from .proof import prove
from .providers import chain_of, open_session, session_options


class Network:
    """One graph. Input and outputs are bound: the frame is copied to the device once, and what comes back lies where
    the next run writes again, so it is to be sent before."""

    def __init__(self, model: bytes, graph: dict[str, Any], open_: dict[str, Any]) -> None:
        self.provider = open_["provider"]
        self.cores = open_["cores"]
        self.input = graph["input"]
        self.device = "cpu" if self.provider == "cpu" else "cuda"
        chain = chain_of(self.provider, open_)
        self._open = lambda options: open_session(model, self.provider, chain, options)
        self.session = self._open(session_options(self.cores))
        self.outputs = [meta.name for meta in self.session.get_outputs()]
        self.shape: tuple[int, ...] | None = None

    def facts(self) -> dict[str, Any]:
        """Inputs and outputs as the network itself has them."""
        return {
            "inputs": [described(meta) for meta in self.session.get_inputs()],
            "outputs": [described(meta) for meta in self.session.get_outputs()],
        }

    def prove(self, array: numpy.ndarray) -> dict[str, int]:
        return prove(self._open, session_options(self.cores), {self.input: array})

    def run(self, array: numpy.ndarray) -> list[tuple[str, numpy.ndarray]]:
        if self.shape != array.shape:
            self._bind(array)
        else:
            self.frame.update_inplace(array)
        self.session.run_with_iobinding(self.binding)
        return list(zip(self.outputs, self.binding.copy_outputs_to_cpu()))

    def _bind(self, array: numpy.ndarray) -> None:
        self.shape = None
        self.frame = onnxruntime.OrtValue.ortvalue_from_numpy(array, self.device, 0)
        self.binding = self.session.io_binding()
        self.binding.bind_ortvalue_input(self.input, self.frame)
        for name in self.outputs:
            self.binding.bind_output(name, "cpu")
        self.shape = array.shape


def described(meta: Any) -> dict[str, Any]:
    """`tensor(float)` as float32; a size that is open has a name, or none."""
    kind = meta.type[len("tensor(") : -1] if meta.type.startswith("tensor(") else None
    shape = [size if isinstance(size, int) else str(size or "") for size in meta.shape]
    names = {"float": "float32", "double": "float64"}
    return {"name": meta.name, "isTensor": kind is not None, "type": names.get(kind, kind), "shape": shape}
