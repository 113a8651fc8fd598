"""What lower floors may use of higher ones without importing them: a table that the face fills.

A Result offers `result.plot`, yet results stand below everything that draws. So the face, which
knows every floor, states who draws, by name; the module is imported when a figure is first asked
for.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

_MODULES: dict[str, str] = {}


def offer(what: str, module: str) -> None:
    """State which module provides `what`; a later word replaces an earlier one."""
    _MODULES[what] = module


def find(what: str) -> ModuleType:
    """The module that provides `what`. LookupError where nobody stated one."""
    if what not in _MODULES:
        raise LookupError(f"nobody provides {what!r}; known: {', '.join(_MODULES) or 'nothing'}")
    return import_module(_MODULES[what])
