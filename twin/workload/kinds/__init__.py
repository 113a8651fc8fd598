"""Kinds of workload: one file each, with one class, which the file names `KIND`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from twin.workload.kind import WorkloadKind


def every_kind() -> tuple[type[WorkloadKind], ...]:
    """The class of every file of this folder, in order of name."""
    names = sorted(module.name for module in iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").KIND for name in names)
