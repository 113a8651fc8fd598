"""What a planner reads of a hall's air: by rack, by handler, and for the whole room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.analysis.airflow.closing import PortTemperatures, heat_balance_frac
from twin.analysis.airflow.measures import (
    AIR_CLASSES,
    allowed_classes,
    rack_cooling_index,
    return_temperature_index,
    supply_heat_index,
)
from twin.analysis.airflow.turned_back import told
from twin.arrays import Array
from twin.cards import Shown
from twin.facility.airflow.hall_air import HallAir
from twin.physics.airflow.grid import Field


@dataclass(frozen=True, eq=False, repr=False)
class AirflowAnswer(Shown):
    """The solved air of one hall in one configuration."""

    air: HallAir
    field: Field
    model: str
    matrix: Array
    """(inlet port, outlet port)"""
    temperatures: PortTemperatures
    temperature_degc: Array
    """(nx, ny, nz) of the air; NaN in bodies."""
    lost: tuple[str, ...] = ()
    from_cache: bool = False
    solve_s: float = 0.0

    def unit_matrix(self) -> tuple[list[str], list[str], Array]:
        """Takers, givers and the share of each taker's air by giver, racks and handlers whole."""
        air = self.air
        takers = [*air.rack_ids, *air.handler_ids]
        flow_in = np.array([port.flow_m3_s for port in air.inlets])
        rows = np.array([_rack_mask(air.inlets, rack) for rack in air.rack_ids])
        take = np.concatenate([rows.reshape(-1, len(air.inlets)), air.takes]) * flow_in
        take = take / take.sum(axis=1, keepdims=True)
        columns = np.array([_rack_mask(air.outlets, rack) for rack in air.rack_ids])
        give = np.concatenate([columns.reshape(-1, len(air.outlets)), air.supply.T])
        return takers, list(takers), np.asarray(take @ self.matrix @ give.T)

    def racks(self) -> list[dict[str, Any]]:
        """Inlet and exhaust of each rack with air through it."""
        return [self._rack(rack) for rack in self.air.rack_ids]

    def _rack(self, rack: str) -> dict[str, Any]:
        rows = self.air.inlet_rows(rack)
        flow = np.array([self.air.inlets[i].flow_m3_s for i in rows])
        inlet = self.temperatures.inlet_degc[rows]
        outlet = self.temperatures.outlet_degc[self.air.outlet_rows(rack)]
        body = next(r for r in self.air.plan.racks if r.box.name == rack)
        return {
            "rack": rack,
            "inlet_degc": float(inlet @ flow / flow.sum()),
            "inlet_max_degc": float(inlet.max()),
            "exhaust_degc": float(outlet @ flow / flow.sum()),
            "flow_m3_s": float(flow.sum()),
            "heat_w": body.heat_w,
        }

    def handlers(self) -> list[dict[str, Any]]:
        """Supply, return, flow and heat of each handler that runs."""
        found = self.temperatures
        names = self.air.handler_ids
        flows = self.air.plan.handler_flow_m3_s
        return [
            {
                "handler": name,
                "supply_degc": float(found.supply_degc[k]),
                "return_degc": float(found.return_degc[k]),
                "flow_m3_s": flows[k],
                "flow_rated_m3_s": self.air.plan.handlers[k].rated_flow_m3_s,
            }
            for k, name in enumerate(names)
        ]

    def measures(self) -> dict[str, Any]:
        """RCI, RTI, SHI and RHI, classes, and the heat that the matrix leaves open."""
        racks = self.racks()
        inlet = np.array([one["inlet_degc"] for one in racks])
        hottest = np.array([one["inlet_max_degc"] for one in racks])
        exhaust = np.array([one["exhaust_degc"] for one in racks])
        flow = np.array([one["flow_m3_s"] for one in racks])
        found = self.temperatures
        handler_flow = np.array(self.air.plan.handler_flow_m3_s)
        supply = float(found.supply_degc @ handler_flow / handler_flow.sum())
        high, low = rack_cooling_index(hottest, AIR_CLASSES[0])
        shi = supply_heat_index(inlet, exhaust, flow, supply)
        drop = found.return_degc - found.supply_degc
        return {
            "rci_hi_frac": high,
            "rci_lo_frac": low,
            "rti_frac": return_temperature_index(exhaust - inlet, flow, drop, handler_flow),
            "shi_frac": shi,
            "rhi_frac": 1.0 - shi,
            "inlet_max_degc": float(hottest.max()),
            "ashrae_classes": allowed_classes(np.concatenate([inlet, hottest])),
            "heat_balance_residual_frac": heat_balance_frac(self.air, found),
        }

    def note(self) -> str:
        """What keeps the answer from being taken at its word; nothing where all is well."""
        said = [self.field.note] if self.field.note else []
        if self.model == "potential":
            takers, _, shares = self.unit_matrix()
            racks = len(self.air.rack_ids)
            drawn = [one["flow_m3_s"] for one in (*self.racks(), *self.handlers())]
            flow = shares * np.array(drawn)[:, None]
            beyond = told(flow, takers[:racks])
            said += [f"{beyond}; ask --model rans"] if beyond else []
        return "; ".join(said)

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values, for JSON."""
        nx, ny, nz = self.air.room.shape
        return {
            "hall": self.air.plan.spec.name,
            "model": self.model,
            "lost": list(self.lost),
            "cells": nx * ny * nz,
            "converged": self.field.converged,
            "note": self.note(),
            "from_cache": self.from_cache,
            **self.measures(),
            "racks": self.racks(),
            "handlers": self.handlers(),
        }


def _rack_mask(ports: Any, rack: str) -> list[float]:
    return [float(port.name.split(":")[0] == rack) for port in ports]
