"""Continuity: what interrupts racks although another supply takes over.

Supply asks whether power is there in the end; continuity asks whether it was there all the time. A
generator starts, a switch is open on its way, and whatever has no stored energy behind it goes off
where that takes longer than power supplies hold up. The way back counts as well: a switch that
returns to a repaired supply opens once more. All of it follows from the layout, by the flow of a
run: voltages just after the loss, in the steady state after it, and on the way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from twin.arrays import Array, Index, Mask, total_by
from twin.catalogue.equipment_kinds import MAINS, Role, of_role
from twin.facility.model import Facility
from twin.facility.power.autonomy import boards_last_s, lasts_s
from twin.facility.power.loading import Loading, loading, wiring
from twin.facility.power.rings import opens_with
from twin.physics import flow
from twin.physics.least_supply import asking_less, helped_w, reached_w, stands_alone
from twin.physics.power import HOLD_UP_S, TRANSFER_CONFIRM_S
from twin.physics.reliability.gates import HOURS_PER_YEAR

Row = dict[str, Any]
_LISTED = 20
_MEANING = (
    "Racks that a loss interrupts for longer than the 20 ms that power supplies hold up, although "
    "another supply takes over; once at the loss, and once more where a switch is open on the way "
    "back. Every loss is taken to outlast the hold-up, and the other supply to be there."
)


@dataclass(frozen=True)
class Interruptions:
    """What the loss of each power component, equipment (node,), does to racks without a break."""

    per_year: Array
    """How often it is lost; 0 where it never is, and for generators that stand by."""
    at_loss: Mask
    """(node, rack) off in between, on again by another supply."""
    for_good: Mask
    """(node, rack) off until it is repaired."""
    at_return: Mask
    """(node, rack) on by the other supply, and off on the way back."""
    gap_s: Array
    """The longest that racks of `at_loss` are without power; 0 where there are none."""

    @property
    def restarts_per_year(self) -> Array:
        """(rack,) how often each restarts, outages included."""
        times = self.at_loss.astype(float) + self.for_good + self.at_return
        return np.asarray(self.per_year @ times)


_KNOWN: WeakKeyDictionary[Facility, Interruptions] = WeakKeyDictionary()


def interruptions(facility: Facility) -> Interruptions:
    """What every single loss interrupts, worked out once a facility."""
    if facility not in _KNOWN:
        _KNOWN[facility] = _Continuity(facility).every_loss()
    return _KNOWN[facility]


def continuity(facility: Facility) -> Row:
    """Single points for continuity, worst first, and how often racks restart, for JSON."""
    found = interruptions(facility)
    rows = [_row(facility, found, p) for p in _single_points(found).tolist()]
    rows.sort(key=lambda row: (-row["interruptions_per_year"] * row["racks"], row["component"]))
    restarts = found.restarts_per_year
    return {
        "meaning": _MEANING,
        "verdict": not rows,
        "single_points": rows,
        "interruptions_per_year": sum(row["interruptions_per_year"] for row in rows),
        "rack_restarts_per_year": float(restarts.max(initial=0.0)),
        "racks_interrupted": int((found.at_loss | found.at_return).any(axis=0).sum()),
    }


def _single_points(found: Interruptions) -> Index:
    racks = (found.at_loss | found.at_return).any(axis=1)
    return np.flatnonzero(racks & (found.per_year > 0))


def _row(facility: Facility, found: Interruptions, p: int) -> Row:
    racks = facility.racks
    hit = np.flatnonzero(found.at_loss[p] | found.at_return[p])
    at_loss = int(found.at_loss[p].sum())
    at_return = int(found.at_return[p].sum())
    times = (at_loss > 0) + (at_return > 0)
    return {
        "component": facility.power.id[p],
        "losses_per_year": float(found.per_year[p]),
        "interruptions_per_year": float(found.per_year[p]) * times,
        "racks": int(hit.size),
        "gpus": int((racks.nodes * racks.gpus_per_node)[hit].sum()),
        "load_w": float(racks.rated_w[hit].sum()),
        "racks_at_loss": at_loss,
        "racks_at_return": at_return,
        "gap_s": float(found.gap_s[p]),
        "loads": [racks.id[r] for r in hit[:_LISTED].tolist()],
    }


def with_gaps(verdict: Row, known: Row) -> Row:
    """The verdict on fault tolerance, interruptions judged as well.

    A failure that racks notice is not tolerated, though supply goes on.
    """
    left = [part for part in verdict["not_judged"] if part != "transfer gaps"]
    if not verdict["verdict"] or known["verdict"]:
        return {**verdict, "not_judged": left}
    worst = known["single_points"][0]
    name = worst["component"]
    text = (
        "does not meet the fault-tolerance topology criterion in this model: without "
        f"{name}, {worst['racks']} racks restart before another supply takes over"
    )
    kept = ("racks", "gpus", "load_w", "loads", "gap_s")
    example = {"lost": [name], "loads_count": worst["racks"], "overloads": []}
    example |= {key: worst[key] for key in kept}
    return {"verdict": False, "text": text, "counter_example": example, "not_judged": left}


class _Continuity:
    """Voltages of one facility around a loss."""

    def __init__(self, facility: Facility) -> None:
        tree = facility.power
        self.facility = facility
        self.tree = tree
        self.wires = wiring(facility)
        self.utility = of_role(tree.kind, *MAINS)
        self.standby = of_role(tree.kind, Role.STANDBY)
        self.ups = of_role(tree.kind, Role.STORE)
        self.asks = self.wires.minimum_w > 0
        self._find_stores()
        self.slow = tree.priority & (tree.transfer_s > HOLD_UP_S)
        every = np.ones(len(tree.id), dtype=bool)
        self.normal, wires = self._live(every, ~every)
        self.usual = self._fed_through(self.normal, wires)
        self.usual_supply = self._supply_of(self.usual)

    def _find_stores(self) -> None:
        """(power node,) ratings of BESS that form grid there, and whether all do so in no time."""
        bess = self.tree.bess
        rating_w = np.where(np.isfinite(bess.forming_s), self.tree.rating_w[bess.node], 0.0)
        slow = np.isfinite(bess.forming_s) & (bess.forming_s > HOLD_UP_S)
        self.store_w = total_by(bess.board, rating_w, len(self.tree.id))
        self.quick = total_by(bess.board, slow, len(self.tree.id)) == 0
        self.helps = bool((self.store_w * self.asks).any())

    def every_loss(self) -> Interruptions:
        """Each piece of equipment lost in turn."""
        count = self.tree.equipment
        racks = len(self.tree.load_of_rack)
        at_loss, for_good, at_return = (np.zeros((count, racks), dtype=bool) for _ in range(3))
        gap_s = np.zeros(count)
        per_year = self._per_year()
        for p in np.flatnonzero(per_year).tolist():
            at_loss[p], for_good[p], at_return[p], gap_s[p] = self._loss(p)
        return Interruptions(per_year, at_loss, for_good, at_return, gap_s)

    def _per_year(self) -> Array:
        tree = self.tree
        table = self.facility.components
        own = tree.component[: tree.equipment]
        cycle_h = table.mtbf_h[own] + table.mttr_h[own]
        fails = np.isfinite(cycle_h) & (cycle_h > 0) & ~self.standby[: tree.equipment]
        return np.where(fails, HOURS_PER_YEAR / np.where(fails, cycle_h, 1.0), 0.0)

    def _loss(self, p: int) -> tuple[Mask, Mask, Mask, float]:
        """(rack,) off in between, off for good, off on the way back; and the longest gap."""
        tree = self.tree
        rack = tree.load_of_rack
        able = np.ones(len(tree.id), dtype=bool)
        able[p] = False
        after = loading(self.facility, p)
        moved = self.slow & after.live & (self._fed_through(after.live, self.wires) != self.usual)
        half = np.zeros_like(able)
        half[opens_with(tree, p, self.usual_supply)] = True
        gap_s = self._gap_s(able, moved | half)
        stored = self._stored(after, able, gap_s, moved | half)
        at_once = self._before_any_moves(able, stored, half)
        served = self.normal[rack]
        returning, _ = self._live(np.ones_like(able), stored, moved)
        off = served & ~at_once[rack]
        at_loss = off & after.live[rack]
        at_return = served & after.live[rack] & ~returning[rack]
        return at_loss, off & ~after.live[rack], at_return, gap_s if at_loss.any() else 0.0

    def _before_any_moves(self, able: Mask, stored: Mask, open_at: Mask) -> Mask:
        """(power node,) live while generators stand and slow switches have not moved over yet.

        open_at  (power node,) boards that the loss opens besides
        """
        open_at = open_at.copy()
        while True:
            live, wires = self._live(able, stored, open_at)
            leaves = self.slow & live & (self._fed_through(live, wires) != self.usual) & ~open_at
            if not leaves.any():
                return live
            open_at |= leaves

    def _gap_s(self, able: Mask, moved: Mask) -> float:
        """The longest until another supply takes over: a confirmation or a start, and a move."""
        called = flow.asked(self.wires, able, self.utility, self.standby) & self.standby
        start_s = float(self.tree.start_s[called].max(initial=0.0))
        wait_s = max(start_s, TRANSFER_CONFIRM_S if moved.any() else 0.0)
        return wait_s + float(self.tree.transfer_s[moved].max(initial=0.0))

    def _live(
        self, able: Mask, stored: Mask, open_at: Mask | None = None
    ) -> tuple[Mask, flow.Wiring]:
        """(power node,) with voltage while generators stand, and the wiring in which stores help
        boards as in a run. At switches that are `open_at` nothing comes in: stores carry these.
        """
        closed = None if open_at is None else ~open_at[self.wires.taker]
        store_w = np.where(stored & self.asks, self.store_w, 0.0)
        others = stored & ~self.asks
        help_w = helped_w(self.wires, able, self.utility, others, store_w, closed)
        wires = asking_less(self.wires, help_w)
        carried = others | (stands_alone(self.wires, help_w) & self.quick)
        return flow.live(wires, able, self.utility, carried, closed), wires

    def _stored(self, after: Loading, able: Mask, gap_s: float, moved: Mask) -> Mask:
        """(power node,) with a battery, or with a BESS at it, that lasts through the gap at peak
        load; beside supplies that reach too little it gives what they do not, and all at a switch
        that has `moved`.
        """
        of_ups = self.ups & (lasts_s(self.facility, after.output_w) >= gap_s)
        lasts = boards_last_s(self.facility, after.input_w) >= max(gap_s, 1e-9)
        if self.helps:
            left = flow.live(self.wires, able, self.utility, np.zeros_like(able))
            reach_w = reached_w(self.wires, left[self.wires.supply])
            needs_w = np.where(moved, after.input_w, np.maximum(after.input_w - reach_w, 0.0))
            helps = boards_last_s(self.facility, needs_w, np.inf) >= max(gap_s, 1e-9)
            lasts = np.where(self.asks, helps, lasts)
        return np.asarray(of_ups | lasts)

    def _supply_of(self, rank: Index) -> Index:
        """(power node,) a supply of each at its rank; -1 where it has none."""
        wires = self.wires
        found = np.full(rank.size, -1)
        mine = wires.rank == rank[wires.taker]
        found[wires.taker[mine]] = wires.supply[mine]
        return found

    def _fed_through(self, live: Mask, wires: flow.Wiring) -> Index:
        """(power node,) rank of the first live supply of each; -1 where none is, or no voltage."""
        first = np.full(len(self.tree.id), -1)
        given = flow.gives(wires, live) & live[wires.taker]
        edges = np.flatnonzero(given)[::-1]
        first[self.wires.taker[edges]] = self.wires.rank[edges]
        return first
