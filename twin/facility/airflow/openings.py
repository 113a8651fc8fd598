"""Where units take in air and give it out: bands of racks, faces of handlers, tiles, vents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from twin.facility.airflow.aisles import Aisle
from twin.facility.airflow.shapes import Body, Opening, Vector, with_
from twin.facility.airflow.units import HandlerBody, RackBody
from twin.facility.ledger import Loc
from twin.scenario.schema.hall import HallSpec
from twin.scenario.schema.room import Band, TileSpec

BAND_M = 0.5
"""A rack's face is read in bands of about this height where it states none."""
BANDS_MAX = 120
"""Halls with more bands than this read fewer a rack: the matrix has a column for each."""
LOW_M = 0.6
"""Height of an opening at the lower or upper edge of a handler's front (assumed)."""
TILE_M = 0.6
OPEN_FRAC = 0.25
"""Of tiles that nobody stated: perforated plates."""


def rack_openings(racks: Sequence[RackBody]) -> Iterator[Opening]:
    """Inlet and outlet of each band, named alike: `rack:0` and so on, upward."""
    moving = [rack for rack in racks if rack.flow_m3_s > 0]
    for rack in moving:
        bands = rack_bands(rack, max(1, BANDS_MAX // len(moving)))
        area = sum(_width(rack, band) * (band.high - band.low) for band in bands)
        for k, band in enumerate(bands):
            share = _width(rack, band) * (band.high - band.low) / area
            for into_room in (False, True):
                yield _rack_opening(rack, k, band, share, into_room)


def rack_bands(rack: RackBody, most: int) -> list[Band]:
    """The stated heights, or an even division of what is not left open."""
    if rack.row.intakes:
        return list(rack.row.intakes)
    height = rack.box.size_m[2] * (1.0 - rack.row.open_slots)
    count = min(most, max(1, round(height / BAND_M)))
    return [
        Band.model_construct(low=height * k / count, high=height * (k + 1) / count, width=None)
        for k in range(count)
    ]


def _width(rack: RackBody, band: Band) -> float:
    wide = rack.box.size_m[0]
    return min(band.width or wide, wide)


def _rack_opening(rack: RackBody, k: int, band: Band, share: float, into_room: bool) -> Opening:
    side = -rack.facing if into_room else rack.facing
    face = _cut(rack.box.face(1, side), 0, _width(rack, band), band.low, band.high)
    return Opening(
        f"{rack.box.name}:{k}",
        (rack.box.name,),
        1,
        -rack.facing,
        (face,),
        rack.flow_m3_s * share,
        into_room,
    )


def _cut(face: Body, across: int, width: float, low: float, high: float) -> Body:
    """Part of an upright face: centred, between two heights above its lower edge."""
    middle = (face.low_m[across] + face.high_m[across]) / 2
    base = face.low_m[2]
    top = min(base + high, face.high_m[2])
    lower: Vector = with_(with_(face.low_m, across, middle - width / 2), 2, base + low)
    upper: Vector = with_(with_(face.high_m, across, middle + width / 2), 2, top)
    return Body(face.name, face.what, lower, upper, face.stated_at)


def supply_face(handler: HandlerBody, hall: HallSpec) -> str:
    """Where its supply comes out, as stated or as the hall suggests."""
    if handler.spec.supply_face is not None:
        return handler.spec.supply_face
    return "underfloor" if hall.raised_floor is not None and not handler.in_row else "front"


def return_face(handler: HandlerBody, hall: HallSpec, hot: Sequence[Aisle]) -> str:
    """Where it takes in air, as stated or as the hall suggests."""
    if handler.spec.return_face is not None:
        return handler.spec.return_face
    if handler.in_row:
        return "back"
    return "ceiling" if hall.containment == "hot_aisle" and hot else "top"


def handler_openings(
    handler: HandlerBody, flow_m3_s: float, supply: str, back: str
) -> Iterator[Opening]:
    """Its own openings; what goes through a plenum is not among them."""
    name = handler.box.name
    across = 1 - handler.axis
    if supply != "underfloor":
        face = _front(handler, across, supply)
        yield Opening(name, (name,), handler.axis, handler.sign, (face,), flow_m3_s, into_room=True)
    if back == "top":
        yield Opening(name, (name,), 2, -1, (handler.box.face(2, 1),), flow_m3_s, False)
    if back == "back":
        face = handler.box.face(handler.axis, -handler.sign)
        yield Opening(name, (name,), handler.axis, handler.sign, (face,), flow_m3_s, False)
    if back == "front":
        face = _upper_front(handler, across, supply)
        yield Opening(name, (name,), handler.axis, -handler.sign, (face,), flow_m3_s, False)


def _front(handler: HandlerBody, across: int, supply: str) -> Body:
    """The part of its front that blows."""
    face = handler.box.face(handler.axis, handler.sign)
    height = face.size_m[2]
    wide = face.size_m[across]
    stated = handler.spec.supply_opening
    if stated is not None:
        return _cut(face, across, min(stated.width or wide, wide), stated.low, stated.high)
    edge = min(LOW_M, height / 2)
    low = height - edge if supply == "high" else 0.0
    high = edge if supply == "low" or handler.spec.return_face == "front" else height
    return _cut(face, across, wide, low, height if supply == "high" else high)


def _upper_front(handler: HandlerBody, across: int, supply: str) -> Body:
    """The part of its front that takes in air: above what blows, or below it."""
    face = handler.box.face(handler.axis, handler.sign)
    if supply == "underfloor":
        return face
    blows = _front(handler, across, supply)
    below = blows.low_m[2] - face.low_m[2]
    above = face.high_m[2] - blows.high_m[2]
    low = 0.0 if below > above else blows.high_m[2] - face.low_m[2]
    high = below if below > above else face.size_m[2]
    return _cut(face, across, face.size_m[across], low, high)


def tile_openings(
    tiles: Iterable[tuple[TileSpec, Loc]], flow_m3_s: float, units: tuple[str, ...]
) -> list[Opening]:
    """An opening a statement of tiles; the plenum has one pressure, so open tiles get more."""
    held = [(tile, _field(tile, loc, k)) for k, (tile, loc) in enumerate(tiles)]
    weights = [_area(box) / tile_loss(tile.open) ** 0.5 for tile, box in held]
    return [
        Opening(box.name, units, 2, 1, (box,), flow_m3_s * weight / sum(weights), True, tile.open)
        for (tile, box), weight in zip(held, weights, strict=True)
    ]


def tile_loss(open_frac: float) -> float:
    """Pressure-loss coefficient of a perforated tile by its open share (Fried and Idelchik)."""
    closed = 1.0 - open_frac
    return float((1.0 + 0.5 * closed**0.75 + 1.414 * closed**0.375) / open_frac**2)


def _field(tile: TileSpec, loc: Loc, k: int) -> Body:
    x, y = tile.at
    high = (x + tile.size[0] * tile.count[0], y + tile.size[1] * tile.count[1], 0.0)
    return Body(f"tiles_{k + 1}", "tile", (x, y, 0.0), high, loc)


def _area(box: Body) -> float:
    return box.size_m[0] * box.size_m[1]


def default_tiles(cold: Sequence[Aisle], hall: HallSpec) -> list[TileSpec]:
    """A line of tiles along each cold face of contained or open cold aisles."""
    found = []
    for aisle in cold:
        west, east = aisle.x_m
        south, north = aisle.y_m
        deep = min(TILE_M, (north - south) / 2)
        count = max(1, int((east - west) / TILE_M + 1e-6))
        size = ((east - west) / count, deep)
        found += [
            TileSpec.model_construct(at=(west, y), size=size, count=(count, 1), open=OPEN_FRAC)
            for y in (south, north - deep)
        ]
    return found


def ceiling_opening(
    hot: Sequence[Aisle], hall: HallSpec, flow_m3_s: float, units: tuple[str, ...]
) -> Opening:
    """Vents in the ceiling above every hot aisle; above the whole hall where there is none."""
    top = hall.size[2]
    spans = [(*aisle.x_m, *aisle.y_m) for aisle in hot] or [(0.0, hall.size[0], 0.0, hall.size[1])]
    vents = tuple(
        Body("ceiling", "ceiling vent", (west, south, top), (east, north, top))
        for west, east, south, north in spans
    )
    return Opening("ceiling", units, 2, 1, vents, flow_m3_s, False)
