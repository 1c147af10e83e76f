"""The program: says hello, then answers one message after the other until its standard input ends."""

from __future__ import annotations

import os
import platform
import signal
import sys
import time
from typing import Any

from .wire import Wire

PROTOCOL = 1


def main() -> int:
    # What a library prints (TensorRT does) goes to standard error: nothing but messages on the pipe.
    wire = Wire(os.fdopen(0, "rb", buffering=0, closefd=False), os.fdopen(os.dup(1), "wb", buffering=0))
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole foreground group; the parent decides
    try:
        import numpy
        import onnxruntime
    except Exception as error:  # a wheel for another machine raises anything
        wire.write({"type": "unfit", "text": f"Python {platform.python_version()}: {one_line(error)}"})
        return 1
    wire.write({
        "type": "hello", "protocol": PROTOCOL, "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__, "numpy": numpy.__version__,
        "providers": onnxruntime.get_available_providers(),
    })  # fmt: skip
    return serve(wire)


def serve(wire: Wire) -> int:
    networks: dict[str, Any] = {}
    while True:
        message = wire.read()
        if message is None:
            return 0
        header, parts = message
        started = time.perf_counter()
        try:
            reply, sent = answer(networks, header, parts)
            reply["ms"] = (time.perf_counter() - started) * 1e3
        except Exception as error:  # the provider's words go back; the next message may do
            reply, sent = {"type": "failed", "text": one_line(error)}, []
        wire.write({**reply, "id": header["id"]}, sent)


def answer(networks: dict[str, Any], header: dict[str, Any], parts: list[bytearray]) -> tuple[dict, list]:
    """Header of the reply and its parts. Raises what ONNX Runtime says."""
    import numpy

    from .networks import Network

    if header["type"] == "open":
        networks.clear()
        for (name, graph), model in zip(header["graphs"].items(), parts):
            networks[name] = Network(bytes(model), graph, header)
        return {"type": "opened", "graphs": {name: network.facts() for name, network in networks.items()}}, []
    network = networks[header["graph"]]
    array = numpy.frombuffer(parts[0], dtype=header["dtype"]).reshape(header["dims"])
    if header["type"] == "prove":
        return {"type": "proved", "proof": network.prove(array)}, []
    ran = network.run(array)
    outputs = [{"name": name, "type": array.dtype.name, "dims": array.shape} for name, array in ran]
    return {"type": "ran", "outputs": outputs}, [numpy.ascontiguousarray(array).reshape(-1) for _, array in ran]


def one_line(error: BaseException) -> str:
    text = f"{error}".strip() or type(error).__name__
    return text.splitlines()[0][:500]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.exit(0)  # the guard has gone
