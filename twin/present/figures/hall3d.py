"""The halls in three dimensions as a picture, rendered off screen; needs the extra `view`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from matplotlib import rc_context
from matplotlib.figure import Figure

from twin.present.figures.style import RC, WIDTH_IN, HouseFigure, nothing
from twin.results import Result


def figure_hall3d(result: Result) -> Figure:
    """The period in which a rack's inlet was warmest, for notebooks. TwinError, with the extra that
    installs it, where pyvista or usd-core is absent.
    """
    racks = result.frame("racks")
    if not racks["inlet_air_degc"].notna().any():
        return nothing("No inlet temperature was recorded.")
    from matplotlib.image import imread

    from twin.present.viewer import picture

    with TemporaryDirectory() as folder:
        file = picture(
            result.frame("components"), racks, _warmest(result), Path(folder) / "hall.png",
            hall_sizes=_sizes(result), hall_origins=_corners(result),
        )  # fmt: skip
        pixels = imread(file)
    with rc_context(RC):
        figure = HouseFigure(figsize=(WIDTH_IN, WIDTH_IN * pixels.shape[0] / pixels.shape[1]))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.imshow(pixels)
        axes.axis("off")
    return figure


def _warmest(result: Result) -> int:
    """Which period it is, counted from 0."""
    racks = result.frame("racks")
    when = racks["time_s"][int(str(racks["inlet_air_degc"].idxmax()))]
    return sorted(set(racks["time_s"])).index(when)


def _sizes(result: Result) -> dict[str, tuple[float, float, float]]:
    """Metres east, north and up of every hall."""
    return {row["hall"]: (row["width_m"], row["depth_m"], row["height_m"])
            for row in result.rows("halls")}  # fmt: skip


def _corners(result: Result) -> dict[str, tuple[float, float]]:
    """Site metres of the south-west corner of every hall."""
    return {row["hall"]: (row["x_m"], row["y_m"]) for row in result.rows("halls")}
