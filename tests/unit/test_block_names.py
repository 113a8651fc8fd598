"""Which names a copy of a block has of its own."""

from __future__ import annotations

from typing import Any

import pytest

from twin.scenario.schema.blocks import BlockSpec, numbered, with_names

RING = {"ends": ["here", "here"], "boards": ["here"]}
OWN = frozenset({"ups", "rpp", "rpp_a", "room"})


@pytest.mark.parametrize(
    ("name", "of_copy_3"),
    [
        ("ups", "ups_3"),
        ("ups_2", "ups_3_2"),
        ("rpp_a", "rpp_a_3"),
        ("rpp_a_4", "rpp_a_3_4"),
        ("rpp_b", "rpp_b"),
        ("upstream", "upstream"),
        ("ups_a", "ups_a"),
        ("board_2", "board_2"),
    ],
)
def test_own_names_and_their_members_get_the_number_of_the_copy(name: str, of_copy_3: str) -> None:
    assert numbered(name, 3, OWN) == of_copy_3


def test_every_place_of_a_name_is_one_that_copies_have_of_their_own() -> None:
    """Each kind of reference of the grammar; words that are no names stay."""
    block = BlockSpec.model_validate(
        {
            "halls": [
                {
                    "name": "here",
                    "containment": "none",
                    "rows": [
                        {"name": "here", "racks": "1 x here", "fed_by": "here", "labels": ["here"]}
                    ],
                    "obstacles": [{"name": "here", "at": [0, 0, 0], "size": ["1 m"] * 3}],
                }
            ],
            "power": [
                {"name": "here", "type": "here", "hall": "here", "fed_by": ["here", "here_2"]},
                {"name": "here", "type": "tie", "tie": ["here", "here"]},
                {
                    "name": "here",
                    "type": "ring",
                    "ring": {"ends": ["here"] * 2, "boards": ["here"]},
                },
            ],
            "cooling": {
                "loops": [{"name": "here", "type": "here", "serves": "here", "plant": "here"}],
                "doors": [{"name": "here", "type": "here", "serves": ["here"], "plant": "here"}],
                "air": [
                    {
                        "name": "here",
                        "type": "here",
                        "hall": "here",
                        "plant": "here",
                        "places": [{"row": "here", "slot": 1}],
                    }
                ],
                "plant": [
                    {
                        "name": "here",
                        "type": "here",
                        "supply_temperature": "20 °C",
                        "free_cooling": {"name": "here", "type": "here", "fed_by": "here"},
                    }
                ],
            },
        }
    )
    copy = with_names(block, lambda name: name.replace("here", "there"))
    left = sorted(_places(copy.model_dump(exclude={"name"}), "here"))
    assert left == [
        "cooling.air.0.type",
        "cooling.doors.0.type",
        "cooling.loops.0.type",
        "cooling.plant.0.free_cooling.type",
        "cooling.plant.0.type",
        "halls.0.rows.0.labels.0",
        "halls.0.rows.0.racks",
        "power.0.type",
    ]


def _places(held: Any, word: str, at: str = "") -> list[str]:
    """Where a word stands in plain data."""
    if isinstance(held, dict | list | tuple):
        items = held.items() if isinstance(held, dict) else enumerate(held)
        found = [_places(one, word, f"{at}.{key}") for key, one in items]
        return [place for some in found for place in some]
    return [at.removeprefix(".")] if word in str(held) and "there" not in str(held) else []
