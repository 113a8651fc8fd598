"""Prim and file names made from ids that people chose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from zlib import crc32


def prim_names(texts: Iterable[str]) -> list[str]:
    """One valid prim name a text, no two alike; the order of the texts does not matter.

    A text that is a valid name keeps it. Others have foreign characters replaced by `_` and, only
    where that collides, the text's checksum behind.
    """
    texts = list(texts)
    bare = [_bare(text) for text in texts]
    crowd = Counter(bare)
    names: list[str] = []
    taken: set[str] = set()
    for name, text in zip(bare, texts, strict=True):
        alone = crowd[name] == 1 or name == text
        names.append(_free(name if alone else f"{name}_{crc32(text.encode()):08x}", taken))
    return names


def _bare(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_]", "_", text)
    return name if name and not name[0].isdigit() else f"_{name}"


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name
