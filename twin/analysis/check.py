"""What a layout builds, how heavily its power gear is loaded, and what a reviewer would note."""

from __future__ import annotations

from typing import Any

from twin.analysis.design_loading import loading_rows
from twin.analysis.electrical import design_rows
from twin.analysis.hydraulics import hydraulics
from twin.analysis.layout_numbers import ratings
from twin.analysis.phases import phase_rows
from twin.analysis.review import review
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.cooling.peak import heat_w
from twin.facility.model import Facility
from twin.findings import Finding

Row = dict[str, Any]


def check(facility: Facility, findings: tuple[Finding, ...] | None = None) -> Row:
    """Counts, loads, findings and a loading table, as plain values that JSON can hold.

    racks counts those with GPUs. load_idle_w and load_peak_w are racks at their AC input plus
    coolant units; cooling_rated_w is the heat that all plant units carry together; heat is that of
    racks at rated power. power holds the rows of the table `loading`, electrical voltage, current,
    kVA loading, power factor and fault current of every node (none where the network cannot carry
    its load). findings are those of `review`, which is asked where they are not given. ratings is
    there where a layout states one by current or apparent power, and says how its watts follow.
    hydraulics is there where a loop states pipes.
    """
    racks = facility.racks
    units = facility.cooling.units
    compute = racks.nodes * racks.gpus_per_node > 0
    coolant_w = sum(
        float(power_w)
        for power_w, kind in zip(units.power_w, units.kind, strict=True)
        if role(kind) is Role.LOOP_COOLING
    )
    loop_w, hall_w, _ = heat_w(facility)
    found = review(facility) if findings is None else findings
    return {
        "racks": int(compute.sum()),
        "support_racks": int((~compute).sum()),
        "gpus": racks.gpu_count,
        "nodes": racks.node_count,
        "components": len(facility.components.id),
        "load_idle_w": float(racks.idle_w.sum()) + coolant_w,
        "load_peak_w": float(racks.rated_w.sum()) + coolant_w,
        "it_rated_w": float(racks.rated_w.sum()),
        "cooling_rated_w": float(
            sum(units.capacity_w[plant.units].sum() for plant in facility.cooling.plants)
        ),
        "heat_liquid_w": float(loop_w.sum()),
        "heat_air_w": float(hall_w.sum()),
        "findings": [placed(facility, finding) for finding in found],
        "power": loading_rows(facility),
        "electrical": design_rows(facility),
        "phases": phase_rows(facility),
        **_ratings(facility),
        **_hydraulics(facility),
    }


def _hydraulics(facility: Facility) -> Row:
    """Flows in stated pipes; nothing where none are stated."""
    found = hydraulics(facility)
    return {"hydraulics": found} if found else {}


def _ratings(facility: Facility) -> Row:
    """How ratings in A x V, kVA or with a continuous share become watts; nothing without any."""
    found = [
        {"component": name, "rating_w": how.power_w, "derivation": how.derivation}
        for name, how in ratings(facility.scenario.plan)
    ]
    return {"ratings": found} if found else {}


def placed(facility: Facility, finding: Finding) -> Row:
    """A finding with the file and line that state what it is about."""
    problem = facility.scenario.problem(finding.stated_at, "", "")
    return {**finding.as_dict(), "file": problem.file, "line": problem.line}
