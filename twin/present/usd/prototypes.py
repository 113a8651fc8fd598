"""What components look like: one asset a catalogue row and size, referenced by all of that type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from twin.catalogue import Catalogue
from twin.present.usd.names import prim_names
from twin.present.usd.plan import Item
from twin.present.usd.simready import AssetPaths, AssetSubject, equipment_of, write_asset
from twin.present.usd.solids import Point

FOLDER = "assets"
HELD = frozenset({"pump", "water_pump"})
"""Kinds that carry the catalogue row of the unit they stand in."""
MODEL = "Model"
"""Name of the prim under a component that is an instance of its asset."""

_NO_ASSETS: Mapping[str, Path] = MappingProxyType({})
_DOMAINS = {"electrical": "electrical", "cooling": "thermal", "network": "network"}
"""Domain of connection points by the domain of a connection."""
_WAYS = {
    ("electrical", "out"): ("output",),
    ("electrical", "in"): ("input",),
    ("cooling", "out"): ("supply",),
    ("cooling", "in"): ("supply",),
}


@dataclass(frozen=True)
class AssetLook:
    """What makes two components look alike."""

    kind: str
    type: str
    size: Point
    """Across the front, front to back and up, in metres to the millimetre."""
    open: bool
    """Drawn without doors, as others stand in it."""


@dataclass(frozen=True)
class Prototype:
    """One written asset."""

    asset: AssetPaths
    subject: AssetSubject

    @property
    def path(self) -> str:
        """From the scene's folder."""
        return f"{FOLDER}/{self.asset.root}"

    def port(self, domain: str, way: str) -> str:
        """Path below the asset's root of the connection point for a domain and `in` or `out`;
        empty where it has none.
        """
        found = self.asset.points(_DOMAINS.get(domain, ""), *_WAYS.get((domain, way), ()))
        if not found:
            return ""
        return found[-1] if (domain, way) == ("cooling", "out") else found[0]


def look_of(item: Item) -> AssetLook:
    """What a component looks like."""
    return _look(item.kind, item.type, item.own_size, item.holds)


@lru_cache(maxsize=4096)
def _look(kind: str, type_name: str, size: Point, holds: bool) -> AssetLook:
    width, depth, height = (round(length, 3) for length in size)
    return AssetLook(kind, type_name, (width, depth, height), holds)


def asset_names(items: Iterable[Item]) -> dict[AssetLook, str]:
    """File stem `<kind>_<type>` of every look with a body; a second one of a type gets its size
    behind.

    In lower case, as some file systems do not tell the cases apart.
    """
    looks = list(dict.fromkeys(look_of(item) for item in items if item.bodied))
    return dict(zip(looks, prim_names(title.lower() for title in _titles(looks)), strict=True))


def _titles(looks: list[AssetLook]) -> list[str]:
    seen: set[tuple[str, str]] = set()
    titles = []
    for look in looks:
        again = (look.kind, look.type) in seen
        seen.add((look.kind, look.type))
        sizes = (f"{round(1000 * length)}mm" for length in look.size if again)
        titles.append("_".join([look.kind, look.type, *sizes]))
    return titles


def subjects(
    items: Iterable[Item], catalogue: Catalogue, own: Mapping[str, Path] = _NO_ASSETS
) -> dict[AssetLook, AssetSubject]:
    """What there is to write, by look; ratings are those of the first component of each."""
    items = list(items)
    first: dict[AssetLook, Item] = {}
    for item in items:
        first.setdefault(look_of(item), item)
    out = {}
    for look, name in asset_names(items).items():
        item = first[look]
        subject = equipment_of(
            name, look.kind, look.type, look.size, catalogue, rating_w=item.rating_w, gpus=item.gpus
        )
        shape = "open_rack" if look.open and look.kind == "rack" else ""
        stands_in = own.get(look.type) if look.kind not in HELD else None
        out[look] = replace(subject, emblem=shape, own=stands_in)
    return out


def write_prototypes(
    wanted: Mapping[AssetLook, AssetSubject], folder: Path
) -> dict[AssetLook, Prototype]:
    """Write every asset below the scene's folder. Raises OSError where the disk refuses."""
    return {
        look: Prototype(write_asset(subject, folder / FOLDER), subject)
        for look, subject in wanted.items()
    }
