"""`twin airflow` through the front door: a layout file, and what is read of it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from tests.airflow_layouts import air_layout, written_layout
from twin.cli import main
from twin.physics.airflow.grid import Field
from twin.study.airflow import ask

CELLS = 6000
pytest.importorskip("numba", reason="the airflow solver compiles its kernels with numba")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the small hall as it stands."""
    root = tmp_path_factory.mktemp("project")
    (root / "scenarios").mkdir()
    return written_layout(root / "layouts", air_layout())


@pytest.fixture(scope="module")
def whole(project: Path) -> Any:
    return twin.airflow(project, cells=CELLS, keep=False)


def test_heat_and_shares_close(whole: Any) -> None:
    assert whole.measures()["heat_balance_residual_frac"] < 1e-6
    assert np.abs(whole.matrix.sum(axis=1) - 1).max() < 1e-8
    assert whole.matrix.min() > -1e-9
    takers, givers, shares = whole.unit_matrix()
    assert takers == [*whole.air.rack_ids, "crah_1", "crah_2"] == givers
    assert np.abs(shares.sum(axis=1) - 1).max() < 1e-8


def test_every_rack_warms_its_air_by_its_heat_over_its_flow(whole: Any) -> None:
    for rack in whole.racks():
        rise = rack["exhaust_degc"] - rack["inlet_degc"]
        assert rise == pytest.approx(rack["heat_w"] / (1.184 * 1006 * rack["flow_m3_s"]), rel=1e-9)
        assert rack["inlet_degc"] >= min(h["supply_degc"] for h in whole.handlers()) - 1e-9


def test_returns_stay_below_the_hottest_exhaust(whole: Any) -> None:
    hottest = whole.temperatures.outlet_degc.max()
    assert all(one["return_degc"] <= hottest + 1e-9 for one in whole.handlers())


def test_the_mirror_image_of_a_hall_is_as_warm(whole: Any) -> None:
    """The small hall is its own mirror image, but for a cell that its grid halves."""
    racks = {one["rack"]: one["inlet_degc"] for one in whole.racks()}
    assert racks["front_r1"] == pytest.approx(racks["front_r2"], abs=1.0)


def test_position_matters_when_a_handler_is_lost(project: Path, whole: Any) -> None:
    """The row before the lost handler is the warmer one; the other way round, the other row."""
    south = twin.airflow(project, lose=["crah_1"], cells=CELLS, keep=False)
    north = twin.airflow(project, lose=["crah_2"], cells=CELLS, keep=False)
    front = [_mean(one, "front") for one in (whole, south, north)]
    rear = [_mean(one, "rear") for one in (whole, south, north)]
    assert front[1] > rear[1]
    assert rear[2] > front[2]
    assert [one["handler"] for one in south.handlers()] == ["crah_2"]


def _mean(answer: Any, row: str) -> float:
    return float(np.mean([r["inlet_degc"] for r in answer.racks() if r["rack"].startswith(row)]))


def test_supply_temperature_moves_everything_alike(project: Path) -> None:
    cold = twin.airflow(project, cells=CELLS, supply_degc=18.0, keep=False)
    warm = twin.airflow(project, cells=CELLS, supply_degc=25.0, keep=False)
    for a, b in zip(cold.racks(), warm.racks(), strict=True):
        assert b["inlet_degc"] - a["inlet_degc"] == pytest.approx(7.0, abs=1e-6)
    assert min(one["inlet_degc"] for one in cold.racks()) >= 18.0 - 1e-9


def test_a_field_is_kept_by_the_content_of_its_room(project: Path) -> None:
    first = twin.airflow(project, cells=CELLS)
    again = twin.airflow(project, cells=CELLS)
    assert not first.from_cache
    assert again.from_cache
    assert again.racks() == first.racks()
    moved = air_layout({"obstacles": [{"at": ["0 m", "3 m", "0 m"], "size": ["1 m"] * 3}]})
    other = twin.airflow(written_layout(project.parent / "other", moved), cells=CELLS)
    assert not other.from_cache
    assert twin.airflow(project, lose=["crah_1"], cells=CELLS).from_cache is False


def test_what_is_no_archive_is_solved_again(project: Path) -> None:
    first = twin.airflow(project, cells=CELLS)
    for path in (project.parents[1] / ".twin_cache" / "airflow").glob("*.npz"):
        path.write_bytes(path.read_bytes()[:200])
    again = twin.airflow(project, cells=CELLS)
    assert not again.from_cache
    assert again.racks() == first.racks()


def test_a_field_that_did_not_converge_is_told_and_never_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written_layout(tmp_path / "layouts", air_layout())
    monkeypatch.setattr(ask, "field_of", _unconverged(ask.field_of))
    first = twin.airflow(path, cells=CELLS)
    assert first.as_dict()["converged"] is False
    assert first.as_dict()["note"] == "stopped early"
    assert not twin.airflow(path, cells=CELLS).from_cache
    assert not list(tmp_path.rglob("*.npz"))


def _unconverged(solve: Callable[..., Field]) -> Callable[..., Field]:
    def field_of(*asked: Any) -> Field:
        field = solve(*asked)
        return Field(
            field.velocity_m_s,
            field.diffusivity_m2_s,
            None,
            False,
            field.iterations,
            1.0,
            field.divergence,
            "stopped early",
        )

    return field_of


def test_the_command_prints_json_and_writes_files(
    project: Path, tmp_path: Path, capsys: Any
) -> None:
    out = tmp_path / "air"
    asked = ["airflow", str(project), "--cells", str(CELLS), "--supply", "18 °C"]
    assert main([*asked, "--out", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"rci_hi_frac", "rti_frac", "shi_frac", "rhi_frac", "racks", "handlers"} <= set(found)
    assert json.loads((out / "airflow.json").read_text()) == found
    with (out / "recirculation_matrix.csv").open() as source:
        rows = list(csv.DictReader(source))
    assert [row["air_of"] for row in rows][:2] == ["front_r1", "front_r2"]
    assert sum(float(v) for k, v in rows[0].items() if k != "air_of") == pytest.approx(1, abs=1e-5)
    for name in ("plan.png", "section.png"):
        assert (out / name).read_bytes().startswith(b"\x89PNG")


def test_the_field_is_an_image_that_vtk_reads(project: Path, tmp_path: Path) -> None:
    pyvista = pytest.importorskip("pyvista", reason="reads what was written, by another program")
    main(["airflow", str(project), "--cells", str(CELLS), "--out", str(tmp_path), "--json"])
    image = pyvista.read(tmp_path / "field.vti")
    assert image.bounds[1::2] == pytest.approx((6.0, 8.0, 3.0), abs=0.1)
    degc = image["temperature_degc"]
    solid = image["solid"] > 0
    assert np.isnan(degc[solid]).all()
    assert np.isfinite(degc[~solid]).all()
    cell = image.find_containing_cell((2.6, 4.4, 1.0))
    assert degc[cell] > np.nanmean(degc)  # the hot aisle, if x runs fastest
    assert image["velocity_m_s"].shape[1] == 3


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        (["--lose", "crah_9"], "crah_9"),
        (["--hall", "attic"], "attic"),
        (["--model", "rance"], "did you mean 'rans'"),
        (["--device", "tpu"], "tpu"),
        (["--supply", "90 °C"], "0 to 60 °C"),
    ],
)
def test_what_is_asked_wrongly_ends_with_exit_code_2(
    project: Path, capsys: Any, asked: list[str], word: str
) -> None:
    assert main(["airflow", str(project), *asked]) == 2
    assert word in re.sub(r"\s+", " ", capsys.readouterr().err)
