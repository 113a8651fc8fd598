"""Claim: a fault of what is not there is told with what is."""

from __future__ import annotations

import pytest

import twin
from tests.planner import asked, faults, loaded
from twin import InputError


def told(name: str) -> str:
    with pytest.raises(InputError) as error:
        twin.build(loaded(asked(faults=faults((60.0, name, 600.0)))))
    [problem] = error.value.problems
    return problem.hint


def test_a_part_of_names_gives_those_that_have_it() -> None:
    assert told("pump") == "with that in their name: cdu_pump_1, cdu_pump_2"


def test_what_is_near_nothing_gives_one_of_each_kind() -> None:
    hint = told("xyzzy")
    assert hint.startswith("there are, among others, utility, ")
    assert "cdu_pump_1" in hint
    assert "cdu_pump_2" not in hint


def test_a_slip_gives_the_nearest() -> None:
    assert told("utilty") == "did you mean 'utility'?"
