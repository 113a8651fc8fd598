"""Claim: features keep their promises in one another's company. Whatever is combined, balances
close, and a run that was stopped and went on, one from event to event, and one of the file that it
kept, have the same bytes. Work keeps most of them from quiet stretches: `test_drawn_stores.py` has
sites that rest.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from mixed import Plain, mixed
from planner import loaded

import twin
from twin.simulation.loop.quiet import Quiet

CLOSED_FRAC = 1e-9


def same(one: twin.Result, other: twin.Result) -> bool:
    """Whether every table is equal to the last bit."""
    return all(table.equals(other.tables[name]) for name, table in one.tables.items())


@pytest.mark.parametrize("number", [*range(16), 31, 34, 43, 99, 142])
def test_features_in_company(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    promises_kept(mixed(number), 0.2 + 0.04 * (number % 16), tmp_path, monkeypatch)


@pytest.mark.parametrize("lies", [{"reads": "80 %"}, {"frozen": True}])
@pytest.mark.parametrize("number", [7, 17, 23, 30])
def test_with_a_meter_that_lies(
    number: int, lies: Plain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside arbitrage with arrays, peak shaving, a ramp limit, and demand response."""
    asked = mixed(number)
    lie = {"at": "25 min", "component": "utility", "mode": "spoofed"} | lies
    seen = {"detected_after": "20 min", "restore_time": "15 min"}
    asked["faults"]["timeline"].append(lie | seen)
    promises_kept(asked, 0.45, tmp_path, monkeypatch)


def promises_kept(
    asked: Plain, stopped_frac: float, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Balances, and the bytes of a run however it is lived through."""
    facility = twin.build(loaded(asked))
    whole = twin.simulate(facility)
    open_ones = {
        key: value
        for key, value in whole.summary.items()
        if "residual" in key and not abs(value) <= CLOSED_FRAC
    }
    assert not open_ones

    first = twin.start(facility).until(facility.scenario.horizon * stopped_frac)
    first.save(folder / "stopped")
    assert same(whole, twin.resume(folder / "stopped").until().result())

    whole.save(folder / "kept")
    assert same(whole, twin.simulate(twin.build(twin.load(folder / "kept" / "scenario.yaml"))))

    monkeypatch.setattr(Quiet, "live_through", lambda *_: False)
    assert same(whole, twin.simulate(facility))
