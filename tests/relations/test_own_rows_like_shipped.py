"""Claim: a row of one's own that is like a shipped one is that row: the same answers to the last
bit, and where one number differs, it is that number that is felt.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, assert_same, busy, job, number
from twin import InputError

TABLES = ("site", "racks", "power", "loops", "jobs", "losses", "events")


def own(kind: str, name: str, like: str, **numbers: Any) -> dict[str, Any]:
    """The small hall with a row of its own under `equipment`."""
    layout = small_layout(2, 1)
    row = {"name": name, "like": like, "source": "a data sheet, invented"} | numbers
    return layout | {"equipment": {kind: [row]}}


def placed(layout: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    """The same with the row in its place."""
    if kind == "power":
        layout["power"][3]["type"] = name
    elif kind == "cooling":
        layout["cooling"]["plant"][0]["type"] = name
    else:
        layout["halls"][0]["rows"][0]["racks"] = f"2 x {name}"
    return layout


ROWS = [
    ("power", "my_ups", "ups_500"),
    ("cooling", "my_cooler", "dry_cooler_1000"),
    ("racks", "my_rack", "gb200_nvl72"),
]


@pytest.mark.parametrize(("kind", "name", "like"), ROWS)
def test_a_copy_of_a_row_is_the_row(kind: str, name: str, like: str) -> None:
    mine = answer(placed(own(kind, name, like), kind, name), workload=[job()])
    theirs = answer(small_layout(2, 1), workload=[job()])
    assert_same(mine, theirs, tables=TABLES)
    assert name in set(mine.frame("components").type)


@pytest.mark.parametrize(("kind", "name", "like"), ROWS)
def test_its_numbers_are_witnessed_as_its_own(kind: str, name: str, like: str) -> None:
    mine = answer(placed(own(kind, name, like), kind, name)).frame("witnesses")
    assert mine.subject.str.contains(name).any()


def test_a_row_that_nobody_uses_changes_nothing() -> None:
    assert_same(
        answer(own("power", "my_ups", "ups_500"), workload=[job()]),
        answer(small_layout(2, 1), workload=[job()]),
        tables=TABLES,
    )


def test_a_worse_ups_loses_more_and_a_better_one_less() -> None:
    lost = []
    for square in (0.01, 0.03143, 0.09):
        layout = own("power", "my_ups", "ups_500", loss_square_frac=square)
        lost.append(
            number(answer(placed(layout, "power", "my_ups"), workload=[job()]), "energy_loss_j")
        )
    assert lost == sorted(lost)
    assert lost[2] > 1.3 * lost[1]


@pytest.mark.parametrize("kw", [99, 132, 160])
def test_an_own_rack_draws_what_it_states(kw: int) -> None:
    layout = placed(
        own("racks", "my_rack", "gb200_nvl72", power_rated=f"{kw} kW"), "racks", "my_rack"
    )
    run = answer(layout, workload=[busy()], horizon="20 min")
    power = run.frame("racks").query("rack == 'liquid_r1'").power_w.iloc[-1]
    assert 0.95 * kw * 1e3 < power <= kw * 1e3


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"like": "ups_600"}, "ups_500"),
        ({"loss_square_frac": -1}, "loss_square_frac"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_row_that_cannot_be_is_refused_by_name(changes: dict[str, Any], word: str) -> None:
    layout = own("power", "my_ups", "ups_500")
    layout["equipment"]["power"][0] |= changes
    with pytest.raises(InputError) as caught:
        answer(placed(layout, "power", "my_ups"))
    assert word in str(caught.value)
