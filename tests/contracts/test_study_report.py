"""The report of a study: its first page decides, it reads offline, and names what failed."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.present.study_report import render, write
from twin.study.experiments.compare_designs import compare_designs
from twin.study.experiments.optimise import optimise
from twin.study.experiments.sensitivity import sensitivity
from twin.study.experiments.study_pages import Found, study_page


def uniform(low: float, high: float) -> dict[str, Any]:
    return {"distribution": "uniform", "low": low, "high": high}


def heat(supply: float, fans: float) -> dict[str, float]:
    return {"pue": 1.1 + 0.02 * supply**2 + 0.001 * fans}


def bowls(x: float, y: float) -> dict[str, float]:
    if x > 3:
        raise ArithmeticError("too <hot>")
    return {"capex_usd": 1e6 * (x**2 + y**2), "usd_per_mtok": (x - 2) ** 2 + y**2}


def wait(mu: float, seed: int) -> dict[str, float]:
    return {"wait_s": 4 / mu + float(np.random.default_rng(seed).normal(0, 0.1)), "other": mu}


BOTH = {"supply": uniform(0, 2), "fans": uniform(0, 2)}


def page(found: Found) -> str:
    return render(study_page(found, "which <one>", "Which of them?"))


def verdict(text: str) -> str:
    found = re.search(r'<p class="verdict[^"]*">(.*?)</p>', text)
    assert found
    return found[1]


def test_a_comparison_says_which_arm_by_how_much_and_how_sure() -> None:
    found = compare_designs(
        wait, {"now": {"mu": 1.0}, "faster": {"mu": 1.25}}, "wait_s", others=["other"], most=20
    )
    told = verdict(page(found))
    assert told.startswith("faster is better than now: wait_s differs by -0.8000 s (-20 %)")
    assert "95 % interval -0.8000 s to -0.8000 s" in told


def busy(spare: float, seed: int) -> dict[str, float]:
    chance = float(np.random.default_rng(seed).normal(0, 0.01))
    return {"busy_frac": 0.7 + 0.05 * spare + chance, "index": 0.5}


def test_shares_are_read_in_per_cent_and_their_differences_in_points() -> None:
    """0.7 and 0.75 stood in the verdict, the tiles and the tables."""
    arms = {"now": {"spare": 0.0}, "more": {"spare": 1.0}}
    text = page(
        compare_designs(busy, arms, "busy_frac", better="higher", others=["index"], most=12)
    )
    told = verdict(text)
    assert told.startswith("more is better than now: busy_frac differs by 5.000 percentage points")
    assert "95 % interval 5.000 to 5.000 percentage points" in told
    assert "5.000 points" in text
    assert "5.000 %" not in text
    assert re.search(r">7\d\.\d\d %<", text)
    assert "0.0500" not in text


def test_indices_of_a_share_are_no_shares() -> None:
    """A total index of one parameter alone is 1, not 100 %; the ends of a tornado are shares."""
    held = sensitivity(lambda x: {"busy_frac": 0.5 * x}, {"x": uniform(0, 1)}, "busy_frac",
                       index="tornado")  # fmt: skip
    text = page(held)
    assert "2.500 %" in text
    assert "47.50 %" in text
    total = sensitivity(lambda x: {"busy_frac": 0.5 * x}, {"x": uniform(0, 1)}, "busy_frac",
                        index="sobol", samples=64)  # fmt: skip
    rows = study_page(total, "", "").sections[0].tables[0].rows
    assert not any(type(cell).__name__ == "Share" for row in rows for cell in row)


def test_ends_of_a_share_are_read_as_it_is() -> None:
    """A front of one point said 73.80 % between 0.7172 and 0.7587."""
    found = optimise(
        busy, {"spare": uniform(0, 1)},
        {"busy_frac": "maximise"}, trials=8, report_replications=4,
    )  # fmt: skip
    front = study_page(found).sections[0].tables[0]
    assert front.headings == ("spare", "status", "busy", "busy low", "busy high", "meets")
    mean, low, high = front.rows[0][2:5]
    assert low < mean < high
    text = page(found)
    assert all(f"{100 * end:.2f} %" in text for end in (low, mean, high))


@pytest.mark.parametrize("index", ["sobol", "morris", "tornado"])
def test_a_sensitivity_study_says_what_matters(index: Any) -> None:
    text = page(sensitivity(heat, BOTH, "pue", index=index, samples=64))
    assert verdict(text).startswith("pue: supply matters most")
    pictures = 1 if index == "tornado" else 2
    assert text.count("data:image/svg+xml") == pictures
    assert "Every run was done; none was left out." in text


def test_a_search_names_what_failed_and_shows_the_front() -> None:
    goals = {"capex_usd": "minimise", "usd_per_mtok": "minimise"}
    box = {"x": uniform(-4, 4), "y": uniform(-4, 4)}
    text = page(optimise(bowls, box, goals, algorithm="nsga2", trials=60))
    assert re.match(r"\d+ of 60 points are beaten by none\.", verdict(text))
    assert "What failed" in text
    assert "ArithmeticError: too &lt;hot&gt;" in text
    assert "failed and have no place here" in text


def test_a_limit_that_nobody_meets_is_the_verdict() -> None:
    box = {"x": uniform(-4, 2), "y": uniform(-4, 4)}
    text = page(optimise(bowls, box, {"capex_usd": "minimise"}, limits=["capex_usd <= -1"]))
    assert verdict(text).startswith("No point of 64 meets capex_usd &lt;= -1. The nearest miss is")
    assert 'class="verdict bad"' in text


def test_the_page_reads_offline_runs_nothing_and_escapes_names(tmp_path: Path) -> None:
    found = sensitivity(heat, BOTH, "pue", index="tornado")
    text = page(found)
    assert "which &lt;one&gt;" in text
    assert "<script" not in text
    assert not re.search(r'(src|href)="(?!data:|#)', text)
    assert "default-src 'none'" in text
    path = write(study_page(found), tmp_path / "made")
    assert path.read_text(encoding="utf-8") == render(study_page(found))


def test_figures_are_told_apart_without_colour() -> None:
    """The tornado's two sides differ by hatching, and every number drawn stands in a table."""
    found = sensitivity(heat, BOTH, "pue", index="tornado")
    text = page(found)
    assert "Indices" in text
    for value in found.indices["at_high"]:
        assert f"{value:.3f}"[:4] in text
    assert math.isclose(found.indices["span"].iloc[0], 0.02 * (1.9**2 - 0.1**2))
