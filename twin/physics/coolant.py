"""Fluids, heat exchangers and pumps of the coolant loops."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

AIR_KG_M3 = 1.184
"""Air at 25 degC and sea level."""
HEAT_CAPACITY_J_M3_K = {"water": 992.3 * 4178.9, "pg25": 1009.9 * 3968.6, "air": AIR_KG_M3 * 1006.0}
"""Volumetric heat capacity. Water and 25 % propylene glycol at 40 degC (CoolProp 8), air at 25
degC."""

FILM_FRAC = 0.4
"""Share of a cold plate's resistance that lies in the coolant film at rated flow; assumed."""
STILL_FLOW_FRAC = 0.1
"""Flow below which the film no longer thins; assumed."""
HANDLER_SPEED_MIN_FRAC = 0.3
"""Air handlers do not slow below this; a usual drive limit, assumed."""
AIR_RISE_K = 11.0
"""Air-side rise of a dry cooler at rated heat and full fans; a usual selection, assumed."""
AIR_RISE_MOST_FRAC = 0.7
"""Of what its entering water lies above outdoor air, where that is close; assumed."""
STEEPEST = 2.5
"""Exponent of coolers within a kelvin or so of outdoor air, whose heat would fall as steeply as the
power of their fans; chosen."""
COIL_EXPONENT = 0.7
"""Of a finned coil's film in its air flow: 0.6 to 0.8 (Kays and London); the middle."""
EVAPORATION_J_KG = 2.45e6
"""Latent heat of water near 20 degC: 2500.5 - 2.3097 T - 0.0013 T^2 kJ/kg."""


def stream_w_k(flow_m3_s: Array | float, fluid: str) -> Array:
    """Heat capacity rate of a stream, W/K.

    flow_m3_s   (any shape)  m3/s, >= 0; fluid one of water, pg25, air (KeyError otherwise)
    """
    return np.asarray(flow_m3_s, dtype=float) * HEAT_CAPACITY_J_M3_K[fluid]


def effectiveness(units: Array | float, capacity_ratio: Array | float) -> Array:
    """Counter-flow effectiveness from the number of transfer units and Cmin/Cmax.

    Source: Kays and London, Compact Heat Exchangers; limit NTU/(1+NTU) at a ratio of 1.
    """
    n, c = np.broadcast_arrays(
        np.asarray(units, dtype=float), np.asarray(capacity_ratio, dtype=float)
    )
    balanced = np.abs(c - 1.0) < 1e-9
    e = np.exp(-n * (1.0 - np.where(balanced, 0.5, c)))
    return np.where(balanced, n / (1.0 + n), (1.0 - e) / (1.0 - np.where(balanced, 0.5, c) * e))


def transfer_units(effectiveness_frac: float, capacity_ratio: float) -> float:
    """NTU of a counter-flow exchanger that has this effectiveness: the inverse of
    `effectiveness`.
    """
    if abs(capacity_ratio - 1.0) < 1e-9:
        return effectiveness_frac / (1.0 - effectiveness_frac)
    return float(
        np.log((1.0 - capacity_ratio * effectiveness_frac) / (1.0 - effectiveness_frac))
        / (1.0 - capacity_ratio)
    )


def rated_effectiveness(
    capacity_w: float, approach_k: float, hot_w_k: float, cold_w_k: float
) -> float:
    """Effectiveness that passes `capacity_w` with hot supply `approach_k` above cold supply.

    With both supplies known, the hot inlet is the hot supply plus Q over its stream:
    eps = Q / (Cmin (approach + Q / C_hot)). Holds for 0 < eps < 1 (ValueError otherwise).
    """
    smaller = min(hot_w_k, cold_w_k)
    value = capacity_w / (smaller * (approach_k + capacity_w / hot_w_k))
    if not 0.0 < value < 1.0:
        raise ValueError(
            f"a heat exchanger of {capacity_w:.3g} W at {approach_k:.3g} K approach needs "
            f"larger flows"
        )
    return value


def rated_transfer_w_k(
    capacity_w: float, approach_k: float, hot_w_k: float, cold_w_k: float
) -> float:
    """UA of the counter-flow exchanger that `rated_effectiveness` is of; the same arguments."""
    smaller, larger = sorted((hot_w_k, cold_w_k))
    frac = rated_effectiveness(capacity_w, approach_k, hot_w_k, cold_w_k)
    return smaller * transfer_units(frac, smaller / larger)


def supply_conductance_w_k(
    effectiveness_frac: Array | float, hot_w_k: Array | float, cold_w_k: Array | float
) -> Array:
    """Heat passed per kelvin between the two *supply* temperatures of an exchanger, W/K.

    Q = eps Cmin (T_hot,in - T_cold,in) and T_hot,in = T_hot,supply + Q/C_hot give
    Q = g (T_hot,supply - T_cold,in) with g = eps Cmin / (1 - eps Cmin / C_hot).
    Zero where either stream stands still. An exchanger far larger than its stream brings the two
    together; g is held to a thousand times the hot stream, where they differ by 0.1 %.
    """
    hot = np.asarray(hot_w_k, dtype=float)
    cold = np.asarray(cold_w_k, dtype=float)
    through = np.asarray(effectiveness_frac, dtype=float) * np.minimum(hot, cold)
    flows = (hot > 0) & (cold > 0)
    return np.where(
        flows, through / np.maximum(1.0 - through / np.where(flows, hot, 1.0), 1e-3), 0.0
    )


def return_conductance_w_k(supply_w_k: Array, hot_w_k: Array) -> Array:
    """Heat passed per kelvin between the *return* of the hot side and the cold supply, W/K.

    supply_w_k   the same between the two supplies (`supply_conductance_w_k`)
    hot_w_k      hot stream; with T_supply = T_return - Q/C: u = g / (1 + g/C), at most C
    """
    flows = hot_w_k > 0
    ratio = supply_w_k / np.where(flows, hot_w_k, 1.0)
    return np.where(flows, supply_w_k / (1.0 + ratio), 0.0)


def plate_resistance_frac(flow_frac: Array | float) -> Array:
    """Thermal resistance from chip to coolant over that at rated flow: R0 + R1 V^-0.6.

    flow_frac   over rated flow; below a tenth the film no longer thins, so that R stays finite.
                Without any
                flow it is 1: nothing crosses the film, plate and coolant store the heat as one
                lump.
    The film is taken as 0.4 of the resistance at rated flow, between 0.3 and 0.5; assumed. The
    exponent is that of developing flow in channels (Incropera, Fundamentals of Heat and Mass
    Transfer, ch. 8).
    """
    flow = np.asarray(flow_frac, dtype=float)
    film = np.where(flow > 0, np.maximum(flow, STILL_FLOW_FRAC) ** -0.6, 1.0)
    return np.asarray(1.0 - FILM_FRAC + FILM_FRAC * film)


def exchanger_w_k(
    rated_w_k: Array | float, hot_frac: Array | float, cold_frac: Array | float
) -> Array:
    """UA of an exchanger whose two films share its resistance equally and follow flow^0.8.

    hot_frac, cold_frac   streams over rated streams; 0 where one stands still
    Source: Dittus-Boelter exponent for turbulent films; the equal share is that of a plate
    exchanger.
    """
    hot = np.asarray(hot_frac, dtype=float)
    cold = np.asarray(cold_frac, dtype=float)
    flows = (hot > 0) & (cold > 0)
    films = np.where(hot > 0, hot, 1.0) ** -0.8 + np.where(cold > 0, cold, 1.0) ** -0.8
    return np.where(flows, 2.0 * np.asarray(rated_w_k, dtype=float) / films, 0.0)


def exchange_w_k(
    transfer_w_k: Array,
    hot_w_k: Array,
    cold_w_k: Array,
    rated_hot_w_k: Array,
    rated_cold_w_k: Array,
) -> Array:
    """Conductance between the two supplies of counter-flow exchangers at the streams that flow now.

    The one law of an exchanger in this program: films thin with their streams (`exchanger_w_k`),
    that gives an effectiveness, and that the heat passed per kelvin between the supplies.
    transfer_w_k            (unit,)  UA at rated streams
    hot_w_k, cold_w_k       (unit,)  streams now, 0 where one stands still
    rated_hot_w_k, rated_cold_w_k   (unit,)  streams that the UA is stated for
    """
    transfer = exchanger_w_k(
        transfer_w_k,
        hot_w_k / np.maximum(rated_hot_w_k, 1e-12),
        cold_w_k / np.maximum(rated_cold_w_k, 1e-12),
    )
    smaller = np.minimum(hot_w_k, cold_w_k)
    larger = np.maximum(hot_w_k, cold_w_k)
    flows = smaller > 0
    frac = effectiveness(
        transfer / np.where(flows, smaller, 1.0), smaller / np.where(larger > 0, larger, 1.0)
    )
    return supply_conductance_w_k(np.where(flows, frac, 0.0), hot_w_k, cold_w_k)


def control_slope_w_k(
    running: float, capacity_w: float, band_k: float, conductance_w_k: float = 0.0
) -> float:
    """Heat that a plant's control adds for a kelvin of facility water above its set-point, W/K.

    Proportional: full capacity of the running units over the control band. A dry cooler's control
    is at least half as steep again as its coil (`conductance_w_k` of one unit at full fans, 0 for a
    chiller), so that the two lines meet.
    """
    return max(1.5 * (running * conductance_w_k), running * capacity_w / band_k)


def handler_speed_frac(demand_m3_s: Array | float, rated_m3_s: Array | float) -> Array:
    """Fan speed at which air handlers give the flow that racks want, over full speed.

    rated_m3_s   flow of the handlers that run; they never slow below HANDLER_SPEED_MIN_FRAC
    """
    wanted = np.asarray(demand_m3_s, dtype=float) / np.maximum(rated_m3_s, 1e-12)
    return np.asarray(np.clip(wanted, HANDLER_SPEED_MIN_FRAC, 1.0))


def pad_water_kg_s(
    capacity_w: float, speed_frac: Array | float, cooled_by_k: Array | float, cycles: float = 5.0
) -> Array:
    """Water that pads evaporate to cool a dry cooler's air by `cooled_by_k`, blow-down included.

    The air stream at full fan speed warms by AIR_RISE_K at rated heat, and falls with the speed.
    """
    stream = capacity_w / AIR_RISE_K * speed_frac
    return evaporation_kg_s(stream * np.maximum(cooled_by_k, 0.0), cycles)


def pump_flow_frac(running: Array, installed: Array, alone_frac: Array) -> Array:
    """Flow of parallel pumps over rated flow.

    One pump alone gives `alone_frac` of the rated flow, all together give all of it; between, the
    flow rises in a straight line, for the system curve bends it only slightly over one or two
    pumps. A spare is stated by `alone_frac` above 1/installed. Shapes broadcast; running <=
    installed.
    """
    several = np.maximum(installed - 1, 1)
    frac = alone_frac + (1.0 - alone_frac) * (running - 1) / several
    return np.where(running <= 0, 0.0, np.where(running >= installed, 1.0, frac))


def cooler_exponent(capacity_w: float, approach_k: float, water_w_k: float) -> float:
    """Exponent of the fans' speed in a dry cooler's heat for a kelvin between the water that it
    gives and outdoor air.

    approach_k   of that water to outdoor air at `capacity_w` and full fans
    water_w_k    its stream
    Slower fans thin the film (COIL_EXPONENT) and move less air, which warms the more: a
    counter-flow exchanger's heat at half speed gives the exponent. Usual coolers have 1.24; the
    power of the speed lies within 2.5 % of the exchanger from 40 % speed up, 6 % below it at 30 %.
    """
    rise_k = min(AIR_RISE_K, AIR_RISE_MOST_FRAC * (approach_k + capacity_w / water_w_k))
    air_w_k = capacity_w / rise_k
    transfer_w_k = rated_transfer_w_k(capacity_w, approach_k, water_w_k, air_w_k)
    slower_w_k = sorted((water_w_k, air_w_k / 2.0))
    units = transfer_w_k * 0.5**COIL_EXPONENT / slower_w_k[0]
    frac = effectiveness(units, slower_w_k[0] / slower_w_k[1])
    half_w_k = supply_conductance_w_k(frac, water_w_k, air_w_k / 2.0)
    return min(float(np.log2(capacity_w / approach_k / half_w_k)), STEEPEST)


def fan_speed_frac(duty_frac: Array | float, exponent: float) -> Array:
    """Fan speed that gives a share of full conductance, conductance ~ speed^exponent
    (`cooler_exponent`), clipped to [0, 1].
    """
    return np.asarray(np.clip(np.asarray(duty_frac, dtype=float), 0.0, 1.0) ** (1.0 / exponent))


def affinity_power_w(
    rated_w: Array | float, speed_frac: Array | float, floor_frac: Array | float
) -> Array:
    """Power of a fan or pump under the affinity laws with a drive's floor: P0 (floor + (1-floor)
    n^3).
    """
    speed = np.asarray(speed_frac, dtype=float)
    floor = np.asarray(floor_frac, dtype=float)
    return np.where(
        speed > 0, np.asarray(rated_w, dtype=float) * (floor + (1.0 - floor) * speed**3), 0.0
    )


def evaporation_kg_s(heat_w: Array | float, cycles: float = 5.0) -> Array:
    """Make-up water of evaporating `heat_w`: evaporation plus blow-down at `cycles` of
    concentration.

    blowdown = evaporation / (cycles - 1); drift is within the blow-down's accuracy.
    """
    return np.asarray(heat_w, dtype=float) / EVAPORATION_J_KG * (1.0 + 1.0 / (cycles - 1.0))
