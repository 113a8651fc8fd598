"""The 3-D view of a report: orbit, pick, colour by quantity, a time slider, what fails with what.

Everything it needs stands in the page: three.js as one script, the view's own script, and the data
packed. The view's script is put together from the files of `view`, each about one thing; what one
of them declares the others see. Without scripts or WebGL the floor plans and a table stand for it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from twin.analysis.sign_off import JudgedEntry
from twin.catalogue.equipment_kinds import singular
from twin.present.blocks import Columns, Grid, grid, words
from twin.present.viewer3d.quantities import steps_s
from twin.present.viewer3d.scene import drawn, packed
from twin.quantities import NONE, count, counted, figures, number, power
from twin.results import Result

PARTS = (
    "packed", "values", "words", "feeds", "notes", "times", "window", "eye", "blocks", "pins",
    "colours", "curve", "facts", "view", "panel", "mouse", "start",
)  # fmt: skip
"""Files of the view's script, in the order in which one reads them; the last one begins it."""
_MOVES = "Drag to turn, scroll to come nearer, click to pick."

MOST_LISTED = 500
"""Components in the table that stands for the view."""


@dataclass(frozen=True)
class View:
    """The view as parts of a page."""

    words: str
    moves: str
    """How it is used, which paper leaves out."""
    data: str
    """JSON that is safe between script tags."""
    three: str
    viewer: str
    listed: Grid
    notes: bool
    """Whether something was said of a component."""
    most_on_paper: int = 60
    """Components past which paper has no list of them: it would stand between page one and the
    chapters.
    """


def view(result: Result, reviews: Sequence[JudgedEntry] = ()) -> View | None:
    """The view of a result with what was said of its components; None where nothing has a
    place.
    """
    held = drawn(result)
    if held.empty:
        return None
    steps = len(steps_s(result))
    told = (
        f"{counted(len(held), 'component')} at the places of the layout, over "
        f"{counted(steps, 'step')}, "
        "each with the worst of its periods."
    )
    shown = held.assign(kind=held["kind"].map(singular))
    listed = grid("Components", shown, _LISTED, MOST_LISTED, "components",
                  closed=f"All {count(len(held))} components of this view")  # fmt: skip
    data = packed(result, reviews).replace("<", "\\u003c")
    noted = {one.entry.component for one in reviews} & set(held["id"])
    return View(told, _MOVES, data, *_scripts(), listed, bool(noted))


def style() -> str:
    """How the view is laid out."""
    return _text("viewer.css")


def script_hashes() -> list[str]:
    """What a page's policy allows: the two scripts, by their SHA-256."""
    return [b64encode(sha256(one.encode()).digest()).decode() for one in _scripts()]


@cache
def _text(name: str) -> str:
    return files("twin.present.viewer3d").joinpath(name).read_text(encoding="utf-8")


def _scripts() -> tuple[str, str]:
    """three.js, and the view's own script in a scope of its own."""
    own = "".join(_text(f"view/{name}.js") for name in PARTS)
    begin = '(() => {\n"use strict";\nconst $ = (id) => document.getElementById(id);\n'
    return _escaped(_text("three/three.min.js")), _escaped(f"{begin}{own}}})();\n")


def _escaped(script: str) -> str:
    """A script that cannot end its own element."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _where_any(write: Callable[[Any], str]) -> Callable[[Any], str]:
    """Zero is no rating that is known, and no GPU."""
    return lambda value: write(value) if number(value) > 0 else NONE


_LISTED: Columns = {
    "Component": ("id", words),
    "Kind": ("kind", words),
    "Type": ("type", words),
    "In": ("parent", words),
    "East (m)": ("x_m", figures),
    "North (m)": ("y_m", figures),
    "Rating": ("rating_w", _where_any(power)),
    "GPUs": ("gpus", _where_any(count)),
}
