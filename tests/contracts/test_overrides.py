"""Ratings as nameplates state them, and overrides that reach any number of the catalogue."""

from __future__ import annotations

import copy
import json
import math
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import twin
from tests.contracts.test_bring_your_own import ROOM, SERVE
from twin import InputError
from twin.catalogue import shipped
from twin.catalogue.rating import ElectricalRating
from twin.catalogue.rows import CoolingEquipment, PowerEquipment, Rack
from twin.cli import main

PLAIN = ROOM.replace("nx8_h200_x2", "dgx_h100_x4").replace("rating: 300 kW", "rating: 500 kW")


def built(tmp_path: Path, *changes: tuple[str, str], more: str = "") -> Any:
    text = PLAIN
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (tmp_path / "room.yaml").write_text(text + more, encoding="utf-8")
    return twin.build(twin.load(tmp_path / "room.yaml"))


def refused(tmp_path: Path, *changes: tuple[str, str], more: str = "") -> list[Any]:
    with pytest.raises(InputError) as caught:
        built(tmp_path, *changes, more=more)
    return list(caught.value.problems)


def node(facility: Any, name: str) -> int:
    return int(facility.power.id.index(name))


@pytest.mark.parametrize(
    ("stated", "want_w"),
    [
        ({"current": "400 A", "voltage": "415 V", "power_factor": 0.95, "continuous": "80 %"},
         math.sqrt(3) * 415 * 400 * 0.95 * 0.8),
        ({"current": "63 A", "voltage": "230 V", "phases": 1, "power_factor": 1}, 230 * 63),
        ({"apparent_power": "500 kVA", "power_factor": 0.9}, 450e3),
        ({"apparent_power": "0.5 MVA", "power_factor": "90 %", "continuous": 0.8}, 360e3),
        ({"power": "500 kW", "continuous": "80 %"}, 400e3),
    ],
)  # fmt: skip
def test_ratings_become_watts(tmp_path: Path, stated: dict[str, Any], want_w: float) -> None:
    """V x A x sqrt 3 x power factor x continuous share; the same from a layout."""
    rating = ElectricalRating.model_validate(stated)
    assert rating.power_w == pytest.approx(want_w)
    assert f"{want_w / 1e3:,.1f} kW" in rating.derivation
    flow = json.dumps(stated)
    facility = built(tmp_path, ("rating: 630 kW, fed_by: grid", f"rating: {flow}, fed_by: grid")) \
        if want_w > 3e5 else None  # fmt: skip
    if facility is not None:
        assert facility.power.rating_w[node(facility, "tx")] == pytest.approx(want_w)


@pytest.mark.parametrize(
    ("rating", "words"),
    [
        ("500 kVA", "power_factor"),
        ("{apparent_power: 500 kVA}", "a power_factor with"),
        ("{current: 400 A, power_factor: 1}", "current and voltage together"),
        ("{current: 400 A, voltage: 415 V, power: 3 kW, power_factor: 1}", "one of current"),
        ("{current: 400 kW, voltage: 415 V, power_factor: 1}", "cannot be expressed in A"),
        ("{current: 400 A, voltage: 415 V, power_factor: 1.2}", "1 or less"),
        ("{current: 400 A, voltage: 415 V, phases: 2, power_factor: 1}", "'1', '3'"),
        ("{curent: 400 A, voltage: 415 V, power_factor: 1}", "did you mean 'current'?"),
    ],
)
def test_half_a_rating_is_refused(tmp_path: Path, rating: str, words: str) -> None:
    told = refused(tmp_path, ("rating: 630 kW, fed_by: grid", f"rating: {rating}, fed_by: grid"))
    assert any(words in f"{p.allowed} {p.hint}" for p in told), told
    assert all(p.line == 12 for p in told)


def test_kva_takes_the_power_factor_beside_it(tmp_path: Path, capsys: Any) -> None:
    change = ("rating: 500 kW, fed_by: board", "rating: 500 kVA, power_factor: 0.9, fed_by: board")
    facility = built(tmp_path, change)
    assert facility.power.rating_w[node(facility, "ups")] == pytest.approx(450e3)
    assert main(["check", str(tmp_path / "room.yaml")]) == 0
    assert "500 kVA x power factor 0.9 = 450.0 kW" in capsys.readouterr().out
    result = twin.run(twin.load(tmp_path / "room.yaml").with_(horizon="10 min"))
    held = result.frame("witnesses").set_index(["subject", "parameter"])
    assert "500 kVA" in held.loc[("layout/ups", "rating_w")]["source"]


def test_a_breaker_used_for_80_percent_trips_by_its_own_rating(tmp_path: Path) -> None:
    """The device stays the same one: its watts of loss and its trip levels are its own."""
    whole = built(tmp_path, ("rating: 500 kW, fed_by: board", "rating: 400 kW, fed_by: board"))
    part = built(
        tmp_path,
        (
            "rating: 500 kW, fed_by: board",
            "rating: {power: 500 kW, continuous: 80 %}, fed_by: board",
        ),
    )
    n = node(part, "ups")
    assert part.power.rating_w[n] == whole.power.rating_w[n] == 400e3
    assert part.power.trip_rating_w[n] == pytest.approx(500e3)
    row = shipped().get(PowerEquipment, "ups_500")
    load_w = 300e3
    x = load_w / part.power.rating_w[n]
    tree = part.power
    loss_w = tree.rating_w[n] * (tree.loss_idle_frac[n] + tree.loss_square_frac[n] * x**2)
    own_x = load_w / 500e3
    assert loss_w == pytest.approx(500e3 * (row.loss_idle_frac + row.loss_square_frac * own_x**2))


OVERRIDES = """\
overrides:
  ups: {mtbf: 50000 h, battery_energy: 20 kWh, loss_square_frac: 4 %, rating: 480 kW}
  diesel: {start: 15 s, start_failure_probability: 0.05}
  pod_r2: {power_idle: 9 kW, heat_capacity: 300 kJ/K, inlet_air_max: 27 °C, node_mtbf: 2000 h}
  cooler_3: {capacity: 50 kW, mttr: 4 h}
  chw: {mtbf: 9000 h, restart: 10 min}
"""


def test_overrides_reach_any_number_of_a_component(tmp_path: Path) -> None:
    facility = built(tmp_path, more=OVERRIDES)
    tree, racks, units = facility.power, facility.racks, facility.cooling.units
    n = node(facility, "ups")
    assert tree.battery_j[n] == pytest.approx(20 * 3.6e6)
    assert (tree.rating_w[n], tree.loss_square_frac[n]) == (480e3, 0.04)
    d = node(facility, "diesel")
    assert (tree.start_s[d], tree.start_failure_probability[d]) == (15, 0.05)
    base = shipped().get(Rack, "dgx_h100_x4")
    assert racks.idle_w.tolist()[:4] == [
        base.power_idle_w,
        9e3,
        base.power_idle_w,
        base.power_idle_w,
    ]
    assert racks.heat_capacity_j_k[1] == facility.cooling.capacity_j_k[1] == 3e5
    assert (racks.inlet_max_degc[1], racks.node_mtbf_h[1]) == (27, 2000)
    rows = facility.components.row
    first = units.id.index("cooler_1")
    assert units.capacity_w[first : first + 4].tolist() == [60e3, 60e3, 50e3, 60e3]
    assert facility.components.mttr_h[rows["cooler_3"]] == 4
    assert facility.components.mtbf_h[rows["ups"]] == 50_000
    assert facility.components.mtbf_h[rows["chw"]] == 9_000
    assert units.restart_s[units.id.index("chw")] == 600


def test_overrides_of_a_group_hold_for_its_members(tmp_path: Path) -> None:
    facility = built(
        tmp_path,
        (
            "{name: ups, type: ups_500",
            "{name: ups, overrides: {transfer: 8 ms, width: 3 m}, type: ups_500",
        ),
        ("{name: pod,", "{name: pod, overrides: {liquid_heat_frac: 0, mtbf: 5 year},"),
        ("{name: cooler,", "{name: cooler, overrides: {approach: 4 K}, "),
        ("nodes_per_su: 8,", "nodes_per_su: 8, overrides: {mtbf: 1e6 h},"),
        ("{type: superpod_good}", "{type: superpod_good, overrides: {write: 1 GB/s}}"),
    )
    rows = facility.components.row
    assert facility.power.transfer_s[node(facility, "ups")] == pytest.approx(0.008)
    assert facility.components.size_m[rows["ups"]][0] == 3
    assert facility.components.mtbf_h[rows["pod_r4"]] == pytest.approx(5 * 8766)
    assert facility.storage.write_b_s == 1e9
    leaf = next(i for i, k in enumerate(facility.components.kind) if k == "switch")
    assert facility.components.mtbf_h[leaf] == 1e6
    plain = built(tmp_path)
    cooler = plain.cooling.units.id.index("cooler_1")
    assert facility.cooling.units.transfer_w_k[cooler] > plain.cooling.units.transfer_w_k[cooler]
    assert shipped().get(CoolingEquipment, "inrow_60").approach_k == 6


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("ups: {mtfb: 3 h}", "did you mean 'mtbf'?"),
        ("ups: {mtbf: 3 kW}", "cannot be expressed in h"),
        ("ups: {mtbf: 3}", "has no unit"),
        ("ups: {mtbf: 3 ms}", "0.01 to 1e9 h"),
        ("ups: {boot: 3 s}", "for it: "),
        ("ups: {loss_square_frac: 1}", "loses more"),
        ("panel: {battery_energy: 3 kWh}", "a UPS or BESS and nothing else"),
        ("pod_r1: {capacity: 3 kW}", "for it: "),
        ("chw: {capacity: 3 MW}", "for it: mtbf, mttr, restart"),
        ("pod_r1: {power_idle: 60 kW}", "idle power at or below rated power"),
        ("nobody: {mtbf: 3 h}", "a component of this layout"),
    ],
)
def test_an_override_of_nothing_is_told(tmp_path: Path, override: str, words: str) -> None:
    told = refused(tmp_path, more=f"overrides:\n  {override}\n")
    assert any(words in f"{p.allowed} {p.hint}" for p in told), told
    assert all(p.file.endswith("room.yaml") for p in told)
    assert any(p.line == len(PLAIN.splitlines()) + 2 for p in told) or "power_idle" in override


def test_overriding_numbers_stand_among_the_witnesses_and_run_again(tmp_path: Path) -> None:
    (tmp_path / "room.yaml").write_text(PLAIN + OVERRIDES, encoding="utf-8")
    (tmp_path / "serve.yaml").write_text(SERVE.replace("nodes: 8", "nodes: 8"), encoding="utf-8")
    first = twin.run(twin.load(tmp_path / "serve.yaml").with_(horizon="20 min"))
    held = first.frame("witnesses").set_index(["subject", "parameter"])
    told = held.loc[("layout/ups", "battery_energy_j")]
    assert (told["value"], told["status"]) == ("72000000", "assumed")
    (tmp_path / "again.yaml").write_text(first.scenario_yaml, encoding="utf-8")
    again = twin.run(twin.load(tmp_path / "again.yaml"))
    for name in first.tables:
        assert again.frame(name).equals(first.frame(name)), name


def test_a_scenario_with_own_rows_goes_to_another_process_and_back(tmp_path: Path) -> None:
    """As studies on several cores need it: pickled here, built there."""
    own = (
        "equipment:\n  power: [{name: rpp_ours, like: rpp_500, rating: 600 kVA, "
        "power_factor: 0.9}]\n"
    )
    use = ("type: rpp_500, rating: 500 kW", "type: rpp_ours, overrides: {mtbf: 3 year}")
    facility = built(tmp_path, use, more=own + OVERRIDES)
    held = pickle.dumps(facility.scenario)
    (tmp_path / "held").write_bytes(held)
    code = (
        "import pickle, sys, twin; s = pickle.load(open(sys.argv[1], 'rb'));"
        "print(s.catalogue.content_hash(), *twin.build(s).power.rating_w)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "held")],
        capture_output=True,
        text=True,
        check=True,
    )
    want = [facility.scenario.catalogue.content_hash(), *facility.power.rating_w]
    assert done.stdout.split() == [str(one) for one in want]
    assert copy.deepcopy(facility.scenario).catalogue.content_hash() == want[0]
    assert pickle.loads(pickle.dumps(shipped())) is shipped()


def test_a_new_power_component_is_one_row(tmp_path: Path, capsys: Any) -> None:
    """A busway tap-off that nobody ships: one row, and check, redundancy, run and report know
    it.
    """
    row = (
        "equipment:\n"
        "  power:\n"
        "    - name: tap_off_630\n"
        "      kind: busway\n"
        "      source: Nordwind tap-off data sheet, invented\n"
        "      status: vendor\n"
        "      rating: {current: 1000 A, voltage: 415 V, power_factor: 0.95, continuous: 80 %}\n"
        "      loss_idle_frac: 0\n"
        "      loss_linear_frac: 0\n"
        "      loss_square_frac: 0.2 %\n"
        "      transfer: 0 s\n"
        "      mtbf: 2000000 h\n"
        "      mttr: 6 h\n"
        "      width: 0.5 m\n"
        "      depth: 0.3 m\n"
        "      height: 0.4 m\n"
    )
    taps = (
        "  - {name: tap, type: tap_off_630, fed_by: ups}\n"
        "  - {name: panel, type: rpp_500, rating: 500 kW, fed_by: tap}\n"
    )
    old = "  - {name: panel, type: rpp_500, rating: 500 kW, fed_by: ups}\n"
    facility = built(tmp_path, (old, taps), more=row)
    n = node(facility, "tap")
    assert facility.power.rating_w[n] == pytest.approx(math.sqrt(3) * 415 * 1000 * 0.95 * 0.8)
    path = str(tmp_path / "serve.yaml")
    (tmp_path / "serve.yaml").write_text(SERVE, encoding="utf-8")
    assert main(["check", path, "--json"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert "tap" in [one["component"] for one in checked["power"]]
    assert main(["redundancy", path, "--json"]) == 0
    assert "tap" in capsys.readouterr().out
    out = tmp_path / "out"
    assert main(["run", path, "--out", str(out), "--set", "horizon=20 min"]) == 0
    result = twin.Result.load(out)
    assert "tap" in set(result.frame("power")["component"])
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "tap_off_630" in page
    assert "Nordwind tap-off data sheet, invented" in page


def test_a_number_is_told_where_it_stands_in_a_file_of_many_lines(tmp_path: Path) -> None:
    more = (
        "overrides:\n  panel:\n    mttr: 3 h\n    battery_energy: 3 kWh\n  pod_r1:\n    "
        "mtbf: null\n"
    )
    told = refused(tmp_path, more=more)
    first = len(PLAIN.splitlines())
    assert {(p.line - first, p.where.split(".")[-1]) for p in told} == {
        (4, "battery_energy_j"),
        (6, "mtbf_h"),
    }
    assert any(p.allowed == "a valid number" for p in told)
