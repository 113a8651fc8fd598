"""Do named streams give the same numbers always, and different numbers to different names?"""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.seeds import stream

NAMES = st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4)


def draws(seed: int, *names: str) -> list[float]:
    return stream(seed, *names).random(8).tolist()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**63 - 1), NAMES)
def test_the_same_name_gives_the_same_numbers(seed: int, names: list[str]) -> None:
    assert draws(seed, *names) == draws(seed, *names)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, "faults"), (2, "faults")),
        ((1, "faults"), (1, "requests")),
        ((1, "a", "b"), (1, "b", "a")),
        ((1, "a", "b"), (1, "a")),
        ((1, "a"), (1,)),
        ((1, "ab", "c"), (1, "a", "bc")),
        ((0, "a"), (2**32, "a")),
    ],
)
def test_another_seed_or_name_gives_other_numbers(one: tuple, other: tuple) -> None:
    assert not set(draws(*one)) & set(draws(*other))


def test_a_new_consumer_shifts_nobody() -> None:
    """Numbers drawn from one stream leave another's as they were."""
    before = draws(5, "faults", "pump")
    stream(5, "faults", "fan").random(1000)
    assert draws(5, "faults", "pump") == before


def test_another_process_meets_the_same_numbers() -> None:
    """Whatever its hash seed: names are hashed by crc32."""
    code = "from twin.seeds import stream; print(stream(7, 'faults', 'cdu_1').random(8).tolist())"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": salt},
        ).stdout.strip()
        for salt in ("0", "1")
    }
    assert outputs == {str(draws(7, "faults", "cdu_1"))}


def test_the_numbers_do_not_change_with_the_version() -> None:
    """Golden: results that were published must come out again."""
    assert stream(1, "faults", "pump").integers(0, 2**31, 3).tolist() == [
        1076659765,
        528640358,
        946558192,
    ]


def test_streams_are_uncorrelated() -> None:
    """Hundred streams of 4,000 normals: the largest correlation of 4,950 pairs stays within 5
    standard errors.
    """
    table = np.array([stream(1, "component", str(k)).standard_normal(4000) for k in range(100)])
    off = np.corrcoef(table)[np.triu_indices(100, 1)]
    assert np.abs(off).max() < 5 / np.sqrt(4000)
    assert off.std() == pytest.approx(1 / np.sqrt(4000), rel=0.1)
