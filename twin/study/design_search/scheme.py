"""The kinds of building that are tried: a rack, a power path, feeds, spare cooling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from twin.calibration.kernel_tables import has_tables
from twin.catalogue import shipped
from twin.catalogue.rows import Gpu, Rack
from twin.errors import did_you_mean
from twin.study.design_search.target import PowerPath, Target


@dataclass(frozen=True)
class Scheme:
    """One kind of building, of no size yet."""

    rack: str
    power: PowerPath
    feeds: int
    spare_cooling: bool

    @property
    def words(self) -> str:
        """In one line."""
        feeds = "one feed" if self.feeds == 1 else f"{self.feeds} feeds"
        spare = "spare cooling" if self.spare_cooling else "no spare cooling"
        return f"{self.rack}, {self.power} power, {feeds}, {spare}"


def schemes(target: Target) -> Iterator[Scheme]:
    """Every combination that the target leaves open."""
    site = sorted(set(target.site.feeds))
    for choice in product(
        racks_tried(target), target.power_paths, site, sorted(set(target.spare_cooling))
    ):
        yield Scheme(*choice)


def racks_tried(target: Target) -> tuple[str, ...]:
    """The racks that the target names, or every one whose GPU has measured kernels."""
    if target.racks:
        return tuple(dict.fromkeys(target.racks))
    return tuple(name for name, rack in shipped().rows(Rack).items() if _measured(rack))


def _measured(rack: Rack) -> bool:
    return bool(rack.gpu) and has_tables(shipped().get(Gpu, rack.gpu).name)


def unknown_racks(target: Target) -> list[tuple[int, str, str]]:
    """Position, what was found and the nearest spelling of racks that cannot be bought."""
    known = {name: rack for name, rack in shipped().rows(Rack).items() if rack.gpu}
    return [
        (place, repr(name), did_you_mean(name, known) or "known: " + ", ".join(known))
        for place, name in enumerate(target.racks)
        if name not in known
    ]
