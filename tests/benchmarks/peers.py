"""Other ways to know a day's power, timed in the same run: each does less than twin, which the
table says.

leafsim (0.4.2, optional: pip install leafsim==0.4.2)   simpy, one power model a node, a meter that
samples all a plain time-stepped loop                               every node, every second, in
Python: power and temperature a time-stepped loop over arrays                         the same in
                                                                                      numpy
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib.util import find_spec
from time import perf_counter

import numpy as np
import simpy

from tests.benchmarks.cases import DAY_S, measured

NODES = 144
IDLE_W = 1220.0
SPAN_W = 6000.0
CAPACITY_J_K = 20_000.0
STREAM_W_K = 400.0
SUPPLY_DEGC = 45.0
SAMPLE_S = 600.0
"""Simulated time that the plain loop is run for; its day is that, scaled."""


def rows() -> Iterator[tuple[object, ...]]:
    """Each program, what it covers, and the seconds of a day."""
    found = measured(scenario="first_factory")
    covers = "jobs, requests, power tree, batteries, coolant, plant, throttling, faults"
    yield ("twin, first_factory", covers, found["simulate_s"])
    for interval in (60.0, 1.0):
        what = f"power of every node, sampled each {interval:g} s; no losses, heat, faults or jobs"
        yield ("leafsim 0.4.2", what, leafsim_s(interval) if find_spec("leaf") else "not installed")
    scaled = f"power and temperature of every node; {SAMPLE_S:g} s scaled to a day"
    yield ("plain loop, 1 s steps", scaled, plain_loop_s())
    yield ("numpy loop, 1 s steps", "power and temperature of every node", array_loop_s())


def activity(time_s: float) -> float:
    """A daily swing."""
    return 0.7 + 0.2 * math.cos(2 * math.pi * time_s / DAY_S)


def leafsim_s(interval_s: float) -> float:
    """The meter of leafsim over nodes with its own power model."""
    from leaf.infrastructure import Node
    from leaf.power import PowerMeter, PowerModelNode

    nodes = [
        Node(
            f"node_{i}",
            cu=1,
            power_model=PowerModelNode(max_power=IDLE_W + SPAN_W, static_power=IDLE_W),
        )
        for i in range(NODES)
    ]
    env = simpy.Environment()
    env.process(PowerMeter(nodes, measurement_interval=interval_s).run(env))
    began = perf_counter()
    env.run(until=DAY_S)
    return perf_counter() - began


def plain_loop_s() -> float:
    """A second at a time, a node at a time."""
    temperature = [SUPPLY_DEGC] * NODES
    energy_j = 0.0
    began = perf_counter()
    for second in range(int(SAMPLE_S)):
        busy = activity(second)
        for node in range(NODES):
            power_w = IDLE_W + SPAN_W * busy * (1.0 if temperature[node] < 80.0 else 0.9)
            temperature[node] += (
                power_w - STREAM_W_K * (temperature[node] - SUPPLY_DEGC)
            ) / CAPACITY_J_K
            energy_j += power_w
    return (perf_counter() - began) * DAY_S / SAMPLE_S


def array_loop_s() -> float:
    """A second at a time, all nodes at once."""
    temperature = np.full(NODES, SUPPLY_DEGC)
    energy_j = np.zeros(NODES)
    began = perf_counter()
    for second in range(int(DAY_S)):
        power_w = IDLE_W + SPAN_W * activity(second) * np.where(temperature < 80.0, 1.0, 0.9)
        temperature += (power_w - STREAM_W_K * (temperature - SUPPLY_DEGC)) / CAPACITY_J_K
        energy_j += power_w
    return perf_counter() - began
