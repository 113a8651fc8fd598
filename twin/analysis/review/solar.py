"""Power equipment that solar arrays below it may push more back through than it carries."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.model import Array, Facility, Mask
from twin.facility.power.loading import ABOVE_FRAC, loading, peak_loads_w, wiring
from twin.findings import Finding, FindingCode
from twin.physics import flow


def findings(facility: Facility) -> Iterator[Finding]:
    """One for each node whose rating the arrays below it exceed while loads rest."""
    tree = facility.power
    if not tree.solar.node.size:
        return
    back_w = _back_w(facility)
    above = back_w > ABOVE_FRAC * tree.rating_w
    for node in np.flatnonzero(above[: tree.equipment] & _carries(facility)):
        yield Finding(
            FindingCode.SOLAR_ABOVE_RATING,
            tree.id[node],
            f"solar arrays push up to {back_w[node] / 1e3:,.0f} kW back through it while racks "
            f"idle and cooling rests, {back_w[node] / tree.rating_w[node]:.3f} of its rating",
            facility.components.stated_at[tree.component[node]],
        )


def _carries(facility: Facility) -> Mask:
    """(equipment,) carries power on; no source, array, or store at a board."""
    return of_role(facility.power.kind[: facility.power.equipment], Role.CARRY)


def _back_w(facility: Facility) -> Array:
    """(power node,) W that may flow back through each: arrays at the rating of their inverters,
    loads below idle; no more than the rest of the site takes at its peak, and the grid.
    """
    tree = facility.power
    rest = np.zeros(facility.cooling.units.power_w.size)
    idle_w = peak_loads_w(facility, facility.racks.idle_w, rest)
    with_sun_w = idle_w.copy()
    with_sun_w[tree.solar.node] -= tree.rating_w[tree.solar.node]
    wires = wiring(facility)
    live = loading(facility, wires=wires).live
    loss = (tree.loss_idle_frac, tree.loss_linear_frac, tree.loss_square_frac)
    output_w, _ = flow.upward(
        wires, with_sun_w, flow.shares(wires, live), live, tree.rating_w, loss
    )
    back_w = np.maximum(-output_w, 0.0)
    for node in np.flatnonzero(back_w):
        back_w[node] *= _taken_frac(facility, wires, with_sun_w, int(node))
    return back_w


def _taken_frac(facility: Facility, wires: flow.Wiring, with_sun_w: Array, node: int) -> float:
    """Share of what flows back that somebody takes: other loads at their peak, or the grid."""
    export = facility.scenario.site.export
    limit_w = 0.0 if export is None else np.inf if export.limit is None else export.limit
    mine = flow.below(wires, node)
    surplus_w = -float(with_sun_w[mine].sum())
    others_w = float(peak_loads_w(facility)[~mine].sum())
    return min(1.0, (limit_w + others_w) / surplus_w) if surplus_w > 0 else 1.0
