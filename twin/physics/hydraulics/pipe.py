"""Pressure lost in pipes, valves and fittings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.physics.hydraulics.liquid import Liquid

Array = NDArray[np.float64]

LAMINAR_RE = 2000.0
TURBULENT_RE = 4000.0
_ROUNDS = 1
"""Newton steps for Colebrook from Zigrang and Sylvester's start."""
_LOG = 2.0 / np.log(10.0)
WATER_KG_M3 = 1000.0
KV_PA = 1e5
"""What a valve's Kv is stated for: m3/h of water at a bar."""
_HOUR_S = 3600.0


def friction_factor(reynolds: Array, roughness_frac: Array | float) -> tuple[Array, Array]:
    """Darcy's friction factor, and d ln f / d ln Re.

    64 / Re to Re 2000, Colebrook and White from 4000 on, a straight line of both between.
    reynolds         > 0
    roughness_frac   over the bore
    """
    turbulent, slope = _colebrook(np.maximum(reynolds, TURBULENT_RE), roughness_frac)
    laminar = 64.0 / np.minimum(reynolds, LAMINAR_RE)
    share = np.clip((reynolds - LAMINAR_RE) / (TURBULENT_RE - LAMINAR_RE), 0.0, 1.0)
    apart = turbulent - laminar
    factor = laminar + share * apart
    between = apart / (TURBULENT_RE - LAMINAR_RE) * reynolds / factor
    inner = np.where(share > 0, between, -1.0)
    return factor, np.asarray(np.where(share >= 1, slope, inner))


def _colebrook(reynolds: Array, roughness_frac: Array | float) -> tuple[Array, Array]:
    """1/sqrt(f) = -2 log10(e/3.7 + 2.51/(Re sqrt(f))), and d ln f / d ln Re."""
    rough = np.asarray(roughness_frac, dtype=float) / 3.7
    thin = 2.51 / reynolds
    x = -_LOG * np.log(rough - 2.51 / reynolds * _LOG * np.log(rough + 13.0 / reynolds))
    for _ in range(_ROUNDS):
        inside = rough + thin * x
        falls = _LOG * thin / inside
        x = x - (x + _LOG * np.log(inside)) / (1.0 + falls)
    falls = _LOG * thin / (rough + thin * x)
    return x**-2.0, -2.0 * falls / (1.0 + falls)


class Pipes:
    """Pressure lost along pipes by Darcy and Weisbach; arrays are (pipe,)."""

    def __init__(
        self, length_m: Array, diameter_m: Array, roughness_m: Array, liquid: Liquid
    ) -> None:
        area = np.pi / 4.0 * diameter_m**2
        self.rough = roughness_m / diameter_m
        self.inertia = liquid.density_kg_m3 * length_m / (2.0 * diameter_m * area**2)
        self.still = 32.0 * liquid.viscosity_pa_s * length_m / (diameter_m**2 * area)
        self.to_reynolds = liquid.density_kg_m3 * diameter_m / (area * liquid.viscosity_pa_s)

    def drop_pa(self, flow_m3_s: Array) -> tuple[Array, Array]:
        """Pressure lost, with the flow's sign, and its slope in Pa / (m3/s); at rest that of
        laminar flow.
        """
        speed = np.abs(flow_m3_s)
        reynolds = self.to_reynolds * speed
        factor, curve = friction_factor(np.maximum(reynolds, 1e-9), self.rough)
        moves = reynolds > 1e-6
        for_each = np.where(moves, factor * self.inertia * speed, self.still)
        return for_each * flow_m3_s, for_each * np.where(moves, 2.0 + curve, 1.0)


def fitting_pa_s2_m6(
    velocity_heads: Array | float, diameter_m: Array | float, kg_m3: float
) -> Array:
    """What a fitting loses over the square of its flow: K rho / (2 A^2)."""
    area = np.pi / 4.0 * np.asarray(diameter_m, dtype=float) ** 2
    return np.asarray(np.asarray(velocity_heads, dtype=float) * kg_m3 / (2.0 * area**2))


def valve_kv_m3_h(loss_pa_s2_m6: Array | float, kg_m3: float) -> Array:
    """Kv of a valve that loses so much over the square of its flow; inf where it loses nothing."""
    loss = np.asarray(loss_pa_s2_m6, dtype=float)
    safe = np.where(loss > 0, loss, 1.0)
    rated_m3_s = np.sqrt(KV_PA * kg_m3 / WATER_KG_M3 / safe)
    return np.asarray(np.where(loss > 0, rated_m3_s * _HOUR_S, np.inf))
