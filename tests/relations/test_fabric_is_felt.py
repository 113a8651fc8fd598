"""Claim: a gang feels its fabric, and only where it crosses what is lost."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, chat, faults, happened, job, number
from twin import Result


def wired(nodes_per_su: int = 18, switch: str = "qm9700", racks: int = 4) -> dict[str, Any]:
    fabric = {
        "kind": "rail_optimised",
        "switch": switch,
        "nodes_per_su": nodes_per_su,
        "fed_by": ["panel"],
    }
    return small_layout(racks, 0) | {"fabric": fabric}


def tokens(run: Result) -> float:
    return number(run, "tokens_training")


def test_a_job_inside_one_unit_does_not_notice_a_leaf_of_another() -> None:
    quiet = answer(wired(), workload=[job(nodes=18)])
    hurt = answer(wired(), workload=[job(nodes=18)], faults=faults((900, "leaf_su4_rail1", 900)))
    assert tokens(hurt) == tokens(quiet)
    assert number(hurt, "tokens_lost_by_fault") == 0


def test_a_lost_spine_slows_a_job_that_crosses_units_and_spares_one_that_does_not() -> None:
    lost = faults(*[(600, f"spine_{n}", 2400) for n in range(1, 9)])
    crossing = [
        answer(wired(), workload=[job(nodes=72)], **also) for also in ({}, {"faults": lost})
    ]
    inside = [answer(wired(), workload=[job(nodes=18)], **also) for also in ({}, {"faults": lost})]
    assert tokens(crossing[1]) <= tokens(crossing[0])
    assert tokens(inside[1]) == tokens(inside[0])


def test_a_lost_leaf_stops_the_gang_below_it_and_is_booked_to_the_fabric() -> None:
    work = [job(nodes=36, tensor_parallel=8)]
    run = answer(wired(), workload=work, faults=faults((900, "leaf_su1_rail1", 600)))
    causes = set(run.frame("losses").cause)
    assert "fabric" in causes
    assert any(who == "train" and what == "stopped" for _, who, what in happened(run))
    quiet = answer(wired(), workload=work)
    missing = tokens(quiet) - tokens(run)
    assert number(run, "tokens_lost_by_fault") == pytest.approx(missing, rel=1e-6)


def test_a_service_within_its_nodes_does_not_use_the_fabric() -> None:
    """Replicas stand inside one NVLink domain."""
    quiet = answer(wired(), workload=[chat(nodes=10)])
    hurt = answer(wired(), workload=[chat(nodes=10)], faults=faults((900, "spine_1", 900)))
    assert number(hurt, "tokens_inference") == number(quiet, "tokens_inference")


@pytest.mark.parametrize("racks", [2, 4])
def test_a_wider_fabric_has_more_switches_and_no_switch_too_many_ports(racks: int) -> None:
    run = answer(wired(racks=racks))
    parts = run.frame("components").query("system == 'fabric'")
    leaves = parts.id.str.startswith("leaf").sum()
    rails = 4
    assert leaves % (racks * rails) == 0
    edges = run.frame("edges").query("system == 'fabric'")
    ports = edges.source.value_counts().add(edges.target.value_counts(), fill_value=0)
    assert ports[ports.index.isin(parts.id)].max() <= 64 or len(edges) == 0


def test_without_a_fabric_nothing_can_be_lost_in_it() -> None:
    run = answer(small_layout(4, 0), workload=[job(nodes=72)])
    assert not (run.frame("components").system == "fabric").any()
    assert tokens(run) >= tokens(answer(wired(), workload=[job(nodes=72)])) * (1 - 1e-9)
