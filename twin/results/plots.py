"""`result.plot`: the house figures as methods, for notebooks.

Results stand below everything that draws; whoever draws is found through `twin.plugins` when a
figure is first asked for, so a result without figures loads no drawing library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any, Protocol

from twin import plugins
from twin.errors import did_you_mean

Figure = Any
"""A matplotlib Figure, which this floor does not know."""


class Named(Protocol):
    """A figure that somebody can draw."""

    @property
    def name(self) -> str:
        """A Python name."""

    @property
    def caption(self) -> str:
        """What it shows."""

    @property
    def draw(self) -> Callable[[Any], Figure]:
        """Draws it of a result."""


class Plots:
    """The house figures of one result: `result.plot.timeline()` and so on, each a matplotlib
    Figure.
    """

    def __init__(self, result: object) -> None:
        self._result = result

    def __dir__(self) -> list[str]:
        return [named.name for named in _figures()]

    def __getattr__(self, name: str) -> Callable[[], Figure]:
        if name.startswith("_"):
            raise AttributeError(name)
        found = {named.name: named for named in _figures()}
        if name not in found:
            hint = did_you_mean(name, found) or f"there are {', '.join(found)}"
            raise AttributeError(f"no figure {name!r}; {hint}")
        drawn = partial(found[name].draw, self._result)
        drawn.__doc__ = found[name].caption
        return drawn

    def __repr__(self) -> str:
        width = max(len(named.name) for named in _figures()) + 2
        return "\n".join(f"{named.name + '()':<{width}}  {named.caption}" for named in _figures())

    def _repr_html_(self) -> str:
        """A small table, for notebooks."""
        rows = "".join(
            f"<tr><th>{escape(named.name)}()</th><td style='text-align:left'>"
            f"{escape(named.caption)}</td></tr>"
            for named in _figures()
        )
        return f"<table>{rows}</table>"


def _figures() -> Sequence[Named]:
    drawing = plugins.find("figures")
    found: Sequence[Named] = (*drawing.FIGURES, *drawing.RENDERS)
    return found
