"""A search where chance has a part: every point meets the same draws, and says how sure it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import twin
from twin.analysis.statistics import mean_interval, paired_difference
from twin.cli import main

ROOT = Path(__file__).parents[2]
BOX: dict[str, Any] = {"x": {"distribution": "uniform", "low": 0, "high": 4}}
LEVELS: dict[str, Any] = {"x": [0, 1, 2, 3, 4]}


def valley(x: float, seed: int) -> dict[str, float]:
    """Lowest at 2; chance of ten times its depth that all points share, and a little of its own."""
    shared = 40 * np.random.default_rng(seed).normal()
    own = 0.05 * np.random.default_rng([seed, int(1000 * x)]).normal()
    return {"cost_usd": 100 + (x - 2) ** 2 + shared + own}


def test_common_draws_find_the_best_though_chance_is_ten_times_the_valley() -> None:
    found = twin.optimise(valley, BOX, {"cost_usd": "minimise"}, trials=40, search_replications=3)
    assert found.front["x"].iloc[0] == pytest.approx(2.0, abs=0.3)
    assert found.table.iloc[: 40 * 3].groupby("seed").size().tolist() == [40, 40, 40]
    assert set(found.search_seeds).isdisjoint(found.report_seeds)


def test_means_have_their_errors_and_the_best_its_interval_on_seeds_of_its_own() -> None:
    found = twin.optimise(
        valley, LEVELS, {"cost_usd": "minimise"}, trials=8, search_replications=4,
        report_replications=6,
    )  # fmt: skip
    rows = found.table.iloc[:4]["cost_usd"]
    first = found.trials.iloc[0]
    assert first["cost_usd"] == pytest.approx(rows.mean())
    assert first["cost_usd error"] == pytest.approx(rows.std(ddof=1) / 2)
    fresh = found.table.iloc[8 * 4 :]
    around = mean_interval(fresh["cost_usd"])
    best = found.front.iloc[0]
    assert fresh["seed"].tolist() == list(found.report_seeds) == [5, 6, 7, 8, 9, 10]
    assert (best["cost_usd low"], best["cost_usd high"]) == pytest.approx((around.low, around.high))
    assert "on 6 seeds of their own)" in found.verdict()[0]


def test_points_that_are_as_good_as_far_as_seeds_tell_are_counted() -> None:
    asked: dict[str, Any] = {"x": [1.99, 2.0, 2.01, 4.0]}
    found = twin.optimise(valley, asked, {"cost_usd": "minimise"}, trials=24, search_replications=5)
    points = found.trials.drop_duplicates("x").set_index("x")
    assert bool(points["apart"][4.0])
    best = float(found.front["x"].iloc[0])
    near = [x for x in (1.99, 2.0, 2.01) if x != best and x in points.index]
    assert not points["apart"][near].astype(bool).any()
    says = found.verdict()[1]
    assert says == (
        f"{len(near)} of {len(points) - 1} other points are not told apart from the best by the 5 "
        "seeds that all met."
    )
    one = found.table[found.table["x"] == 4.0].head(5)["cost_usd"].to_numpy()
    other = found.table[found.table["x"] == best].head(5)["cost_usd"].to_numpy()
    level = 1 - 0.05 / (len(found.trials) - 1)
    assert paired_difference(one, other, level).decided


def test_one_seed_says_that_chance_has_a_part_and_none_where_it_has_not() -> None:
    noisy = twin.optimise(valley, BOX, {"cost_usd": "minimise"}, trials=12)
    assert noisy.verdict()[1].startswith("Chance has a part: the best has cost_usd ")
    plain = twin.optimise(lambda x: (x - 2) ** 2, BOX, {"value": "minimise"}, trials=12)
    assert len(plain.verdict()) == 1


def test_candidates_of_a_file_meet_the_same_failures(tmp_path: Path) -> None:
    """Air handlers that change nothing of what fails: the same nodes fail in every candidate."""
    text = (ROOT / "layouts" / "gb200_su.yaml").read_text(encoding="utf-8")
    (tmp_path / "hall.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "day.yaml").write_text(
        "version: 1\nname: day\nlayout: hall.yaml\nsite: {climate: baltimore, grid: virginia}\n"
        "horizon: 6 h\nfaults: {rates: {scale: 300, kinds: [pump]}}\n"
        "outputs: {counterfactuals: never}\n",
        encoding="utf-8",
    )
    file = tmp_path / "asked.yaml"
    file.write_text(
        "name: asked\nscenario: day.yaml\nmethod: optimise\nsamples: 6\nreplications: 3\n"
        "vary: {air.crah.count: [5, 6, 7]}\nconstraints: ['events >= 0']\n"
        "optimise: {goals: {energy_cooling_j: minimise}, report_replications: 3}\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    assert main(["study", str(file), "--out", str(out), "--workers", "1"]) == 0
    table = pd.read_parquet(out / "table.parquet")
    assert table["events"].nunique() > 2
    assert table.groupby("seed")["events"].nunique().max() == 1
    page = (out / "study.html").read_text(encoding="utf-8")
    assert "on 3 seeds of their own" in page
    assert "energy cooling error" in page
