"""Voltages and losses of a design agree with three electrical tools that read its export.

power-grid-model (Newton-Raphson), OpenDSS (fixed point, three phases) and pandapower
(Newton-Raphson). Wanted: 1e-4 per unit at every bus, and 0.5 % of the loss of what is exported:
transformers, cables, boards; a UPS is a load and a source there. pandapower 3.5.6 wants pandas
below 3, which this project does not run on: it is asked in an interpreter of its own where
TWIN_PANDAPOWER names one.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from tests.benchmarks import radial
from tests.planner import asked, loaded
from tests.power_layouts import load, part, power_only
from twin.cli import main
from twin.physics.radial import solve

LAYOUTS = Path(__file__).parents[2] / "layouts"
VOLTAGE_FRAC = 1e-4
LOSS_FRAC = 0.005
_PANDAPOWER = """
import json, sys
import pandapower as pp
net = pp.from_json(sys.argv[1])
pp.runpp(net, calculate_voltage_angles=True, tolerance_mva=1e-10, max_iteration=50)
volts = dict(zip(net.bus.name, net.res_bus.vm_pu.tolist()))
loss = float(net.res_line.pl_mw.sum() + net.res_trafo.pl_mw.sum()) * 1e6
print(json.dumps({"volts": volts, "loss_w": loss}))
"""


def cabled() -> dict[str, Any]:
    """A site with unequal transformers, cables and busways of some length, and no UPS."""
    feed = part("grid", "utility_feed")
    first = part("first", "transformer_2500", "grid", overrides={"impedance_frac": 0.05})
    second = part("second", "transformer_2500", "grid", overrides={"impedance_frac": 0.07})
    board = part("board", "switchboard_4000", "first", "second")
    cable = part("cable", "cable_2x300", "board", count=4, length="60 m")
    busway = part("busway", "busway_800a", count=4, length="40 m")
    busway["fed_by"] = [{"source": "cable", "pairing": "matched"}]
    rows = [load(f"row_{n}", 450.0, f"busway_{n}") for n in (1, 2, 3, 4)]
    return power_only([feed, first, second, board, cable, busway], rows)


def at_400_volts() -> dict[str, Any]:
    """The cabled site behind transformers of 400 V; its cables and busways are rows of 415 V."""
    site = cabled()
    for group in site["power"]:
        if group["name"] in ("first", "second"):
            group["overrides"] |= {"voltage": "400 V"}
    return site


def stepped_down() -> dict[str, Any]:
    """A floor PDU of 208 V on 480 V, whose row states no reactance, and a busway behind it."""
    at_208 = {"overrides": {"voltage": "208 V"}}
    transformer = part("transformer", "transformer_2500", "grid", overrides={"voltage": "480 V"})
    pdu = part("pdu", "pdu_450", "transformer", **at_208)
    busway = part("busway", "busway_800a", "pdu", length="20 m", **at_208)
    rows = [load("row", 200.0, "busway")]
    return power_only([part("grid", "utility_feed"), transformer, pdu, busway], rows)


MADE = {"cabled": cabled, "at_400_volts": at_400_volts, "stepped_down": stepped_down}


def designs(folder: Path) -> dict[str, Path]:
    """Three sites of our own and two shipped layouts, as files."""
    paths = {name: folder / f"{name}.json" for name in MADE}
    for name, path in paths.items():
        path.write_text(json.dumps(asked(MADE[name]())), encoding="utf-8")
    return paths | {"su": LAYOUTS / "gb200_su.yaml", "edge": LAYOUTS / "edge_200kw.yaml"}


NAMES = (*MADE, "su", "edge")


def exported(tool: str, name: str, folder: Path) -> tuple[Path, dict[str, float], float]:
    """The file, our voltages by node, and our loss in what is exported."""
    path = designs(folder)[name]
    out = folder / f"{name}.{tool}"
    assert main(["export", str(path), str(out), "--to", tool]) == 0
    rows = twin.check(path)["electrical"]
    tree = twin.build(twin.load(path)).power
    kinds = dict(zip(tree.id, tree.kind, strict=True))
    series = ("transformer", "switchboard", "cable", "busway", "rpp", "pdu", "ats")
    loss_w = sum(row["loss_w"] for row in rows if kinds[row["node"]] in series)
    return out, {row["node"]: row["voltage_frac"] for row in rows}, loss_w


def agree(ours: dict[str, float], theirs: dict[str, float]) -> None:
    both = ours.keys() & theirs.keys()
    assert len(both) >= 4
    worst = max(both, key=lambda name: abs(ours[name] - theirs[name]))
    assert theirs[worst] == pytest.approx(ours[worst], abs=VOLTAGE_FRAC), worst


@pytest.mark.parametrize("name", NAMES)
def test_power_grid_model_agrees(name: str, tmp_path: Path) -> None:
    pgm = pytest.importorskip("power_grid_model", reason="power-grid-model is not installed")
    from power_grid_model.utils import json_deserialize

    out, ours, loss_w = exported("power-grid-model", name, tmp_path)
    text = out.read_text(encoding="utf-8")
    names = [node["extra_info"] for node in json.loads(text)["data"]["node"]]
    found = pgm.PowerGridModel(json_deserialize(text)).calculate_power_flow(error_tolerance=1e-10)
    agree(ours, dict(zip(names, found["node"]["u_pu"].tolist(), strict=True)))
    branches = [found[kind] for kind in ("line", "transformer") if kind in found]
    lost_w = sum(float((rows["p_from"] + rows["p_to"]).sum()) for rows in branches)
    assert lost_w == pytest.approx(loss_w, rel=LOSS_FRAC)


@pytest.mark.parametrize("name", NAMES)
def test_opendss_agrees(name: str, tmp_path: Path) -> None:
    dss = pytest.importorskip("opendssdirect", reason="opendssdirect.py is not installed")
    out, ours, loss_w = exported("opendss", name, tmp_path)
    dss.Text.Command(f'Redirect "{out}"')
    assert dss.Solution.Converged()
    volts = {}
    for bus in dss.Circuit.AllBusNames():
        dss.Circuit.SetActiveBus(bus)
        volts[bus] = float(dss.Bus.puVmagAngle()[0])
    agree(ours, volts)
    assert dss.Circuit.Losses()[0] == pytest.approx(loss_w, rel=LOSS_FRAC)


def _kwh_of_a_day(dss: Any, step_h: float, more: str) -> float:
    """Energy that the sources give while every load alternates between full and a tenth."""
    steps = round(24 / step_h)
    dss.Text.Command(f"Edit Loadshape.work npts=24 interval=1 mult=({'1 0.1 ' * 12}) {more}")
    dss.Text.Command(f"Set mode=daily hour=0 sec=0 stepsize={step_h}h number=1")
    given_kw = 0.0
    for _ in range(steps):
        dss.Solution.Solve()
        given_kw -= float(dss.Circuit.TotalPower()[0])
    return given_kw * step_h


def test_a_day_added_in_opendss_needs_edges(tmp_path: Path) -> None:
    """As the page of exports says: an hourly shape by half hours, with edges and without."""
    dss = pytest.importorskip("opendssdirect", reason="opendssdirect.py is not installed")
    out, _, _ = exported("opendss", "cabled", tmp_path)
    dss.Text.Command(f'Redirect "{out}"')
    dss.Text.Command("New Loadshape.work npts=1 interval=1 mult=(1)")
    dss.Text.Command("BatchEdit Load..* daily=work")
    hours = _kwh_of_a_day(dss, 1.0, "interpolation=edge")
    assert _kwh_of_a_day(dss, 0.5, "interpolation=edge") == pytest.approx(hours, rel=1e-6)
    assert _kwh_of_a_day(dss, 0.5, "interpolation=avg") < 0.65 * hours


def test_loads_distort_by_what_a_planner_states_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenDSS gives a load that states no spectrum currents of seven orders."""
    monkeypatch.chdir(tmp_path)  # it goes to its data path, and stays there
    dss = pytest.importorskip("opendssdirect", reason="opendssdirect.py is not installed")
    out, _, _ = exported("opendss", "cabled", tmp_path)
    dss.Text.Command(f'Redirect "{out}"')
    assert {dss.Loads.Spectrum() for _ in dss.Loads} == {"linear"}
    dss.Text.Command(f'Set datapath="{tmp_path}"')
    dss.Text.Command("New Spectrum.drives numharm=3 harmonic=(1 5 7) %mag=(100 20 14)")
    dss.Text.Command("Edit Load.row_1_r01_at_busway_1 spectrum=drives")
    dss.Text.Command("New Monitor.seen element=Transformer.first terminal=1")
    dss.Text.Command("Solve")
    dss.Text.Command("Solve mode=harmonics")
    dss.Monitors.Name("seen")
    hertz = dss.Monitors.dblFreq()
    assert [round(hz / hertz[0]) for hz in hertz] == [1, 5, 7]


@pytest.mark.skipif("TWIN_PANDAPOWER" not in os.environ, reason="TWIN_PANDAPOWER names no Python")
@pytest.mark.parametrize("name", NAMES)
def test_pandapower_agrees(name: str, tmp_path: Path) -> None:
    out, ours, loss_w = exported("pandapower", name, tmp_path)
    ran = subprocess.run(
        [os.environ["TWIN_PANDAPOWER"], "-c", _PANDAPOWER, str(out)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(ran.stdout)
    agree(ours, found["volts"])
    assert found["loss_w"] == pytest.approx(loss_w, rel=LOSS_FRAC)


_PANDAPOWER_TREE = """
import json, sys
import numpy as np, pandapower as pp
asked = json.load(sys.stdin)
net = pp.create_empty_network()
count = len(asked["mw"])
pp.create_buses(net, count, vn_kv=asked["kv"])
pp.create_ext_grid(net, 0)
line = dict(length_km=1.0, c_nf_per_km=0.0, max_i_ka=1e3)
ohm = dict(r_ohm_per_km=asked["ohm"][0], x_ohm_per_km=asked["ohm"][1])
pp.create_lines_from_parameters(net, asked["parents"], list(range(1, count)), **line, **ohm)
pp.create_loads(net, list(range(count)), p_mw=asked["mw"], q_mvar=asked["mvar"])
pp.runpp(net, algorithm="bfsw", tolerance_mva=1e-11, max_iteration=100)
print(json.dumps(net.res_bus.vm_pu.tolist()))
"""


@pytest.mark.skipif("TWIN_PANDAPOWER" not in os.environ, reason="TWIN_PANDAPOWER names no Python")
@pytest.mark.parametrize("times", radial.LOST.values(), ids=radial.LOST)
def test_pandapower_agrees_on_the_tree_that_is_timed(times: float) -> None:
    """5,000 buses, to the tolerance of a solve and not only the 1e-4 that are wanted."""
    drawn = radial.loads_va(radial.BUSES)
    ohm = radial.OHM * times
    asked = {
        "kv": radial.KV,
        "ohm": [ohm.real, ohm.imag],
        "parents": radial.parents(radial.BUSES).tolist(),
        "mw": (drawn.real / 1e6).tolist(),
        "mvar": (drawn.imag / 1e6).tolist(),
    }
    ran = subprocess.run(
        [os.environ["TWIN_PANDAPOWER"], "-c", _PANDAPOWER_TREE],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    network = radial.network(radial.BUSES, times)
    for tolerance in (VOLTAGE_FRAC, 1e-6, 1e-8):
        ours = np.abs(solve(network, drawn, tolerance).voltage)
        assert np.abs(ours - json.loads(ran.stdout)).max() < tolerance


def test_an_unknown_tool_is_refused_with_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x"
    code = main(["export", str(LAYOUTS / "edge_200kw.yaml"), str(out), "--to", "pandpower"])
    assert code == 2
    assert "did you mean 'pandapower'" in capsys.readouterr().err


def thin_feed(resistance_ohm_m: float) -> dict[str, Any]:
    """420 kW behind 150 m of cable."""
    feed = part("grid", "utility_feed")
    transformer = part("transformer", "transformer_2500", "grid")
    thin = {"resistance_ohm_m": resistance_ohm_m}
    cable = part("cable", "cable_2x300", "transformer", length="150 m", overrides=thin)
    return asked(power_only([feed, transformer, cable], [load("row", 420.0, "cable")]))


def test_a_long_thin_feed_is_remarked() -> None:
    found = twin.check(loaded(thin_feed(0.0003)))
    (said,) = [f for f in found["findings"] if f["code"] == "voltage_outside_window"]
    row = next(r for r in found["electrical"] if r["node"] == said["component"])
    assert row["voltage_frac"] < 0.9
    assert np.isclose(row["power_factor"], 0.98)


def test_a_feed_that_cannot_carry_its_load_is_said_and_not_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 0.15 ohm at 400 V at most V^2 / 4 R, 267 kW, reach a load at unity power factor."""
    monkeypatch.setenv("COLUMNS", "300")  # wide enough for each sentence on one line
    scenario = tmp_path / "collapse.json"
    scenario.write_text(json.dumps(thin_feed(0.001)), encoding="utf-8")
    found = twin.check(twin.load(scenario))
    (said,) = [f for f in found["findings"] if f["code"] == "voltage_outside_window"]
    assert "the voltage collapses" in said["says"]
    assert found["electrical"] == []
    assert main(["check", str(scenario)]) == 0
    assert "the voltage collapses" in " ".join(capsys.readouterr().out.split())
    out = tmp_path / "net.json"
    assert main(["export", str(scenario), str(out), "--to", "pandapower"]) == 2
    assert "voltage collapses" in capsys.readouterr().err
    assert not out.exists()
