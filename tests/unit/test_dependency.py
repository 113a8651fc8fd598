"""The dependency graph: which losses take which racks down, judged by hand on small facilities."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import twin
from twin import catalogue
from twin.analysis.redundancy import consequence
from twin.catalogue.rows import CoolingEquipment
from twin.errors import InputError
from twin.facility.dependency import dependency
from twin.facility.power.loading import loading
from twin.physics.reliability.contingency import double_failures, down_nodes, single_failures
from twin.physics.reliability.gates import Gates
from twin.physics.reliability.service import served_frac
from twin.scenario.starter import write

LAYOUTS = Path(__file__).parents[2] / "layouts"
Change = Callable[..., twin.Facility]


@pytest.fixture(scope="module")
def unit() -> Gates:
    """The shipped scalable unit: four panels of which three carry it, two coolant units without a
    spare.
    """
    return dependency(twin.build(twin.load(LAYOUTS / "gb200_su.yaml")))


@pytest.fixture
def pod(tmp_path: Path) -> Change:
    """Builds the starter pod with pieces of its layout replaced."""

    def build(*changes: tuple[str, str]) -> twin.Facility:
        scenario, layout = write("pod", tmp_path)
        text = layout.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        layout.write_text(text, encoding="utf-8")
        return twin.build(twin.load(scenario))

    return build


def alone(gates: Gates) -> set[str]:
    return {gates.names[node] for node in single_failures(gates).lost[:, 0]}


def racks_lost(gates: Gates, *lost: str) -> int:
    return int(consequence(gates, lost)["racks"])


def test_single_points_of_the_scalable_unit(unit: Gates) -> None:
    """Coolant units of which each has its own racks, and pumps that miss 91 % of flow alone."""
    pumps = {f"cdu_{n}_pump_{k}" for n in (1, 2) for k in (1, 2)}
    assert alone(unit) == {"cdu_1", "cdu_2"} | pumps
    assert racks_lost(unit, "mechanical_1", "mechanical_2") == 16
    assert racks_lost(unit, "cdu_1") == 4


def test_one_pump_leaves_55_of_91_percent_of_the_flow_and_the_unit_none(unit: Gates) -> None:
    """One pump of a `cdu_600` gives 55 % of its flow, its four racks want 91 %."""
    lost = [[unit.index["cdu_1_pump_1"]], [unit.index["cdu_1"]]]
    left = served_frac(unit, lost)[unit.loads]
    assert left[:, 0].min() == pytest.approx(0.55 / 0.909, abs=0.002)
    assert sorted(set(left[:, 1].tolist())) == [0.0, 1.0]


def test_pumps_fail_by_their_own_row(unit: Gates) -> None:
    pump = catalogue.get(CoolingEquipment, "coolant_pump")
    whole = catalogue.get(CoolingEquipment, "cdu_600")
    assert unit.mtbf_h[unit.index["cdu_1_pump_2"]] == pump.mtbf_h > whole.mtbf_h
    assert unit.mtbf_h[unit.index["cdu_1"]] == whole.mtbf_h


def test_loads_are_the_racks(unit: Gates) -> None:
    assert len(unit.loads) == 16
    assert unit.gpus.sum() == 576
    assert unit.load_w.sum() == pytest.approx(8 * 132e3 + 8 * 16.5e3)
    assert np.isnan(unit.mtbf_h[unit.loads]).all()


def test_panels_need_the_rating_that_racks_and_coolant_units_draw(unit: Gates) -> None:
    """1.2 MW on four panels of 500 kW: three carry it, two trip; a panel hangs on its own UPS."""
    assert racks_lost(unit, "ups_1") == racks_lost(unit, "rpp_3") == 0
    assert racks_lost(unit, "ups_1", "rpp_3") == racks_lost(unit, "ups_1", "ups_2") == 16
    assert racks_lost(unit, "ups_1", "rpp_1") == 0


def test_generators_stand_behind_the_utility(unit: Gates) -> None:
    assert racks_lost(unit, "utility", "generator_1") == 0
    assert racks_lost(unit, "utility", "generator_1", "generator_2") == 16
    own = unit.unavailability[unit.index["generator_1"]]
    shared = unit.unavailability[unit.index["common cause: start of genset_2500"]]
    assert 1 - (1 - own) * (1 - shared) == pytest.approx(0.00222)
    assert shared == pytest.approx(0.05 * 0.00222)


def test_one_rail_may_be_lost_and_any_spine_but_the_last(unit: Gates) -> None:
    spines = [name for name in unit.names if name.startswith("spine_")]
    assert racks_lost(unit, "leaf_su1_rail1") == 0
    assert racks_lost(unit, "leaf_su1_rail1", "leaf_su2_rail1") == 0
    assert racks_lost(unit, "leaf_su1_rail1", "leaf_su1_rail2") == 4
    assert racks_lost(unit, *spines[1:]) == 0
    assert racks_lost(unit, *spines) == 8


def test_the_pod_survives_any_one_loss(pod: Change) -> None:
    gates = dependency(pod())
    assert alone(gates) == set()
    assert racks_lost(gates, "cdu_1", "cdu_2") == racks_lost(gates, "cdu_1", "cdu_2_pump_1") == 4
    assert racks_lost(gates, "cdu_1", "cdu_1_pump_1", "cdu_1_pump_2") == 0
    assert (
        racks_lost(gates, "crah_1", "crah_2")
        == racks_lost(gates, "chilled_water_1", "chilled_water_2")
        == 6
    )
    assert racks_lost(gates, "warm_water_1", "warm_water_2") == 4


def test_two_cords_of_which_each_carries_all_are_an_or(pod: Change) -> None:
    panels = ("type: rpp_500, count: 3", "type: rpp_500, rating: 1 MW, count: 3")
    supplies = ("type: ups_500\n    count: 3", "type: ups_500\n    rating: 1 MW\n    count: 3")
    gates = dependency(pod(panels, supplies))
    assert racks_lost(gates, "rpp_1", "rpp_2") == 0
    assert racks_lost(gates, "rpp_1", "rpp_2", "rpp_3") == 6


def test_a_panel_is_worth_no_more_than_the_ups_above_it(pod: Change) -> None:
    """Panels of 1 MW, each on a UPS of 500 kW: two that are left carry 0.94 MW, one does not."""
    gates = dependency(pod(("type: rpp_500, count: 3", "type: rpp_500, rating: 1 MW, count: 3")))
    assert racks_lost(gates, "rpp_1") == 0
    assert racks_lost(gates, "rpp_1", "rpp_2") == 6


def test_ratings_that_need_every_panel_make_each_a_single_point(pod: Change) -> None:
    gates = dependency(pod(("type: rpp_500, count: 3", "type: rpp_500, rating: 200 kW, count: 3")))
    assert {"rpp_1", "rpp_2", "rpp_3", "ups_1"} <= alone(gates)


def test_heat_decides_where_flow_suffices(pod: Change) -> None:
    """Two coolant units of 300 kW for 460 kW of heat: one has the flow, not the heat."""
    facility = pod()
    facility.cooling.units.capacity_w[np.array(facility.cooling.units.kind) == "cdu"] = 300e3
    assert alone(dependency(facility)) == {"cdu_1", "cdu_2"}


def test_generators_too_small_do_not_stand_in(pod: Change) -> None:
    gates = dependency(
        pod(("genset_2000, count: 2, rating: 1250", "genset_2000, count: 2, rating: 300"))
    )
    assert alone(gates) == {"utility"}


BUS = ("      - {source: generator, pairing: matched}", "      - gen_bus")
GEN = "  - {name: generator, type: genset_2000, count: 2, rating: 1250 kW}\n"


@pytest.mark.parametrize(
    ("count", "rating_kw", "single", "survives"),
    [(3, 600, set(), 1), (3, 1250, set(), 2), (3, 200, {"utility"}, 0)],
)
def test_a_standby_bus_is_rated_for_what_it_would_carry(
    pod: Change, count: int, rating_kw: int, single: set[str], survives: int
) -> None:
    """Nothing flows through the bus as built; without the utility it carries 0.94 MW."""
    line = GEN.replace("count: 2, rating: 1250", f"count: {count}, rating: {rating_kw}")
    bus = line + "  - {name: gen_bus, type: switchboard_4000, fed_by: generator}\n"
    gates = dependency(pod((GEN, bus), BUS))
    assert alone(gates) == single
    generators = [f"generator_{n + 1}" for n in range(survives + 1)]
    assert racks_lost(gates, "utility", *generators) == 6
    if survives:
        assert racks_lost(gates, "utility", *generators[:-1]) == 0


def test_a_generator_that_always_starts_is_perfect(pod: Change) -> None:
    facility = pod()
    facility.power.start_failure_probability[:] = 0.0
    gates = dependency(facility)
    assert np.isnan(gates.mtbf_h[gates.index["generator_1"]])


def test_short_names_of_different_sets_differ(pod: Change) -> None:
    """Racks on panels 1, 2, 4, 5 and coolant units on 1, 3, 4, 5."""
    feeds = "[rpp_1, {}, rpp_4, rpp_5]"
    facility = pod(
        ("type: ups_500\n    count: 3", "type: ups_500\n    count: 5"),
        ("type: rpp_500, count: 3", "type: rpp_500, count: 5"),
        ("fed_by: rpp             # every", f"fed_by: {feeds.format('rpp_2')}   # every"),
        ("fed_by: rpp               # on", f"fed_by: {feeds.format('rpp_3')}   # on"),
    )
    gates = dependency(facility)
    assert {"supply(rpp_1+…+rpp_5)", "supply(rpp_1+…+rpp_5 #2)"} <= set(gates.names)


FABRIC = "nodes_per_su: 72, fed_by: rpp}"


def test_switches_on_the_feeds_of_their_racks_are_down_with_them(pod: Change) -> None:
    """The pod's leaves stand in its two support racks, here on panels 1 and 2 while the others have
    all three.
    """
    facility = pod((FABRIC, "nodes_per_su: 72, fed_by_racks: true}"))
    table = facility.components
    tree = facility.power
    for name in facility.fabric.switches:
        host = table.parent[table.row[name]]
        feeds = {
            source
            for source, taker, system, _ in facility.edges
            if taker == name and system == "power"
        }
        assert feeds == {tree.id[s] for s in tree.supply[tree.taker == tree.id.index(host)]}


def test_switches_take_one_of_the_two_kinds_of_feed(pod: Change) -> None:
    with pytest.raises(InputError, match="one of the two"):
        pod((FABRIC, "nodes_per_su: 72, fed_by: rpp, fed_by_racks: true}"))


def test_no_two_losses_drop_more_than_one_hall_of_the_campus() -> None:
    gates = dependency(twin.build(twin.load(LAYOUTS / "campus_20mw.yaml")))
    singles = single_failures(gates)
    pairs = double_failures(gates, singles)
    assert not len(singles.lost)
    assert pairs.gpus.max() == 1728
    assert racks_lost(gates, "rpp_a_1_1", "rpp_a_1_2") == 16


@pytest.mark.parametrize(
    "name", ["gb200_su", "superpod_b200", "edge_200kw", "frontier", "campus_20mw"]
)
def test_a_rack_without_voltage_is_never_served(name: str) -> None:
    """Every single loss in the power tree: racks that go dark there are down in the graph too."""
    if not (path := LAYOUTS / f"{name}.yaml").exists():
        pytest.skip(f"layout {name} not present")
    facility = twin.build(twin.load(path))
    gates = dependency(facility)
    nodes = [
        gates.index[lost]
        for lost in facility.power.id[: facility.power.equipment]
        if lost in gates.index
    ]
    down = down_nodes(gates, [[node] for node in nodes])
    racks = [gates.index[rack] for rack in facility.racks.id]
    for case, node in enumerate(nodes):
        lit = loading(facility, facility.power.id.index(gates.names[node])).live[
            facility.power.load_of_rack
        ]
        assert down[racks, case][~lit].all()
    assert not down_nodes(gates, [[]]).any()
