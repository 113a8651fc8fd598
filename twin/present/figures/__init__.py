"""Figures of a Result: each a function that draws one matplotlib Figure, named once in FIGURES.

A new figure is one file with `figure_x(result)` and one line here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from twin.errors import InputError, Problem, did_you_mean
from twin.present.figures.coolant import figure_coolant
from twin.present.figures.floor import figure_floor, figure_slowdown
from twin.present.figures.hall3d import figure_hall3d
from twin.present.figures.losses import figure_losses
from twin.present.figures.months import figure_year
from twin.present.figures.oneline import figure_oneline
from twin.present.figures.sankey import figure_sankey
from twin.present.figures.site import figure_site
from twin.present.figures.style import PAPER_DPI, RC, says_nothing
from twin.present.figures.throttling import figure_throttling
from twin.present.figures.timeline import figure_timeline
from twin.results import Result

__all__ = [
    "FIGURES",
    "RENDERS",
    "Drawing",
    "NamedFigure",
    "drawing",
    "figure",
    "figure_coolant",
    "figure_floor",
    "figure_hall3d",
    "figure_losses",
    "figure_oneline",
    "figure_sankey",
    "figure_site",
    "figure_slowdown",
    "figure_throttling",
    "figure_timeline",
    "figure_year",
    "svg_bytes",
]


@dataclass(frozen=True)
class NamedFigure:
    """A figure's name, the report section it belongs to, and what it shows in a sentence."""

    name: str
    section: str
    caption: str
    draw: Callable[[Result], Figure]


FIGURES: tuple[NamedFigure, ...] = (
    NamedFigure(
        "timeline",
        "Timeline",
        "Power, tokens and temperatures along time. Marks downwards: something broke; upwards: "
        "it was mended; "
        "shaded: GPUs ran below full clock; hatched bars: drills; arrows back: training went "
        "back to its last checkpoint; return: coolant or air as it "
        "leaves a rack.",
        figure_timeline,
    ),
    NamedFigure(
        "oneline",
        "Power",
        "One-line diagram at the run's worst moment. In each box: mean power in the period, "
        "highest load over rating, "
        "and the rating of one; equals in the same state and on the same side of supply are one "
        "box, with its side (A, B) in the corner.",
        figure_oneline,
    ),
    NamedFigure(
        "sankey",
        "Power",
        "Where the energy went over the whole run; percentages are of all that entered.",
        figure_sankey,
    ),
    NamedFigure(
        "floor",
        "Cooling",
        "Floor plan of each hall: racks by their warmest inlet air of the whole run. North is up.",
        figure_floor,
    ),
    NamedFigure(
        "slowdown",
        "Cooling",
        "The same plan: racks by the kelvins that their hottest GPU kept from its slowdown limit, "
        "the least of the whole run.",
        figure_slowdown,
    ),
    NamedFigure(
        "coolant",
        "Cooling",
        "Supply temperature of coolant loops, rooms and facility water, and flow over rated flow.",
        figure_coolant,
    ),
    NamedFigure(
        "site", "Cooling", "Site plan: the halls, and what stands outside them.", figure_site
    ),
    NamedFigure(
        "year",
        "Year",
        "The year in the site's own weather, every rack at its rating: PUE (line, dotted for the "
        "year), WUE (bars, where water is used), the highest power of each month, and what cooled "
        "for what share of its hours.",
        figure_year,
    ),
    NamedFigure(
        "throttling",
        "Failures",
        "Disturbed racks along time: darker where their GPUs ran below full clock, black where "
        "they were off.",
        figure_throttling,
    ),
    NamedFigure(
        "losses",
        "Failures",
        "What faults and throttling cost, by cause, by rack and, where it is tokens, along time; "
        "what is lost at the very end of an hour counts in that hour.",
        figure_losses,
    ),
)
"""All of a report, in the order it prints them."""

RENDERS: tuple[NamedFigure, ...] = (
    NamedFigure(
        "hall3d",
        "Cooling",
        "The halls in three dimensions, racks by their inlet air, in the period in which one was "
        "warmest. Needs the extra view.",
        figure_hall3d,
    ),
)
"""Pictures for notebooks alone: a report has a view of its own that can be turned."""


def figure(result: Result, name: str) -> Figure:
    """Draw the figure of that name. Raises InputError with the nearest name where there is none."""
    draws = {named.name: named.draw for named in (*FIGURES, *RENDERS)}
    if name not in draws:
        raise InputError([Problem("name", repr(name), ", ".join(draws), did_you_mean(name, draws))])
    return draws[name](result)


@dataclass(frozen=True)
class Drawing:
    """A figure as a report holds it: SVG, or the sentence that stands where there is nothing to
    see.
    """

    svg: bytes
    says: str = ""


def drawing(result: Result, named: NamedFigure) -> Drawing:
    """Draw that figure of a result for a report."""
    drawn = named.draw(result)
    why = says_nothing(drawn)
    return Drawing(b"", why) if why else Drawing(svg_bytes(drawn))


def svg_bytes(drawn: Figure) -> bytes:
    """The figure as SVG: text as outlines, no date, the same bytes each time.

    The layout solver differs in the last digits from call to call, so places are rounded once it is
    done.
    """
    sink = BytesIO()
    with rc_context(RC):
        _settle_layout(drawn)
        drawn.savefig(sink, format="svg", metadata={"Date": None, "Creator": None})
    return sink.getvalue()


def png_bytes(drawn: Figure, dots_per_inch: float = PAPER_DPI) -> bytes:
    """The figure as PNG for paper: no date, no maker, the same bytes each time."""
    sink = BytesIO()
    with rc_context(RC):
        _settle_layout(drawn)
        drawn.savefig(sink, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return sink.getvalue()


def _settle_layout(drawn: Figure) -> None:
    """Solve the layout once and take the solver away, or saving would draw everything three times.

    Axes with an aspect or a colour bar have their place only once these have been applied.
    """
    engine = drawn.get_layout_engine()
    if engine is not None:
        engine.execute(drawn)
    drawn.set_layout_engine(None)
    unused: Any = None  # the renderer, which colour bars do not ask
    for axes in drawn.axes:
        locator = axes.get_axes_locator()
        axes.apply_aspect(None if locator is None else locator(axes, unused))
        left, bottom, width, height = (round(edge, 5) for edge in axes.get_position().bounds)
        axes.set_position((left, bottom, width, height))
