"""Files and names on the disk itself, so that a later rename never outruns them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_TOGETHER = 8
"""Files flushed at once: a disk writes them down in one go, where one after the other each waits
for a turn of its own.
"""


def flush(folder: Path) -> None:
    """Flush every file below a folder, then the names in its folders. Raises OSError where the disk
    refuses one.
    """
    below = [path for path in sorted(folder.rglob("*")) if not path.is_symlink()]
    with ThreadPoolExecutor(_TOGETHER) as pool:
        list(pool.map(_flush_file, [path for path in below if path.is_file()]))
    for path in below:
        if path.is_dir():
            sync(path)


def _flush_file(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync(folder: Path) -> None:
    """Flush a folder's names to the disk, on systems that can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
