"""Claim: `faults.seed` moves what fails by chance and nothing else, and holds it likewise."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import twin
from twin.cli import main
from twin.scenario import Scenario

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def base() -> Scenario:
    """Six hours of the shipped hall with drawn requests, and failures often enough to be seen."""
    shipped = twin.load(ROOT / "scenarios" / "first_factory.yaml")
    return shipped.with_(
        horizon="6 h",
        faults={"timeline": [], "rates": {"scale": 300}},
        outputs__counterfactuals="never",
    )


def failures(result: twin.Result) -> list[tuple[float, str]]:
    """When what failed by chance."""
    events = result.frame("events")
    held = events[events["what"].isin(["failed", "node failed"])]
    return [(float(t), str(c)) for t, c in zip(held["time_s"], held["component"], strict=True)]


def asked(result: twin.Result) -> float:
    return float(result.summary["requests"])


def test_failures_vary_while_requests_are_held(base: Scenario) -> None:
    first, second = (twin.run(base.with_(faults__seed=seed)) for seed in (11, 12))
    assert len(failures(first)) > 3
    assert failures(first) != failures(second)
    assert asked(first) == pytest.approx(asked(second), rel=1e-12)


def test_requests_vary_while_failures_are_held(base: Scenario) -> None:
    first, second = (twin.run(base.with_(seed=seed, faults__seed=11)) for seed in (1, 2))
    assert failures(first)[0] == failures(second)[0]
    assert asked(first) != pytest.approx(asked(second), rel=1e-6)


def test_the_scenario_s_own_seed_stands_where_faults_state_none(base: Scenario) -> None:
    plain = twin.run(base.with_(seed=5))
    same = twin.run(base.with_(seed=5, faults__seed=5))
    assert failures(plain) == failures(same)
    drop = "wall_s"
    told = [{k: v for k, v in r.summary.items() if k != drop} for r in (plain, same)]
    assert repr(told[0]) == repr(told[1])


def test_a_study_varies_it_under_the_same_requests(tmp_path: Path) -> None:
    text = (ROOT / "scenarios" / "first_factory.yaml").read_text(encoding="utf-8")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "layouts").mkdir()
    (tmp_path / "scenarios" / "day.yaml").write_text(text, encoding="utf-8")
    for layout in (ROOT / "layouts").glob("*.yaml"):
        (tmp_path / "layouts" / layout.name).write_text(layout.read_text(encoding="utf-8"))
    file = tmp_path / "scenarios" / "asked.yaml"
    file.write_text(
        "name: asked\nscenario: day.yaml\nvary: {faults.seed: [1, 2, 3]}\n"
        "arms: {now: {horizon: 2 h, faults.timeline: [], faults.rates: {scale: 300}}}\n"
        "outcomes: [tokens_total, requests, events]\n"
    )
    out = tmp_path / "out"
    assert main(["study", str(file), "--out", str(out), "--workers", "1"]) == 0
    table = pd.read_parquet(out / "table.parquet")
    assert table["requests"].max() == pytest.approx(table["requests"].min(), rel=1e-12)
    assert table["events"].nunique() == 3


def test_a_seed_below_zero_is_refused_at_its_line(base: Scenario) -> None:
    with pytest.raises(twin.InputError, match=r"faults\.seed"):
        base.with_(faults__seed=-1)
