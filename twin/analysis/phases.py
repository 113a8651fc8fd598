"""How racks with single-phase cords load the phases of what they hang on."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.arrays import Array, Complex, Mask
from twin.facility.model import Facility
from twin.facility.power.electrical import ElectricalNetwork, electrical_network
from twin.facility.power.rings import CHANGES_VOLTAGE
from twin.physics.phases import dealt, imbalance_frac, neutral_va, passed_up

Row = dict[str, Any]


def phase_rows(facility: Facility) -> list[Row]:
    """One row a component that carries single-phase racks, at peak with everything in service.

    Racks are dealt to L1, L2, L3 in the order of the layout, at each component that they hang on.
    What is uneven there adds up above, as far as a transformer, which is the last; a UPS evens it.
    l1_a to l3_a are currents of all loads on each phase, losses left out, neutral_a that of the
    neutral, imbalance_frac the largest distance from the mean over the mean, worst_phase_frac the
    heaviest phase over a third of the rating (None without one).
    """
    network = electrical_network(facility)
    single = np.zeros(len(facility.power.id), dtype=bool)
    single[facility.power.load_of_rack] = _single(facility)
    if not single.any():
        return []
    phase_va, carries = _carried(facility, network, single)
    nodes = np.flatnonzero(carries).tolist()
    return [_row(facility, n, phase_va[n], float(network.voltage_v[n])) for n in nodes]


def _carried(facility: Facility, network: ElectricalNetwork, single: Mask) -> tuple[Array, Mask]:
    """(node, phase) volt-amperes, and (node,) whether single-phase racks are among them."""
    tree = facility.power
    edges = (network.supply, network.taker, network.share)
    uneven, own = _hung(network, single)
    kinds = np.array([str(kind) for kind in tree.kind])
    passes = ~(network.regulated | np.isin(kinds, CHANGES_VOLTAGE))
    everything = np.ones(len(tree.id), dtype=bool)
    third_va = passed_up(edges, everything, network.load_va[:, None]) / 3.0
    phase_va = np.abs(third_va + passed_up(edges, passes, uneven))
    return phase_va, passed_up(edges, passes, own[:, None])[:, 0].real > 0


def _hung(network: ElectricalNetwork, single: Mask) -> tuple[Complex, Complex]:
    """(node, phase) what the racks that hang on a node differ from thirds by; (node,) how many."""
    own = np.zeros(single.size, dtype=complex)
    uneven = np.zeros((single.size, 3), dtype=complex)
    for node in np.unique(network.supply[single[network.taker]]).tolist():
        mine = (network.supply == node) & single[network.taker]
        load_va = network.load_va[network.taker[mine]] * network.share[mine]
        own[node] = load_va.size
        uneven[node] = dealt(load_va) - load_va.sum() / 3.0
    return uneven, own


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
