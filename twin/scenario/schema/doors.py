"""Rear doors: coils on the backs of racks."""

from __future__ import annotations

from twin.catalogue.own.override import CoolingNumbers
from twin.scenario.schema.names import Feeds, Name, RearDoorType
from twin.stated import Stated


class RearDoorSpec(Stated):
    """Coils on the backs of racks, which their exhaust passes before the hall has it: one a rack.

    What they do not take is the hall's. A door that stands, or has no water, takes nothing.
    """

    name: Name = "door"
    """Group name; doors are numbered as their racks stand."""
    type: RearDoorType
    """Catalogue row under `cooling`."""
    serves: tuple[Name, ...] | Name
    """Rows, halls or single racks that have a door each."""
    fed_by: Feeds = ()
    """Power feeds of doors with fans; doors without (`power_rated: 0 W`) need none."""
    plant: Name
    """Plant group whose facility water passes them."""
    overrides: CoolingNumbers | None = None
    """Numbers of each door that differ from the catalogue."""
