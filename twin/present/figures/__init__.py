"""Figures of a Result: each a function that draws one matplotlib Figure, named once in FIGURES.

A new figure is one file with `figure_x(result)` and one line here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from matplotlib import rc_context
from matplotlib.figure import Figure

from twin.present.figures.coolant import figure_coolant
from twin.present.figures.floor import figure_floor
from twin.present.figures.losses import figure_losses
from twin.present.figures.oneline import figure_oneline
from twin.present.figures.sankey import figure_sankey
from twin.present.figures.style import RC
from twin.present.figures.throttling import figure_throttling
from twin.present.figures.timeline import figure_timeline
from twin.results import Result

__all__ = [
    "FIGURES", "NamedFigure", "figure_coolant", "figure_floor", "figure_losses", "figure_oneline",
    "figure_sankey", "figure_throttling", "figure_timeline", "svg_bytes",
]  # fmt: skip


@dataclass(frozen=True)
class NamedFigure:
    """A figure's name, the report section it belongs to, and what it shows in a sentence."""

    name: str
    section: str
    caption: str
    draw: Callable[[Result], Figure]


FIGURES: tuple[NamedFigure, ...] = (
    NamedFigure(
        "oneline", "Power",
        "One-line diagram at the run's worst moment: mean power in the period, highest load over rating, rating.",
        figure_oneline,
    ),
    NamedFigure(
        "sankey", "Power",
        "Where the energy went over the whole run; percentages are of all that entered.",
        figure_sankey,
    ),
    NamedFigure(
        "floor", "Cooling",
        "Floor plan at the moment of the hottest inlet: racks by inlet air, other equipment in outline.",
        figure_floor,
    ),
    NamedFigure(
        "coolant", "Cooling",
        "Supply temperature of every coolant loop, and flow over rated flow.",
        figure_coolant,
    ),
    NamedFigure(
        "timeline", "Workload",
        "Power, tokens and temperatures along time; downward marks begin trouble, upward marks end it.",
        figure_timeline,
    ),
    NamedFigure(
        "throttling", "Failures",
        "Every rack along time: darker where its GPUs ran below full clock, black where it was off.",
        figure_throttling,
    ),
    NamedFigure(
        "losses", "Failures",
        "Tokens that faults and throttling cost, by cause, by rack and along time.",
        figure_losses,
    ),
)  # fmt: skip
"""All of them, in the order a report prints them."""


def svg_bytes(figure: Figure) -> bytes:
    """The figure as SVG: text as outlines, no date, the same bytes each time.

    The layout solver differs in the last digits from call to call, so places are rounded once it is done.
    """
    sink = BytesIO()
    with rc_context(RC):
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        for axes in figure.axes:
            left, bottom, width, height = (round(edge, 5) for edge in axes.get_position().bounds)
            axes.set_position((left, bottom, width, height))
        figure.savefig(sink, format="svg", metadata={"Date": None, "Creator": None})
    return sink.getvalue()
