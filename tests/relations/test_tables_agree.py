"""Claim: the twelve tables of a result tell one story, on random facilities with random faults."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.factories import air_of, components, facilities, nodes_of
from tests.planner import batch, chat, faults, job, number, ran
from twin import InputError, Result
from twin.results import TABLES

QUICK = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@st.composite
def hurt_days(draw: st.DrawFn) -> Result:
    """The result of an hour of a random facility at work with up to three faults."""
    layout = draw(facilities())
    most = max(nodes_of(layout).values())
    fault = st.tuples(
        st.integers(60, 3000), st.sampled_from(components(layout)), st.integers(1, 3000)
    )
    scenario: dict[str, Any] = {
        "version": 1, "name": "drawn", "layout": layout, "site": draw(air_of()), "horizon": "1 h",
        "outputs": {"period": draw(st.sampled_from(["5 min", "7 min", "20 min"]))},
        "workload": [job(nodes=max(1, most // 3)), chat(nodes=1, rate=200.0),
                     batch(count=4, nodes_median=1.0, nodes_max=1)],
        "faults": faults(*draw(st.lists(fault, max_size=3, unique_by=lambda row: row[1]))),
    }  # fmt: skip
    try:
        return ran(scenario)
    except InputError:
        assume(False)
        raise


@QUICK
@given(hurt_days())
def test_every_name_in_a_table_is_a_component(result: Result) -> None:
    known = set(result.frame("components").id)
    halls = set(result.frame("components").parent) - {""}
    loops = set(result.frame("loops").loop)
    assert result.frame("components").id.is_unique
    assert set(result.frame("racks").rack) <= known
    assert set(result.frame("power").component) <= known
    edges = result.frame("edges")
    assert set(edges.source) | set(edges.target) <= known | halls | loops
    racks = set(result.frame("losses").rack) - {""}
    assert racks <= known


@QUICK
@given(hurt_days())
def test_times_are_those_of_the_periods(result: Result) -> None:
    times = result.frame("site").time_s.to_numpy()
    assert (np.diff(times) > 0).all()
    assert times[-1] == pytest.approx(number(result, "simulated_s"))
    for name in ("racks", "power", "loops", "services"):
        frame = result.frame(name)
        assert set(frame.time_s) == set(times), name
        assert frame.time_s.is_monotonic_increasing, name
    events = result.frame("events").time_s
    assert number(result, "events") == len(events)
    assert events.is_monotonic_increasing
    assert events.between(0, times[-1]).all()


@QUICK
@given(hurt_days())
def test_rows_of_a_period_are_complete_and_unique(result: Result) -> None:
    periods = len(result.frame("site"))
    for name, key in (
        ("racks", "rack"),
        ("power", "component"),
        ("loops", "loop"),
        ("services", "service"),
    ):
        frame = result.frame(name)
        assert not frame.duplicated(["time_s", key]).any(), name
        assert len(frame) == periods * frame[key].nunique(), name


@QUICK
@given(hurt_days())
def test_tokens_of_services_and_jobs_are_those_of_the_site(result: Result) -> None:
    site = result.frame("site")
    assert site.tokens_inference.sum() == pytest.approx(
        result.frame("services").tokens_served.sum(), rel=1e-9
    )
    jobs = result.frame("jobs")
    assert site.tokens_training.sum() == pytest.approx(jobs.tokens.sum(), rel=1e-6, abs=1.0)
    total = number(result, "tokens_inference") + number(result, "tokens_training")
    assert number(result, "tokens_total") == pytest.approx(total, rel=1e-12)


@QUICK
@given(hurt_days())
def test_energies_of_the_sankey_are_those_of_the_summary(result: Result) -> None:
    energy = result.frame("energy")
    into = energy[energy.target == "site"].set_index("source").energy_j
    out = energy[energy.source == "site"].set_index("target").energy_j
    assert into.get("utility", 0.0) == pytest.approx(number(result, "energy_utility_j"), rel=1e-9)
    assert into.get("generators", 0.0) == pytest.approx(
        number(result, "energy_generator_j"), rel=1e-9
    )
    assert out["racks"] == pytest.approx(number(result, "energy_it_j"), rel=1e-9)
    losses = out[out.index.str.startswith("loss")].sum()
    assert losses == pytest.approx(number(result, "energy_loss_j"), rel=1e-6, abs=1.0)


@QUICK
@given(hurt_days())
def test_a_rack_that_was_off_has_an_event_and_the_other_way_round(result: Result) -> None:
    racks = result.frame("racks")
    off = set(racks.rack[racks.on_frac < 1 - 1e-9])
    events = result.frame("events")
    said = set(
        events[events.what.isin(["off", "failed", "shut down", "taken out on purpose"])].component
    )
    assert off <= said


@QUICK
@given(hurt_days())
def test_saved_and_loaded_it_is_the_same(result: Result) -> None:
    with tempfile.TemporaryDirectory() as folder:
        result.save(Path(folder) / "kept")
        again = Result.load(Path(folder) / "kept")
    for table in TABLES:
        assert result.frame(table.name).equals(again.frame(table.name)), table.name
    for key, value in result.summary.items():
        assert again.summary[key] == pytest.approx(value, nan_ok=True), key
