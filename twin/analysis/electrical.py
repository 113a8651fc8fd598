"""Voltage, current, loading in kVA and power factor of every power node of a design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.analysis.electrical_witness import statuses
from twin.analysis.selective import pairs
from twin.arrays import Mask
from twin.facility.model import Facility
from twin.facility.power.electrical import electrical_network, solved
from twin.facility.power.loading import peak_loads_w, wiring
from twin.facility.power.short_circuit import fault_currents

Row = dict[str, Any]


def electrical(facility: Facility, lost: Sequence[str] = ()) -> list[Row]:
    """One row a power node, loads included, at peak with everything in service but the lost; loads
    that nothing feeds and that draw nothing, such as passive doors, are left out.

    voltage_frac  at its output, of nominal; 0 where it is dark
    current_a     in each phase, at its nominal voltage
    loading_frac  apparent power over rating, the rating taken as volt-amperes; None without one
    power_factor  watts over volt-amperes at its output; None where nothing flows
    loss_w        lost in it
    fault_current_a           of a three-phase fault at its output, initial and symmetrical (IEC
                              60909), as it is usually fed; None for loads
    fault_current_standby_a   the same on generators alone; 0 where none feeds it
    fault_current_inverters_a the same on UPS and stores alone, before generators run
    short_circuit_rating_a    what it may be exposed to; None where no row states it
    selective                 yes or no, whether it opens before what is above it; '' where that
                              goes by no curve or feeds nothing else
    opens_first               what opens before it, and from which load, opens_first_from_w
    and where the numbers come from: see `twin.analysis.electrical_witness`.
    Raises ArithmeticError where voltages do not settle: the network cannot carry its load.
    """
    tree = facility.power
    place = {name: node for node, name in enumerate(tree.id)}
    network = electrical_network(facility, [place[name] for name in lost] or None)
    found = solved(network)
    size_va = np.abs(found.through_va)
    carried_a = np.abs(found.current_va) / (np.sqrt(3.0) * network.voltage_v)
    faults = _faults(facility)
    curves = _selectivity(facility)
    origin = statuses(facility)
    takes_part = _takes_part(facility)
    return [
        {
            "node": name,
            "voltage_frac": float(abs(found.voltage[n])) if network.live[n] else 0.0,
            "nominal_v": float(network.voltage_v[n]),
            "current_a": float(carried_a[n]),
            "loading_frac": _of(size_va[n], tree.rating_w[n]),
            "power_factor": float(found.through_va[n].real / size_va[n]) if size_va[n] else None,
            "loss_w": float(found.loss_w[n]) if network.live[n] else 0.0,
            **faults[n],
            **curves[n],
            **origin[n],
        }
        for n, name in enumerate(tree.id)
        if takes_part[n]
    ]


def design_rows(facility: Facility) -> list[Row]:
    """`electrical` with everything in service; empty where the network cannot carry its load,
    which the review notes.
    """
    try:
        return electrical(facility)
    except ArithmeticError:
        return []


def _takes_part(facility: Facility) -> Mask:
    """(node,) not a load that is fed by nothing and draws nothing."""
    fed = np.zeros(len(facility.power.id), dtype=bool)
    fed[wiring(facility).taker] = True
    fed[: facility.power.equipment] = True
    return np.asarray(fed | (peak_loads_w(facility) > 0.0))


def _faults(facility: Facility) -> list[Row]:
    """Fault currents and ratings of every node; the design as built, whatever is lost."""
    tree = facility.power
    found = fault_currents(facility)
    held = {
        "fault_current_a": found.usual,
        "fault_current_standby_a": found.standby,
        "fault_current_inverters_a": found.inverters,
        "short_circuit_rating_a": tree.short_circuit_rating_a,
    }
    names = tuple(held)
    columns = np.stack(list(held.values()), axis=1)
    known = np.isfinite(columns)
    known[tree.equipment :] = False
    rows = zip(columns.tolist(), known.tolist(), strict=True)
    return [
        {name: a if there else None for name, a, there in zip(names, *row, strict=True)}
        for row in rows
    ]


def _selectivity(facility: Facility) -> list[Row]:
    """Of every node against all that feed it: the first that opens before it."""
    nothing = {"selective": "", "opens_first": "", "opens_first_from_w": None}
    found: list[Row] = [nothing] * len(facility.power.id)
    for pair in pairs(facility):
        if found[pair.lower]["selective"] == "no":
            continue
        found[pair.lower] = nothing | {"selective": "yes"}
        if pair.conflict is not None:
            found[pair.lower] = {
                "selective": "no",
                "opens_first": facility.power.id[pair.upper],
                "opens_first_from_w": pair.conflict[0],
            }
    return found


def _of(size_va: float, rating_w: float) -> float | None:
    return float(size_va / rating_w) if np.isfinite(rating_w) else None
