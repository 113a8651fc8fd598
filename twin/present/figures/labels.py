"""How wide texts are, and labels of axes in one column without measuring every figure for it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.transforms import ScaledTranslation

from twin.present.figures.style import RC

_FROM_AXIS_PT = 11.0
"""A tick, the gap to its text, and the gap from there to the label."""


@cache
def width_pt(text: str, size_pt: float = RC["font.size"], weight: str = "normal") -> float:
    """Of a line of text as figures write it."""
    look = FontProperties(family=RC["font.family"], size=size_pt, weight=weight)
    return float(text_to_path.get_text_width_height_descent(text, look, ismath=False)[0])


def align_labels(panels: Iterable[Axes]) -> None:
    """Labels of y axes of panels that stand below one another, left of the widest text of a tick.

    `Figure.align_ylabels` looks the same, and measures every panel again for each of them.
    """
    axes = list(panels)
    widest = max(width_pt(text.get_text()) for one in axes for text in one.get_yticklabels())
    for one in axes:
        inches = -(widest + _FROM_AXIS_PT) / 72
        left = ScaledTranslation(inches, 0.0, one.figure.dpi_scale_trans)
        one.yaxis.set_label_coords(0.0, 0.5, transform=one.transAxes + left)
