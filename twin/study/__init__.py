"""Studies: from a file to an answer in one call, and many runs side by side.

The package itself can be called, for `twin.study` is the face's name of a study and of this room.
It imports nothing: who checks a design does not load what runs it.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """A package that answers a call with a study."""

    def __call__(self, *asked: Any, **named: Any) -> Any:
        """`twin.study(...)`: see `twin.study.experiments.study.study`."""
        from twin.study.experiments.study import study

        return study(*asked, **named)


sys.modules[__name__].__class__ = _Room
