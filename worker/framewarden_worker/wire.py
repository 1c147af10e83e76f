"""Messages on a pipe: u32 little-endian length of a JSON header, the header, then as many bytes as its `parts` say."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

Header = dict  # of JSON values
MOST_HEADER_BYTES = 1 << 20
MOST_PART_BYTES = 1 << 30


class Wire:
    """Both directions; `read` and `write` block. Each part is memory of its own."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self.source, self.sink = source, sink  # unbuffered: FileIO

    def read(self) -> tuple[Header, list[bytearray]] | None:
        """The next message; None where the other end has closed between two. Raises ValueError for what is none."""
        length = self._bytes(4, may_end=True)
        if length is None:
            return None
        (n,) = struct.unpack("<I", length)
        if n > MOST_HEADER_BYTES:
            raise ValueError(f"a header of {n} bytes")
        header = json.loads(bytes(self._bytes(n)))
        sizes = header.get("parts", [])
        if any(not 0 <= size <= MOST_PART_BYTES for size in sizes):
            raise ValueError(f"parts of {sizes} bytes")
        return header, [self._bytes(size) for size in sizes]

    def write(self, header: Header, parts: list[Any] = ()) -> None:
        """`parts`: C-contiguous buffers, sent as they lie."""
        views = [memoryview(part).cast("B") for part in parts]
        text = json.dumps({**header, "parts": [view.nbytes for view in views]}).encode()
        for view in (memoryview(struct.pack("<I", len(text)) + text), *views):
            while view:
                view = view[self.sink.write(view) :]

    def _bytes(self, n: int, may_end: bool = False) -> bytearray | None:
        whole = bytearray(n)
        view = memoryview(whole)
        while view:
            got = self.source.readinto(view)
            if not got:
                if may_end and len(view) == n:
                    return None
                raise ValueError("the pipe ended within a message")
            view = view[got:]
        return whole
