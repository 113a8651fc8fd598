"""Where to run, through the file that a planner writes: feasibility first, then cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import yaml
from conftest import ROOT

import twin
from twin.analysis.deployment.demand import of_periods, of_profile
from twin.analysis.deployment.split import best_held, split
from twin.cli import main
from twin.scenario import schema_json
from twin.scenario.schema.deployment import DemandProfile

HOSPITAL = ROOT / "deployments" / "hospital.yaml"


def written(folder: Path, **changes: Any) -> Path:
    data = {**yaml.safe_load(HOSPITAL.read_text()), **changes}
    path = folder / "choice.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    return path


def by_name(answer: Any) -> dict[str, Any]:
    return {one.name: one for one in answer.options}


FREE = [{"name": "all", "share": 1.0}]


@pytest.mark.parametrize("ratio", [0.1, 0.35, 0.5, 0.77, 0.999])
def test_the_quantile_is_the_cheapest_of_every_capacity(ratio: float) -> None:
    rng = np.random.default_rng(1)
    demand = np.round(rng.gamma(4.0, 25.0, 8760))
    found = best_held(demand, ratio, 1.0)

    def costs(held: float) -> float:
        return held * ratio * demand.size + split(demand, held).rented_hours

    tried = [costs(held) for held in range(int(demand.max()) + 2)]
    assert costs(found) == pytest.approx(min(tried), rel=1e-12)


def test_where_owning_is_dearer_than_every_hour_nothing_is_owned() -> None:
    demand = np.arange(1.0, 101.0)
    assert best_held(demand, 2.0, 1.0) == 0
    assert best_held(demand, 2.0, 1.0, least=30.0) == 30


def test_newsvendor_of_the_closed_form() -> None:
    """Price 10, cost 4, salvage 1, demand N(1000, 200): 1086.145. One short costs 6, one over 3."""
    demand = 1000 + 200 * np.sort(np.random.default_rng(0).standard_normal(2_000_000))
    order = best_held(demand, 3.0, 9.0)
    assert order == pytest.approx(1086.145, rel=1e-3)
    sold = np.minimum(demand, order)
    profit = 10 * sold.mean() - 4 * order + 1 * (order - sold.mean())
    assert profit == pytest.approx(5345.52, rel=1e-3)


def test_what_may_not_leave_makes_an_option_infeasible_and_not_dear() -> None:
    found = by_name(twin.deploy(HOSPITAL))
    for name in ("colocation", "market, on demand", "hyperscaler, reserved 3 y"):
        assert not found[name].feasible
        assert found[name].annual_usd is None
        assert "bedside" in found[name].why
    assert found["own, burst to market"].feasible


def test_a_hybrid_always_has_room_for_what_stays(tmp_path: Path) -> None:
    dear = {"usd_per_gpu_year": 90_000}
    answer = twin.deploy(written(tmp_path, own=dear))
    held = by_name(answer)["own, burst to market"].gpus_held * 0.99
    assert held == pytest.approx(0.55 * answer.demand.max())
    assert by_name(answer)["own, burst to market"].break_even_utilisation > 1


def test_latency_is_a_limit(tmp_path: Path) -> None:
    near = [{"name": "all", "share": 1.0, "latency_max_ms": 13}]
    found = by_name(twin.deploy(written(tmp_path, jobs=near)))
    assert not found["market, on demand"].feasible
    assert "15 ms" in found["market, on demand"].why
    assert found["hyperscaler, on demand"].feasible


def test_reserved_hours_are_paid_whether_used_or_not(tmp_path: Path) -> None:
    answer = twin.deploy(written(tmp_path, jobs=FREE))
    found = by_name(answer)["hyperscaler, reserved 3 y"]
    held = best_held(answer.demand, 4.86, 11.06)
    rented = np.maximum(answer.demand - held, 0).sum()
    assert found.annual_usd == pytest.approx(held * 8760 * 4.86 + rented * 11.06)
    assert found.unused_gpu_h == pytest.approx(np.maximum(held - answer.demand, 0).sum())
    assert found.unused_gpu_h > 0
    assert found.annual_usd < by_name(answer)["hyperscaler, on demand"].annual_usd


def test_egress_is_paid_for_what_runs_in_the_cloud(tmp_path: Path) -> None:
    jobs = [{"name": "all", "share": 1.0, "egress_gb_per_gpu_hour": 2.0}]
    cloud = [{"name": "c", "on_demand": 3.0, "region": "eu", "latency_ms": 5}]
    answer = twin.deploy(written(tmp_path, jobs=jobs, cloud=cloud))
    found = by_name(answer)["c, on demand"]
    hours = answer.demand.sum()
    assert found.egress_usd == pytest.approx(2.0 * 0.05 * hours)
    assert found.annual_usd == pytest.approx(3.1 * hours)
    assert found.annual_low_usd == pytest.approx(3.0 * hours)


def test_break_even_utilisation(tmp_path: Path) -> None:
    """A GPU of 8,760 USD a year against 2 USD an hour: half of the hours, over availability."""
    cloud = [{"name": "c", "on_demand": 2.0, "region": "eu", "latency_ms": 5}]
    own = {"usd_per_gpu_year": 8760, "availability": 1.0}
    path = written(tmp_path, jobs=FREE, cloud=cloud, own=own)
    assert by_name(twin.deploy(path))["c, on demand"].break_even_utilisation == pytest.approx(0.5)


def test_renting_and_bursting_break_even_at_one_use_with_what_leaves(tmp_path: Path) -> None:
    """100 steady GPUs at 12,000 USD a year, 99 % of hours usable, against 3 USD an hour and 0.5 GB
    at 9 cents: 12,000 / 0.99 / 8,760 / 3.045 = 0.454 either way; a share may be a percentage.
    """
    cloud = [{"name": "c", "on_demand": 3.0, "region": "eu", "latency_ms": 5}]
    cloud[0]["egress_usd_per_gb"] = 0.09
    jobs = [{"name": "all", "share": "100 %", "egress_gb_per_gpu_hour": 0.5}]
    own = {"usd_per_gpu_year": 12_000, "availability": "99 %"}
    demand = {"gpus": 100}
    found = by_name(twin.deploy(written(tmp_path, jobs=jobs, cloud=cloud, own=own, demand=demand)))
    by_hand = 12_000 / 0.99 / 8760 / 3.045
    for name in ("c, on demand", "own, burst to c"):
        assert found[name].break_even_utilisation == pytest.approx(by_hand)
    down_h = (100 / 0.99 - 100) * 8760
    for name in ("on premises", "own, burst to c"):
        assert found[name].unused_gpu_h == pytest.approx(down_h)


def test_hamilton_2010_by_blocks(tmp_path: Path) -> None:
    own = {
        "gpus": 45_978,
        "wacc": 0.05,
        "periods_per_year": 12,
        "blocks": [
            {"name": "servers", "usd": 45_978 * 1450, "life_years": 3},
            {"name": "network", "usd": 12.8e6, "life_years": 4},
            {"name": "facility", "usd": 72e6, "life_years": 10},
        ],
        "yearly": {"energy": 8e3 * 0.8 * 1.45 * 0.07 * 730 * 12},
    }
    answer = twin.deploy(written(tmp_path, own=own))
    monthly = answer.own.usd_per_gpu_year[0] * 45_978 / 12
    assert monthly == pytest.approx(3_530_757, rel=1e-3)
    assert monthly == pytest.approx(3.5e6, rel=0.02)


def test_old_prices_say_so() -> None:
    answer = twin.deploy(HOSPITAL)
    assert by_name(answer)["own, burst to market"].stale == ""
    assert "621 days" in by_name(answer)["own, burst to hyperscaler"].stale
    assert any("2025-03-17" in text for text in answer.warnings)


def test_too_little_room_is_told(tmp_path: Path) -> None:
    own = {"usd_per_gpu_year": 18_500, "gpus_max": 40}
    found = by_name(twin.deploy(written(tmp_path, own=own)))
    assert not found["on premises"].feasible
    assert "40 fit" in found["on premises"].why


def test_demand_of_a_run_is_repeated_by_the_hour(tmp_path: Path) -> None:
    end_s = np.arange(1, 13) * 1800.0
    gpus = np.tile([10.0, 30.0], 6)
    found = of_periods(end_s, gpus, 2.0)
    assert found.shape == (8760,)
    assert found == pytest.approx(np.full(8760, 40.0))
    scenario = twin.load(ROOT / "scenarios" / "first_factory.yaml").with_(horizon="1 h")
    twin.run(scenario, tmp_path / "r")
    answer = twin.deploy(written(tmp_path, demand={"run": "r"}))
    assert answer.demand == pytest.approx(np.full(8760, 576.0))


def test_the_year_of_a_profile() -> None:
    demand = of_profile(DemandProfile(gpus=100, diurnal_amplitude=0.5, weekend_factor=0.5))
    assert demand[:24].mean() == pytest.approx(100)
    assert demand[5 * 24 : 6 * 24].mean() == pytest.approx(50)
    assert abs(int(np.argmax(demand[:24])) - 15) <= 1
    assert demand.max() == pytest.approx(150, rel=0.01)


def test_a_design_gives_its_own_cost(tmp_path: Path) -> None:
    data = yaml.safe_load(HOSPITAL.read_text())
    (tmp_path / "layout.yaml").write_text((ROOT / "layouts" / "edge_200kw.yaml").read_text())
    data["own"] = {"design": "layout.yaml", "gpus_max": 5000}
    answer = twin.deploy(written(tmp_path, **data))
    told = twin.cost(tmp_path / "layout.yaml")
    each = told.figures["annual_usd"]["value"] / told.answer.run.gpus
    assert answer.own.usd_per_gpu_year[0] == pytest.approx(each)


def test_the_command_prints_what_python_answers(capsys: Any) -> None:
    assert main(["deploy", str(HOSPITAL), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["cheapest"] == twin.deploy(HOSPITAL).best.name
    assert main(["deploy", str(HOSPITAL)]) == 0
    text = capsys.readouterr().out
    assert "infeasible" in text
    assert "bedside" in text


def test_wrong_files_are_refused_with_the_nearest_name(tmp_path: Path, capsys: Any) -> None:
    cloud = [{"name": "m", "offer": "market_h10", "region": "eu", "latency_ms": 15}]
    assert main(["deploy", str(written(tmp_path, cloud=cloud))]) == 2
    assert "did you mean 'market_h100'" in capsys.readouterr().err
    assert main(["deploy", str(written(tmp_path, jobs=[{"name": "x", "share": 0.5}]))]) == 2
    assert "1 together" in capsys.readouterr().err
    assert main(["deploy"]) == 2
    assert main(["deploy", "--prices", "--json"]) == 0


def test_the_schema_for_editors_takes_the_shipped_file() -> None:
    schema = schema_json("deployment")
    jsonschema.validate(yaml.safe_load(HOSPITAL.read_text()) | {"as_of": "2026-11-28"}, schema)


def test_another_price_is_one_line(tmp_path: Path, capsys: Any) -> None:
    """Owned at 12,000 and at 30,000 USD a GPU and year, beside 3.2 USD/h: utilisations by hand."""
    own = {"usd_per_gpu_year": 12_000, "availability": "100 %"}
    offer = {"name": "x", "on_demand": 3.2, "region": "eu", "latency_ms": 10}
    path = written(tmp_path, own=own, cloud=[offer], jobs=FREE)
    for usd in (12_000, 30_000):
        assert main(["deploy", str(path), "--set", f"own.usd_per_gpu_year={usd}", "--json"]) == 0
        found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["options"]}
        even = usd / (8760 * 3.2)
        assert found["x, on demand"]["break_even_utilisation"] == pytest.approx(even, rel=1e-12)
    assert main(["deploy", str(path), "--set", "own.usd_per_gpu=1"]) == 2
    assert "did you mean 'usd_per_gpu_year'" in capsys.readouterr().err
    assert main(["deploy", str(path)]) == 0
    assert f"{100 * 12_000 / (8760 * 3.2):.1f} %" in capsys.readouterr().out
