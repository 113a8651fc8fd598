"""Power layouts judged state by state: a load flow and a cascade of their own.

Nothing of the program is asked but numbers of its catalogue: it is written from the rules of
`docs/physics/power.md` alone. Groups as `fed_by`, equal
sharing or the first entry that gives, least supplies, ties between boards, losses, inverse-time
trips, steps of UPS; transformers side by side share by what their impedances let through. A board
on its tie is fed by what feeds the other board, if that is in order and on its own supplies; what
counts towards a least supply is what is closed at the time. Generators start for whoever has one
behind it and no utility, and feed nobody who has. Boards that generators alone feed lend one
another theirs over a tie.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import twin

Row = dict[str, float]
Closed = dict[str, tuple[str, tuple[str, ...]]]
"""By board the tie that it is on, and what gives over it."""
_FILE = Path(twin.__file__).parent / "data" / "power.csv"


def _rows() -> Iterator[tuple[str, str, Row]]:
    """Name, kind and numbers of each row of the catalogue; inf where none is stated."""
    with _FILE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            numbers = {key: float(row[key]) if row[key] else math.inf for key in _COLUMNS}
            yield row["name"], row["kind"], numbers


_COLUMNS = (
    "rating_w", "loss_idle_frac", "loss_linear_frac", "loss_square_frac", "bypass_loss_idle_frac",
    "bypass_loss_square_frac", "trip_pickup_frac", "trip_constant_s", "instantaneous_trip_frac",
    "impedance_frac",
)  # fmt: skip
ROWS = {name: numbers for name, _, numbers in _rows()}
KINDS = {name: kind for name, kind, _ in _rows()}
INVERTER = ((1.05, 60.0), (1.25, 30.0), (1.5, 0.0))
BYPASS = ((1.0, 600.0), (1.25, 60.0), (1.5, 0.016))
"""Steps of the curve `generic_three_phase`: above so much of the rating, for so many seconds."""


@dataclass(frozen=True)
class Part:
    """A power component, or a row of racks."""

    name: str
    entries: tuple[tuple[str, ...], ...]
    """Supplies by preference; one entry where all live ones share."""
    kind: str
    rating_w: float
    row: Row | None
    load_w: float = 0.0
    least_w: float = 0.0

    @property
    def lets_through(self) -> float:
        """Admittance; nan where no impedance is known."""
        frac = math.inf if self.row is None else self.row["impedance_frac"]
        return self.rating_w / frac if math.isfinite(frac) else math.nan

    def loss_w(self, out_w: float, bypassed: bool) -> float:
        if not math.isfinite(self.rating_w) or self.row is None:
            return 0.0
        x = out_w / self.rating_w
        row = self.row
        if bypassed:
            idle, square = row["bypass_loss_idle_frac"], row["bypass_loss_square_frac"]
            return self.rating_w * (idle + square * x * x)
        linear = row["loss_linear_frac"] * x
        return self.rating_w * (row["loss_idle_frac"] + linear + row["loss_square_frac"] * x * x)

    def rate_per_s(self, out_w: float, bypassed: bool) -> float:
        """How fast it runs towards its trip."""
        if self.row is None or not math.isfinite(self.rating_w):
            return 0.0
        x = out_w / self.rating_w
        if self.kind == "ups":
            spans = [t for level, t in (BYPASS if bypassed else INVERTER) if x > level]
            return 1.0 / max(spans[-1], 1e-9) if spans else 0.0
        if x <= self.row["trip_pickup_frac"]:
            return 0.0
        if x > self.row["instantaneous_trip_frac"]:
            return 1e12
        return (x * x - 1.0) / self.row["trip_constant_s"]


class Plan:
    """Parts of a layout, suppliers before takers."""

    def __init__(self, layout: dict[str, Any]) -> None:
        self.part: dict[str, Part] = {}
        self.ties: dict[str, tuple[str, str]] = {}
        members: dict[str, tuple[str, ...]] = {}
        for group in layout["power"]:
            count = group.get("count", 1)
            name = group["name"]
            members[name] = (
                (name,) if count == 1 else tuple(f"{name}_{n + 1}" for n in range(count))
            )
            row = ROWS[group["type"]]
            rating_w = _watts(group["rating"]) if "rating" in group else row["rating_w"]
            entries = _entries(group, members)
            least_w = _watts(group.get("minimum_supply", "0 kW"))
            kind = KINDS[group["type"]]
            for one in members[name]:
                self.part[one] = Part(one, entries, kind, rating_w, row, least_w=least_w)
            if "tie" in group:
                self.ties[name] = tuple(group["tie"])
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
        return self._fed(out, closed, started) | dict(closed.values())

    def _closed(
        self, out: Collection[str], own: dict[str, tuple[str, ...]], before: Closed
    ) -> Closed:
        """Dead boards on a tie to one that is on its own supplies, of its own kind."""
        closed = dict(before)
        for tie, boards in self.ties.items():
            alike = self.standby.issuperset(boards)
            for board, other in (boards, boards[::-1]):
                least_w = self.part[board].least_w * (1.0 - 1e-9)
                dead = board not in own and board not in out
                given = tuple(s for s in own.get(other, ()) if alike or s not in self.standby)
                enough = other not in closed and self._enough(given, least_w)
                if dead and enough and tie not in out and self.part[tie].rating_w >= least_w:
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
        self, out: Collection[str], closed: Closed, started: Collection[str] = ()
    ) -> dict[str, tuple[str, ...]]:
        taken: dict[str, tuple[str, ...]] = {}
        for name, part in self.part.items():
            if name in out:
                continue
            if part.kind in ("utility", "prime_generator") or (
                part.kind == "generator" and name in started
            ):
                taken[name] = ()
            enough = [live for live in self._ways(part, taken) if self._enough(live, part.least_w)]
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
            drawn = given[name] + part.load_w + part.loss_w(given[name], name in bypassed)
            for supply, share in self._shares(part, taken[name]):
                given[supply] += drawn * share
        return given

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
