"""What is different between two designs or two results, component by component, as sorted lines.

The same two inputs give the same lines. `+` is only in the second, `-` only in the first, `~` in
both and not alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd

SECTIONS = ("components", "connections", "scenario", "results")
"""In the order in which they are told."""
_ROUND = 6
"""Significant digits that are told of a number; numbers alike in them are alike."""


@dataclass(frozen=True)
class Compared:
    """One side: its tables, what its scenario says beside its layout, and its summary."""

    components: pd.DataFrame
    edges: pd.DataFrame
    scenario: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Plain data, without the layout."""
    summary: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Of a result; empty for a design."""


@dataclass(frozen=True)
class DesignChange:
    """One thing that differs."""

    section: str
    sign: str
    """+, - or ~."""
    subject: str
    """A component, a connection, a key of the scenario or a figure of the summary."""
    words: str

    def __str__(self) -> str:
        return f"{self.sign} {self.subject}" + (f": {self.words}" if self.words else "")


def differences(a: Compared, b: Compared) -> tuple[DesignChange, ...]:
    """Everything that differs, section by section, each sorted by subject."""
    found = [*_components(a, b), *_connections(a, b)]
    found += _keys("scenario", flat(a.scenario), flat(b.scenario))
    if a.summary and b.summary:
        found += _keys("results", flat(a.summary), flat(b.summary))
    order = {name: rank for rank, name in enumerate(SECTIONS)}
    return tuple(sorted(found, key=lambda one: (order[one.section], one.subject, one.sign)))


def as_text(found: tuple[DesignChange, ...]) -> str:
    """Lines under the names of their sections; one line where nothing differs."""
    lines: list[str] = []
    for section in SECTIONS:
        rows = [str(one) for one in found if one.section == section]
        lines += [section, *(f"  {row}" for row in rows)] if rows else []
    return "\n".join(lines) or "no difference"


def flat(data: Any, at: str = "") -> dict[str, Any]:
    """Leaves of plain data by dotted path; items of lists by their `name`, else by number."""
    if isinstance(data, Mapping):
        pairs = [(str(key), value) for key, value in data.items()]
    elif isinstance(data, list | tuple):
        pairs = [(_item_name(n, value), value) for n, value in enumerate(data)]
    else:
        return {at: data}
    out: dict[str, Any] = {}
    for key, value in pairs:
        out |= flat(value, f"{at}.{key}" if at else key)
    return out


def _item_name(number: int, value: Any) -> str:
    return str(value["name"]) if isinstance(value, Mapping) and "name" in value else str(number)


def _components(a: Compared, b: Compared) -> Iterator[DesignChange]:
    old, new = _rows(a.components), _rows(b.components)
    for name in old.keys() | new.keys():
        if name not in new:
            yield DesignChange("components", "-", name, _is(old[name]))
        elif name not in old:
            yield DesignChange("components", "+", name, _is(new[name]))
        else:
            changed = _changed(old[name], new[name])
            if changed:
                yield DesignChange("components", "~", name, "; ".join(changed))


def _rows(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    names = list(map(str, table.columns))
    rows = zip(*(table[name] for name in names), strict=True)
    found = (dict(zip(names, row, strict=True)) for row in rows)
    return {str(row["id"]): row for row in found}


def _is(row: Mapping[str, Any]) -> str:
    place = f"({_told(row['x_m'])}, {_told(row['y_m'])}) m"
    return f"{row['kind']} {row['type']} at {place}"


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    shared = [key for key in old if key in new and key != "id"]
    return [
        f"{key} {_told(old[key])} -> {_told(new[key])}"
        for key in shared
        if _told(old[key]) != _told(new[key])
    ]


def _connections(a: Compared, b: Compared) -> Iterator[DesignChange]:
    old, new = _feeds(a.edges), _feeds(b.edges)
    for feed in old ^ new:
        source, target, system, role = feed
        sign = "-" if feed in old else "+"
        yield DesignChange("connections", sign, f"{source} -> {target}", f"{system}, {role}")


def _feeds(edges: pd.DataFrame) -> set[tuple[str, str, str, str]]:
    columns = ("source", "target", "system", "role")
    rows = zip(*(edges[name].astype(str) for name in columns), strict=True)
    return {(a, b, c, d) for a, b, c, d in rows}


def _keys(section: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[DesignChange]:
    for key in old.keys() | new.keys():
        if key not in new:
            yield DesignChange(section, "-", key, _told(old[key]))
        elif key not in old:
            yield DesignChange(section, "+", key, _told(new[key]))
        elif _told(old[key]) != _told(new[key]):
            share = relative(old[key], new[key])
            more = "" if share is None else f" ({100 * share:+.3g} %)"
            words = f"{_told(old[key])} -> {_told(new[key])}{more}"
            yield DesignChange(section, "~", key, words)


def _told(value: Any) -> str:
    return f"{value:.{_ROUND}g}" if isinstance(value, float) else str(value)


def relative(old: Any, new: Any) -> float | None:
    """Change of a number over its old value; None for what is no number, and from 0."""
    if not (is_number(old) and is_number(new)):
        return None
    return float((new - old) / abs(old)) if old else None


def is_number(value: Any) -> bool:
    """Whether it counts something: true and false do not."""
    return isinstance(value, int | float) and not isinstance(value, bool)
