"""How racks with single-phase cords load the phases of what they hang on."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.facility.model import Facility
from twin.facility.power.electrical import electrical_network
from twin.physics.phases import dealt, imbalance_frac, neutral_va

Row = dict[str, Any]


def phase_rows(facility: Facility) -> list[Row]:
    """One row a component with single-phase racks on it, at peak with everything in service.

    Racks are dealt to L1, L2, L3 in the order of the layout. l1_a to l3_a are currents of the racks
    on each phase, neutral_a that of the neutral, imbalance_frac the largest distance from the mean
    over the mean, worst_phase_frac the heaviest phase over a third of the rating (None without
    one).
    """
    tree = facility.power
    network = electrical_network(facility)
    single = np.zeros(len(tree.id), dtype=bool)
    single[tree.load_of_rack] = _single(facility)
    found = []
    for node in np.unique(network.supply[single[network.taker]]).tolist():
        mine = (network.supply == node) & np.isin(network.taker, tree.load_of_rack)
        load_va = np.abs(network.load_va[network.taker[mine]] * network.share[mine])
        phase_va = dealt(load_va, single[network.taker[mine]])
        found.append(_row(facility, node, phase_va, float(network.voltage_v[node])))
    return found


def _single(facility: Facility) -> np.ndarray:
    """(rack,) whether its cords are single-phase."""
    halls = facility.scenario.plan.halls
    stated_at = facility.components.stated_at
    nodes = facility.power.load_of_rack
    places = [stated_at[c] for c in facility.power.component[nodes].tolist()]
    return np.array([halls[int(p[2])].rows[int(p[4])].cord_phases == 1 for p in places], dtype=bool)


def _row(facility: Facility, node: int, phase_va: np.ndarray, between_lines_v: float) -> Row:
    phase_v = between_lines_v / np.sqrt(3.0)
    rating_w = float(facility.power.rating_w[node])
    worst = float(phase_va.max() * 3.0 / rating_w) if np.isfinite(rating_w) else None
    return {
        "component": facility.power.id[node],
        **{f"l{n}_a": float(va / phase_v) for n, va in enumerate(phase_va, start=1)},
        "neutral_a": neutral_va(phase_va) / phase_v,
        "imbalance_frac": imbalance_frac(phase_va),
        "worst_phase_frac": worst,
    }
