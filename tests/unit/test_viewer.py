"""The off-screen picture of the halls."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twin.errors import InputError, TwinError
from twin.results.tables import COMPONENTS, RACKS

pytest.importorskip("pxr", reason="usd-core is not installed")
pytest.importorskip("pyvista", reason="pyvista is not installed")

import pyvista as pv

from twin.present.usd.colours import ramp
from twin.present.viewer import SIZE_PX, picture


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Four racks that are all cold in the first period and all hot in the second."""
    names = [f"rack_{k}" for k in range(4)]
    rows = [
        (name, "rack", "t", "hall", "compute", x, 2.6, 0.0, 0.6, 1.2, 2.3, 1e5, 72, 18, 180.0)
        for name, x in zip(names, (2.3, 2.9, 3.5, 4.1), strict=True)
    ]
    racks = pd.DataFrame(
        [
            dict.fromkeys(RACKS.names, 1.0)
            | {"time_s": time_s, "rack": name, "inlet_air_degc": degc}
            for time_s, degc in ((60.0, 20.0), (120.0, 40.0))
            for name in names
        ]
    )
    return pd.DataFrame(rows, columns=list(COMPONENTS.names)), racks


def warm_pixels(path: Path) -> int:
    """Bright orange to yellow pixels left of the colour bar."""
    red, green, blue = np.moveaxis(
        np.asarray(pv.read(str(path)).active_scalars, dtype=int).reshape(SIZE_PX[1], -1, 3), -1, 0
    )[:, :, : int(0.85 * SIZE_PX[0])]
    return int(((red > 120) & (red - blue > 60) & (green > 90)).sum())


def test_the_picture_shows_hot_racks_hot(tmp_path: Path) -> None:
    components, racks = tables()
    cold, hot = (picture(components, racks, at, tmp_path / f"{at}.png") for at in (0, -1))
    assert cold.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert warm_pixels(hot) > 5_000 > 50 * warm_pixels(cold)


def test_the_ramp_rises_in_luminance_and_is_opaque() -> None:
    colours = ramp(64)
    assert (np.diff(colours[:, :3] @ [0.2126, 0.7152, 0.0722]) > 0).all()
    assert (colours[:, 3] == 255).all()


@pytest.mark.parametrize("at_index", [2, -3])
def test_a_period_that_is_not_there_is_refused(at_index: int, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="-2 to 1"):
        picture(*tables(), at_index, tmp_path / "x.png")


def test_no_rack_in_a_hall_is_refused(tmp_path: Path) -> None:
    components, racks = tables()
    with pytest.raises(InputError, match="no rack"):
        picture(components.assign(parent=""), racks, 0, tmp_path / "x.png")


def test_without_pyvista_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "twin.present.viewer")
    monkeypatch.setitem(sys.modules, "pyvista", None)
    with pytest.raises(TwinError, match=r"pip install 'ai-factory-twin\[view\]'"):
        importlib.import_module("twin.present.viewer")
