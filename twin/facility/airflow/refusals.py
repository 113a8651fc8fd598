"""What no airflow can be solved for, found from the plan alone, each with its line and its cure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from twin.facility.airflow.grid_lines import CELLS_MAX
from twin.facility.airflow.plan import HallPlan
from twin.facility.airflow.shapes import Body, Opening, beside
from twin.facility.ledger import Ledger, Loc

CLEAR_M = 0.05
"""A face that air passes needs this much free depth before it."""

Refusal = tuple[Loc, str, str, str]
"""Where, what was found, what is allowed, and the cure."""


def refuse(ledger: Ledger, plan: HallPlan) -> None:
    """Note everything about a plan that cannot be solved."""
    for found in (*outside(plan), *overlapping(plan), *facing(plan), *tiles(plan), *unserved(plan)):
        ledger.complain(*found)


def outside(plan: HallPlan) -> Iterator[Refusal]:
    """Bodies, tiles and panels that reach through a wall, the floor or the ceiling."""
    length, width, height = plan.spec.size
    boxes = [*plan.bodies, *(panel.box for panel in plan.panels)]
    boxes += [r for o in plan.openings for r in o.rectangles if r.what == "tile"]
    for box in boxes:
        if min(box.low_m) < -1e-6 or any(
            high > most + 1e-6 for high, most in zip(box.high_m, plan.spec.size, strict=True)
        ):
            yield (
                box.stated_at,
                f"{box.what} {box.name} from {_place(box.low_m)} to {_place(box.high_m)}",
                f"inside hall {plan.spec.name!r} of {length:g} x {width:g} x {height:g} m",
                "move it with `at` or `places`, or make the hall larger",
            )


def overlapping(plan: HallPlan) -> Iterator[Refusal]:
    """Two bodies in one place; boxes of the building may run into one another."""
    for a, b in combinations(sorted(plan.bodies, key=lambda box: box.low_m[0]), 2):
        fixed = a.what == "obstacle" and b.what == "obstacle"
        if not fixed and a.overlaps(b, 1e-3):
            later = b if b.stated_at else a
            yield (
                later.stated_at,
                f"{a.what} {a.name} and {b.what} {b.name} in the same place",
                "bodies that do not overlap",
                "move one of them with `at` or `places`",
            )


def facing(plan: HallPlan) -> Iterator[Refusal]:
    """Openings of units with a wall or another body right before them."""
    for opening in plan.openings:
        for face in opening.rectangles:
            if face.what in ("rack", "air handler"):
                blocker = _blocker(plan, opening, face)
                if blocker:
                    does = "blows against" if opening.into_room else "draws its air from"
                    yield (
                        face.stated_at,
                        f"{face.what} {face.name} {does} {blocker} less than 5 cm away",
                        "at least 5 cm of free depth before every inlet and outlet",
                        "turn it round (`facing`, `blows`), or move it",
                    )
                    break


def _blocker(plan: HallPlan, opening: Opening, face: Body) -> str:
    """What stands within 5 cm before an opening; nothing where it is free."""
    outward = opening.sign if opening.into_room else -opening.sign
    room = beside(face, opening.axis, outward, CLEAR_M - 1e-6)
    a = opening.axis
    if room.low_m[a] < -1e-9 or room.high_m[a] > plan.spec.size[a] + 1e-9:
        return "the ceiling" if a == 2 else "a wall"
    hit = next((b for b in plan.bodies if b.name != face.name and b.overlaps(room)), None)
    return f"{hit.what} {hit.name}" if hit is not None else ""


def tiles(plan: HallPlan) -> Iterator[Refusal]:
    """Tiles under something that stands on them."""
    for opening in plan.openings:
        for tile in opening.rectangles:
            room = beside(tile, 2, 1, CLEAR_M)
            on_it = next((b for b in plan.bodies if b.overlaps(room, 5e-3)), None)
            if tile.what == "tile" and on_it is not None:
                yield (
                    tile.stated_at,
                    f"tile under {on_it.what} {on_it.name}",
                    "tiles on free floor",
                    "move the tiles with `at`, or leave them out for a line before each row",
                )


def unserved(plan: HallPlan) -> Iterator[Refusal]:
    """A hall whose racks heat air that no handler takes, or whose floor blows from no tile."""
    hot = [rack.box.name for rack in plan.racks if rack.heat_w > 0 and rack.flow_m3_s > 0]
    loc: Loc = ("layout", "halls", plan.index)
    if hot and not plan.handlers:
        yield (
            loc,
            f"heat of {len(hot)} racks in air, {hot[0]} among them, and no air handler that runs",
            "an air handler for every hall with racks in air",
            "add one under cooling: air, or lose fewer",
        )
    for rack in plan.racks:
        if rack.heat_w > 100.0 and rack.flow_m3_s <= 0:
            yield (
                rack.box.stated_at,
                f"{rack.box.name} gives {rack.heat_w:,.0f} W to air and moves none",
                "an air flow where there is heat in air",
                "state air_flow in the row's overrides",
            )
            return


def too_fine(ledger: Ledger, plan: HallPlan, cells: int, asked: int | None) -> None:
    """Note a grid that needs far more cells than are asked for, or than a machine takes."""
    most = CELLS_MAX if asked is None else min(CELLS_MAX, 4 * asked)
    if cells > most:
        ledger.complain(
            ("layout", "halls", plan.index),
            f"aisles or vents that need {cells:,} cells for 3 cells across each",
            f"at most {most:,} cells",
            f"ask for more with --cells {cells // 3 + 1:,}".replace(",", "")
            if cells <= CELLS_MAX
            else "widen the narrowest aisle or vent, or leave small obstacles out",
        )


def _place(at: tuple[float, float, float]) -> str:
    return f"({at[0]:.2f}, {at[1]:.2f}, {at[2]:.2f}) m"
