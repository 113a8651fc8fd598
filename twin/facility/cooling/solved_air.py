"""Who draws whose air by a solved flow of the hall, where a layout asks for it.

The flow of a hall with every handler running is solved once, and its shares stand in place of what
distances suggest; the balance of flows then follows fans and losses from there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array
from twin.facility.airflow.hall_air import HallAir, hall_air
from twin.facility.airflow.installed import need_numba
from twin.physics.airflow.grid import AirPort
from twin.scenario.schema import Scenario

CELLS = 15_000
"""Of a hall; inlets of three shipped halls move by less than 0.1 K from here to 60,000."""
LEAST_FRAC = 1e-4
"""Share of a flow that finds its way by none of the solved paths, so that any loss has one."""
WAY_FRAC = 0.3
"""Share of even mixing between handlers and racks, so that others take a lost one's place: of
0.03, 0.3 and 1 the nearest to flows solved anew for six losses in three shipped halls, where it
errs by 0.04 to 0.5 K rms."""
_KNOWN_MAX = 16
_known: dict[str, Array] = {}


def solved_shares(
    scenario: Scenario, hall: int, zone_of: dict[str, int], handlers: Sequence[str]
) -> Array:
    """(zone and handler, zone and handler) air that passes from outlet to inlet, m3/s.

    zone_of    zone of every rack of the hall, counted within it
    handlers   names of its air handlers
    Raises InputError where the room cannot be solved, or numba is not installed.
    """
    spec = scenario.plan.halls[hall]
    key = f"{spec.name}|{zone_of}|{scenario.plan.model_dump_json()}"
    if key not in _known:
        if len(_known) >= _KNOWN_MAX:
            _known.clear()
        _known[key] = _solved(scenario, spec.name, zone_of, handlers)
    return _known[key]


def _solved(
    scenario: Scenario, hall: str, zone_of: dict[str, int], handlers: Sequence[str]
) -> Array:
    need_numba(f"airflow: potential of {hall}")
    from twin.physics.airflow.potential import potential
    from twin.physics.airflow.transport import matrix

    air = hall_air(scenario, hall, (), CELLS)
    share = matrix(air.room, potential(air.room))
    drawn = np.array([port.flow_m3_s for port in air.inlets])
    takes = _of_handlers(air, handlers)
    gives = _columns(air.supply, air.handler_ids, handlers)
    into = _members(air.inlets, zone_of, takes)
    out_of = _members(air.outlets, zone_of, gives)
    flow = into.T @ (share * drawn[:, None]) @ out_of
    zones = max(zone_of.values()) + 1
    return _with_ways(np.maximum(flow, 0.0), zones)


def _with_ways(flow: Array, zones: int) -> Array:
    """The same, with a way for any loss: from every handler to every rack and back a share of what
    even mixing would give, elsewhere next to nothing.
    """
    even = np.outer(flow.sum(axis=1), flow.sum(axis=0)) / max(float(flow.sum()), 1e-300)
    share = np.full(flow.shape, LEAST_FRAC)
    share[:zones, zones:] = WAY_FRAC
    share[zones:, :zones] = WAY_FRAC
    return np.asarray(flow + share * even)


def _of_handlers(air: HallAir, handlers: Sequence[str]) -> Array:
    """(inlet, handler) share of what an inlet takes, by the handlers behind it."""
    flow = np.array(air.plan.handler_flow_m3_s)
    taken = _columns((air.takes * flow[:, None]).T, air.handler_ids, handlers)
    total = taken.sum(axis=1, keepdims=True)
    return np.asarray(taken / np.where(total > 0, total, 1.0))


def _columns(values: Array, have: Sequence[str], wanted: Sequence[str]) -> Array:
    """(row, wanted) columns in another order; nothing for those that are not there."""
    place = {name: k for k, name in enumerate(have)}
    return np.stack(
        [values[:, place[n]] if n in place else np.zeros(len(values)) for n in wanted], axis=1
    )


def _members(ports: Sequence[AirPort], zone_of: dict[str, int], of_handlers: Array) -> Array:
    """(port, zone and handler) which of them each port belongs to, in shares."""
    zones = max(zone_of.values()) + 1
    out = np.zeros((len(ports), zones + of_handlers.shape[1]))
    for n, port in enumerate(ports):
        zone = zone_of.get(port.name.split(":")[0]) if ":" in port.name else None
        if zone is None:
            out[n, zones:] = of_handlers[n]
        else:
            out[n, zone] = 1.0
    return out
