"""Two names that swap what they stand for, in one step of the file system."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

_SWAP = 2
"""RENAME_EXCHANGE of linux/fs.h."""
_WORKING_FOLDER = -100
"""AT_FDCWD of fcntl.h: paths count from the working folder."""
_UNABLE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
"""What a kernel or file system answers that has no such call."""


def exchange(one: Path, other: Path) -> bool:
    """Swap two existing names; nobody ever sees one of them missing.

    False where the system or the file system cannot do that (renameat2 is Linux's own; network
    file systems often lack it). Raises OSError for everything else that goes wrong.
    """
    swap = _renameat2()
    if swap is None:
        return False
    sys.audit("twin.exchange", str(one), str(other))
    names = (_WORKING_FOLDER, os.fsencode(one), _WORKING_FOLDER, os.fsencode(other))
    if swap(*names, _SWAP) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNABLE:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


@cache
def _renameat2() -> Any:
    """The C library's call, or None where it has none."""
    if not sys.platform.startswith("linux"):
        return None
    found = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if found is not None:
        number = ctypes.c_int
        text = ctypes.c_char_p
        found.argtypes = (number, text, number, text, ctypes.c_uint)
    return found
