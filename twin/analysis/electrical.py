"""Voltage, current, loading in kVA and power factor of every power node of a design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.facility.model import Facility
from twin.facility.power.electrical import electrical_network, solved

Row = dict[str, Any]


def electrical(facility: Facility, lost: Sequence[str] = ()) -> list[Row]:
    """One row a power node, loads included, at peak with everything in service but the lost.

    voltage_frac  at its output, of nominal; 0 where it is dark
    current_a     in each phase, at its nominal voltage
    loading_frac  apparent power over rating, the rating taken as volt-amperes; None without one
    power_factor  watts over volt-amperes at its output; None where nothing flows
    loss_w        lost in it
    Raises ArithmeticError where voltages do not settle: the network cannot carry its load.
    """
    tree = facility.power
    place = {name: node for node, name in enumerate(tree.id)}
    network = electrical_network(facility, [place[name] for name in lost] or None)
    found = solved(network)
    size_va = np.abs(found.through_va)
    carried_a = np.abs(found.current_va) / (np.sqrt(3.0) * network.voltage_v)
    return [
        {
            "node": name,
            "voltage_frac": float(abs(found.voltage[n])) if network.live[n] else 0.0,
            "nominal_v": float(network.voltage_v[n]),
            "current_a": float(carried_a[n]),
            "loading_frac": _of(size_va[n], tree.rating_w[n]),
            "power_factor": float(found.through_va[n].real / size_va[n]) if size_va[n] else None,
            "loss_w": float(found.loss_w[n]) if network.live[n] else 0.0,
        }
        for n, name in enumerate(tree.id)
    ]


def _of(size_va: float, rating_w: float) -> float | None:
    return float(size_va / rating_w) if np.isfinite(rating_w) else None
