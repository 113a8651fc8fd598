"""A replica that stands on several racks goes at the clock of the slowest, in both forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from planner import asked, loaded

import twin
from tests.validation.test_split_serving import layout
from tests.validation.test_wide_service import wide
from twin.results.enums import Cause
from twin.simulation.disciplines import wire
from twin.simulation.serving.service import Service


def pool(detail: str) -> Service:
    """Two replicas, each on four nodes in two racks, of which the first is throttled."""
    requests = wide()["requests"] | {"rate": "20 / s"}
    work: dict[str, Any] = wide(detail=detail, requests=requests)
    run = wire(twin.build(loaded(asked(layout(), workload=[work]))))
    service: Service = run.serving.services[0]
    clocks = service.world.state.throttling
    clocks.clock_frac[service.fleet.racks[0]] = 0.6
    clocks.version += 1
    return service


@pytest.mark.parametrize("detail", ["fluid", "requests"])
def test_ranks_wait_for_the_slowest_rack(detail: str) -> None:
    fleet = pool(detail).fleet
    assert fleet.clocks.tolist() == [0.6, 0.6, 1.0, 1.0]
    by_rack = fleet.capacity_by_rack(fleet.every_node)
    slow, full = (float(fleet.speed.capacity(np.array(c))) for c in (0.6, 1.0))
    each = fleet.replicas_by_rack(fleet.every_node)
    assert by_rack == pytest.approx(each * [slow, slow, full, full])
    assert slow < full


def test_what_is_missing_beside_a_slow_rack_is_throttled_too() -> None:
    fleet = pool("fluid").fleet
    causes = [fleet.why_short(int(rack)) for rack in fleet.racks[:2]]
    assert causes == [Cause.THROTTLED, Cause.THROTTLED]
