"""A rack of the planner's own that is stated as the servers and switches it holds."""

from __future__ import annotations

import re

from twin.catalogue import assembly
from twin.catalogue.own.draft import Fields, RowDraft
from twin.catalogue.own.row import OwnRow
from twin.catalogue.rows import CatalogueRow, Gpu, Server, Switch
from twin.errors import did_you_mean

_HELD = re.compile(r"(?:([1-9]\d{0,3})\s*[x×*]\s*)?([A-Za-z0-9][A-Za-z0-9._-]*)")


def lines(own: OwnRow) -> tuple[str, ...]:
    """What a rack holds, line by line."""
    holds = getattr(own, "holds", ())
    return (holds,) if isinstance(holds, str) else holds


def listed(own: OwnRow) -> str:
    """What a rack holds, in one line."""
    return ", ".join(lines(own))


def held_fields(draft: RowDraft, index: int, own: OwnRow) -> Fields | None:
    """Fields of a rack from the servers and switches it holds."""
    servers: list[tuple[int, Server]] = []
    switches: list[tuple[int, Switch]] = []
    held = [_held_row(draft, index, line) for line in lines(own)]
    for number, row in held:
        if isinstance(row, Server):
            servers.append((number, row))
        if isinstance(row, Switch):
            switches.append((number, row))
    if any(row is None for _, row in held):
        return None
    draft.made_of[own.name] = tuple((type(row), row.name) for _, row in held if row is not None)
    gpu = draft.known("gpus").get(servers[0][1].gpu) if servers else None
    try:
        fields = assembly.rack_of(servers, switches, gpu if isinstance(gpu, Gpu) else None)
    except ValueError as error:
        draft.note("racks", index, "holds", listed(own) or "nothing", str(error))
        return None
    _check_height(draft, index, own, assembly.units_taken(servers, switches))
    return fields


def _held_row(draft: RowDraft, index: int, line: str) -> tuple[int, CatalogueRow | None]:
    """A line of `holds`, read; the row is None where it names nothing, which is noted."""
    match = _HELD.fullmatch(line.strip())
    if match is None:
        draft.note("racks", index, "holds", repr(line), "a count and a name: '2 x my_server'")
        return 0, None
    known = {**draft.known("switches"), **draft.known("servers")}
    if match[2] not in known:
        own = {row.name for kind in ("servers", "switches") for row in draft.equipment.of(kind)}
        if match[2] not in own:
            allowed = "servers and switches, shipped or own"
            hint = did_you_mean(match[2], known)
            draft.note("racks", index, "holds", repr(line), allowed, hint)
        return 0, None
    return int(match[1] or 1), known[match[2]]


def _check_height(draft: RowDraft, index: int, own: OwnRow, units: float) -> None:
    """More in a rack than fits in its height."""
    height = float(own.numbers().get("height_m") or assembly.RACK_FIXED["height_m"])
    room = assembly.units_of(height)
    if units > room + 1e-6:
        found = f"{listed(own)}, {units:.1f} units high"
        draft.note("racks", index, "holds", found, f"at most {room} units in {height:g} m")
