"""What is different between two designs or two results, component by component, sorted.

The same two inputs give the same answer. `+` is only in the second, `-` only in the first, `~` in
both and not alike; what is only called otherwise is renamed, and its feeds and numbers are compared
under the name in the second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from twin.analysis import renames
from twin.analysis.leaves import flat
from twin.analysis.side_by_side import is_answer
from twin.catalogue.witness import unit_of
from twin.units import customary

What = Literal[
    "added", "removed", "renamed", "renamed and changed", "moved", "changed", "moved and changed"
]

SECTIONS = ("components", "connections", "layout", "scenario", "results", "results by component")
"""In the order in which they are told."""
_PLACE = frozenset({"x_m", "y_m", "z_m", "facing_deg", "parent"})
"""Columns that say where a component stands: who differs in nothing else has moved."""
_NO_SHARES = ("degC", "deg")
_STATED = re.compile(r"(-?[0-9.]+(?:e[-+]?[0-9]+)?) (\S+)")
"""A value with its unit, as files state it."""
_TO_PAGE = "results by component"
"""Too long for lines: a thousand racks that differ are a thousand of them."""
_ROUND = 6
"""Significant digits that are told of a number; numbers alike in them are alike."""


@dataclass(frozen=True)
class Compared:
    """One side: its tables, what its layout and its scenario say, and its numbers."""

    components: pd.DataFrame
    edges: pd.DataFrame
    scenario: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Plain data, without the layout."""
    summary: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Of a result; empty for a design."""
    layout: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Plain data."""
    halls: pd.DataFrame = field(default_factory=pd.DataFrame)
    parts: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: MappingProxyType({}))
    """Of a result: its numbers by component; see `component_results`."""
    name: str = ""
    """What people call it."""


@dataclass(frozen=True)
class ValueChange:
    """One value of something that is on both sides and not alike."""

    key: str
    old: Any
    new: Any
    unit: str
    """SI; empty for words, counts and shares, and for text that states its own."""

    @property
    def change_frac(self) -> float | None:
        """Change of a number over its old value; None for what is no number, from 0, and on scales
        whose zero is by agreement.
        """
        by_agreement = self.unit in _NO_SHARES or self.key in _PLACE
        return None if by_agreement else relative(self.old, self.new)

    def __str__(self) -> str:
        share = self.change_frac
        more = "" if share is None else f" ({100 * share:+.3g} %)"
        return f"{told(self.old)} -> {told(self.new)}{more}"


@dataclass(frozen=True)
class DesignChange:
    """One thing that differs."""

    section: str
    sign: str
    """+, - or ~."""
    subject: str
    """A component, a connection, a key of a file or a figure of the summary."""
    words: str
    what: What = "changed"
    values: tuple[ValueChange, ...] = ()
    """Old and new of each of its values, None where a key is not there; empty for components and
    connections that stand on one side alone.
    """

    def __str__(self) -> str:
        return f"{self.sign} {self.subject}" + (f": {self.words}" if self.words else "")

    def as_dict(self) -> dict[str, Any]:
        """Plain values: section, what, sign, subject, words, and old, new, unit of its values."""
        held = [{**vars(one), "change_frac": one.change_frac} for one in self.values]
        return {**vars(self), "values": held}


def differences(a: Compared, b: Compared) -> tuple[DesignChange, ...]:
    """Everything that differs, section by section, each sorted by subject."""
    renamed = renames.renamed_components(a.components, b.components, a.edges, b.edges)
    found = [*_components(a, b, renamed), *_connections(a, b, renamed)]
    found += _layout(flat(a.layout), flat(b.layout))
    found += _keys("scenario", flat(a.scenario), flat(b.scenario))
    if a.summary and b.summary:
        found += _keys("results", _answers(a.summary), _answers(b.summary))
        found += _parts(a, b, renamed)
    order = {name: rank for rank, name in enumerate(SECTIONS)}
    return tuple(sorted(found, key=lambda one: (order[one.section], one.subject, one.sign)))


def as_text(found: tuple[DesignChange, ...]) -> str:
    """Lines under the names of their sections; one line where nothing differs."""
    lines: list[str] = []
    for section in SECTIONS:
        rows = [str(one) for one in found if one.section == section]
        if section == _TO_PAGE and rows:
            rows = [f"numbers of {len(rows):,} components: --out PAGE.html or --json tells them"]
        lines += [section, *(f"  {row}" for row in rows)] if rows else []
    return "\n".join(lines) or "no difference"


def _components(a: Compared, b: Compared, renamed: renames.Renames) -> Iterator[DesignChange]:
    old = renames.under_new_names(_rows(a.components), renamed)
    new = _rows(b.components)
    for name in old.keys() | new.keys():
        if name not in new:
            yield DesignChange("components", "-", name, _is(old[name]), "removed")
        elif name not in old:
            yield DesignChange("components", "+", name, _is(new[name]), "added")
        elif values := _changed(old[name], new[name]):
            yield DesignChange("components", "~", name, _words(values), _became(values), values)


def _words(values: tuple[ValueChange, ...]) -> str:
    changed = [f"{one.key} {told(one.old)} -> {told(one.new)}" for one in values if one.key != "id"]
    return "; ".join([*(f"renamed from {one.old}" for one in values if one.key == "id"), *changed])


def _became(values: tuple[ValueChange, ...]) -> What:
    keys = [one.key for one in values]
    if "id" in keys:
        return "renamed" if len(keys) == 1 else "renamed and changed"
    places = [key in _PLACE for key in keys]
    if all(places):
        return "moved"
    return "moved and changed" if any(places) else "changed"


def _rows(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    names = list(map(str, table.columns))
    rows = zip(*(table[name] for name in names), strict=True)
    found = (dict(zip(names, row, strict=True)) for row in rows)
    return {str(row["id"]): row for row in found}


def _is(row: Mapping[str, Any]) -> str:
    place = f"({told(row['x_m'])}, {told(row['y_m'])}) m"
    return f"{row['kind']} {row['type']} at {place}"


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[ValueChange, ...]:
    shared = [key for key in old if key in new]
    return tuple(
        ValueChange(key, plain(old[key]), plain(new[key]), unit_of(key))
        for key in shared
        if told(old[key]) != told(new[key])
    )


def _connections(a: Compared, b: Compared, renamed: renames.Renames) -> Iterator[DesignChange]:
    """A feed that only takes another part (share, priority) is one that has changed."""
    old = _feeds(a.edges.replace({"source": renamed, "target": renamed}) if renamed else a.edges)
    new = _feeds(b.edges)
    for feed in old.keys() | new.keys():
        source, target, system = feed
        for sign, lacks, has in (("-", new, old), ("+", old, new)):
            if feed not in lacks:
                words = f"{system}, {has[feed]}"
                what: What = "removed" if sign == "-" else "added"
                yield DesignChange("connections", sign, f"{source} -> {target}", words, what)
        if feed in old and feed in new and old[feed] != new[feed]:
            value = ValueChange("role", old[feed], new[feed], "")
            words = f"{system}, {value}"
            yield DesignChange("connections", "~", f"{source} -> {target}", words, values=(value,))


def _feeds(edges: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """Roles of each feed; those of several feeds between two components in one text."""
    columns = ("source", "target", "system", "role")
    rows = sorted(zip(*(edges[name].astype(str) for name in columns), strict=True))
    out: dict[tuple[str, str, str], str] = {}
    for *feed, role in rows:
        key = (feed[0], feed[1], feed[2])
        out[key] = f"{out[key]}, {role}" if key in out else role
    return out


def _layout(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[DesignChange]:
    """Keys of a renamed item are compared where it stands now."""
    paths = renames.renamed_items(old, new)
    names = {f"{path}.name" for path in paths.values()}
    for one in _keys("layout", renames.at_new_paths(old, paths), new):
        yield replace(one, what="renamed") if one.subject in names else one


def _keys(section: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[DesignChange]:
    """A key that states nothing is one that is not there."""
    for key in old.keys() | new.keys():
        before = old.get(key)
        after = new.get(key)
        if told(before) == told(after):
            continue
        values = (_stated(key, before, after),)
        if after is None:
            yield DesignChange(section, "-", key, told(before), "removed", values)
        elif before is None:
            yield DesignChange(section, "+", key, told(after), "added", values)
        else:
            words = str(ValueChange(key, before, after, ""))
            yield DesignChange(section, "~", key, words, values=values)


def _stated(key: str, old: Any, new: Any) -> ValueChange:
    """Numbers apart from the unit that they state; None stays None."""
    there = [value for value in (old, new) if value is not None]
    found = [_STATED.fullmatch(value) for value in there if isinstance(value, str)]
    units = {one[2] for one in found if one}
    if len(found) == len(there) and all(found) and len(units) == 1:
        return ValueChange(key, _size(old), _size(new), units.pop())
    return ValueChange(key, old, new, unit_of(key) if all(map(is_number, there)) else "")


def _size(value: str | None) -> float | None:
    return None if value is None else float(value.partition(" ")[0])


def _answers(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Figures that tell of the factory and not of the computer."""
    return {key: value for key, value in flat(summary).items() if is_answer(key)}


def _parts(a: Compared, b: Compared, renamed: renames.Renames) -> Iterator[DesignChange]:
    """Numbers of components that both sides have."""
    old = {renamed.get(name, name): numbers for name, numbers in a.parts.items()}
    for name in old.keys() & b.parts.keys():
        if values := _changed(old[name], b.parts[name]):
            words = "; ".join(f"{one.key} {one}" for one in values)
            yield DesignChange("results by component", "~", name, words, values=values)


def told(value: Any) -> str:
    """A value as it stands in lines; numbers in six figures, quantities in their usual unit."""
    if isinstance(value, float):
        return f"{value:.{_ROUND}g}"
    return customary(value) if isinstance(value, str) else str(value)


def plain(value: Any) -> Any:
    """A cell as plain data."""
    return value.item() if hasattr(value, "item") else value


def relative(old: Any, new: Any) -> float | None:
    """Change of a number over its old value; None for what is no number, and from 0."""
    if not (is_number(old) and is_number(new)):
        return None
    return float((new - old) / abs(old)) if old else None


def is_number(value: Any) -> bool:
    """Whether it counts something: true and false do not."""
    return isinstance(value, int | float) and not isinstance(value, bool)
