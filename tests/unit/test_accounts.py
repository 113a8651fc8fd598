"""The accounts: integrals that equal rates times spans, and extremes that are seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from conftest import failing, small, small_layout, training
from runs import Finished, finished

from twin.simulation.disciplines import Disciplines
from twin.simulation.loop.quiet import Quiet
from twin.simulation.outcome.tables import tables

BUSY = {
    "workload": [training("liquid", 72), training("air", 2)],
    "faults": failing((605.0, "cdu_pump_1", 700.0), (1000.0, "panel_1", 300.0)),
    "drills": [{"kind": "utility_outage", "at": "2000 s", "duration": "200 s"}],
}


def busy(prepare: Callable[[Disciplines], None] = lambda run: None) -> Finished:
    """An hour in which much happens."""
    return finished(small(small_layout(), **BUSY), prepare)


def test_integrals_are_the_sum_of_rate_times_span_over_all_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a run from event to event."""
    monkeypatch.setattr(Quiet, "live_through", lambda *_: False)
    parts: list[np.ndarray] = []
    spans: list[float] = []

    def prepare(run: Disciplines) -> None:
        advance = run.accounts.advance

        def counted(span_s: float) -> None:
            parts.append(run.world.state.accounts.site_rate * span_s)
            spans.append(span_s)
            advance(span_s)

        run.accounts.advance = counted  # type: ignore[method-assign]

    run = busy(prepare)
    assert sum(spans) == pytest.approx(3600.0)
    assert all(span > 0 for span in spans)
    np.testing.assert_allclose(run.state.accounts.site, np.sum(parts, axis=0), rtol=1e-12)


def test_the_site_account_closes_through_faults_and_outages() -> None:
    run = busy()
    assert abs(run.disciplines.accounts.electrical_residual_frac()) < 1e-9
    assert abs(run.disciplines.heat.residual_frac()) < 1e-9


def test_it_energy_of_the_site_is_that_of_its_racks() -> None:
    run = busy()
    site = run.disciplines.accounts.site_totals()
    assert run.state.accounts.rack[0].sum() == pytest.approx(site["it"], rel=1e-9)
    assert run.state.accounts.unit_j.sum() == pytest.approx(site["cooling"], rel=1e-9)
    assert run.state.accounts.power[3].sum() == pytest.approx(site["loss"], rel=1e-9)


def test_time_on_is_the_time_between_the_events_that_say_so() -> None:
    layout = small_layout(liquid=2, air=0, ups=False)
    run = finished(
        small(layout, drills=[{"kind": "utility_outage", "at": "600 s", "duration": "8 s"}])
    )
    held_up_s = 0.02
    np.testing.assert_allclose(run.state.accounts.rack[1], 3600.0 - 8.0 - 900.0 + held_up_s)


def test_peaks_start_anew_from_what_holds() -> None:
    run = busy()
    run.disciplines.accounts.start_peaks()
    power, junction, load, _ = run.disciplines.accounts.peaks()
    np.testing.assert_array_equal(power, run.state.racks.rack_w)
    np.testing.assert_allclose(junction, run.disciplines.racks.junction_degc())
    assert (load <= 1.5).all()


def test_no_mean_is_above_its_peak() -> None:
    run = busy()
    racks = tables(run.disciplines, run.recorder)["racks"]
    assert len(racks) == 60 * 5
    assert (racks["power_w"] <= racks["power_max_w"] * (1 + 1e-12)).all()
    assert (racks["junction_degc"] <= racks["junction_max_degc"] + 1e-9).all()
