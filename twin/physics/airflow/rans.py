"""Turbulent flow of a room with buoyancy: at rest (`rans`), or through time (`march`).

At rest, coarse grids first: on each the flow is marched with its temperature held, then the
temperature of the mean flow is solved to rest, in turns, until no inlet moves. Heat needs minutes
to fill a room; a frozen flow lets it do so at once. A flow that goes on moving is said not to have
come to rest.
"""

from __future__ import annotations

from twin.physics.airflow.grid import AirHeat, Field, Room
from twin.physics.airflow.heat_check import check_heat, check_heat_path
from twin.physics.airflow.model import FlowOptions, Listener, has_warm_walls

DEFAULTS = FlowOptions()


def rans(
    room: Room, heat: AirHeat, options: FlowOptions = DEFAULTS, progress: Listener | None = None
) -> Field:
    """The steady field of a room; `converged` and `note` say whether it came to rest.

    Raises:
        BadRoom: passages do not fit the ports.
        NoHeatPath: nothing has a given temperature.
        UnbalancedFlow: an enclosed space gets more air than leaves it, or less.
    """
    from twin.physics.airflow.settle import steady

    check_heat(room, heat)
    check_heat_path(heat, has_warm_walls(options))
    return steady(room, heat, options, progress)


def march(
    room: Room, heat: AirHeat, field: Field, seconds: float, options: FlowOptions = DEFAULTS
) -> Field:
    """The field `seconds` later, with the ports and heat that the room has now.

    `field` may be of the same grid under other ports: what ran before a handler was lost. The
    air's temperature is carried with the flow, second order; equipment heats what it draws in at
    that instant, without a thermal mass of its own.
    """
    from twin.physics.airflow.unsteady import marched

    check_heat(room, heat)
    return marched(room, heat, field, seconds, options)
