"""Transfer switches: when they leave a supply, and for how long they are open on the way."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.facility.power.rings import opens_with
from twin.physics import flow
from twin.physics.flow import Wiring
from twin.physics.power import HOLD_UP_S, TRANSFER_CONFIRM_S
from twin.results.enums import EventKind
from twin.simulation.kernel.world import World


class Transfers:
    """Moves switches over; part of the power discipline, whose block it writes.

    A switch that is open for no longer than a power supply holds up moves at once and is not felt.
    A slower one leaves a dead supply only when that has been dead for a while, so that a dip moves
    nothing, and goes back to a better supply as soon as that is live. What has a store of its own
    (a UPS, a board with a BESS that forms grid) is carried by that while it is open, and a board of
    a ring passes on what comes from its other side.
    """

    def __init__(self, world: World, wires: Wiring, bridged: Mask) -> None:
        """`bridged` (power node,) has a store of its own, or passes power on."""
        self.world = world
        self.own = world.state.supply
        self.tree = world.facility.power
        self.wires = wires
        self.bridged = bridged
        world.clock.can("half opens", self._half_opens)
        self.last_s = np.inf
        """When the last switch on its way has arrived."""

    def _half_opens(self, lost: int) -> None:
        """A fault in a ring opens its half: boards ahead of it are dead until it is switched out,
        and go on as before; those behind it change over.
        """
        own = self.own
        boards = opens_with(self.tree, lost, own.fed_through)
        boards = boards[own.live[boards]]
        out_s = TRANSFER_CONFIRM_S + self.tree.transfer_s[boards]
        own.moving_until_s[boards] = np.maximum(
            own.moving_until_s[boards], self.world.now_s + out_s
        )
        for p in boards.tolist():
            why = f"its half is open until {self.tree.id[lost]} is switched out"
            self.world.note(self.tree.id[p], EventKind.TRANSFERS, why)
        if boards.size:
            own.version += 1
            own.seen = np.zeros(0, dtype=bool)  # voltages are to be worked out anew
            self.world.stale = True

    def look(self) -> None:
        """Find out when the last switch arrives."""
        own = self.own
        waits_s = np.maximum(np.maximum(own.moving_until_s, own.leaves_s), own.gap_until_s)
        self.last_s = float(waits_s.max(initial=-np.inf))

    def next_s(self) -> float:
        """Seconds until a switch has changed over, or has waited long enough to do so, or an
        inverter has its load.
        """
        own = self.own
        if self.last_s <= self.world.now_s:
            return np.inf
        waits_s = np.concatenate([own.moving_until_s, own.leaves_s, own.gap_until_s])
        ahead_s = waits_s - self.world.now_s
        return float(ahead_s[ahead_s > 0].min(initial=np.inf))

    def settled(self) -> Mask:
        """(power node,) not open on its way without a store or a ring, nor between input and
        inverter.
        """
        own = self.own
        arrived = (own.moving_until_s <= self.world.now_s) | self.bridged
        return np.asarray(arrived & (own.gap_until_s <= self.world.now_s))

    def opened(self, closed: Mask | None) -> Mask | None:
        """(edge,) of those not opened by others, those into no switch that is open on its way."""
        if self.last_s <= self.world.now_s:
            return closed
        still = ~(self.own.moving_until_s > self.world.now_s)[self.wires.taker]
        return still if closed is None else closed & still

    def move(self) -> bool:
        """Open and close switches; True where voltages are to be worked out anew.

        Those that leave come first: what they open may be what another would stay on.
        """
        return self._leave() or self._stay()

    def _stay(self) -> bool:
        """Close switches again whose supply came back before they had left it."""
        own = self.own
        good = self._entry_good()
        own.leaves_s[good & (own.leaves_s > self.world.now_s)] = -np.inf
        back = own.confirming & good
        own.moving_until_s[back] = self.world.now_s
        own.confirming &= ~back
        if back.any():
            own.seen = np.zeros(0, dtype=bool)  # closed again, whether or not its time was up
        self.look()
        return bool(back.any())

    def _leave(self) -> bool:
        """Open slow switches that would take another supply than before; fast ones just do."""
        own = self.own
        taker, supply = self._changes()
        was = own.fed_through[taker]
        entry = self._entries()[taker]
        moved = (was >= 0) & (was != supply) & (entry != self._rank_of(taker, supply))
        slow = moved & (self.tree.transfer_s[taker] > HOLD_UP_S)
        until_s = self._dead_long_enough_s(was)
        early = slow & (self.world.now_s < until_s)
        dead = early & ~own.live[was]
        own.moving_until_s[taker[dead]] = until_s[dead]
        own.confirming[taker[dead]] = True
        self._keep(taker[early & ~dead], until_s[early & ~dead])
        own.fed_through[taker[~early]] = supply[~early]
        self._open(taker[slow & ~early])
        self.look()
        return bool(slow.any())

    def _changes(self) -> tuple[Index, Index]:
        """Switches that are fed, and the supply that feeds each."""
        carries = (self.own.share > 0) & self.tree.priority[self.wires.taker]
        edges = np.flatnonzero(carries)
        first = np.ones(edges.size, dtype=bool)
        taker = self.wires.taker[edges]
        first[1:] = taker[1:] != taker[:-1]
        edges = edges[first]
        return self.wires.taker[edges], self.wires.supply[edges]

    def _entries(self) -> Index:
        """(power node,) rank of the supply that feeds each; -1 where none has yet."""
        wires = self.wires
        own = np.flatnonzero(wires.supply == self.own.fed_through[wires.taker])
        ranks = np.full(self.own.fed_through.size, -1)
        ranks[wires.taker[own]] = wires.rank[own]
        return ranks

    def _rank_of(self, taker: Index, supply: Index) -> Index:
        """(switch,) rank of a supply of each."""
        given = np.full(self.own.fed_through.size, -1)
        given[taker] = supply
        own = np.flatnonzero(self.wires.supply == given[self.wires.taker])
        ranks = np.full(given.size, -1)
        ranks[self.wires.taker[own]] = self.wires.rank[own]
        return ranks[taker]

    def _entry_good(self) -> Mask:
        """(power node,) whether a supply of the rank that feeds it is good."""
        wires = self.wires
        alike = wires.rank == self._entries()[wires.taker]
        good = np.zeros(self.own.good.size, dtype=bool)
        good[wires.taker[alike & flow.gives(wires, self.own.good)]] = True
        return good

    def _dead_long_enough_s(self, supply: Index) -> Array:
        """When a switch would give these up; at once where they are live, and left for better."""
        own = self.own
        return np.where(own.good[supply], -np.inf, own.lost_s[supply] + TRANSFER_CONFIRM_S)

    def _keep(self, switches: Index, until_s: Array) -> None:
        """Have switches stay on a supply that has sagged, for a while."""
        if switches.size:
            self.own.leaves_s[switches] = until_s
            self.own.seen = np.zeros(0, dtype=bool)  # shares are to be worked out anew

    def _open(self, switches: Index) -> None:
        own = self.own
        own.moving_until_s[switches] = self.world.now_s + self.tree.transfer_s[switches]
        own.confirming[switches] = False
        for p in switches:
            to = self.tree.id[own.fed_through[p]]
            self.world.note(self.tree.id[p], EventKind.TRANSFERS, f"to {to}")
