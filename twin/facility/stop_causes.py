"""What stops a synchronous training job, by component: the shares that a scenario states, else the
published ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twin.scenario.schema import Scenario

PUBLISHED: Mapping[str, int] = MappingProxyType(
    {
        "gpu": 148,
        "gpu_memory": 72,
        "software": 54,
        "network": 35,
        "host_maintenance": 32,
        "gpu_sram": 19,
        "gpu_system_processor": 17,
        "nic": 7,
        "watchdog_timeout": 7,
        "silent_data_corruption": 6,
        "gpu_thermal_interface": 6,
        "ssd": 3,
        "power_supply": 3,
        "chassis": 2,
        "io_board": 2,
        "dependency": 2,
        "cpu": 2,
        "host_memory": 2,
    }
)
"""Unexpected interruptions by root cause of Llama 3 405B on 16,384 H100 in 54 days (Dubey et al.,
arXiv 2407.21783, table 5). They sum to the 419 behind the catalogue's `node_mtbf_h`; its printed
share of faulty GPUs, 30.1 %, contradicts its own count (148 of 419 are 35.3 %): counts are used."""


def stop_shares(counts: Mapping[str, float] = PUBLISHED) -> dict[str, float]:
    """Share of the stops that each component causes, the largest first; sums to 1."""
    whole = float(sum(counts.values()))
    ordered = sorted(counts, key=lambda name: -counts[name])
    return {name: counts[name] / whole for name in ordered}


def node_causes(scenario: Scenario) -> dict[str, float]:
    """Share of the random failures of nodes that each component causes."""
    rates = scenario.faults.rates
    return stop_shares(rates.node_causes if rates and rates.node_causes else PUBLISHED)
