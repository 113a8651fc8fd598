"""Services: every token asked is served, waiting or dropped; queues drain in straight lines;
patience ends.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import failing, lived, small, small_layout
from runs import Finished, finished

import twin
from twin.simulation.disciplines import Disciplines, wire
from twin.simulation.serving.service import Service

LAYOUT = small_layout(liquid=4, air=0)


def chat(**changes: Any) -> dict[str, Any]:
    """A service of eight replicas on two racks' first nodes."""
    return {
        "kind": "inference",
        "name": "chat",
        "model": "Llama-3.1-70B",
        "nodes": 8,
        "tensor_parallel": 4,
        "dtype": "fp4",
        "requests": {"rate": "50 / s", "diurnal_amplitude": 0.0},
        "patience": "60 s",
    } | changes


def asked(*shares: float, patience: str = "60 s", **changes: Any) -> Finished:
    """A service that is asked these shares of its whole capacity, window by window of 300 s, then
    nothing.
    """

    def prepare(run: Disciplines) -> None:
        service = run.serving.services[0]
        windows = np.zeros_like(service.asked_tokens)
        windows[: len(shares)] = shares
        service.asked_tokens = windows * service.whole * service.pool.window_s

    scenario = small(
        LAYOUT, workload=[chat(patience=patience)], outputs={"period": "10 s"}, **changes
    )
    return finished(scenario, prepare)


def waiting(run: Finished, time_s: float) -> float:
    return float(run.recorded_at("services.tokens_waiting", time_s)[0])


def service(run: Finished) -> Service:
    return run.disciplines.serving.services[0]


def whole(run: Finished) -> float:
    return service(run).whole


def test_every_token_asked_is_served_waiting_or_dropped() -> None:
    faults = failing((900.0, "liquid_r1", 900.0), (1500.0, "cdu_pump_1", 600.0))
    run = lived(
        small(
            LAYOUT,
            workload=[chat(requests={"rate": "400 / s", "diurnal_amplitude": 0.5})],
            faults=faults,
            horizon="2 h",
        )
    )
    rows = run.tables["services"]
    total = (
        rows["tokens_served"].sum() + rows["tokens_dropped"].sum() + rows["tokens_waiting"].iloc[-1]
    )
    assert total == pytest.approx(rows["tokens_asked"].sum(), rel=1e-9)
    assert rows["tokens_dropped"].sum() > 0
    assert rows["tokens_served"].sum() > 0
    running = rows[["tokens_asked", "tokens_served", "tokens_dropped"]].cumsum()
    held = running["tokens_asked"] - running["tokens_served"] - running["tokens_dropped"]
    np.testing.assert_allclose(held, rows["tokens_waiting"], atol=1e-3)


def test_what_fits_is_served_at_once() -> None:
    run = asked(0.9, 0.5, 0.0)
    assert service(run).total("served") == pytest.approx(1.4 * 300 * whole(run))
    assert service(run).total("dropped") == 0
    assert waiting(run, 150.0) == 0


def test_a_backlog_grows_and_drains_in_straight_lines() -> None:
    run = asked(1.5, 0.5, 0.5, patience="1000 s")
    full = whole(run)
    for time_s, held_s in ((100.0, 50.0), (300.0, 150.0), (450.0, 75.0), (590.0, 5.0)):
        assert waiting(run, time_s) == pytest.approx(held_s * full)
    assert waiting(run, 610.0) == pytest.approx(0.0, abs=1e-6)
    assert service(run).total("served") == pytest.approx(2.5 * 300 * full)
    assert service(run).total("dropped") == 0


def test_requests_wait_no_longer_than_their_patience() -> None:
    run = asked(1.5, 0.0, patience="60 s")
    full = whole(run)
    assert waiting(run, 120.0) == pytest.approx(60 * full)
    assert waiting(run, 300.0) == pytest.approx(60 * full)
    assert service(run).total("dropped") == pytest.approx(0.5 * full * (300 - 120))
    assert waiting(run, 370.0) == 0


def test_without_patience_what_does_not_fit_is_dropped_at_once() -> None:
    run = asked(1.5, 0.0, patience="0 s")
    assert service(run).total("dropped") == pytest.approx(0.5 * 300 * whole(run))
    assert max(waiting(run, float(t)) for t in range(10, 600, 10)) == pytest.approx(0.0, abs=1e-3)


def test_capacity_falls_with_the_clock() -> None:
    ceiling = {"actions": [{"kind": "clock_ceiling", "at": "600 s", "clock": 0.6}]}
    run = asked(0.1, controls=ceiling)
    clock = run.state.throttling.clock_frac[0]
    served = service(run)
    assert 0.4 < served.capacity / whole(run) < 1.0
    assert served.capacity == pytest.approx(
        whole(run)
        * served.speed.capacity(np.array([clock]))[0]
        / served.speed.capacity_tokens_per_s
    )


def test_a_lost_node_takes_its_replicas_and_no_more() -> None:
    run = asked(0.1, faults=failing((600.0, "liquid_r1/node_1", 1e5)))
    assert service(run).capacity == pytest.approx(whole(run) * 7 / 8)


def test_a_lost_rack_takes_the_service_down_and_its_queue_waits_for_its_patience() -> None:
    run = asked(1.5, 1.5, 1.5, patience="100 s", faults=failing((150.0, "liquid_r1", 1e5)))
    full = whole(run)
    assert service(run).capacity == 0
    assert service(run).total("served") == pytest.approx(150 * full)
    assert waiting(run, 160.0) == pytest.approx((0.5 * 150 + 1.5 * 10) * full)
    assert waiting(run, 900.0) == pytest.approx(1.5 * 100 * full)
    assert service(run).total("dropped") == pytest.approx(1.5 * 900 * full - 150 * full)


def test_what_a_fault_costs_is_what_a_whole_pool_would_have_served() -> None:
    run = asked(0.8, 0.8, 0.8, faults=failing((150.0, "liquid_r1", 1e5)), patience="0 s")
    lost = sum(tokens for (cause, rack, _), tokens in run.state.losses.tokens.items())
    assert lost == pytest.approx(0.8 * 750 * whole(run))
    assert {key[:2] for key in run.state.losses.tokens} == {("failed", "liquid_r1")}


def test_demand_beyond_a_whole_pool_is_no_loss_to_a_fault() -> None:
    run = asked(1.5, 1.5, patience="0 s")
    assert run.disciplines.losses.total_tokens == 0


def test_arrivals_keep_the_rate_and_the_spread_they_state() -> None:
    work = chat(
        requests={"rate": "20 / s", "diurnal_amplitude": 0.0, "burstiness": 4.0}, window="60 s"
    )
    requests = (
        wire(twin.build(small(LAYOUT, workload=[work], horizon="10 d")))
        .serving.services[0]
        .requests
    )
    count = requests.size
    mean = 20.0 * 60.0
    assert count == 14_400
    assert requests.mean() == pytest.approx(mean, abs=4 * np.sqrt(4 * mean / count))
    assert requests.var() / requests.mean() == pytest.approx(4.0, rel=4 * np.sqrt(2 / count))


def test_a_daily_peak_comes_at_its_hour() -> None:
    work = chat(
        requests={"rate": "20 / s", "diurnal_amplitude": 0.9, "peak_hour": 15.0, "burstiness": 1.0}
    )
    scenario = small(LAYOUT, workload=[work], horizon="1 d", start="2026-07-15T00:00:00-04:00")
    requests = wire(twin.build(scenario)).serving.services[0].requests
    hour = (np.arange(requests.size) + 0.5) / 12
    phase = np.angle(np.sum(requests * np.exp(2j * np.pi * hour / 24))) * 24 / (2 * np.pi) % 24
    assert phase == pytest.approx(15.0, abs=0.1)
    assert requests.max() / requests.mean() == pytest.approx(1.9, abs=0.1)


def test_busy_replicas_draw_more_power_than_idle_ones() -> None:
    run = asked(0.9, 0.0)
    power = [float(run.recorded_at("racks.power_w", t)[0]) for t in (200.0, 500.0)]
    assert power[0] > power[1] + 1e3


def test_a_service_larger_than_the_facility_is_refused() -> None:
    with pytest.raises(twin.InputError, match="chat"):
        finished(small(LAYOUT, workload=[chat(nodes=73)]))


def test_a_service_far_beyond_its_capacity_drops_what_it_must_and_goes_on() -> None:
    """Demand five times the capacity: the queue is full again within the rounding of the clock."""
    flood = {"rate": "90000 / s", "diurnal_amplitude": 0, "burstiness": 1}
    chat = {
        "kind": "inference", "name": "chat", "model": "Llama-3.1-70B", "nodes": 36,
        "patience": "5 s", "requests": flood,
    }  # fmt: skip
    run = finished(
        small(small_layout(2, 0), workload=[chat], faults=failing((900.0, "liquid_r1", 900.0)))
    )
    (service,) = run.disciplines.serving.services
    assert service.total("dropped") > 0.5 * service.total("asked")
    balance = service.total("served") + service.total("dropped") + service.own.waiting
    assert balance == pytest.approx(service.total("asked"), rel=1e-9)
