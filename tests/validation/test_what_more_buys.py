"""What one more unit buys, through the command: its price, what it saves, whether it pays."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

import twin
from twin.analysis.economics.finance import npv
from twin.analysis.economics.named import figures
from twin.analysis.economics.outages import expected_outages
from twin.cli import main
from twin.facility.dependency import dependency
from twin.physics.reliability.contingency import down_nodes
from twin.study.cost import cost_change

FIRST = str(ROOT / "scenarios" / "first_factory.yaml")
SHORT = ["--set", "horizon=10 min"]


def said(capsys: Any, *arguments: str) -> Any:
    assert main(["cost", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_second_feed_has_a_price_and_saves_little_behind_generators(capsys: Any) -> None:
    found = said(capsys, FIRST, *SHORT, "--change", "layout.power.utility.count=2")
    figures = found["figures"]
    peak_w = 1.652e6
    assert figures["capex_change_usd"]["value"] == pytest.approx(2 * 0.3 * peak_w, rel=0.01)
    assert 0 < figures["gpu_hours_saved_per_year"]["value"] < 1
    assert figures["npv_usd"]["value"] < 0
    assert "does not pay" in found["verdict"]
    assert [row["key"] for row in found["inputs"]] == ["layout.power.utility.count"]


def test_the_worth_of_a_change_is_that_of_its_flows() -> None:
    """A common header of the coolant units, so that one carries on for the other, by hand."""
    base = twin.load(FIRST).with_(horizon="10 min", faults={}, drills=[])
    spare = base.with_(layout__cooling__loops__cdu__count=3)
    a = twin.cost(base)
    b = twin.cost(spare)
    change = cost_change(a, b)
    capex = b.figures["capex_usd"]["value"] - a.figures["capex_usd"]["value"]
    assert change.figures["capex_change_usd"]["value"] == pytest.approx(capex)
    saved = a.lost_usd_per_year - b.lost_usd_per_year
    operating = b.answer.operating[0] - a.answer.operating[0]
    earned = b.answer.earned - a.answer.earned
    flows = [-capex, *[saved + earned - operating] * 10]
    flows[-1] += capex * 0.5  # of plant that lives 20 years, 10 are left
    worth = change.figures["npv_usd"]["value"]
    assert worth == pytest.approx(float(npv(0.08, flows)), rel=1e-9, abs=1e-3)
    assert saved > 0


def test_expected_hours_are_those_of_every_failure_tried_one_by_one() -> None:
    facility = twin.build(twin.load(ROOT / "layouts" / "edge_200kw.yaml"))
    gates = dependency(facility)
    parts = gates.components.tolist()
    cases = [[one] for one in parts]
    alone = [gates.gpus[gates.loads][down_nodes(gates, [c])[gates.loads, 0]].sum() for c in cases]
    hours = sum(gates.unavailability[c[0]] * gpus for c, gpus in zip(cases, alone, strict=True))
    losers = {c[0] for c, gpus in zip(cases, alone, strict=True) if gpus}
    pairs = [[a, b] for k, a in enumerate(parts) for b in parts[k + 1 :]]
    pairs = [pair for pair in pairs if not losers & set(pair)]
    down = down_nodes(gates, pairs)[gates.loads]
    gpus = gates.gpus[gates.loads] @ down
    hours += float((np.prod(gates.unavailability[np.array(pairs)], axis=1) * gpus).sum())
    found = expected_outages(facility)
    assert found.gpu_hours_per_year == pytest.approx(hours * 8760, rel=1e-9)
    assert found.events_per_year > 0


def test_a_result_is_priced_as_it_stands(tmp_path: Any, capsys: Any) -> None:
    scenario = twin.load(FIRST).with_(horizon="10 min")
    result = twin.run(scenario, tmp_path / "r")
    found = said(capsys, str(tmp_path / "r"))
    assert found["stands_on"] == "a saved result"
    told = {name: row["value"] for name, row in found["figures"].items()}
    assert {name: value for name, value in told.items() if value is not None} == figures(result)


def test_a_layout_is_priced_at_full_load(capsys: Any) -> None:
    found = said(capsys, str(ROOT / "layouts" / "gb200_su.yaml"))
    assert "full load" in found["stands_on"]
    assert found["figures"]["usd_per_gpu_h"]["value"] > 1
    assert found["failures"]["gpu_hours_per_year"] > 0
    assert found["prices"]
    assert found["figures"]["payback_years"]["value"] is None
    assert found["figures"]["payback_years"]["how"] == "never in 10 years"


def test_what_is_asked_wrongly_is_refused(capsys: Any) -> None:
    assert main(["cost"]) == 2
    assert main(["cost", FIRST, "--against", FIRST, "--change", "seed=2"]) == 2
    assert main(["cost", FIRST, "--set", "economics.prices.wac=0.07"]) == 2
    assert "wacc" in capsys.readouterr().err


def test_prices_are_listed_with_date_and_source(capsys: Any) -> None:
    rows = said(capsys, "--prices")
    assert {"wacc", "ups", "construction_us_average"} <= {row["name"] for row in rows}
    assert all(row["as_of"] and row["source"] and row["status"] for row in rows)


def test_what_fewer_failures_save_is_taxed_as_all_that_is_earned() -> None:
    """A third coolant unit under a tax of 25 %, half of the earnings in the first year: by hand.

    Its price is written off over 15 years, and half of it is left after ten of its twenty.
    """
    economics = {"tax": {"rate": 0.25}, "adoption": [0.5, 1.0]}
    base = twin.load(FIRST).with_(horizon="10 min", faults={}, drills=[], economics=economics)
    a = twin.cost(base)
    b = twin.cost(base.with_(layout__cooling__loops__cdu__count=3))
    change = cost_change(a, b)
    capex = change.figures["capex_change_usd"]["value"]
    operating = b.answer.operating[0] - a.answer.operating[0]
    saved = a.lost_usd_per_year - b.lost_usd_per_year
    gained = saved * np.array([0.5, *[1.0] * 9]) - operating
    taxed = gained - capex / 15
    taxed[-1] += 0.5 * capex - capex * 5 / 15
    flows = [-capex, *(gained - 0.25 * taxed)]
    flows[-1] += 0.5 * capex
    assert change.figures["npv_usd"]["value"] == pytest.approx(npv(0.08, flows), rel=1e-9, abs=1e-2)
    years = change.cash_flow
    assert [row["net_usd"] for row in years] == pytest.approx(flows, abs=1e-2)
    assert years[-1]["cumulative_discounted_usd"] == pytest.approx(npv(0.08, flows), abs=1e-2)


def test_a_planner_takes_the_cash_flow_into_a_spreadsheet(tmp_path: Any, capsys: Any) -> None:
    """Files, JSON and terminal say the same; of a design and of a change."""
    out = tmp_path / "money"
    found = said(capsys, FIRST, *SHORT, "--out", str(out))
    sheet = pd.read_csv(out / "cash_flow.csv")
    assert json.loads((out / "cost.json").read_text()) == found
    pd.testing.assert_frame_equal(
        sheet, pd.DataFrame(found["cash_flow"], dtype=float), check_dtype=False, rtol=1e-12
    )
    figure = pd.read_csv(out / "figures.csv").set_index("name").value
    assert sheet.discounted_usd.sum() == pytest.approx(figure.npv_usd)
    assert sorted(path.name for path in out.iterdir()) == [
        "cash_flow.csv", "cost.json", "costs.csv", "figures.csv", "prices.csv",
    ]  # fmt: skip
    two = ("--change", "layout.power.utility.count=2", "--out", str(tmp_path / "change"))
    assert main(["cost", FIRST, *SHORT, *two]) == 0
    assert "cumulative discounted" in capsys.readouterr().out
    assert main(["cost", FIRST, *SHORT]) == 0
    told = capsys.readouterr().out
    shown = f"│ irr_frac                    │ {100 * figure.irr_frac:.1f} %"
    assert shown in told
    assert "$49.2 M" in told
    change = pd.read_csv(tmp_path / "change" / "cash_flow.csv")
    assert (change.b_usd - change.a_usd).tolist() == pytest.approx(change.net_usd.tolist())


def test_what_stated_faults_earn_is_told_as_that(capsys: Any) -> None:
    """A day with a pump lost, repeated: a third coolant unit pays by that alone, and the sentence
    says so; by expected failures it does not.
    """
    day = [FIRST, "--set", "horizon=18 h", "--change", "loops.cdu.count=3"]
    scripted = said(capsys, *day)["verdict"]
    assert "USD earned (2 stated events of the run counted 486.667 times)" in scripted
    assert "the change pays" in scripted
    bare = said(capsys, *day, "--set", "faults={}")["verdict"]
    assert "stated" not in bare
    assert "does not pay" in bare


def test_where_nothing_earns_nothing_is_said_to_pay_or_not(capsys: Any) -> None:
    layout = str(ROOT / "layouts" / "gb200_su.yaml")
    found = said(capsys, layout, "--change", "power.utility.count=2")
    assert "nothing earns, so it cannot pay: state a token_price" in found["verdict"]
    assert "does not pay" not in found["verdict"]
