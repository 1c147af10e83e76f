"""Writes the model card ../README.md and its tables ../tables/*.md: the prose of card.md, camera/card.md and
stills/card.md with the figures of results/ put in.

python card.py               # needs numpy alone; after any step that leaves results. lib.test_plain compares what is
    written with what results say"""
import re
from pathlib import Path

import camera.card
import stills.card
from lib.run import HERE, MODELS

PAGE = re.compile(r'^=== (\S+)\n', re.M)


def pages() -> dict[Path, str]:
    """A template holds pages, each behind a line `=== PATH`; {name} or {name:data} in them is a figure or a table."""
    parts, values = stills.card.PARTS, camera.card.values()
    found = {}
    for template in ('card.md', 'camera/card.md', 'stills/card.md'):
        _, *rest = PAGE.split((HERE / template).read_text())
        for path, text in zip(rest[::2], rest[1::2]):
            text = re.sub(r'\{(\w+)(?::(\w+))?\}', lambda m: str(parts[m[1]](*[m[2]] if m[2] else [])
                                                                 if m[1] in parts else values[m[1]]), text)
            # a plot that was not drawn would be a broken picture
            text = re.sub(r'!\[.*?\]\((.*?)\)\n\n', lambda m: m[0]
                          if (MODELS / path).parent.joinpath(m[1]).exists() else '', text)
            found[MODELS / path] = text.strip() + '\n'
    return found


def main() -> None:
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


if __name__ == '__main__':
    main()
