"""Two designs compared under one seed meet the same requests, weather and faults.

Common random numbers (Law and Kelton, Simulation Modeling and Analysis, ch. 11): a component more
in one design shifts no draw of the components that both have.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import lived, small, small_layout, training

import twin
from twin import Facility, Result

RATES = {"rates": {"scale": 2000.0}, "crews": 1000}
CHAT = {
    "kind": "inference",
    "name": "chat",
    "model": "Llama-3.1-8B",
    "nodes": 1,
    "tensor_parallel": 1,
    "requests": {"rate": "60 / s"},
}


def asked(layout: dict[str, Any], seed: int = 5, **changes: Any) -> twin.Scenario:
    """Six hours with random faults and enough crews that no repair waits for another."""
    base = {
        "horizon": "6 h",
        "seed": seed,
        "workload": [CHAT, training(nodes=17)],
        "faults": RATES,
        "site": {"climate": "phoenix", "grid": "arizona"},
    }
    return small(layout, **(base | changes))


def with_more(what: str) -> dict[str, Any]:
    """The small layout with a UPS, a row of racks or an air handler more."""
    layout = small_layout(liquid=2, air=1)
    if what == "ups":
        layout["power"][3]["count"] = 3
    elif what == "row":
        row = {"name": "more", "racks": "3 x dgx_b200_x2", "at": ["5 m", "5 m"], "fed_by": "panel"}
        layout["halls"][0]["rows"].append(row)
        layout["power"][-1]["rating"] = "700 kW"
    else:
        layout["cooling"]["air"][0]["count"] = 3
    return layout


def failures(result: Result) -> dict[str, list[float]]:
    """When each component, or a node of it, failed at random."""
    events: Any = result.frame("events")
    rows = events[events.what == "failed"]
    rows = rows[rows.detail.str.startswith("at random")]
    return {name: group.time_s.tolist() for name, group in rows.groupby("component")}


def shared(facility: Facility) -> set[str]:
    return set(facility.components.id)


@pytest.mark.parametrize("what", ["ups", "row", "air handler"])
def test_a_component_more_shifts_no_fault_of_the_others(what: str) -> None:
    one = twin.build(asked(small_layout(2, 1)))
    other = twin.build(asked(with_more(what)))
    before = failures(twin.simulate(one))
    after = failures(twin.simulate(other))
    assert shared(other) > shared(one)
    assert sum(map(len, before.values())) > 10
    assert {
        name: at for name, at in after.items() if name.partition("/")[0] in shared(one)
    } == before


@pytest.mark.parametrize("what", ["ups", "row", "air handler"])
def test_a_component_more_shifts_no_request_and_no_weather(what: str) -> None:
    one = lived(asked(small_layout(2, 1), faults={}))
    other = lived(asked(with_more(what), faults={}))
    for column in ("requests", "tokens_asked"):
        np.testing.assert_allclose(
            one.frame("services")[column], other.frame("services")[column], rtol=1e-9
        )
    for column in ("dry_bulb_degc", "wet_bulb_degc"):
        np.testing.assert_array_equal(one.frame("site")[column], other.frame("site")[column])


def test_faults_do_not_shift_requests() -> None:
    calm = lived(asked(small_layout(2, 1), faults={}))
    rough = lived(asked(small_layout(2, 1)))
    np.testing.assert_allclose(
        calm.frame("services").tokens_asked, rough.frame("services").tokens_asked, rtol=1e-9
    )


def test_another_workload_shifts_neither_requests_nor_faults() -> None:
    one = lived(asked(small_layout(2, 1)))
    jobs = {
        "kind": "batch",
        "name": "job",
        "count": 30,
        "span": "5 h",
        "runtime_median": "20 min",
        "nodes_median": 2.0,
    }
    other = lived(asked(small_layout(2, 1), workload=[CHAT, jobs, training(nodes=9)]))
    np.testing.assert_allclose(
        one.frame("services").requests, other.frame("services").requests, rtol=1e-9
    )
    assert failures(one) == failures(other)


def test_another_seed_meets_other_numbers() -> None:
    one = lived(asked(small_layout(2, 1)))
    other = lived(asked(small_layout(2, 1), seed=6))
    assert failures(one) != failures(other)
    assert not np.array_equal(one.frame("services").requests, other.frame("services").requests)


def test_a_tenth_rack_in_a_row_shifts_no_fault_of_the_first_nine() -> None:
    """Names are padded with zeros to the length of the count; the streams must not follow the
    padding.
    """

    def rack_failures(count: int) -> list[list[float]]:
        layout = small_layout(liquid=0, air=count)
        layout["power"][-1]["count"] = 4
        layout["power"][-2]["count"] = 4
        layout["cooling"]["air"][0]["count"] = 6
        found = failures(lived(asked(layout, workload=[])))
        return [
            sorted(
                at
                for name, times in found.items()
                if name.startswith((f"air_r{n}/", f"air_r{n:02d}/"))
                for at in times
            )
            for n in range(1, 10)
        ]

    assert rack_failures(10) == rack_failures(9)


def test_a_second_unit_shifts_no_fault_of_the_first() -> None:
    """A lone unit has its group's name, and is number one once there are two: the usual step from N
    to N + 1.
    """
    layout = small_layout(liquid=2, air=1)
    layout["cooling"]["plant"][0]["count"] = 2
    often = {"rates": {"scale": 50000.0, "kinds": ["dry_cooler"]}, "crews": 1000}
    one, two = (
        failures(lived(asked(plan, workload=[], faults=often)))
        for plan in (small_layout(2, 1), layout)
    )
    assert len(one["warm"]) > 1
    assert two["warm_1"] == one["warm"]
