"""How supplies in parallel share what hangs on them: by the impedance of the way to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twin.catalogue.equipment_kinds import Role, role
from twin.catalogue.rows import PowerEquipment
from twin.facility.power.node import PowerNode
from twin.physics.impedance import (
    conductor_loss_frac,
    conductor_per_va,
    shares_by_admittance,
    transformer_per_va,
)


def with_length(row: PowerEquipment, length_m: float | None = None) -> PowerEquipment:
    """The row with a length, and the loss of that length where its resistance is known."""
    if length_m is not None:
        row = row.model_copy(update={"length_m": length_m})
    if row.length_m is None or row.resistance_ohm_m is None or row.voltage_v is None:
        return row
    loss = conductor_loss_frac(
        row.resistance_ohm_m, row.length_m, row.voltage_v, row.rating_w or 0.0
    )
    return row.model_copy(update={"loss_square_frac": loss})


def series_per_va(row: PowerEquipment | None) -> complex | None:
    """Series impedance of one piece, 1/VA; None where its row states none."""
    if row is None or not row.rating_w:
        return None
    if row.impedance_frac is not None:
        return transformer_per_va(row.impedance_frac, row.loss_square_frac, row.rating_w)
    if row.length_m is None or row.resistance_ohm_m is None or row.voltage_v is None:
        return None
    reactance = row.reactance_ohm_m or 0.0
    return conductor_per_va(row.resistance_ohm_m, reactance, row.length_m, row.voltage_v)


def reactance_per_va(row: PowerEquipment | None) -> float:
    """Series reactance, 1/VA; 0 where the row states none."""
    series = series_per_va(row)
    return 0.0 if series is None else series.imag


def share_by_impedance(nodes: Sequence[PowerNode]) -> None:
    """Give each board its supplies' weights; a UPS, a rack and a generator share by their controls.

    A board's supplies of one rank stand in parallel, each with what lies between it and the next
    node that feeds others as well.
    """
    by_name = {node.id: node for node in nodes}
    takers: dict[str, int] = {}
    for node in nodes:
        for supply in node.supplies:
            takers[supply] = takers.get(supply, 0) + 1
    way = {node.id: _way_per_va(node, by_name, takers) for node in nodes}
    for node in nodes:
        if role(node.kind) is Role.CARRY and len(node.supplies) > 1:
            node.weights = _weights(node, way)


def _way_per_va(
    node: PowerNode, by_name: Mapping[str, PowerNode], takers: Mapping[str, int]
) -> complex | None:
    """Impedance of a node and of what feeds it and nothing else; None where none is known, or a
    converter or a generator decides.
    """
    total: complex | None = None
    while True:
        if role(node.kind) in (Role.STORE, Role.STANDBY, Role.PRIME):
            return None
        own = series_per_va(node.row)
        if own is not None:
            total = own + (total or 0.0)
        alone = len(node.supplies) == 1 and takers[node.supplies[0]] == 1
        if not alone or node.supplies[0] not in by_name:
            return total
        node = by_name[node.supplies[0]]


def _weights(node: PowerNode, way: Mapping[str, complex | None]) -> list[complex]:
    """Weight of each supply among those of its rank."""
    weights = [1.0 + 0j] * len(node.supplies)
    ranks = node.ranks or [0] * len(node.supplies)
    for rank in set(ranks):
        places = [place for place, own in enumerate(ranks) if own == rank]
        # a supply of an unknown type is no node: the build tells of it, and stops once it told all
        ways = [way.get(node.supplies[place]) for place in places]
        shares = shares_by_admittance(ways)
        for place, share in zip(places, shares, strict=True):
            weights[place] = share
    return weights
