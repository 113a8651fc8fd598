"""Claim: runs of one design that differ in their seed share its electrical findings, and no other
design gets them.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import small

import twin
from twin.analysis.review import review, voltage


def test_seeds_of_one_design_ask_once_and_another_design_asks_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    whole = voltage.findings
    monkeypatch.setattr(voltage, "findings", lambda one: asked.append(one) or whole(one))
    facility = twin.build(small())
    first = review(facility)
    other_seed = replace(facility, scenario=facility.scenario.model_copy(update={"seed": 9}))
    assert review(other_seed) == first
    assert len(asked) == 1
    assert review(twin.build(small())) == first
    assert len(asked) == 2
