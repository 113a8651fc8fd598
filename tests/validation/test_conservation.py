"""Claim: a random single fault of a random facility loses no energy, no heat, no request and no
token without saying where it went.

Tokens: those that the same run without the fault makes, less those that this one makes, are the
tokens booked as lost. For a training job without checkpoints this is exact; requests are asked,
served, dropped or still waiting.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st

from tests.factories import air_of, components, facilities, nodes_of
from tests.planner import batch, chat, faults, job, number, ran
from twin import InputError, Result

LIMIT_FRAC = 1e-9
QUICK = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # a smaller counter-example takes minutes to find
    suppress_health_check=list(HealthCheck),
)


@st.composite
def days(draw: st.DrawFn) -> dict[str, Any]:
    """An hour of a random facility at work, with what may fail in it."""
    layout = draw(facilities())
    nodes = nodes_of(layout)
    most = max(nodes.values())
    work: list[dict[str, Any]] = []
    if draw(st.booleans()):
        work.append(job(nodes=draw(st.integers(1, max(1, most // 2)))))
    if draw(st.booleans()):
        work.append(
            chat(nodes=1, rate=draw(st.sampled_from([20.0, 300.0, 2000.0])), patience="20 s")
        )
    if draw(st.booleans()):
        work.append(batch(count=6, nodes_median=2.0, nodes_max=max(1, most // 2)))
    return {
        "version": 1,
        "name": "drawn",
        "layout": layout,
        "site": draw(air_of()),
        "workload": work,
        "horizon": "1 h",
        "outputs": {"period": "10 min"},
    }


def answered(scenario: dict[str, Any]) -> Result:
    """Its result; facilities that the build refuses are not drawn."""
    try:
        return ran(scenario)
    except InputError:
        event("refused by the build")
        assume(False)
        raise


def with_fault(scenario: dict[str, Any], draw: st.DataObject) -> dict[str, Any]:
    name = draw.draw(st.sampled_from(components(scenario["layout"])), label="component")
    at = draw.draw(st.integers(0, 3000), label="second")
    out = draw.draw(st.integers(1, 3000), label="out")
    return scenario | {"faults": faults((at, name, out))}


def assert_closed(result: Result) -> None:
    assert abs(number(result, "energy_balance_residual_frac")) <= LIMIT_FRAC
    assert abs(number(result, "heat_balance_residual_frac")) <= LIMIT_FRAC
    assert abs(number(result, "token_balance_residual_frac")) <= LIMIT_FRAC
    site = result.frame("site")
    span = np.diff(site.time_s, prepend=0.0)
    supplied = (site.utility_power_w + site.generator_power_w + site.battery_power_w) @ span
    used = (site.it_power_w + site.distribution_loss_w + site.cooling_power_w) @ span
    assert supplied == pytest.approx(used, rel=LIMIT_FRAC)


def assert_no_request_is_lost(result: Result) -> None:
    services = result.frame("services")
    if not len(services):
        return
    waiting = services[services.time_s == services.time_s.max()].tokens_waiting.sum()
    gone = services.tokens_served.sum() + services.tokens_dropped.sum()
    assert gone + waiting == pytest.approx(services.tokens_asked.sum(), rel=1e-9)


@QUICK
@given(days(), st.data())
def test_energy_heat_and_requests_close_after_any_fault(
    scenario: dict[str, Any], data: st.DataObject
) -> None:
    result = answered(with_fault(scenario, data))
    assert_closed(result)
    assert_no_request_is_lost(result)


@QUICK
@given(days(), st.data())
def test_powers_of_each_stage_add_up_to_those_below_it(
    scenario: dict[str, Any], data: st.DataObject
) -> None:
    """What panels, racks and machines take is what the tree gives, period by period."""
    result = answered(with_fault(scenario, data))
    site = result.frame("site")
    racks = result.frame("racks").groupby("time_s").power_w.sum()
    assert site.it_power_w.to_numpy() == pytest.approx(racks.to_numpy(), rel=1e-9, abs=1e-6)
    power = result.frame("power")
    lost = (power.power_in_w - power.power_out_w).groupby(power.time_s).sum().to_numpy()
    sources = power[power.component.isin(["utility", "genset"])]
    given_w = sources.groupby("time_s").power_out_w.sum().to_numpy()
    supplied = (site.utility_power_w + site.generator_power_w).to_numpy()
    assert given_w == pytest.approx(supplied, rel=1e-9, abs=1e-6)
    assert (power.power_out_w >= -1e-9).all()
    assert np.isfinite(lost).all()


@QUICK
@given(days(), st.data())
def test_missing_training_tokens_are_booked(scenario: dict[str, Any], data: st.DataObject) -> None:
    nodes = nodes_of(scenario["layout"])
    work = [job(nodes=max(1, max(nodes.values()) // 2))]
    scenario = scenario | {"workload": work}
    whole = answered(scenario)
    hurt = answered(with_fault(scenario, data))
    missing = number(whole, "tokens_training") - number(hurt, "tokens_training")
    booked = number(hurt, "tokens_lost_by_fault") - number(whole, "tokens_lost_by_fault")
    assert booked == pytest.approx(
        missing, rel=1e-6, abs=1e-6 * number(whole, "tokens_training") + 1.0
    )


@QUICK
@given(days(), st.data())
def test_every_missing_token_has_a_cause(scenario: dict[str, Any], data: st.DataObject) -> None:
    """Services near and beyond their capacity, gangs that write, and a mix of types of GPU."""
    work = [item for item in scenario["workload"] if item["kind"] != "training"]
    gangs = [
        job(nodes=n, checkpoint_interval="7 min", tokens=t) for n, t in ((1, None), (2, 10**8))
    ]
    named = [gang | {"name": f"gang_{n}"} for n, gang in enumerate(gangs)]
    scenario = scenario | {"workload": [*work, *named]}
    whole = answered(scenario)
    hurt = answered(with_fault(scenario, data))
    entries = [r.frame("token_balance").groupby("entry").tokens.sum() for r in (hurt, whole)]
    more = entries[0].sub(entries[1], fill_value=0.0)
    missing = number(whole, "tokens_total") - number(hurt, "tokens_total")
    causes = more.drop(["possible", "made"], errors="ignore").sum()
    assert missing == pytest.approx(causes, rel=0, abs=LIMIT_FRAC * entries[1].get("possible", 0.0))


@QUICK
@given(days(), st.data())
def test_shares_and_temperatures_stay_where_they_can_be(
    scenario: dict[str, Any], data: st.DataObject
) -> None:
    result = answered(with_fault(scenario, data))
    racks = result.frame("racks")
    for column in ("clock_frac", "on_frac"):
        assert racks[column].between(-1e-9, 1 + 1e-9).all(), column
    assert (racks.power_w >= -1e-9).all()
    assert (racks.power_max_w >= racks.power_w - 1e-6).all()
    assert racks.inlet_air_degc.between(-20, 200).all()
    power = result.frame("power")
    assert power.energised_frac.between(-1e-9, 1 + 1e-9).all()
    losses = result.frame("losses")
    assert (losses[["tokens", "gpu_hours"]].to_numpy() >= 0).all()
    summary = result.summary
    assert summary["pue"] >= 1.0 or np.isnan(summary["pue"])
    assert summary["energy_facility_j"] >= summary["energy_it_j"]
