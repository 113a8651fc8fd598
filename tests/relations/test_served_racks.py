"""Which racks a coolant loop serves: each once, named by row, hall or one by one."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout
from planner import asked, loaded

import twin
from twin.errors import InputError


def told(*loops: dict[str, Any]) -> list[tuple[str, str]]:
    """Problems of the small hall with these loops in place of its own."""
    layout = small_layout()
    own = layout["cooling"]["loops"][0]
    layout["cooling"]["loops"] = [own | loop for loop in loops]
    with pytest.raises(InputError) as caught:
        twin.build(loaded(asked(layout)))
    return [(one.where, one.found) for one in caught.value.problems]


def test_a_second_loop_for_a_rack_is_refused() -> None:
    """The last one had the racks, and the first none, without a word."""
    row = small_layout()["cooling"]["loops"][0]["serves"]
    racks = twin.build(loaded(asked())).racks.id
    second = told({}, {"name": "more"})
    assert {found for _, found in second} == {
        f"a second coolant loop for {rack}" for rack in racks if rack.startswith(row)
    }
    assert {where for where, _ in second} == {"layout.cooling.loops[1].serves"}
    twice = told({"serves": [row, f"{row}_r1"]})
    assert ("layout.cooling.loops[0].serves", f"a second coolant loop for {row}_r1") in twice


def test_an_unknown_row_is_told_alone() -> None:
    """That its racks are on no loop is no problem of its own."""
    assert told({"serves": "nobody"}) == [("layout.cooling.loops[0].serves", "'nobody'")]
