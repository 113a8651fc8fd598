"""Names of an FMU made by pythonfmu, kept from being freed too early."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path


def keep_namespace(names: dict[str, object]) -> None:
    """Hold the names of a module for good.

    pythonfmu up to 0.7.0 gives back a reference to its module's names that it only borrowed, once
    an instance; they are then freed while still in use, and the process may abort as it ends.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(names))


def keep_namespace_of(unpacked: Path) -> None:
    """The same for an instance of an unpacked FMU; nothing where pythonfmu did not make it."""
    told = unpacked / "resources" / "slavemodule.txt"
    module = sys.modules.get(told.read_text().split("\n")[0]) if told.is_file() else None
    if module is not None:
        keep_namespace(vars(module))
