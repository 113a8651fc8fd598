"""Where a command is to write: made and tried before anything is computed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile

from twin.errors import InputError, Problem


def writable(folder: Path, option: str = "--out") -> None:
    """Make a folder for output. InputError where that cannot be."""
    _refuse_file(folder, option)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        found = error.strerror or str(error)
        problem = Problem(option, found, "a folder that can be written", file=str(folder))
        raise InputError([problem]) from error


def replaceable(folder: Path) -> None:
    """The same of a folder that is written anew as a whole: the one around it is made."""
    _refuse_file(folder, "--out")
    writable(folder.parent)


def writable_file(path: Path, option: str = "--out") -> None:
    """Make the folder of a file to write. InputError where that cannot be, or a folder has its
    name.
    """
    if path.is_dir():
        cure = f"the name of a file, such as {path / 'NAME'}"
        raise InputError([Problem(option, "a folder", cure, file=str(path))])
    writable(path.parent, option)


def _refuse_file(folder: Path, option: str) -> None:
    if folder.exists() and not folder.is_dir():
        allowed = "the name of a folder, or one that is free"
        raise InputError([Problem(option, "a file", allowed, file=str(folder))])
