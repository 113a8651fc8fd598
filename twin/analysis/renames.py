"""Which components of two designs are the same under another name.

Same kind and type, at the same place, in the same (or as renamed) parent, and fed by and feeding
for the most part the same. Items of a layout's lists likewise: the same but for their name, for the
most part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

LEAST_ALIKE = 0.5
"""Share of what two have together that must be the same: a renamed unit may get another feed."""
_NAME = ".name"
Renames = Mapping[str, str]
"""New name by the old one."""


def renamed_components(
    old: pd.DataFrame, new: pd.DataFrame, feeds_old: pd.DataFrame, feeds_new: pd.DataFrame
) -> dict[str, str]:
    """New names of components by their old ones; `components` and `edges` of two designs.

    Two of one type at one place, before or after, are told by their feeds alone, and so are not.
    """
    gone = old[~old["id"].isin(new["id"])]
    come = new[~new["id"].isin(old["id"])]
    if gone.empty or come.empty:
        return {}
    after = _alone(come)
    pairs = {name: after[spot] for spot, name in _alone(gone).items() if spot in after}
    hosts = [dict(zip(one["id"], one["parent"].astype(str), strict=True)) for one in (old, new)]
    near = [_neighbours(feeds) for feeds in (feeds_old, feeds_new)]
    while wrong := [
        name
        for name, other in pairs.items()
        if not _same_host(hosts[0][name], hosts[1][other], pairs, hosts[0])
        or _alike(_under(near[0].get(name, ()), pairs), near[1].get(other, ())) < LEAST_ALIKE
    ]:
        for name in wrong:
            del pairs[name]
    return pairs


def under_new_names(
    rows: Mapping[str, Mapping[str, Any]], renamed: Renames
) -> dict[str, dict[str, Any]]:
    """Rows of components by the name that each has in the second design, and with its host's."""
    return {
        renamed.get(name, name): {**row, "parent": renamed.get(row["parent"], row["parent"])}
        for name, row in rows.items()
    }


def _alone(table: pd.DataFrame) -> dict[tuple[Any, ...], str]:
    """Names by kind, type and place, of those that are alone in these."""
    places = [table[key].astype(float).round(4) for key in ("x_m", "y_m", "z_m", "facing_deg")]
    spots = list(zip(table["kind"].astype(str), table["type"].astype(str), *places, strict=True))
    often = Counter(spots)
    named = zip(spots, table["id"].astype(str), strict=True)
    return {spot: name for spot, name in named if often[spot] == 1}


def _same_host(old: str, new: str, pairs: Renames, components: Mapping[str, str]) -> bool:
    """Whether two parents are one; a hall or a row, which is no component, by any name."""
    return pairs.get(old, old) == new or old not in components


def _neighbours(edges: pd.DataFrame) -> dict[str, list[tuple[str, str, str]]]:
    """Of each component: the other end, the system, and which end that is."""
    out: dict[str, list[tuple[str, str, str]]] = {}
    columns = (edges[name].astype(str) for name in ("source", "target", "system"))
    for source, target, system in zip(*columns, strict=True):
        out.setdefault(source, []).append((target, system, "feeds"))
        out.setdefault(target, []).append((source, system, "fed by"))
    return out


def _under(near: Iterable[tuple[str, str, str]], pairs: Renames) -> list[tuple[str, str, str]]:
    return [(pairs.get(name, name), system, way) for name, system, way in near]


def _alike(one: Iterable[Any], other: Iterable[Any]) -> float:
    """Share that two collections have in common, of all that either has; 1 of two empty ones."""
    a = set(one)
    b = set(other)
    return len(a & b) / len(a | b) if a or b else 1.0


def renamed_items(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """New paths of a layout's named items by their old ones; both sides as flat keys."""
    gone = _items(old, new)
    come = _items(new, old)
    out: dict[str, str] = {}
    for path, said in gone.items():
        near = [other for other in come if _owner(other) == _owner(path)]
        alike = {other: _alike(said.items(), come[other].items()) for other in near}
        best = max(alike, key=lambda other: alike[other], default="")
        if best and alike[best] > LEAST_ALIKE and best not in out.values():
            out[path] = best
    return out


def _items(side: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What each named item says that the other side has none of, by its path, as text."""
    paths = [key.removesuffix(_NAME) for key in side if key.endswith(_NAME) and key not in other]
    return {
        path: {
            key[len(path) :]: str(value)
            for key, value in side.items()
            if key.startswith(f"{path}.") and key != path + _NAME
        }
        for path in paths
    }


def _owner(path: str) -> str:
    return path.rpartition(".")[0]


def at_new_paths(flat: Mapping[str, Any], paths: Renames) -> dict[str, Any]:
    """Flat keys of the old side where their items stand on the new one."""
    if not paths:
        return dict(flat)
    out = {}
    for key, value in flat.items():
        found = next((old for old in paths if key.startswith(f"{old}.")), None)
        out[key if found is None else paths[found] + key[len(found) :]] = value
    return out
