"""Files and folders that are whole or absent: written under a hidden name, then put in place.

A hidden name is `.NAME.partial-…` while it is written and, only where the file system cannot swap
two names, `.NAME.old-…` for the instant between two renames. What a killed process left under such
names is removed, or put back, when the same name is next written or read.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp, mkstemp

from twin.errors import InputError, OutputError, Problem
from twin.results.exchange import exchange
from twin.results.flush import flush, sync
from twin.results.locks import locked, release, taken

_HIDDEN = re.compile(r"\.(.+)\.(?:partial|old)-[^/]+")


def hidden_name_of(name: str) -> str:
    """The name that a hidden one was to take: `out` for `.out.partial-x1`; empty where it is
    none.
    """
    found = _HIDDEN.fullmatch(name)
    return found[1] if found else ""


def _always() -> None:
    """No condition."""


@contextmanager
def replaced(
    target: Path, own: Collection[str], allowed: Callable[[], None] = _always
) -> Iterator[Path]:
    """A new folder that takes the target's name in one step when the block ends well. All that was
    written into it is flushed before.

    own       paths in the folder that are written anew, such as `tables` or `scene/facility.usda`;
              whatever else stands in the old folder moves to the new one in the same step
    allowed   called just before that step, while nobody else may replace the folder or the one
              around it; raises where the new folder must not stand there
    Killed at any moment, the name stands for the old folder as it was or for the new one. Raises
    InputError where a file has that name, and OSError where the disk refuses; what stood there then
    stays.
    """
    if target.exists() and not target.is_dir():
        allowed_place = "the name of a folder, or one that is free"
        raise InputError([Problem("", "a file", allowed_place, file=str(target))])
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target.parent):
        _recover(target)
        _sweep(target)
        partial = Path(mkdtemp(prefix=f".{target.name}.partial-", dir=target.parent))
        held = taken(partial)
    try:
        partial.chmod(0o755)
        yield partial
        flush(partial)
        with locked(target.parent.parent), locked(target.parent):
            allowed()
            if target.is_dir():
                _carry(target, partial, own)
            _put(partial, target)
    finally:
        release(held)
        shutil.rmtree(partial, ignore_errors=True)


def write_whole(target: Path, data: bytes, allowed: Callable[[], None] = _always) -> None:
    """Write a file over whatever stands under its name, whole or not at all.

    allowed   called while nobody else may replace the folder, just before the name is taken; raises
              where the file must not stand there
    Raises OSError where the disk refuses.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target.parent):
        _sweep(target)
        handle, name = mkstemp(prefix=f".{target.name}.partial-", dir=target.parent)
        held = taken(Path(name))
    try:
        with os.fdopen(handle, "wb") as file:
            write_through(file.fileno(), data)
        Path(name).chmod(0o644)
        with locked(target.parent.parent):
            allowed()
            os.replace(name, target)
    finally:
        release(held)
        Path(name).unlink(missing_ok=True)


def write_named(target: Path, data: bytes) -> None:
    """Write a file that somebody names: a link to it stays, and what is no file, such as a pipe or
    `/dev/stdout`, is written straight. Else as `write_whole`.
    """
    if target.exists() and not (target.is_file() or target.is_dir()):
        target.write_bytes(data)
    else:
        write_whole(target.resolve(), data)


def write_through(handle: int, data: bytes) -> None:
    """Write and flush to the disk itself, so that a later rename never outruns the bytes."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]
    os.fsync(handle)


def recover_name(target: Path) -> None:
    """Give a folder its name back, if a process was killed between two renames of it.

    Raises InputError where it stands under a hidden name and cannot be moved.
    """
    target = target.resolve()
    if target.exists() or not target.parent.is_dir():
        return
    try:
        with locked(target.parent):
            _recover(target)
    except OSError as error:
        found = f"a folder whose name was lost while it was replaced ({error.strerror})"
        hidden = ", ".join(path.name for path in _hidden(target))
        allowed = f"{target.name}, renamed from {hidden}"
        raise InputError([Problem("", found, allowed, file=str(target))]) from error


@contextmanager
def writing(what: str, where: Path, kept: str = "") -> Iterator[None]:
    """Turn what a disk refuses into OutputError, in words that name the place and what is kept."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{what} could not be written to {where}: {reason}{kept}") from error


def _recover(target: Path) -> None:
    if target.exists():
        return
    lost = [path for path in _hidden(target) if ".old-" in path.name]
    if lost:
        os.rename(max(lost, key=lambda path: path.stat().st_mtime), target)


def _hidden(target: Path) -> list[Path]:
    """What stands beside the target under a hidden name of its own."""
    beside = [path for path in target.parent.iterdir() if path.name.startswith(".")]
    return [path for path in beside if hidden_name_of(path.name) == target.name]


def _sweep(target: Path) -> None:
    """Remove what processes left that are gone; one that still writes holds its own."""
    for path in _hidden(target):
        held = taken(path)
        if held is None:
            continue
        release(held)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _carry(source: Path, into: Path, own: Collection[str], at: str = "") -> None:
    """Hold everything that is not `own` in both folders, by a second link where the disk has
    them.
    """
    for path in sorted(source.iterdir()):
        name = f"{at}{path.name}"
        if name in own or hidden_name_of(path.name):
            continue
        there = into / path.name
        if path.is_dir() and not path.is_symlink():
            _carry_folder(path, there, own, name)
        else:
            _carry_file(path, there)


def _carry_folder(path: Path, there: Path, own: Collection[str], name: str) -> None:
    there.mkdir(exist_ok=True)
    shutil.copystat(path, there)
    _carry(path, there, own, f"{name}/")
    if any(one.startswith(f"{name}/") for one in own) and not any(there.iterdir()):
        there.rmdir()


def _carry_file(path: Path, there: Path) -> None:
    try:
        os.link(path, there, follow_symlinks=False)
    except OSError:
        if not stat.S_ISREG(path.lstat().st_mode) and not path.is_symlink():
            raise
        shutil.copy2(path, there, follow_symlinks=False)


def _put(partial: Path, target: Path) -> None:
    """Let the target's name stand for the new folder; the old one is left under a hidden name."""
    sync(partial)
    if not target.exists():
        os.rename(partial, target)
    elif not exchange(partial, target):
        _two_renames(partial, target)
    sync(target.parent)


def _two_renames(partial: Path, target: Path) -> None:
    """The way round where names cannot be swapped; `_recover` mends what is killed between the
    two.
    """
    old = target.with_name(partial.name.replace(".partial-", ".old-"))
    os.rename(target, old)
    try:
        os.rename(partial, target)
    except OSError:
        os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)
