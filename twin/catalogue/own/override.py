"""Numbers that a component, or a group of them, has otherwise than its catalogue row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import create_model

from twin.catalogue.own.row import (
    StatedNumbers,
    full_names,
    number_fields,
    numbers_of,
    numbers_type,
)
from twin.catalogue.rows import CoolingEquipment, PowerEquipment, Rack, StorageSystem, Switch

if TYPE_CHECKING:
    RackNumbers = StatedNumbers
    PowerNumbers = StatedNumbers
    CoolingNumbers = StatedNumbers
    SwitchNumbers = StatedNumbers
    StorageNumbers = StatedNumbers
else:
    RackNumbers = numbers_type(Rack)
    PowerNumbers = numbers_type(PowerEquipment)
    CoolingNumbers = numbers_type(CoolingEquipment)
    SwitchNumbers = numbers_type(Switch)
    StorageNumbers = numbers_type(StorageSystem)

SIZES = ("width_m", "depth_m", "height_m")
"""Not to be changed for one component: the places of its neighbours follow from its row."""


def any_numbers(base: type[StatedNumbers], taken: set[str]) -> type[StatedNumbers]:
    """The model of `base` with every number of racks, power and cooling equipment beside it.

    taken   fields left out, for `base` states them by other keys
    """
    fields: dict[str, Any] = {}
    models = (CoolingEquipment, PowerEquipment, Rack)
    for model in models:
        names = [field for field in numbers_of(model) if field not in (*taken, *SIZES)]
        fields |= number_fields(model, names)
    kept: type[StatedNumbers] = create_model(
        base.__name__.removeprefix("_"),
        __base__=base,
        __module__=base.__module__,
        __doc__=base.__doc__,
        __cls_kwargs__={"json_schema_extra": full_names(fields)},
        **fields,
    )
    kept._rows = (*base._rows, *models)
    return kept
