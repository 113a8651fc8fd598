"""The same run from event to event, beside which one that goes many instants at once is held."""

from __future__ import annotations

import pytest

import twin
from twin.simulation.loop.quiet import Quiet


def event_by_event(scenario: twin.Scenario, monkeypatch: pytest.MonkeyPatch) -> twin.Result:
    """A run that lives through nothing at once."""
    with monkeypatch.context() as patch:
        patch.setattr(Quiet, "live_through", lambda *_: False)
        return twin.simulate(twin.build(scenario))


def assert_same(one: twin.Result, other: twin.Result) -> None:
    """Equal to the last bit."""
    for name, table in one.tables.items():
        assert table.equals(other.tables[name]), name
    left = repr(one.summary | {"wall_s": 0.0})
    assert left == repr(other.summary | {"wall_s": 0.0})
