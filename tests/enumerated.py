"""Power layouts judged state by state: a load flow and a cascade of their own.

Nothing of the program is asked but numbers of its catalogue: it is written from the rules of
`docs/physics/power.md` alone. Groups as `fed_by`, equal
sharing or the first entry that gives, least supplies, ties between boards, losses, inverse-time
trips, steps of UPS; transformers side by side share by what their impedances let through. A board
on its tie is fed by what feeds the other board, if that is in order and on its own supplies; what
counts towards a least supply is what is closed at the time. Generators start for whoever has one
behind it and no utility, and feed nobody who has. Boards that generators alone feed lend one
another theirs over a tie. A store counts towards the least supply of its board where nothing else
reaches it, by its rating, until it has given what it holds.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from tests.enumerated_parts import KINDS, ROWS, Part, Row

Closed = dict[str, tuple[str, tuple[str, ...]]]
"""By board the tie that it is on, and what gives over it."""


class Plan:
    """Parts of a layout, suppliers before takers."""

    def __init__(self, layout: dict[str, Any]) -> None:
        self.part: dict[str, Part] = {}
        self.ties: dict[str, tuple[str, str]] = {}
        self.stores: dict[str, list[Part]] = {}
        members: dict[str, tuple[str, ...]] = {}
        for group in layout["power"]:
            count = group.get("count", 1)
            name = group["name"]
            members[name] = (
                (name,) if count == 1 else tuple(f"{name}_{n + 1}" for n in range(count))
            )
            row = ROWS[group["type"]] | _energy(group)
            rating_w = _watts(group["rating"]) if "rating" in group else row["rating_w"]
            entries = _entries(group, members)
            least_w = _watts(group.get("minimum_supply", "0 kW"))
            kind = KINDS[group["type"]]
            for one in members[name]:
                self.part[one] = Part(one, entries, kind, rating_w, row, least_w=least_w)
            if "tie" in group:
                self.ties[name] = tuple(group["tie"])
            if kind == "bess" and math.isfinite(row["grid_forming_s"]):
                self.stores.setdefault(entries[0][0], []).append(self.part[name])
        for row in layout["halls"][0]["rows"]:
            load_w = _watts(row["power_rated"]) * int(row["racks"].split()[0])
            entries = (_names(row["fed_by"], members),)
            self.part[row["name"]] = Part(row["name"], entries, "load", math.inf, None, load_w)

    def dark(self, lost: Collection[str]) -> bool:
        """Whether a row is dark once everything that trips has tripped."""
        out = set(lost)
        bypassed: set[str] = set()
        damage: dict[str, float] = {}
        while True:
            taken = self._taken(out)
            live = taken.keys()
            given = self._flow(taken, bypassed)
            bypassed -= {u for u in bypassed if given[u] <= 1.05 * self.part[u].rating_w}
            rate = {n: self.part[n].rate_per_s(given[n], n in bypassed) for n in live}
            running = {n: r for n, r in rate.items() if r > 0}
            if not running:
                return any(p.load_w and p.name not in live for p in self.part.values())
            left = {n: (1.0 - damage.get(n, 0.0)) / r for n, r in running.items()}
            step = min(left.values())
            damage = {n: damage.get(n, 0.0) + r * step for n, r in running.items()}
            for name in (n for n, span in left.items() if span <= step * (1.0 + 1e-9) + 1e-12):
                damage[name] = 0.0
                if self.part[name].kind == "ups" and name not in bypassed:
                    bypassed.add(name)
                else:
                    out.add(name)

    @cached_property
    def standby(self) -> set[str]:
        """Generators, and what nothing else feeds."""
        found: set[str] = set()
        for name, part in self.part.items():
            feeds = [supply for entry in part.entries for supply in entry]
            if part.kind == "generator" or (feeds and found.issuperset(feeds)):
                found.add(name)
        return found

    def _taken(self, out: Collection[str]) -> dict[str, tuple[str, ...]]:
        """What each part with voltage takes from: utilities, else a tie, else generators."""
        closed = self._closed(out, self._fed(out, {}), {})
        started = self._called(out, self._fed(out, closed))
        closed = self._closed(out, self._fed(out, closed, started), closed)
        own = self._fed(out, closed, started, helped=True)
        closed = self._closed(out, own, closed, helped=True)
        return self._fed(out, closed, started, helped=True) | dict(closed.values())

    def _help_w(self, board: str, out: Collection[str]) -> float:
        """Ratings of stores in order at a board that asks for a least supply."""
        mine = self.stores.get(board, []) if self.part[board].least_w else []
        return sum(store.rating_w for store in mine if store.name not in out)

    def _closed(
        self,
        out: Collection[str],
        own: dict[str, tuple[str, ...]],
        before: Closed,
        helped: bool = False,
    ) -> Closed:
        """Dead boards on a tie to one that is on its own supplies, of its own kind."""
        closed = dict(before)
        for tie, boards in self.ties.items():
            alike = self.standby.issuperset(boards)
            for board, other in (boards, boards[::-1]):
                least_w = self.part[board].least_w * (1.0 - 1e-9)
                dead = board not in own and board not in out
                given = tuple(s for s in own.get(other, ()) if alike or s not in self.standby)
                both_w = max(least_w, self.part[other].least_w)
                enough = other not in closed and self._enough(given, both_w)
                less_w = least_w - (self._help_w(board, out) if helped else 0.0)
                if dead and enough and tie not in out and self.part[tie].rating_w >= less_w:
                    closed.setdefault(board, (tie, given))
        return closed

    def _called(self, out: Collection[str], served: Collection[str]) -> set[str]:
        """Generators that somebody in order asks for, by way of what is in order."""
        called: set[str] = set()
        while True:
            before = len(called)
            for name in reversed(self.part):
                part = self.part[name]
                wants = part.load_w > 0 if name in self.standby else name not in served
                if name not in out and (name in called or wants):
                    feeds = [*part.entries, *self._lent(name, out)]
                    called.update(s for entry in feeds for s in entry if s in self.standby)
            if len(called) == before:
                return called

    def _lent(self, name: str, out: Collection[str]) -> list[tuple[str, ...]]:
        """What feeds the boards beyond ties in order, of a board that generators alone feed."""
        ways = [(t, o) for t, b in self.ties.items() for o in b if name in b and o != name]
        open_to = [
            o for tie, o in ways if self.standby.issuperset((name, o)) and not {tie, o} & set(out)
        ]
        return [entry for other in open_to for entry in self.part[other].entries]

    def _fed(
        self,
        out: Collection[str],
        closed: Closed,
        started: Collection[str] = (),
        helped: bool = False,
    ) -> dict[str, tuple[str, ...]]:
        taken: dict[str, tuple[str, ...]] = {}
        for name, part in self.part.items():
            if name in out:
                continue
            if part.kind in ("utility", "prime_generator") or (
                part.kind == "generator" and name in started
            ):
                taken[name] = ()
            ways = self._ways(part, taken)
            enough = [live for live in ways if self._enough(live, part.least_w)]
            if helped and not enough and self._help_w(name, out):
                less_w = part.least_w - self._help_w(name, out)
                enough = [live for live in ways if self._enough(live, less_w)]
            if name in closed or enough:
                taken[name] = (closed[name][0],) if name in closed else enough[0]
        return taken

    def _ways(self, part: Part, taken: Collection[str]) -> list[tuple[str, ...]]:
        """Live supplies of each preference; those on generators behind all others."""
        each = [tuple(s for s in entry if s in taken) for entry in part.entries]
        behind = self.standby if part.name not in self.standby else set()
        mains = [tuple(s for s in entry if s not in behind) for entry in each]
        return mains + [tuple(s for s in entry if s in behind) for entry in each]

    def _enough(self, live: tuple[str, ...], least_w: float) -> bool:
        rated_w = sum(self.part[supply].rating_w for supply in live)
        return bool(live) and rated_w >= least_w * (1.0 - 1e-9)

    def _flow(
        self, taken: dict[str, tuple[str, ...]], bypassed: Collection[str]
    ) -> dict[str, float]:
        given = dict.fromkeys(self.part, 0.0)
        suppliers_first = TopologicalSorter(taken).static_order()
        for name in reversed(list(suppliers_first)):
            part = self.part[name]
            own_w = part.standby_w if part.kind == "bess" else part.load_w
            drawn = given[name] + own_w + part.loss_w(given[name], name in bypassed)
            drawn -= self._given_by_stores(part, drawn, taken, given)
            for supply, share in self._shares(part, taken[name]):
                given[supply] += drawn * share
        return given

    def _given_by_stores(
        self, part: Part, drawn_w: float, taken: dict[str, tuple[str, ...]], given: dict[str, float]
    ) -> float:
        """What stores give of what a board draws whose supplies reach less than its least."""
        reached_w = sum(self.part[supply].rating_w for supply in taken[part.name])
        if not part.least_w or reached_w >= part.least_w * (1.0 - 1e-9):
            return 0.0
        mine = [store for store in self.stores[part.name] if store.name in taken]
        missing_w = max(drawn_w - reached_w * (1.0 + 1e-9), 0.0)
        for store in mine:
            given[store.name] = missing_w * store.rating_w / sum(s.rating_w for s in mine)
        return min(missing_w, drawn_w)

    def _shares(self, part: Part, supplies: tuple[str, ...]) -> list[tuple[str, float]]:
        """Parts of what is drawn: by admittance at a board where all are known, else alike."""
        every = [s for entry in part.entries for s in entry if set(entry) & set(supplies)]
        known = [self.part[supply].lets_through for supply in every]
        if part.kind in ("load", "ups") or not known or any(map(math.isnan, known)):
            return [(supply, 1.0 / len(supplies)) for supply in supplies]
        weights = [self.part[supply].lets_through for supply in supplies]
        return [(s, w / sum(weights)) for s, w in zip(supplies, weights, strict=True)]


def _watts(text: str) -> float:
    return float(text.split()[0]) * 1e3


def _energy(group: dict[str, Any]) -> Row:
    """The energy of a store, where the group states it."""
    stated = group.get("overrides", {}).get("battery_energy")
    return {} if stated is None else {"battery_energy_j": float(stated.split()[0]) * 3.6e6}


def _entries(
    group: dict[str, Any], members: dict[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], ...]:
    fed_by = group.get("fed_by", ())
    each = [fed_by] if isinstance(fed_by, str) else fed_by
    if group.get("mode") == "priority":
        return tuple(_names(entry, members) for entry in each)
    return (_names(each, members),)


def _names(fed_by: str | Iterable[str], members: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    groups = [fed_by] if isinstance(fed_by, str) else fed_by
    return tuple(name for group in groups for name in members.get(group, (group,)))
