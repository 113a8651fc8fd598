"""Claim: a time of day means the same with quotes and without, with and without a leading zero.

Common YAML reads 14:00 as the number 840 and 06:00 as text (findings/times_of_day_in_yaml.sh).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import twin
from tests.planner import asked, written


def at_s(text: str, folder: Path) -> float:
    """When the fault of a file with this text comes."""
    path = written(asked(horizon="24 h"), folder)
    body = path.read_text().rstrip().removesuffix("}")
    lost = f'{{"at": {text}, "component": "panel_1", "repair_after": "5 min"}}'
    path.write_text(body + ', "faults": {"timeline": [' + lost + "]}}")
    return float(twin.load(path).faults.timeline[0].at)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("06:00", 21_600),
        ("14:00", 50_400),
        ("9:30", 34_200),
        ("23:59", 86_340),
        ("00:00", 0),
        ("10:00:30", 36_030),
    ],
)
@pytest.mark.parametrize("quotes", ["", '"', "'"])
def test_a_clock_time_is_hours_and_minutes(
    text: str, seconds: int, quotes: str, tmp_path: Path
) -> None:
    assert at_s(quotes + text + quotes, tmp_path) == seconds


@pytest.mark.parametrize("text", ["840", "14", "on", "yes", "010"])
def test_a_bare_number_or_word_is_no_time(text: str, tmp_path: Path) -> None:
    with pytest.raises(twin.InputError):
        at_s(text, tmp_path)


@pytest.mark.parametrize("text", ["25:00", "12:60", "-1:00", "12:5", "1:2:3:4", "24:01"])
def test_a_time_that_no_clock_shows_is_refused_or_after_the_day(text: str, tmp_path: Path) -> None:
    """Hours past 24 are those of a longer run, if they are read at all."""
    try:
        seconds = at_s(f'"{text}"', tmp_path)
    except twin.InputError:
        return
    assert seconds > 0
    hours, minutes = (int(part) for part in text.split(":")[:2])
    assert seconds == hours * 3600 + minutes * 60


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_of_the_day(hour: int, minute: int) -> None:
    text = f"{hour:02d}:{minute:02d}"
    scenario = asked(horizon="24 h", faults={"timeline": [{"at": text, "component": "panel_1"}]})
    found = twin.Scenario.model_validate(scenario).faults.timeline[0].at
    assert found == hour * 3600 + minute * 60
