"""Errors in files: every problem, in plain words, at its place, with the nearest spelling."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

import pytest
from pydantic import Field, model_validator

from twin.errors import InputError, Problem
from twin.scenario.yaml.document import parse
from twin.scenario.yaml.validate import build_model, load_model
from twin.stated import Duration, Fraction, Power, Stated


class Training(Stated):
    kind: Literal["training"]
    tokens: int = Field(gt=0)
    """How many tokens it sees."""


class Inference(Stated):
    kind: Literal["inference"]
    training: str = ""
    rate: float
    """Requests a second."""


class Rack(Stated):
    name: str
    """What it is called."""
    peak: Power = 0.0
    cooling: Literal["air", "liquid"] = "air"
    load: Fraction = 0.0


class Steady(Stated):
    dry: float
    wet: float


class WeatherFile(Stated):
    file: str


class Plan(Stated):
    racks: tuple[Rack, ...] = Field(default=(), min_length=1)
    workloads: tuple[Annotated[Training | Inference, Field(discriminator="kind")], ...] = ()
    climate: str | Steady | WeatherFile = "cold"
    repairs: dict[str, Duration] = Field(default_factory=dict)
    first: int = 0
    last: int = 0

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.first > self.last:
            raise ValueError("a first that is not after the last")
        return self


def problems(text: str) -> list[Problem]:
    with pytest.raises(InputError) as raised:
        build_model(parse(text, Path("plan.yaml")), Plan)
    return list(raised.value.problems)


def only(text: str) -> str:
    (problem,) = problems(text)
    return str(problem)


def test_every_problem_is_told_in_the_order_of_the_lines() -> None:
    found = problems("last: x\nracks:\n  - name: a\n    load: 2\n  - peak: 3 kW\n")
    assert [(p.where, p.line) for p in found] == [
        ("last", 1),
        ("racks[0].load", 4),
        ("racks[1].name", 5),
    ]


def test_an_unknown_key_is_placed_at_the_key_with_the_nearest_spelling() -> None:
    assert only("racks:\n  - name: a\n    peek: 1 kW\n") == (
        "plan.yaml:3:5: racks[0].peek: found an unknown key; allowed: cooling, load, name, "
        "peak; did you mean 'peak'?"
    )


def test_a_missing_key_is_placed_at_its_mapping_with_its_description() -> None:
    assert only("racks:\n  - peak: 1 kW\n") == (
        "plan.yaml:2:5: racks[0].name: found nothing; allowed: a value for it: What it is called"
    )


def test_a_wrong_word_is_placed_at_the_value_with_the_nearest_spelling() -> None:
    assert only("racks:\n  - name: a\n    cooling: liqid\n") == (
        "plan.yaml:3:14: racks[0].cooling: found 'liqid'; allowed: 'air', 'liquid'; did you "
        "mean 'liquid'?"
    )


def test_the_member_of_a_union_is_no_part_of_the_path() -> None:
    assert only("workloads:\n  - {kind: training, tokens: 0}\n") == (
        "plan.yaml:2:30: workloads[0].tokens: found 0; allowed: a number greater than 0"
    )


def test_a_key_named_like_a_member_keeps_its_place() -> None:
    text = "workloads:\n  - {kind: inference, rate: 1, training: 4}\n"
    assert only(text) == "plan.yaml:2:42: workloads[0].training: found 4; allowed: text"


def test_an_unknown_kind_is_placed_at_the_kind() -> None:
    assert only("workloads:\n  - tokens: 4\n    kind: trainin\n") == (
        "plan.yaml:3:11: workloads[0].kind: found 'trainin'; allowed: 'training', 'inference'; "
        "did you mean 'training'?"
    )


def test_a_missing_kind_says_so() -> None:
    assert only("workloads:\n  - tokens: 4\n").startswith(
        "plan.yaml:2:5: workloads[0].kind: found nothing"
    )


def test_a_validator_of_a_model_speaks_for_itself() -> None:
    text = "first: 2\nlast: 1\n"
    assert (
        only(text) == "plan.yaml:1:1: found a mapping; allowed: a first that is not after the last"
    )


def test_a_quantity_is_shown_as_it_was_written() -> None:
    assert only("racks:\n  - {name: a, peak: -3 kW}\n").endswith(
        "found '-3 kW'; allowed: 0 to 100 GW"
    )


def test_a_quantity_without_a_unit_says_how_to_write_it() -> None:
    assert "a number with its unit (W, kW, MW or GW)" in only("racks:\n  - {name: a, peak: 132}\n")


def test_members_of_a_plain_union_answer_together() -> None:
    text = "climate: 4\n"
    assert (
        only(text)
        == "plan.yaml:1:10: climate: found 4; allowed: text, or a mapping of keys to values"
    )


def test_only_the_nearest_member_of_a_plain_union_answers_for_a_mapping() -> None:
    assert [p.where for p in problems("climate: {dry: 30, wit: 20}\n")] == [
        "climate.wet",
        "climate.wit",
    ]


def test_a_value_under_a_free_key_is_found() -> None:
    assert only("repairs:\n  pump: 3 kW\n").startswith("plan.yaml:2:9: repairs.pump: found '3 kW'")


def test_a_good_file_is_a_model_and_its_document(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text("racks:\n  - {name: a, peak: 3 kW}\n")
    plan, document = load_model(file, Plan)
    assert plan.racks[0].peak == 3000
    assert document.place(("racks", 0, "peak")) == (2, 21)


def test_a_flood_of_problems_is_counted() -> None:
    found = problems("".join(f"key_{n}: 1\n" for n in range(1500)))
    assert len(found) == 1001
    assert found[-1].found == "500 more problems"


def test_a_list_is_too_short_only_where_it_is() -> None:
    assert [p.where for p in problems("racks: [{name: a, peek: 1}]\n")] == ["racks[0].peek"]
    assert (
        only("racks: []\n")
        == "plan.yaml:1:8: racks: found a list of 0; allowed: at least 1 of them"
    )
