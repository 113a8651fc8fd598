"""The shipped layouts have the published numbers: racks, GPUs, watts, switches.

Frontier: closed form over the published node, chassis and coolant unit powers (ExaDigiT/RAPS
configuration, commit 6c142bfd; Scientific Data 11:1077, 2024). GB200: 132 kW a rack, 1.2 MW and 576
GPUs a scalable unit (DGX SuperPOD GB200 reference architecture). DGX B200: 14.3 kW a system (user
guide), switches by the larger-component-count table of its reference architecture.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.sources import table
from twin import build, load
from twin.analysis.review import review
from twin.facility import Facility
from twin.facility.cooling.peak import coolant_degc
from twin.facility.fabric import CORE, LEAF, SPINE

ROOT = Path(__file__).parents[2]
LAYOUTS = ("gb200_su", "frontier", "superpod_b200", "edge_200kw", "campus_20mw")


@cache
def facility(name: str) -> Facility:
    return build(load(ROOT / "layouts" / f"{name}.yaml"))


def cdu_w(built: Facility) -> float:
    units = built.cooling.units
    return float(units.power_w[np.array(units.kind) == "cdu"].sum())


def frontier_w(cpu: float, gpu: float) -> float:
    """Watts of 74 cabinets and 25 coolant units at these activities, straight from the published
    constants.
    """
    node_w = 90 + 190 * cpu + 4 * (88 + 472 * gpu) + 74.26 + 4 * 20 + 30
    chassis_w = 16 * (node_w + 13) / 0.98 + 4 * 250
    rectified_w = 4 * (chassis_w / 4 + 17) / 0.96
    return 74 * 8 * rectified_w + 25 * 8473.47


def test_frontier_power_in_closed_form():
    built = facility("frontier")
    idle_w = built.racks.idle_w.sum() + cdu_w(built)
    peak_w = built.racks.rated_w.sum() + cdu_w(built)
    assert idle_w == pytest.approx(7_306_523.8, rel=1e-6)
    assert peak_w == pytest.approx(28_227_884.4, rel=1e-6)
    assert idle_w == pytest.approx(frontier_w(0, 0), rel=1e-12)
    assert peak_w == pytest.approx(frontier_w(1, 1), rel=1e-12)


def test_frontier_at_any_activity_is_on_the_same_line():
    """The gain of a rack is the closed form's slope: half of all activity is half of the way."""
    racks = facility("frontier").racks
    half_w = racks.idle_w + 0.5 * racks.gpu_gain * racks.nodes * (
        4 * racks.gpu_span_w + racks.cpu_span_w
    )
    assert half_w.sum() + cdu_w(facility("frontier")) == pytest.approx(
        frontier_w(0.5, 0.5), rel=1e-12
    )


def test_frontier_counts():
    built = facility("frontier")
    assert len(built.racks.id) == 74
    assert "cabinet_r42" not in built.racks.id
    assert built.racks.node_count == 9472
    assert int((built.racks.nodes * built.racks.gpus_per_node).sum()) == 37_888
    assert len(built.fabric.switches) == 74 * 32


def test_frontier_coolant_unit_14_serves_two_cabinets():
    built = facility("frontier")
    served = np.bincount(built.racks.zone - built.cooling.loop_node[0], minlength=25)
    assert served.tolist() == [3] * 13 + [2] + [3] * 11


def test_gb200_scalable_unit():
    built = facility("gb200_su")
    compute = built.racks.gpus_per_node > 0
    assert built.racks.rated_w[compute].tolist() == [132e3] * 8
    assert int((built.racks.nodes * built.racks.gpus_per_node).sum()) == 576
    assert built.racks.rated_w.sum() + cdu_w(built) == pytest.approx(1.2e6, rel=1e-3)


def test_dgx_b200_scalable_unit():
    built = facility("superpod_b200")
    compute = built.racks.nodes > 0
    assert built.racks.node_count == 32
    assert (built.racks.rated_w[compute] / built.racks.nodes[compute]).tolist() == pytest.approx(
        [14.3e3] * 16
    )
    assert built.racks.rated_w[compute].sum() == pytest.approx(457.6e3)
    assert int((built.racks.nodes * built.racks.gpus_per_node).sum()) == 256


def test_edge_and_campus_have_the_power_in_their_names():
    assert facility("edge_200kw").racks.rated_w.sum() == pytest.approx(200e3, rel=0.005)
    assert facility("campus_20mw").racks.rated_w.sum() == pytest.approx(20e6, rel=0.005)
    campus = facility("campus_20mw").racks
    assert int((campus.nodes * campus.gpus_per_node).sum()) == 8640


def published(system: str) -> dict[str, str]:
    """The smallest published fabric of a system without fabric managers."""
    counts = table("network/fabric_counts.csv")
    return next(r for r in counts if r["system"] == system and "-ufm-" not in r["row_id"])


@pytest.mark.parametrize(
    ("name", "system"),
    [("superpod_b200", "DGX B200"), ("gb200_su", "DGX B300"), ("campus_20mw", "DGX B300")],
)
def test_switches_of_a_built_layout_follow_the_published_rule(name: str, system: str):
    """Leaves: one a rail and unit, as in every published row. Spines: half the leaves' ports,
    rounded up as there.
    """
    row = published(system)
    assert int(row["leaf_switches"]) == int(row["su_count"]) * int(row["nic_per_node"]) * int(
        row["plane_count"]
    )
    fabric = facility(name).fabric
    ports = {"superpod_b200": 64}.get(name, 144)
    units = int(fabric.domain_of_node.max()) + 1
    leaf, spine, core = (int((fabric.tier == tier).sum()) for tier in (LEAF, SPINE, CORE))
    assert leaf == units * fabric.rails
    assert core == 0
    assert spine >= leaf * fabric.uplinks_per_leaf / ports
    assert (ports // 2) % spine == 0


def test_superpod_b200_is_half_of_the_published_two_units():
    row = published("DGX B200")
    tier = facility("superpod_b200").fabric.tier
    assert (tier == LEAF).sum() * 2 == int(row["leaf_switches"]) == 16
    assert (tier == SPINE).sum() * 2 == int(row["spine_switches"]) == 8


@pytest.mark.parametrize("name", ["gb200_su", "superpod_b200", "campus_20mw"])
def test_layouts_that_claim_redundancy_have_it_in_power(name: str):
    """No power component whose loss overloads another or takes a rack down."""
    assert [finding for finding in review(facility(name)) if "carries" in finding.says] == []
    assert [finding for finding in review(facility(name)) if "lose power" in finding.says] == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_belongs_to_a_hall_stands_inside_it(name: str):
    """Racks, panels, coolant units and air handlers, within the walls of the hall they are said to
    be in.
    """
    built = facility(name)
    parts = built.components
    halls = {hall.name: hall for hall in built.scenario.plan.halls}
    outside = []
    for i, parent in enumerate(parts.parent):
        if parent in halls:
            low = parts.position_m[i, :2] - parts.size_m[i, :2] / 2 - halls[parent].at
            high = low + parts.size_m[i, :2]
            if (low < -1e-6).any() or (high > np.array(halls[parent].size[:2]) + 1e-6).any():
                outside.append(parts.id[i])
    assert outside == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_two_things_stand_in_one_place(name: str):
    """Footprints of everything but what is built into something: switches in racks, pumps in
    coolant units.
    """
    parts = facility(name).components
    own = [i for i, parent in enumerate(parts.parent) if parent not in parts.row]
    centre = parts.position_m[own, :2]
    half = parts.size_m[own, :2] / 2
    apart = np.abs(centre[:, None] - centre[None])
    over = (apart < half[:, None] + half[None] - 1e-6).all(axis=2) & ~np.eye(len(own), dtype=bool)
    assert [(parts.id[own[a]], parts.id[own[b]]) for a, b in np.argwhere(over) if a < b] == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_belongs_to_no_hall_stands_outside_of_all(name: str):
    built = facility(name)
    parts = built.components
    for hall in built.scenario.plan.halls:
        apart = np.abs(parts.position_m[:, :2] - np.array(hall.at) - np.array(hall.size[:2]) / 2)
        within = (apart < parts.size_m[:, :2] / 2 + np.array(hall.size[:2]) / 2 - 1e-6).all(axis=1)
        assert [parts.id[i] for i in np.flatnonzero(within) if parts.parent[i] == ""] == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_water_and_air_suit_the_racks_at_full_load(name: str):
    """No loop or hall warmer than its racks take, and nothing in the way.

    The scalable unit's coolant is a tenth of a kelvin above the racks' 45 °C with every rack at
    its rated AC input at once, which no workload reaches; it is said and kept.
    """
    about = ("coolant", "air", "aisle", "overlap", "wall", "cools")
    remarks = [f.code for f in review(facility(name)) if any(word in f.code for word in about)]
    kept = ("no_spare_coolant_unit", "air_cold", "air_too_cold")  # true of these, and left as it is
    spare = [code for code in remarks if code not in kept]
    assert spare == (["coolant_warm_at_peak"] if name == "gb200_su" else [])
    assert coolant_degc(facility(name)).max(initial=0.0) < 45.1


def test_frontier_loses_four_kelvin_between_water_and_cabinets():
    """Coolant units of three cabinets at full power, 27 °C facility water: below the 32 °C that a
    cabinet takes.
    """
    coolant = coolant_degc(facility("frontier"))
    assert coolant.max() == pytest.approx(31.4, abs=0.1)
    assert int(coolant.argmin()) == 13


def test_rows_of_the_scalable_unit_look_into_cold_aisles_of_at_least_1_2_m():
    """South row: panels to rack front; north row: rack front to coolant units; the hot aisle lies
    between.
    """
    built = facility("gb200_su")
    parts = built.components
    edge = {
        kind: (
            parts.position_m[rows, 1] - parts.size_m[rows, 1] / 2,
            parts.position_m[rows, 1] + parts.size_m[rows, 1] / 2,
        )
        for kind in ("rpp", "rack", "cdu")
        for rows in [[i for i, k in enumerate(parts.kind) if k == kind]]
    }
    assert edge["rack"][0].min() - edge["rpp"][1].max() >= 1.2
    assert edge["cdu"][0].min() - edge["rack"][1].max() >= 1.2


def test_the_edge_room_admits_its_single_points_of_failure():
    alone = {
        finding.component
        for finding in review(facility("edge_200kw"))
        if "20 of 20 racks" in finding.says
    }
    assert alone == {"switchboard", "ups", "rpp"}
