"""How cases are dealt out to workers: whole, once, and those that have a past together."""

from __future__ import annotations

from pathlib import Path

import pytest

import twin
from twin.scenario import Scenario
from twin.study.experiments.case import Case
from twin.study.experiments.scenario_subject import ScenarioSubject
from twin.study.experiments.subject import FunctionSubject, Keyed

ROOT = Path(__file__).parents[2]


def keyed(subject: ScenarioSubject, cases: list[Case]) -> list[Keyed]:
    return list(zip(subject.keyed(cases), cases, strict=True))


@pytest.fixture(scope="module")
def idle() -> Scenario:
    return twin.load(ROOT / "layouts" / "gb200_su.yaml")


def sizes(pieces: list[list[Keyed]]) -> list[int]:
    return [len(piece) for piece in pieces]


def seeds(pieces: list[list[Keyed]]) -> list[int]:
    return sorted(case.seed for piece in pieces for _, case in piece)


def test_seeds_of_one_design_go_to_each_worker_once(idle: Scenario) -> None:
    subject = ScenarioSubject(idle)
    cases = keyed(subject, [Case({}, seed) for seed in range(41)])
    pieces = subject.pieces(cases, 2)
    assert sizes(pieces) == [21, 20]
    assert seeds(pieces) == list(range(41))
    assert sizes(subject.pieces(cases, 1)) == [41]


def test_designs_of_their_own_are_dealt_out_one_by_one(idle: Scenario) -> None:
    subject = ScenarioSubject(idle, arms={"four": {"air.crah.count": 4}, "five": {}})
    cases = keyed(subject, [Case({}, 1, "four"), Case({}, 1, "five")])
    assert sizes(subject.pieces(cases, 2)) == [1, 1]


def test_seeds_that_draw_requests_have_no_past_in_common(tmp_path: Path) -> None:
    served = twin.load(ROOT / "scenarios" / "first_factory.yaml")
    subject = ScenarioSubject(served)
    cases = keyed(subject, [Case({}, seed) for seed in range(6)])
    assert sizes(subject.pieces(cases, 2)) == [1] * 6
    plan = {"rates": {"scale": 1.0}}
    arms = {f"f{n}": {"faults": {**plan, "seed": n}} for n in range(6)}
    held = ScenarioSubject(served, arms=arms)
    cases = keyed(held, [Case({}, 1, arm) for arm in arms])
    assert sizes(held.pieces(cases, 2)) == [3, 3]


def test_functions_are_dealt_out_one_by_one() -> None:
    subject = FunctionSubject(lambda x: x)
    cases = [("a", Case({"x": 1})), ("b", Case({"x": 2}))]
    assert subject.pieces(cases, 4) == [[cases[0]], [cases[1]]]
