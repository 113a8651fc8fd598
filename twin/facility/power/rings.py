"""Open rings: boards in a row between two ends, open at one section, fed from either end.

A section carries power one way or the other, never both at once, so it stands in the tree twice:
as it is drawn and, under its name with `_back`, fed from its other end. Either needs the section
itself and the boards on the way in order. Each board prefers the end on its own side of the open
section. Every state of the switches is a tree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.arrays import Index
from twin.catalogue.equipment_kinds import EQUIPMENT_KINDS, Role, role
from twin.facility.ledger import Ledger, Loc
from twin.facility.model import PowerTree
from twin.facility.power.node import PowerNode
from twin.facility.space.stated_places import members
from twin.scenario.schema.power_group import PowerGroup
from twin.scenario.schema.rings import RingSpec

BACK = "_back"
"""Ends the name of a section that is fed from its other end."""
SECTIONS = ("cable", "busway", "switchboard")
"""Kinds that carry power either way at one voltage."""
CHANGES_VOLTAGE = ("transformer", "pdu")
"""Kinds whose output is another winding than their input."""
_SECTIONS_ALLOWED = (
    "cables, busways or switchgear, which carry power either way at one voltage; what changes it "
    "or transfers hangs on a board of the ring"
)


def add_rings(ledger: Ledger, nodes: list[PowerNode]) -> None:
    """Let the sections of every ring feed its boards from both ends; adds their ways back."""
    known = {node.id: node for node in nodes}
    seen: set[str] = set()
    for i, group in enumerate(ledger.scenario.plan.power):
        loc = ("layout", "power", i)
        if group.ring is not None and _fits(ledger, loc, group, known, seen):
            nodes += _Ring(ledger, known, group, group.ring).sections()


def _fits(
    ledger: Ledger, loc: Loc, group: PowerGroup, known: dict[str, PowerNode], seen: set[str]
) -> bool:
    """A section between every two boards, boards that carry power on, each in one ring alone."""
    before = len(ledger.problems)
    ring = group.ring
    assert ring is not None
    for key, names in (("ends", ring.ends), ("boards", ring.boards)):
        for n, name in enumerate(names):
            at = (*loc, "ring", key, n)
            if name not in known:
                ledger.unknown(at, name, known, "a power component of this layout")
            elif key == "boards":
                _check_board(ledger, at, known[name], seen)
    _check_shape(ledger, loc, group, ring)
    section = known.get(members(group.name, group.count)[0])
    if section is not None and section.kind not in SECTIONS:
        found = f"{section.id!r}, a {EQUIPMENT_KINDS[section.kind].word}, as a section"
        ledger.complain((*loc, "type"), found, _SECTIONS_ALLOWED)
    return len(ledger.problems) == before


def _check_board(ledger: Ledger, at: Loc, node: PowerNode, seen: set[str]) -> None:
    if role(node.kind) is not Role.CARRY or node.kind in CHANGES_VOLTAGE:
        found = f"a {EQUIPMENT_KINDS[node.kind].word} in a ring"
        ledger.complain(at, found, "boards that carry power on at one voltage")
    if node.id in seen:
        ledger.complain(at, f"{node.id!r} a second time", "each board in one ring, once")
    if node.minimum_supply_w:
        allowed = "no minimum_supply: a board of a ring takes the half that is there"
        ledger.complain(at, f"{node.id!r} with a minimum_supply", allowed)
    seen.add(node.id)


def _check_shape(ledger: Ledger, loc: Loc, group: PowerGroup, ring: RingSpec) -> None:
    count = len(ring.boards) + 1
    if group.count != count:
        found = f"{group.count} sections for a ring of {len(ring.boards)} boards"
        ledger.complain((*loc, "count"), found, f"count: {count}, one more than boards")
    if ring.open is not None and ring.open > count:
        found = f"section {ring.open} of {count}"
        ledger.complain((*loc, "ring", "open"), found, f"a section from 1 to {count}")
    if set(ring.ends) & set(ring.boards):
        ledger.complain((*loc, "ring", "ends"), "a board of the ring as its end", "what feeds it")
    for key in ("fed_by", "tie"):
        if getattr(group, key):
            allowed = f"no {key}: the ends and boards of the ring say what feeds it"
            ledger.complain((*loc, key), f"{key} of {group.name!r}, a ring", allowed)


@dataclass(frozen=True)
class _Ring:
    """One ring; sections and boards are counted from 1, from the first end on."""

    ledger: Ledger
    known: dict[str, PowerNode]
    group: PowerGroup
    ring: RingSpec

    @property
    def last(self) -> int:
        """Number of its last section."""
        return len(self.ring.boards) + 1

    @property
    def open_at(self) -> int:
        """Number of its open section."""
        return self.ring.open or (self.last + 1) // 2

    def sections(self) -> list[PowerNode]:
        """Feed sections and boards; the ways back of sections between two boards come back."""
        added: list[PowerNode] = []
        for k in range(1, self.last + 1):
            for eastward in self._ways(k):
                node = self._node(k, eastward)
                added += [node] if node.id != self._section(k) else []
                self._feed(node, k, eastward)
        for k, name in enumerate(self.ring.boards, start=1):
            self._feed_board(self.known[name], k)
        parts = [*members(self.group.name, self.group.count), *self.ring.boards]
        for node in (*added, *(self.known[name] for name in parts)):
            node.clears_half = self.ring.clears == "half"
        return added

    def _ways(self, k: int) -> tuple[bool, ...]:
        """Ways in which a section may carry power: the first and the last one way alone."""
        return tuple(east for east in (True, False) if (k < self.last if east else k > 1))

    def _section(self, k: int) -> str:
        return members(self.group.name, self.group.count)[k - 1]

    def _drawn(self, k: int) -> bool:
        """Whether a section is drawn as carrying power away from the first end."""
        return k < self.last and (k <= self.open_at or k == 1)

    def _name(self, k: int, eastward: bool) -> str:
        return self._section(k) + ("" if eastward == self._drawn(k) else BACK)

    def _node(self, k: int, eastward: bool) -> PowerNode:
        """The node of a section that carries power that way. A way back is entered as a part of
        its section: it neither fails nor costs anything, nor takes any room, nor loses without load
        what its section loses already.
        """
        section = self.known[self._section(k)]
        name = self._name(k, eastward)
        if name == section.id:
            return section
        assert section.row is not None
        entry = self.ledger.entries[self.ledger.row[section.id]]
        nan = float("nan")
        back = replace(entry, id=name, parent=section.id, rating_w=0.0, mtbf_h=nan, mttr_h=nan)
        self.ledger.add(entry.stated_at, back)
        row = section.row.model_copy(update={"loss_idle_frac": 0.0})
        self.known[name] = PowerNode(name, section.kind, row, section.rating_w)
        return self.known[name]

    def _feed(self, node: PowerNode, k: int, eastward: bool) -> None:
        """From the section before it, by way of the board between; from the end, straight."""
        before = k - 1 if eastward else k + 1
        first = k == 1 if eastward else k == self.last
        over = [] if first else [self.ring.boards[min(before, k) - 1]]
        if node.id != self._section(k):
            over.append(self._section(k))
        end = self.ring.ends[0 if eastward else 1]
        supply = end if first else self._name(before, eastward)
        node.supplies.append(supply)
        node.over[supply] = tuple(over)
        self.ledger.edges.append((supply, node.id, "power", "share"))

    def _feed_board(self, board: PowerNode, k: int) -> None:
        """From the section on its own side of the open one, else from the other."""
        sides = [self._name(k, True), self._name(k + 1, False)]
        sides = sides if k < self.open_at else sides[::-1]
        behind = [rank + 2 for _, rank, _ in board.feeds()]
        board.supplies = [*sides, *board.supplies]
        board.ranks = [0, 1, *behind]
        board.priority = True
        board.in_ring = True
        assert board.row is not None
        slower_s = max(self.ring.switching, board.row.transfer_s)
        board.row = board.row.model_copy(update={"transfer_s": slower_s})
        self.ledger.edges += [(side, board.id, "power", "priority") for side in sides]


def opens_with(tree: PowerTree, lost: int, fed_through: Index) -> Index:
    """Power nodes of the boards that a fault opens though they are ahead of it: those of its half
    of a ring that clears by halves. None where nothing goes through what is lost.

    fed_through  (power node,) supply that each board takes from; -1 for none
    """
    if not tree.clears_half[lost]:
        return np.zeros(0, dtype=np.int64)
    boards = np.flatnonzero(tree.clears_half & tree.ring_board)
    ways = {int(b): _way(tree, int(fed_through[b])) for b in boards}
    if tree.ring_board[lost]:
        own = ways[lost]
        ahead = [b for b, way in ways.items() if way and b != lost and set(way) < set(own)]
        beside = [b for b, way in ways.items() if b != lost and way == own]
        return np.array(sorted(ahead + beside) if own else [], dtype=np.int64)
    both = {n for n in (lost, *_ways_back(tree, lost)) if n >= 0}
    ends = {way[-1] for way in ways.values() if both.intersection(way)}
    ahead = [b for b, way in ways.items() if way and way[-1] in ends and not both & set(way)]
    return np.array(sorted(ahead), dtype=np.int64)


def _way(tree: PowerTree, section: int) -> tuple[int, ...]:
    """Sections from a board to its end, the nearest first."""
    way: list[int] = []
    while section >= 0 and tree.clears_half[section] and not tree.ring_board[section]:
        way.append(section)
        above = tree.supply[tree.taker == section]
        section = int(above[0]) if above.size else -1
    return tuple(way)


def _ways_back(tree: PowerTree, section: int) -> list[int]:
    """The power node of a section's other way, if it has one."""
    name = tree.id[section] + BACK
    return [tree.id.index(name)] if name in tree.id else []
