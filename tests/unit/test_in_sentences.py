"""Names of figures keep their abbreviations within a sentence."""

from __future__ import annotations

import pytest

from twin.present.in_sentences import listed, within


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Headroom at N-1", "headroom at N-1"),
        ("PUE", "PUE"),
        ("GPUs below their slowdown limit", "GPUs below their slowdown limit"),
        ("A GPU hour", "a GPU hour"),
        ("Inlet air within the racks' limit", "inlet air within the racks' limit"),
        ("", ""),
    ],
)
def test_a_name_within_a_sentence(name: str, told: str) -> None:
    assert within(name) == told


def test_names_in_a_row() -> None:
    assert listed(["Peak demand", "WUE"]) == "peak demand, WUE"
