"""Steps of load on machines that carry an island: what comes on them by hand, what their rows say
they accept, and what the review and a run's table of swings make of it.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, job, loaded, site
from tests.power_layouts import island, load, part
from twin.analysis.review import review
from twin.facility.power.loading import loading

ACCEPTS = 0.24
"""Of `gas_engine_2500`'s rating."""
Plain = dict[str, Any]


def told(made: Plain, **keys: Any) -> dict[str, str]:
    """By component, what the review says of steps beyond its machines."""
    found = review(twin.build(loaded(asked(made, **keys))))
    return {
        one.component: one.says for one in found if one.code.value == "load_step_beyond_machines"
    }


def engines(*more: Plain, count: int = 3, kw: float = 500.0) -> Plain:
    parts = [
        part("g", "gas_engine_2500", kw=kw, count=count),
        part("b", "switchboard_4000", "g"),
        *more,
    ]
    return island(parts, [load("row", 900.0, "b")], "b")


def peak_kw(made: Plain) -> float:
    """What all of it draws."""
    built = twin.build(loaded(asked(made)))
    return float(loading(built).output_w[built.power.id.index("b")]) / 1e3


@pytest.mark.parametrize("count", [3, 4, 5, 6, 8])
def test_the_others_take_what_a_lost_machine_carried(count: int) -> None:
    """Of n engines each carries a share; n - 1 accept 24 % of their ratings."""
    made = engines(count=count)
    step_kw = peak_kw(made) / count
    accepted_kw = ACCEPTS * 500.0 * (count - 1)
    found = told(made)
    assert (set(found) == {"g_1"}) == (step_kw > accepted_kw)
    if found:
        assert f"take {step_kw:,.0f} kW at once and accept {accepted_kw:,.0f} kW" in found["g_1"]
        assert "within the limits of class G1, frequency back within 10 s" in found["g_1"]
        assert "machines stall" in found["g_1"]


def test_what_comes_back_late_is_not_told_to_stall() -> None:
    """Of three engines that accept 2 % of their rating, and as much again each 20 s, two take 4 %
    of one that is lost: they are behind for 20 s, and catch up with their frequency after 30.
    """
    step_frac = 0.04
    kw = peak_kw(engines()) / 3 / 2 / step_frac
    made = engines(kw=kw)
    made["power"][0]["overrides"] = {"load_step_frac": 0.02}
    said = told(made)["g_1"]
    assert "is not steady within 30 s" in said
    assert "stall" not in said


def test_engines_of_unlike_size_share_alike_and_the_smallest_says_what_goes() -> None:
    """A third of the step each: 3 x 24 % of 450 kW where the ratings add up to 2,450."""
    parts = [
        part("small", "gas_engine_2500", kw=450.0),
        part("large", "gas_engine_2500", kw=1000.0, count=3),
        part("b", "switchboard_4000", "small", "large"),
    ]
    made = island(parts, [load("row", 1200.0, "b")], "b")
    step_kw = peak_kw(made) / 4
    assert step_kw > 3 * ACCEPTS * 450.0
    assert f"take {step_kw:,.0f} kW at once and accept 324 kW" in told(made)["large_1"]


def test_a_store_that_forms_grid_takes_its_rating_of_it_first() -> None:
    bess = part("store", "bess_1000_2h", "b", kw=200.0)
    assert told(engines())
    assert not told(engines(bess))
    assert told(engines({**bess, "type": "bess_1000_2h_following"}))
    shaves: Plain = {"kind": "peak_shave", "bess": "store", "limit": "800 kW"}
    assert told(engines(bess), controls={"storage": [shaves]})
    smooths = {"kind": "ramp_limit", "bess": "store", "per_minute": "50 kW"}
    assert not told(engines(bess), controls={"storage": [smooths]})


def test_beside_a_utility_the_grid_takes_it() -> None:
    made = engines()
    made["power"].append(part("u", "utility_feed"))
    made["power"][1]["fed_by"] = ["g", "u"]
    assert not told(made)


def test_a_row_says_what_it_accepts() -> None:
    def own(**numbers: Any) -> Plain:
        made = engines()
        row = {"name": "mine", "like": "gas_engine_2500", "source": "a data sheet, invented"}
        made["power"][0] = part("g", "mine", kw=500.0, count=3)
        return made | {"equipment": {"power": [row | numbers]}}

    assert not told(own(load_step_frac=0.5, performance_class="G2"))
    says = told(own(load_step_frac=0.3, performance_class="G2"))["g_1"]
    agreed = "agreed as class G4 of ISO 8528-5 within the limits of class G2"
    assert f"(30 % of a rating), {agreed}, frequency back within 5 s" in says
    with pytest.raises(twin.InputError, match="G5"):
        loaded(asked(own(performance_class="G5")))


@pytest.mark.parametrize("numbers", [{"least_load_frac": 0.2}, {"performance_class": "G1"}])
def test_other_kinds_have_no_such_numbers(numbers: Plain) -> None:
    made = engines()
    row = {"name": "mine", "like": "switchboard_4000", "source": "invented"}
    with pytest.raises(twin.InputError, match=next(iter(numbers))):
        loaded(asked(made | {"equipment": {"power": [row | numbers]}}))


def hall(*more: Plain, accepts: float = ACCEPTS) -> Plain:
    """The small hall on four engines of 250 kW, its sets and its utility gone."""
    made = small_layout()
    kept = [group for group in made["power"] if group["name"] not in ("utility", "genset")]
    board = next(group for group in kept if group["name"] == "board")
    board.pop("mode")
    board["fed_by"] = "g"
    row = {"load_step_frac": accepts}
    engine = part("g", "gas_engine_2500", kw=250.0, count=4, overrides=row)
    return made | {"power": [engine, *kept, *more]}


def swing(made: Plain, **keys: Any) -> tuple[Plain, list[str]]:
    result = answer(made, site=site(25.0), workload=[job()], **keys)
    return dict(result.frame("power_swings").iloc[0]), list(result.frame("events").what)


def test_a_run_judges_each_job_by_what_machines_accept() -> None:
    """What they see is the swing and what UPS lose of it, within a tenth; four accept 24 % each."""
    row, _ = swing(hall())
    assert row["machine_accepts_w"] == pytest.approx(4 * ACCEPTS * 250e3)
    assert 1.0 < row["machine_step_w"] / row["smoothed_swing_w"] < 1.1
    needs = float(row["machine_step_w"] / (4 * 250e3))
    more, quiet = swing(hall(accepts=1.01 * needs))
    less, warned = swing(hall(accepts=0.99 * needs))
    assert (more["verdict"], less["verdict"]) == ("pass", "fail")
    assert "step on machines" in less["detail"]
    assert ("swings" in quiet, "swings" in warned) == (False, True)


def test_beside_a_store_they_see_the_rest_of_it() -> None:
    bare, _ = swing(hall())
    with_store, _ = swing(hall(part("bess", "bess_250_1h", "board", kw=30.0)))
    assert with_store["machine_step_w"] == pytest.approx(bare["machine_step_w"] - 30e3)


def test_check_says_what_training_may_swing_by_at_most() -> None:
    """The bound of all GPUs between idle and rated is no less than what a run finds."""
    small = hall(accepts=0.01)
    row, _ = swing(small)
    says = told(small, site=site(25.0), workload=[job()])["train"]
    bound_kw = float(says.split("up to ")[1].split(" kW")[0].replace(",", ""))
    assert bound_kw * 1e3 >= row["swing_w"]
