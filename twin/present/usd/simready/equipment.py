"""What an asset is made from, and what is known of it once it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from twin.catalogue import Catalogue
from twin.catalogue.rows import Rack
from twin.present.usd.shapes import Size

Columns = Mapping[str, Any]
"""Columns of a catalogue row by name, empty where no row is known."""

LOW_VOLTAGE_V = 415.0
"""Between conductors, of what hangs behind a transformer, where no row states it (assumed: what the
shipped transformers give)."""
FREQUENCY_HZ = 60.0
"""Of the supply (assumed)."""
MEDIUM_VOLTAGE_W = 10e6
"""A switchboard rated for more is taken for one of medium voltage."""

_CLASSES = {"rack": "Compute Rack", "cdu": "CDU", "crah": "CRAH", "ups": "UPS"}
"""Class of the profile by kind of equipment."""


@dataclass(frozen=True)
class AssetSubject:
    """One asset to write: its file name, what it is, its box, and its catalogue row."""

    name: str
    """Of the asset, its folder and its files; a valid prim name."""
    kind: str
    """As in the components table."""
    type: str
    """Catalogue row."""
    size: Size
    """Across its front, front to back and floor to top, in metres; the front looks along -y."""
    rating_w: float = 0.0
    """As the components table has it, for rows that state none."""
    gpus: int = 0
    row: Columns = field(default_factory=lambda: MappingProxyType({}))
    low_voltage_v: float = LOW_VOLTAGE_V
    frequency_hz: float = FREQUENCY_HZ
    emblem: str = ""
    """Shape it is drawn with; that of its kind where empty."""
    own: Path | None = None
    """A manufacturer's asset to stand in its place."""

    @property
    def asset_class(self) -> str:
        """The profile's token, or the kind where the profile has no such class."""
        return _CLASSES.get(self.kind, self.kind)

    @property
    def in_profile(self) -> bool:
        """Whether the AIF-Entity profile knows its class."""
        return self.kind in _CLASSES


@dataclass(frozen=True)
class ConnectionPoint:
    """One connection point: a place where power, coolant, air or data comes in or goes out."""

    name: str
    domain: str
    """electrical, thermal, airflow or network."""
    direction: str
    """supply, return, input, output or bidirectional."""
    system: str
    """Loop or service: FWS, TCS, power, high_speed_data or equipment_cooling."""
    disconnect: str
    at: tuple[float, float, float]
    """Metres from the middle of the footprint on the floor."""
    values: Mapping[str, object]
    """Every property of its domain, in the profile's units."""
    scope: str = "ConnectionPoints"

    @property
    def path(self) -> str:
        """Below the asset's root prim."""
        return f"{self.scope}/{self.name}"


@dataclass(frozen=True)
class AssetPaths:
    """Where a written asset is, and what a scene can connect."""

    name: str
    """Of the asset and of its default prim."""
    root: str
    """The file to reference, relative to the folder it was written into."""
    ports: tuple[ConnectionPoint, ...]
    notes: tuple[str, ...] = ()
    """What a planner should know of a manufacturer's asset."""

    def points(self, domain: str, *directions: str) -> tuple[str, ...]:
        """Paths below the asset's root prim of connection points of a domain, in order; all
        directions where none is given.
        """
        return tuple(
            port.path
            for port in self.ports
            if port.domain == domain and (not directions or port.direction in directions)
        )


def equipment_of(
    name: str,
    kind: str,
    type_name: str,
    size: Size,
    catalogue: Catalogue,
    *,
    rating_w: float = 0.0,
    gpus: int = 0,
    low_voltage_v: float = LOW_VOLTAGE_V,
) -> AssetSubject:
    """What is known of a component: its catalogue row where the catalogue has one of that kind.

    A pump that stands in a CDU carries the CDU's type; its row states the CDU, so a pump is written
    without it.
    """
    row = catalogue.find(type_name)
    columns = {} if row is None else row.model_dump()
    stated = str(columns.get("kind", kind))
    fits = isinstance(row, Rack) == (kind == "rack") and (kind == "rack" or stated == kind)
    known = columns if fits else {}
    return AssetSubject(
        name,
        kind,
        type_name,
        size,
        rating_w=rating_w,
        gpus=gpus,
        row=MappingProxyType(known),
        low_voltage_v=low_voltage_v,
    )
