"""Claim: fewer uplinks cost fewer switches, and tokens of those gangs that send over them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

import twin
from tests.planner import asked, loaded, number, ran
from tests.stepwise import assert_same, event_by_event
from twin import InputError, Result
from twin.present.report.story.cost import what_it_cost


def layout(oversubscription: float | None = None, nodes_per_su: int = 8) -> dict[str, Any]:
    """32 systems of eight B200 in units of eight."""
    found = yaml.safe_load((ROOT / "layouts/superpod_b200.yaml").read_text(encoding="utf-8"))
    found["fabric"]["nodes_per_su"] = nodes_per_su
    if oversubscription is not None:
        found["fabric"]["oversubscription"] = oversubscription
    return dict(found)


def gang(name: str, nodes: int, **keys: Any) -> dict[str, Any]:
    """A job that trains experts over all its nodes."""
    cut = {"model": "Qwen3-30B-A3B", "expert_parallel": 8 * nodes} | keys
    batch = {"global_batch_sequences": 32 * nodes}
    return {"kind": "training", "name": name, "nodes": nodes} | batch | cut


def dense(name: str, nodes: int, **keys: Any) -> dict[str, Any]:
    return gang(name, nodes, model="Llama-3.1-8B", expert_parallel=1, **keys)


def made(run: Result, job: str) -> float:
    return float(run.frame("jobs").set_index("job").tokens[job])


def missing(run: Result, job: str) -> float:
    """Tokens that others on its links took."""
    rows = run.frame("token_balance").query("workload == @job and entry == 'contended'")
    return float(rows.tokens.sum())


def with_work(*work: dict[str, Any], **fabric: Any) -> Result:
    return ran(asked(layout(**fabric), workload=list(work)))


def test_one_is_what_was_there_before():
    work = [dense("first", 4), gang("a", 8), gang("b", 8)]
    assert_same(with_work(*work), with_work(*work, oversubscription=1))


def test_fewer_switches_and_fewer_tokens():
    work = [dense("first", 4), gang("a", 8), gang("b", 8)]
    before = None
    for ratio in (1, 2, 4, 8):
        run = with_work(*work, oversubscription=ratio)
        switches = len(run.frame("components").query("kind == 'switch'"))
        now = (switches, made(run, "a"), missing(run, "a"))
        if before:
            assert now[0] <= before[0]
            assert now[1] < before[1]
            assert now[2] > before[2]
        before = now
        assert abs(number(run, "token_balance_residual_frac")) < 1e-9


def test_a_gang_inside_one_unit_feels_nothing():
    work = [gang("a", 8), gang("b", 8)]
    assert made(with_work(*work, oversubscription=8), "a") == made(with_work(*work), "a")


def test_what_is_missing_is_booked_to_the_links_they_share():
    run = with_work(dense("first", 4), gang("a", 8), gang("b", 8), oversubscription=4)
    balance = run.frame("token_balance").set_index(["workload", "entry"]).tokens
    parts = balance["a"]
    assert parts["possible"] == pytest.approx(parts.drop("possible").sum(), rel=1e-9)
    assert run.frame("losses").empty
    assert parts["contended"] > 0.2 * parts["possible"]
    said = what_it_cost(run)
    assert "Uplinks of the fabric that gangs share left" in said
    assert "Clocks" not in said


def test_links_that_fit_a_share_of_its_nodes_stretch_its_exchange_by_hand():
    """All 16 nodes exchange with all: 8 of a unit send 8 in 15 of theirs beyond, 4.27 nodes' worth.
    Links for 2 leave 2 / 4.27 of the rate, links for 1 half of that.
    """
    step_s = []
    for ratio in (1, 4, 8):
        run = with_work(gang("a", 16), oversubscription=ratio)
        own = run.frame("token_balance").set_index("entry").tokens
        step_s.append(1 / (1 - own.get("contended", 0.0) / (own.sum() - own["possible"])))
    sent = 8 * 8 / 15
    expected = (sent / 1 - 1) / (sent / 2 - 1)
    found = (step_s[2] - step_s[0]) / (step_s[1] - step_s[0])
    assert found == pytest.approx(expected, rel=0.02)


def test_beside_another_it_makes_less_than_alone():
    alone = with_work(dense("first", 4), gang("a", 8), oversubscription=2)
    beside = with_work(dense("first", 4), gang("a", 8), gang("b", 8), oversubscription=2)
    assert made(beside, "a") < made(alone, "a")


def test_stages_in_units_apart_wait_for_messages():
    cut = {"tensor_parallel": 8, "pipeline_parallel": 2, "model": "Llama-3.1-70B"}
    run = with_work(gang("a", 16, expert_parallel=1, **cut), oversubscription=8)
    assert missing(run, "a") > 0


def test_it_is_the_same_event_by_event(monkeypatch: pytest.MonkeyPatch):
    work = [dense("first", 4), gang("a", 8, checkpoint_interval="10 min"), gang("b", 8, tokens=1e8)]
    scenario = loaded(asked(layout(2), workload=work))
    assert_same(twin.simulate(twin.build(scenario)), event_by_event(scenario, monkeypatch))


def test_a_run_that_was_stored_goes_on_with_the_same_shares(tmp_path: Path):
    work = [dense("first", 4), gang("a", 8), gang("b", 8, tokens=1e8)]
    facility = twin.build(loaded(asked(layout(4), workload=work)))
    run = twin.start(facility)
    run.until("20 min")
    run.save(tmp_path / "kept")
    assert_same(twin.resume(tmp_path / "kept").until().result(), twin.simulate(facility))


def test_more_nodes_than_ports_beside_their_uplinks_are_refused_with_the_line():
    with pytest.raises(InputError, match="at most 42"):
        twin.build(loaded(asked(layout(2, nodes_per_su=48))))


def test_uplinks_of_a_leaf_are_its_nodes_over_the_ratio():
    fabric = twin.build(loaded(asked(layout(2, nodes_per_su=32)))).fabric
    assert fabric.uplinks_per_leaf == 16
    assert sum("spine" in name for name in fabric.switches) == 2


def test_groups_of_a_dragonfly_share_what_joins_them():
    plan = layout()
    plan["fabric"] = {"kind": "groups", "switch": "slingshot", "switches_per_group": 16}
    plan["fabric"] |= {"fed_by": ["rpp_a_1"], "oversubscription": 8}
    run = ran(asked(plan, workload=[gang("a", 8)]))
    assert missing(run, "a") > 0
