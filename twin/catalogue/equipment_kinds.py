"""Kinds of equipment, one row each: what a kind does, where it stands, what people call it, how it
is drawn.

A new kind is a row here and a row of its catalogue table; the build, the review, the dependency
graph, the run, the report and the scene ask this table and know no kind by its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticKnownError

from twin.arrays import Mask


class Role(StrEnum):
    """What a kind does; every rule that differs between kinds hangs on this."""

    SUPPLY = "supply"
    """Power from outside, there until it fails."""
    PRIME = "prime"
    """Power of its own, made on the site at all times; there until it fails."""
    STANDBY = "standby"
    """Power of its own once it has started; fails by running hours, and at starts."""
    STORE = "store"
    """Carries power and has a battery."""
    CARRY = "carry"
    """Carries power on."""
    STORAGE = "storage"
    """Stands at a board, takes power from it and gives it back."""
    SOLAR = "solar"
    """Stands at a board and gives it what daylight gives."""
    LOOP_COOLING = "loop_cooling"
    """Cools a coolant loop; has pumps."""
    HALL_COOLING = "hall_cooling"
    """Cools the air of a hall; has fans."""
    DOOR_COOLING = "door_cooling"
    """Cools the exhaust of the rack that it hangs on."""
    CHILLER = "chiller"
    """Cools facility water with compressors."""
    DRY_COOLER = "dry_cooler"
    """Cools facility water with outdoor air."""
    PUMP = "pump"
    """Moves coolant for the unit it belongs to."""
    RACK = "rack"
    SWITCH = "switch"
    LOAD = "load"
    """Draws from a board and does nothing else that a run follows."""


MAINS = (Role.SUPPLY, Role.PRIME)
"""Roles whose power is there until they fail, and for which nobody has to be called."""
SOURCES = frozenset({*MAINS, Role.STANDBY})
"""Roles that need no supply and take none."""
PLANT = frozenset({Role.CHILLER, Role.DRY_COOLER})
"""Roles that a facility water plant is made of."""


@dataclass(frozen=True)
class EquipmentKind:
    """One kind."""

    name: str
    """As the catalogue, the components table and the scene have it."""
    word: str
    """One of them in a sentence."""
    words: str
    """Several of them."""
    role: Role
    emblem: str
    """Shape in the scene; see `twin.present.usd.emblems`."""
    wide: bool = False
    """Drawn with its front along the longer side."""
    on_floor: bool = False
    """Power: stands among the racks, with a breaker for each."""
    line: int = 1
    """Power, not on the floor: line south of the halls, 0 the nearest."""
    line_medium_voltage: int | None = None
    """Where one rated for medium voltage stands instead."""
    transfers: bool = False
    """Power: changes over between two supplies, and never joins them."""


def _table(*rows: EquipmentKind) -> dict[str, EquipmentKind]:
    return {row.name: row for row in rows}


EQUIPMENT_KINDS = _table(
    EquipmentKind("utility", "utility", "utilities", Role.SUPPLY, "mast", line=5),
    EquipmentKind(
        "prime_generator",
        "prime generator",
        "prime generators",
        Role.PRIME,
        "generator",
        wide=True,
        line=3,
    ),
    EquipmentKind(
        "generator", "generator", "generators", Role.STANDBY, "generator", wide=True, line=3
    ),
    EquipmentKind("transformer", "transformer", "transformers", Role.CARRY, "transformer", line=2),
    EquipmentKind(
        "switchboard",
        "switchboard",
        "switchboards",
        Role.CARRY,
        "cabinet_row",
        wide=True,
        line_medium_voltage=4,
    ),
    EquipmentKind(
        "ats",
        "transfer switch",
        "transfer switches",
        Role.CARRY,
        "cabinet_row",
        wide=True,
        transfers=True,
    ),
    EquipmentKind("ups", "UPS", "UPS", Role.STORE, "ups", wide=True, line=0),
    EquipmentKind("bess", "BESS", "BESS", Role.STORAGE, "cabinet_row", wide=True, line=3),
    EquipmentKind(
        "pv", "solar array", "solar arrays", Role.SOLAR, "cabinet_row", wide=True, line=4
    ),
    EquipmentKind("rpp", "panel", "panels", Role.CARRY, "cabinet_row", wide=True, on_floor=True),
    EquipmentKind("pdu", "PDU", "PDUs", Role.CARRY, "cabinet_row", wide=True, on_floor=True),
    EquipmentKind("busway", "busway", "busways", Role.CARRY, "plain", on_floor=True),
    EquipmentKind("cable", "cable", "cables", Role.CARRY, "plain", line=1),
    EquipmentKind("cdu", "CDU", "CDUs", Role.LOOP_COOLING, "cdu"),
    EquipmentKind(
        "crah", "air handler", "air handlers", Role.HALL_COOLING, "air_handler", wide=True
    ),
    EquipmentKind("rear_door", "rear door", "rear doors", Role.DOOR_COOLING, "rear_door"),
    EquipmentKind("chiller", "chiller", "chillers", Role.CHILLER, "chiller", wide=True),
    EquipmentKind(
        "dry_cooler", "dry cooler", "dry coolers", Role.DRY_COOLER, "dry_cooler", wide=True
    ),
    EquipmentKind("pump", "pump", "pumps", Role.PUMP, "pump", wide=True),
    EquipmentKind("water_pump", "water pump", "water pumps", Role.PUMP, "pump", wide=True),
    EquipmentKind("rack", "rack", "racks", Role.RACK, "rack"),
    EquipmentKind("switch", "switch", "switches", Role.SWITCH, "rack"),
    EquipmentKind("other_load", "other load", "other loads", Role.LOAD, "plain"),
)
"""Every kind, in the order of the way from the utility to the rack."""

AT_BOARDS = frozenset({Role.STORAGE, Role.SOLAR})
"""Roles that stand at one board, and that nothing is fed by."""
INVERTERS = frozenset({Role.STORE, *AT_BOARDS})
"""Roles whose output is an inverter's."""
POWER_ROLES = frozenset({*SOURCES, Role.STORE, Role.CARRY, *AT_BOARDS})
ON_WATER = frozenset({Role.LOOP_COOLING, Role.HALL_COOLING, Role.DOOR_COOLING})
"""Roles that give their heat to the facility water of a plant."""
COOLING_ROLES = frozenset({*ON_WATER, Role.PUMP, *PLANT})


def role(kind: str) -> Role:
    """What a kind does. KeyError for one that is not in the table."""
    return EQUIPMENT_KINDS[kind].role


def of_role(kinds: Sequence[str], *roles: Role) -> Mask:
    """(row,) whether each of some kinds does one of these."""
    return np.array([role(kind) in roles for kind in kinds], dtype=bool)


def metered(kinds: Sequence[str]) -> Mask:
    """(row,) feeds that a site's own meters watch: of utilities; of machines where it has none."""
    feeds = of_role(kinds, Role.SUPPLY)
    return feeds if feeds.any() else of_role(kinds, Role.PRIME)


def is_source(kind: str) -> bool:
    """Whether it gives power of its own, a battery not counted."""
    return role(kind) in SOURCES


def named(*roles: Role) -> tuple[str, ...]:
    """Kinds of these roles, in table order."""
    return tuple(row.name for row in EQUIPMENT_KINDS.values() if row.role in roles)


def singular(kind: object) -> str:
    """A kind in words: `panel` for `rpp`; one that is not in the table as it is."""
    row = EQUIPMENT_KINDS.get(str(kind))
    return row.word if row else str(kind).replace("_", " ")


def plural(kind: object) -> str:
    """A kind in words and of several: `panels`, `dry coolers`."""
    row = EQUIPMENT_KINDS.get(str(kind))
    return row.words if row else f"{singular(kind)}s"


def power_kind(name: str) -> str:
    """The name, where it is a power kind. ValueError otherwise."""
    return _one_of(name, named(*POWER_ROLES))


def cooling_kind(name: str) -> str:
    """The name, where it is a cooling kind. ValueError otherwise."""
    return _one_of(name, named(*COOLING_ROLES))


def _one_of(name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        expected = " or ".join(map(repr, known))
        raise PydanticKnownError("enum", {"expected": expected})
    return name


def _schema(*roles: Role) -> dict[str, Any]:
    return {"type": "string", "enum": list(named(*roles))}


PowerKind = Annotated[str, AfterValidator(power_kind), WithJsonSchema(_schema(*POWER_ROLES))]
"""Field of a catalogue row: a power kind of the table."""
CoolingKind = Annotated[str, AfterValidator(cooling_kind), WithJsonSchema(_schema(*COOLING_ROLES))]
"""Field of a catalogue row: a cooling kind of the table."""
