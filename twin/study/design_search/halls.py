"""Racks dealt out to halls: the longest lines and the most of them that a power path carries."""

from __future__ import annotations

import math
from functools import cache

from twin.study.design_search import equipment as kit
from twin.study.design_search.blocks import SizedHall
from twin.study.design_search.scheme import Scheme


def halls_for(
    scheme: Scheme, racks: int, climate: str, filled: float = kit.FILLED
) -> list[SizedHall]:
    """As few halls as carry the racks, as equal as can be: lines of equal length within each."""
    line = racks_a_line(scheme, climate, filled)
    halls = math.ceil(racks / (line * lines_a_hall(scheme, line, climate, filled)))
    kinds = {
        size: SizedHall(scheme, _dealt(size, line), climate, filled)
        for size in {_share(racks, halls, place) for place in range(halls)}
    }
    return [kinds[_share(racks, halls, place)] for place in range(halls)]


@cache
def racks_a_line(scheme: Scheme, climate: str, filled: float) -> int:
    """The longest line whose power path fits."""
    for racks in range(kit.RACKS_A_LINE, 1, -1):
        if fits(SizedHall(scheme, (racks,), climate, filled)):
            return racks
    return 1


@cache
def lines_a_hall(scheme: Scheme, racks: int, climate: str, filled: float) -> int:
    """The most lines whose power path fits."""
    for lines in range(kit.LINES_A_HALL, 1, -1):
        if fits(SizedHall(scheme, (racks,) * lines, climate, filled)):
            return lines
    return 1


def _share(total: int, parts: int, place: int) -> int:
    """The part at a place of a total that is dealt out evenly, the first getting what is left."""
    return total // parts + (place < total % parts)


def _dealt(racks: int, line: int) -> tuple[int, ...]:
    """Racks of a hall in as few lines as hold them."""
    lines = math.ceil(racks / line)
    return tuple(_share(racks, lines, place) for place in range(lines))


def fits(hall: SizedHall) -> bool:
    """Whether the power path of a scheme carries the hall, however many boards it has."""
    if hall.scheme.power != "N+1":
        return hall.least_board_w <= hall.board_room_w
    carried = kit.PANELS_SHARED - 1
    ups = hall.it_w <= carried * kit.FILLED * max(map(kit.rating_w, kit.UPS_TYPES))
    return ups and all(
        hall.line_w(racks) <= carried * kit.FILLED * kit.rating_w(kit.PANEL) for racks in hall.lines
    )
