"""Figures of a hall's air: a plan at 1.2 m with streamlines, and a section across the aisles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from twin.analysis.airflow.answer import AirflowAnswer
from twin.arrays import Array
from twin.facility.airflow.shapes import Body
from twin.present.figures.style import GREY, INK, RC, WIDTH_IN
from twin.present.ramp import RAMP

PLAN_M = 1.2
"""Height of the plan: the middle of a rack."""
FILLS = {"rack": "#3E4C59", "air handler": "#7B8794", "obstacle": "#CBD2D9"}
STREAM_STEP = 160


def plan_figure(answer: AirflowAnswer, velocity_m_s: Array) -> Figure:
    """Temperature and streamlines seen from above, at 1.2 m."""
    lines = answer.air.lines
    k = _cell(lines[2], PLAN_M)
    title = f"{answer.air.plan.spec.name}: air at {_middle(lines[2])[k]:.2f} m above the floor"
    slices = (answer.temperature_degc[:, :, k], velocity_m_s[:, :, k, 0], velocity_m_s[:, :, k, 1])
    return _figure(answer, (0, 1), PLAN_M, slices, title, ("east (m)", "north (m)"))


def section_figure(answer: AirflowAnswer, velocity_m_s: Array) -> Figure:
    """Temperature and streamlines in a section through the middle of the racks, looking west."""
    lines = answer.air.lines
    racks = [rack.box for rack in answer.air.plan.racks]
    middle = sorted(racks, key=lambda box: box.low_m[0])[len(racks) // 2]
    at = (middle.low_m[0] + middle.high_m[0]) / 2
    i = _cell(lines[0], at)
    title = f"{answer.air.plan.spec.name}: section {at:.2f} m from the west wall"
    slices = (answer.temperature_degc[i], velocity_m_s[i, :, :, 1], velocity_m_s[i, :, :, 2])
    return _figure(answer, (1, 2), at, slices, title, ("north (m)", "height (m)"))


def _figure(
    answer: AirflowAnswer,
    axes_of: tuple[int, int],
    at_m: float,
    slices: tuple[Array, Array, Array],
    title: str,
    labels: tuple[str, str],
) -> Figure:
    across, up = (answer.air.lines[a] for a in axes_of)
    wide = float(across[-1])
    high = float(up[-1])
    size = (WIDTH_IN, min(max(WIDTH_IN * 0.82 * high / wide, 2.4) + 1.0, 9.5))
    with rc_context(RC):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        mesh = _temperature(axes, answer, across, up, slices[0])
        _streamlines(axes, across, up, slices[1], slices[2])
        _bodies(axes, answer, axes_of, at_m)
        axes.set(xlim=(0, wide), ylim=(0, high), aspect="equal", title=title)
        axes.set(xlabel=labels[0], ylabel=labels[1])
        bar = figure.colorbar(mesh, ax=axes, shrink=0.8, label="air (°C)")
        bar.outline.set_visible(False)
        _word(axes, answer)
    return figure


def _temperature(
    axes: Axes, answer: AirflowAnswer, across: Array, up: Array, values: Array
) -> QuadMesh:
    """Coloured cells; one scale for all figures of an answer, without the last per cent."""
    held = answer.temperature_degc[np.isfinite(answer.temperature_degc)]
    low, high = np.percentile(held, [0.5, 99.5])
    return axes.pcolormesh(
        across, up, values.T, cmap=RAMP, vmin=low, vmax=max(high, low + 1.0), rasterized=True
    )


def _streamlines(axes: Axes, across: Array, up: Array, u: Array, v: Array) -> None:
    """Lines along the velocity in the plane, wider where it is faster."""
    x = np.linspace(0.0, across[-1], STREAM_STEP)
    y = np.linspace(0.0, up[-1], max(20, int(STREAM_STEP * up[-1] / across[-1])))
    cells = np.ix_(_cells(across, x), _cells(up, y))
    flow = (u[cells].T, v[cells].T)
    speed = np.hypot(*flow)
    if not speed.max() > 0:
        return
    width = 0.25 + 1.1 * np.sqrt(speed / speed.max())
    shown = [np.ma.masked_where(speed < 1e-3, part) for part in flow]
    axes.streamplot(
        x, y, shown[0], shown[1], color=INK, linewidth=width, density=1.6, arrowsize=0.6
    )


def _bodies(axes: Axes, answer: AirflowAnswer, axes_of: tuple[int, int], at_m: float) -> None:
    """Racks, handlers and obstacles that the plane cuts."""
    third = 3 - sum(axes_of)
    for box in answer.air.plan.bodies:
        if box.low_m[third] <= at_m <= box.high_m[third]:
            axes.add_patch(_rectangle(box, axes_of))


def _rectangle(box: Body, axes_of: Sequence[int]) -> Rectangle:
    low = (box.low_m[axes_of[0]], box.low_m[axes_of[1]])
    size = [box.size_m[a] for a in axes_of]
    style: Any = {"facecolor": FILLS.get(box.what, "#CBD2D9"), "edgecolor": "white", "zorder": 3}
    return Rectangle(low, size[0], size[1], linewidth=0.6, **style)


def _word(axes: Axes, answer: AirflowAnswer) -> None:
    """What keeps the field from being taken at its word, below the figure."""
    words = [f"{answer.model} flow at rated power"]
    words += [f"without {', '.join(answer.lost)}"] if answer.lost else []
    words += ["not converged"] if not answer.field.converged else []
    words += [answer.note()] if answer.note() else []
    axes.annotate(
        "; ".join(words)[:110],
        (0.0, -0.02),
        xycoords="axes fraction",
        xytext=(0, -32),
        textcoords="offset points",
        fontsize=8,
        color=GREY,
    )


def _middle(lines: Array) -> Array:
    return np.asarray((lines[1:] + lines[:-1]) / 2)


def _cell(lines: Array, at: float) -> int:
    return int(_cells(lines, np.array([at]))[0])


def _cells(lines: Array, at: Array) -> np.ndarray[Any, Any]:
    found = np.searchsorted(lines, at, side="right") - 1
    return np.clip(found, 0, lines.size - 2)
