"""A folder of measurements replayed: invented ones whose fan flow is known, and a room that was
measured.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import twin
from tests.airflow_layouts import measured_layout, written_layout
from tests.sources import DATA
from twin.cli import main
from twin.facility.airflow.hall_air import hall_air
from twin.study.airflow.reduced import Inputs, ReducedRoom, balanced

pytest.importorskip("numba", reason="the airflow solver compiles its kernels with numba")
SMALL = DATA / "airflow/small_room"


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    return written_layout(tmp_path / "layouts", measured_layout())


def said(capsys: Any, *asked: str) -> Any:
    assert main(["airflow", *asked, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_fan_flow_behind_measurements_is_found_with_its_uncertainty(
    layout: Path, capsys: Any
) -> None:
    """The measurements were made with fans that move 0.8 of what the layout says."""
    asked = [str(layout), "--replay", str(SMALL), "--model", "potential", "--cells", "6000"]
    plain = said(capsys, *asked)
    fitted = said(capsys, *asked, "--fit")
    through = fitted["fan_factor"] * (1 - fitted["leak_frac"])
    assert through == pytest.approx(0.8, abs=0.02)
    assert 0 < fitted["fan_factor_sd"] < 0.1
    assert fitted["rear_rms_k"] < 0.35 < plain["rear_rms_k"]
    assert fitted["front_rms_k"] < 0.35
    assert fitted["return_rms_k"] < 0.35
    assert abs(fitted["bias_k"]) < 0.1
    assert fitted["speed_vs_real_time"] > 20


def test_everything_that_a_folder_lacks_is_told_at_once(layout: Path, tmp_path: Path) -> None:
    from twin.study.airflow.replay import replay

    table = pd.read_csv(SMALL / "measured_1min.csv")
    table = table.drop(columns=["a1_power_w"]).rename(columns={"b2_power_w": "b2_powr_w"})
    table.loc[3, "crah1_supply_degc"] = 900.0
    folder = tmp_path / "broken"
    folder.mkdir()
    table.to_csv(folder / "measured.csv", index=False)
    with pytest.raises(twin.InputError) as refused:
        replay(twin.load(layout), folder)
    told = "\n".join(map(str, refused.value.problems))
    assert "a1_power_w" in told
    assert "did you mean 'b2_powr_w'" in told
    assert "900" in told
    assert "data row 4" in told
    shutil.rmtree(folder)
    with pytest.raises(twin.InputError, match="no such file"):
        replay(twin.load(layout), folder)


@pytest.mark.parametrize(("more", "refuses"), [(",7", True), (",", False)])
def test_more_values_than_names_are_refused(tmp_path: Path, more: str, refuses: bool) -> None:
    """They are not taken for an index that moves every other one under its neighbour's name."""
    from twin.study.airflow.measured import _table

    head, *rows = (SMALL / "measured_1min.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "measured.csv"
    path.write_text("\n".join([head, *(row + more for row in rows)]) + "\n", encoding="utf-8")
    if not refuses:
        pd.testing.assert_frame_equal(_table(path), pd.read_csv(SMALL / "measured_1min.csv"))
        return
    with pytest.raises(twin.InputError, match="does not match length of data"):
        _table(path)


def test_steps_are_exact_however_a_span_is_divided(layout: Path) -> None:
    air = hall_air(twin.load(layout), cells=6000)
    flow_in = np.array([port.flow_m3_s for port in air.inlets])
    flow_out = np.array([port.flow_m3_s for port in air.outlets])
    w = balanced(np.outer(flow_in, flow_out), flow_in, flow_out)
    lag = np.full(len(air.outlets), 20.0)
    given = [air.heating_w, air.supply @ np.full(2, 16.0)]
    states = []
    for parts in (1, 7):
        room = ReducedRoom(air)
        room.settle(w, lag, Inputs(0.0, flow_in, flow_out, *given))
        for _ in range(parts):
            room.step(w, lag, Inputs(600.0 / parts, flow_in, flow_out, 0.4 * given[0], given[1]))
        states.append(room.state)
    assert np.abs(states[0] - states[1]).max() < 1e-9


def test_balanced_shares_carry_the_flows_of_rows_and_columns() -> None:
    rng = np.random.default_rng(7)
    into = rng.uniform(0.5, 2.0, 6)
    out = rng.uniform(0.5, 2.0, 5)
    out *= into.sum() / out.sum()
    w = balanced(rng.uniform(0, 1, (6, 5)), into, out)
    assert np.abs(w.sum(axis=1) - 1).max() < 1e-12
    assert np.abs(into @ w - out).max() < 1e-8
