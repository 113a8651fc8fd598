"""Which racks a coolant loop or a rear door serves, by rows, halls or single racks."""

from __future__ import annotations

from twin.facility.cooling.draft import Draft
from twin.facility.ledger import Loc
from twin.scenario.schema.cooling import LoopSpec


def names_of(serves: str | tuple[str, ...]) -> tuple[str, ...]:
    """What is served, one name or several."""
    return (serves,) if isinstance(serves, str) else serves


def racks_named(out: Draft, loc: Loc, name: str) -> list[int] | None:
    """Racks of a row or hall, or a rack; None where there is no such thing, which is noted."""
    group = (name,) if name in out.rack_row else out.ledger.groups.get(name, ())
    if group and all(member in out.rack_row for member in group):
        return [out.rack_row[member] for member in group]
    rows = [row.name for hall in out.ledger.scenario.plan.halls for row in hall.rows]
    known = [*rows, *out.rack_row]
    out.ledger.unknown(loc, name, known, "rows, halls or racks of this layout")
    return None


def slots_served(out: Draft, loc: Loc, spec: LoopSpec) -> list[tuple[int, int]] | None:
    """(slot, index) of a loop's liquid-cooled racks, slots counted on; None where unknown."""
    found: list[tuple[int, int]] = []
    known = True
    offset = 0
    for name in names_of(spec.serves):
        racks = racks_named(out, loc, name)
        if racks is None:
            known = False
            continue
        slots = [0] if name in out.rack_row else [out.places[rack].slot for rack in racks]
        wet = [rack for rack in racks if out.places[rack].type.liquid_heat_frac > 0]
        by_rack = dict(zip(racks, slots, strict=True))
        found += [(offset + by_rack[rack], rack) for rack in wet]
        offset += max(slots, default=-1) + 1
    return found if known else None


def put_on(out: Draft, loc: Loc, rack: int, loop: int) -> None:
    """A rack onto a loop; a second loop for it is a problem."""
    if out.zone[rack] >= 0:
        name = out.places[rack].id
        out.ledger.complain(loc, f"a second coolant loop for {name}", "one coolant loop a rack")
    out.zone[rack] = loop


def uncooled(out: Draft) -> None:
    """A liquid-cooled rack on no loop is a problem."""
    for i, place in enumerate(out.places):
        if place.type.liquid_heat_frac > 0 and out.zone[i] < 0:
            out.ledger.complain(
                ("layout", "cooling", "loops"),
                f"{place.id} on no coolant loop",
                "a loop that serves every liquid-cooled rack",
            )
            return
