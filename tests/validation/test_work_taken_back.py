"""Claim: work that goes back to a checkpoint is trained when it was, and thrown away when it went
back: no period trains fewer tokens than none, the periods close, and the column adds up to the end.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from conftest import failing, lived, small, small_layout, training

from twin import Result
from twin.present.alt_text import alt_text
from twin.present.figures import figure_timeline
from twin.present.report.behind import behind
from twin.quantities import tokens

PERIOD_S = 300.0
FAULT_S = 5000.0


@cache
def run(interval: str, fails: bool = True) -> Result:
    """Two racks under one gang, of which one is lost at 5,000 s for three quarters of an hour."""
    layout = small_layout(air=0)
    layout["halls"][0]["rows"][0]["fed_by"] = [{"source": "panel", "pairing": "spread"}]
    faults = failing((FAULT_S, "liquid_r1", 2700)) if fails else {}
    work = [training(checkpoint_interval=interval)]
    return lived(
        small(layout, workload=work, faults=faults, horizon="4 h", outputs={"period": "5 min"})
    )


def rate() -> float:
    """Tokens a second of a gang that writes no checkpoint."""
    return float(run("9000 h", fails=False).frame("site")["tokens_training"].iloc[3]) / PERIOD_S


def test_all_of_an_hour_and_more_goes_back_at_its_instant_and_is_trained_before() -> None:
    """Without a checkpoint 5,000 s are thrown away in the period that ends at 5,100 s, of which
    200 s were trained in it.
    """
    site = run("9000 h").frame("site").set_index("time_s")
    assert site["tokens_rolled_back"].sum() == site["tokens_rolled_back"][5100.0]
    assert site["tokens_rolled_back"][5100.0] == pytest.approx(FAULT_S * rate(), rel=1e-9)
    assert site["tokens_training"][5100.0] == pytest.approx((200.0 - FAULT_S) * rate(), rel=1e-9)
    trained = site["tokens_training"] + site["tokens_rolled_back"]
    assert trained[:4800.0].to_numpy() == pytest.approx(PERIOD_S * rate(), rel=1e-9)
    assert trained[5100.0] == pytest.approx(200.0 * rate(), rel=1e-9)


@pytest.mark.parametrize("interval", ["9000 h", "20 min"])
def test_periods_add_up_to_the_run_and_to_its_losses(interval: str) -> None:
    result = run(interval)
    site = result.frame("site")
    losses = result.frame("losses").groupby("cause")["tokens"].sum()
    assert site["tokens_training"].sum() == pytest.approx(
        result.summary["tokens_training"], rel=1e-12
    )
    assert site["tokens_rolled_back"].sum() == pytest.approx(losses["rolled_back"], rel=1e-12)
    assert site["tokens_lost"].sum() == pytest.approx(losses.sum(), rel=1e-12)
    assert result.summary["token_balance_residual_frac"] == pytest.approx(0.0, abs=1e-9)


def test_each_period_closes_without_checkpoints() -> None:
    """What is trained and what a fault withholds are together what the gang could train."""
    site = run("9000 h").frame("site")
    trained = site["tokens_training"] + site["tokens_rolled_back"]
    withheld = site["tokens_lost"] - site["tokens_rolled_back"]
    assert (trained + withheld).to_numpy() == pytest.approx(PERIOD_S * rate(), rel=1e-9)


def test_the_report_never_shows_less_than_no_tokens() -> None:
    """The line fell to nothing in the period of the fault, and its hour was below zero."""
    result = run("9000 h")
    table = behind(result, "timeline")
    assert table is not None
    at = table.headings.index("Trained")
    assert not any(row[at].startswith("-") for row in table.rows)
    assert "Of it or before, rolled back" in table.headings
    axes = next(one for one in figure_timeline(result).axes if one.get_ylabel().startswith("tok"))
    heights = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert heights.min() == 0.0
    site = result.frame("site")
    first = np.flatnonzero(site["time_s"].to_numpy() == 5100.0)[0]
    drawn = heights[1 : len(site) + 1]
    assert drawn[first] == pytest.approx(2 / 3 * drawn[0], rel=1e-9)


def test_the_time_line_marks_the_period_in_which_work_went_back_and_how_much() -> None:
    """It stood among all that was lost, and nothing on the line of training told of it."""
    result = run("9000 h")
    site = result.frame("site")
    axes = next(one for one in figure_timeline(result).axes if one.get_ylabel().startswith("tok"))
    arrows = axes.collections[1]
    assert arrows.get_offsets()[:, 0].tolist() == [5100.0 / 3600]
    amount = tokens(site["tokens_rolled_back"].sum())
    assert arrows.get_label() == f"rolled back,\n{amount} in all"
    assert f"Tokens rolled back: {amount}, most in the hour from 01:00" in (
        alt_text(result, "timeline")
    )


def test_a_run_in_which_nothing_went_back_has_no_arrows() -> None:
    result = run("9000 h", fails=False)
    axes = next(one for one in figure_timeline(result).axes if one.get_ylabel().startswith("tok"))
    assert len(axes.collections) == 1
    assert "rolled back" not in alt_text(result, "timeline")
