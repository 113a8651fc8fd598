"""Compiled kernels kept on disk, and never used after the sources they were made from changed.

numba 0.68 looks at the file of a function alone: where a kernel that it calls, in another file,
has changed, the compiled caller keeps the old one and answers wrongly without a word. And an index
that names a class which is gone cannot be read at all. So kernels here are as fresh as their whole
folder.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit


def compiled_kernel(function: Callable[..., Any], fastmath: bool | Set[str] = False) -> Any:
    """The same function, compiled at its first call: one thread, no lock of the interpreter, a
    division by 0 gives inf as in numpy.

    function  a pure function of arrays and numbers; its folder holds all that it calls
    fastmath  which rules of floating point may be bent (numba's `fastmath`)
    """
    dispatcher = njit(
        cache=True,
        nogil=True,
        fastmath=set(fastmath) if isinstance(fastmath, Set) else fastmath,
        error_model="numpy",
    )(function)
    _keep_as_fresh_as(Path(function.__code__.co_filename).parent, dispatcher)
    return dispatcher


def _keep_as_fresh_as(folder: Path, dispatcher: Any) -> None:
    """What was compiled from other sources of the folder is forgotten."""
    kept = getattr(dispatcher._cache, "_cache_file", None)
    if kept is None:  # without NUMBA's cache, as under NUMBA_DISABLE_JIT
        return
    kept._source_stamp = (kept._source_stamp, digest_of_sources(folder))
    try:
        kept._load_index()
    except Exception:  # what another version pickled may fail in any way
        dispatcher._cache.flush()


@cache
def digest_of_sources(folder: Path) -> str:
    """A digest of every Python file in a folder, names and contents."""
    digest = sha256()
    for source in sorted(folder.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()
