"""Claim: features keep their promises in one another's company. Whatever is combined, balances
close, and a run that was stopped and went on, one from event to event, and one of the file that it
kept, have the same bytes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from mixed import mixed
from planner import loaded

import twin
from twin.simulation.loop.quiet import Quiet

CLOSED_FRAC = 1e-9


def same(one: twin.Result, other: twin.Result) -> bool:
    """Whether every table is equal to the last bit."""
    return all(table.equals(other.tables[name]) for name, table in one.tables.items())


@pytest.mark.parametrize("number", range(16))
def test_features_in_company(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facility = twin.build(loaded(mixed(number)))
    whole = twin.simulate(facility)
    open_ones = {
        key: value
        for key, value in whole.summary.items()
        if "residual" in key and not abs(value) <= CLOSED_FRAC
    }
    assert not open_ones

    first = twin.start(facility).until(facility.scenario.horizon * (0.2 + 0.04 * number))
    first.save(tmp_path / "stopped")
    assert same(whole, twin.resume(tmp_path / "stopped").until().result())

    whole.save(tmp_path / "kept")
    assert same(whole, twin.simulate(twin.build(twin.load(tmp_path / "kept" / "scenario.yaml"))))

    monkeypatch.setattr(Quiet, "live_through", lambda *_: False)
    assert same(whole, twin.simulate(facility))
