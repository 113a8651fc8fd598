"""Plain data and arrays in one file: a hash, a head of JSON that names the arrays, and their bytes.

The file is as long as what it holds, so that reading it takes no more memory than its length, and
nothing in it is code.

    8 bytes    what it is
    32 bytes   SHA-256 of everything after them
    8 bytes    length of the head, little endian
    head       {"plain": ..., "arrays": [[name, type, shape, order of memory], ...]}
    bodies     the arrays' bytes, one after another
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np

MAGIC = b"twin run"
_BODY = len(MAGIC) + 32
_HEAD = _BODY + 8
_DTYPE = re.compile(r"[<|][biuf][1248]")
_DIMENSIONS_MAX = 4


def packed(plain: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """The file's bytes."""
    named = [(name, *_body(array)) for name, array in arrays.items()]
    listed = [[name, *form] for name, form, _ in named]
    head = json.dumps({"plain": plain, "arrays": listed}).encode()
    parts = [len(head).to_bytes(8, "little"), head, *(data for *_, data in named)]
    body = b"".join(parts)
    return MAGIC + sha256(body).digest() + body


def _body(array: np.ndarray) -> tuple[tuple[str, list[int], str], bytes]:
    """An array's form and its bytes; another order of memory sums in another order."""
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return (little.dtype.str, list(array.shape), order), little.tobytes(order="A")


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What `packed` made bytes of; arrays cannot be written to.

    Raises ValueError, with words for people, where the bytes are damaged or nothing that `packed`
    made.
    """
    if not data.startswith(MAGIC):
        raise ValueError("a file that is no checkpoint")
    if len(data) < _HEAD or sha256(memoryview(data)[_BODY:]).digest() != data[len(MAGIC) : _BODY]:
        raise ValueError("a damaged checkpoint")
    end = _HEAD + int.from_bytes(data[_BODY:_HEAD], "little")
    try:
        head = json.loads(data[_HEAD:end])
        return head["plain"], _arrays(data, end, head["arrays"])
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("a checkpoint that no run wrote") from error


def _arrays(data: bytes, at: int, listed: list[list[Any]]) -> dict[str, np.ndarray]:
    found = {}
    for name, dtype, shape, order in listed:
        if not isinstance(name, str):
            raise ValueError("an array without a name")
        count = _count(dtype, shape)
        flat = np.frombuffer(data, dtype, count, at) if count else np.zeros(0, dtype)
        found[name] = flat.reshape(shape, order=order)
        at += flat.nbytes
    if at != len(data):
        raise ValueError("bytes that belong to no array")
    return found


def _count(dtype: str, shape: list[int]) -> int:
    """How many numbers an array of a stated form holds. Raises ValueError for a form that has no
    meaning.
    """
    whole = all(type(size) is int and size >= 0 for size in shape)
    if not _DTYPE.fullmatch(dtype) or not whole or len(shape) > _DIMENSIONS_MAX:
        raise ValueError("an array of no known form")
    return math.prod(shape)
