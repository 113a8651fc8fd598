"""Lights, offices and lifts: `other_load` of a board, from the layout to what a planner reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, faults, happened, loaded, number, written
from tests.stepwise import assert_same, event_by_event
from twin.catalogue import shipped
from twin.catalogue.rows import Climate
from twin.errors import InputError
from twin.facility.power.loading import loading
from twin.present.exports.network import export_network
from twin.scenario.series.year import year_of_climate
from twin.study.year_of_layout import year_of_layout

KW = 40.0
HOUR_S = 3600.0


def lit(group: str = "board", load: str = f"{KW} kW", **keys: Any) -> dict[str, Any]:
    """The small hall with an other load at a group of its boards."""
    layout = small_layout(**keys)
    part = next(part for part in layout["power"] if part["name"] == group)
    part["other_load"] = load
    return layout


def test_energy_and_pue_by_hand() -> None:
    """40 kW for an hour, bought with what the board loses more of; the racks see nothing of it."""
    plain, with_lights = answer(), answer(lit())
    assert number(with_lights, "energy_other_j") == pytest.approx(KW * 1e3 * HOUR_S, rel=1e-12)
    assert "energy_other_j" not in plain.summary
    lost_j = number(with_lights, "energy_loss_j") - number(plain, "energy_loss_j")
    more_j = number(with_lights, "energy_facility_j") - number(plain, "energy_facility_j")
    assert more_j == pytest.approx(KW * 1e3 * HOUR_S + lost_j, rel=1e-9)
    assert 0 < lost_j < 0.01 * more_j
    pue = number(plain, "pue") + more_j / number(plain, "energy_it_j")
    assert number(with_lights, "pue") == pytest.approx(pue, rel=1e-12)
    assert abs(number(with_lights, "energy_balance_residual_frac")) < 1e-12
    site = with_lights.frame("site")
    assert site["other_power_w"].to_numpy() == pytest.approx(KW * 1e3)
    flows = with_lights.frame("energy").set_index("target").energy_j
    assert flows["other loads"] == pytest.approx(KW * 1e3 * HOUR_S, rel=1e-12)
    assert plain.frame("racks").equals(with_lights.frame("racks"))


def test_a_board_without_power_feeds_none() -> None:
    """Two panels of 40 kW; one is lost for twenty minutes of the hour."""
    lost = faults((600.0, "panel_1", 1200.0))
    run = answer(lit("panel"), faults=lost)
    assert number(run, "energy_other_j") == pytest.approx(KW * 1e3 * (2 * HOUR_S - 1200.0))
    assert abs(number(run, "energy_balance_residual_frac")) < 1e-12


def test_batteries_empty_sooner() -> None:
    """Behind a UPS without mains and generator racks stop as it warms up, and what is left lasts
    until the mains are back; with lights behind it the battery gives all that it holds before.
    """
    lost = faults((300.0, "utility", 3000.0), (300.0, "genset", 3000.0))

    def given(layout: dict[str, Any]) -> tuple[float, float]:
        run = answer(layout, faults=lost, outputs={"period": "10 s"})
        told = happened(run)
        off_s = next(t for t, who, what in told if (who, what) == ("ups_1", "off battery"))
        power = run.frame("power")
        mine = power[(power.component == "ups_1") & (power.time_s > 300.0)]
        return off_s - 300.0, float(mine[mine.time_s <= off_s + 10.0].power_out_w.sum()) * 10.0

    tree = twin.build(loaded(asked())).power
    ups = tree.id.index("ups_1")
    full_j = tree.battery_j[ups] * tree.battery_discharge_frac[ups]
    lasted_s, given_j = given(small_layout())
    lit_s, lit_j = given(lit("panel"))
    assert lasted_s == pytest.approx(3000.0)
    assert given_j < 0.5 * full_j
    assert lit_j == pytest.approx(full_j, rel=1e-3)
    assert lit_s < 0.8 * lasted_s


def test_check_and_losses_of_design_carry_it() -> None:
    one = twin.build(loaded(asked()))
    other = twin.build(loaded(asked(lit())))
    board = one.power.id.index("board")
    more_w = loading(other).output_w[board] - loading(one).output_w[board]
    assert more_w == pytest.approx(KW * 1e3, rel=1e-9)
    assert one.components.id == other.components.id


def test_too_much_is_refused_as_any_load() -> None:
    with pytest.raises(InputError, match=r"panel_1"):
        twin.build(loaded(asked(lit("panel", "450 kW"))))


def test_a_year_holds_it_apart_from_cooling() -> None:
    facility = twin.build(loaded(asked(lit())))
    plain = twin.build(loaded(asked()))
    air = year_of_climate(shipped().rows(Climate)["phoenix"])
    lights, none = (year_of_layout(each, air, 0.5) for each in (facility, plain))
    assert lights.energy_kwh["other_loads"] == pytest.approx(KW * lights.hours.facility_w.size)
    assert "other_loads" not in none.energy_kwh
    assert lights.components()["mlc_annual"] == pytest.approx(none.components()["mlc_annual"])
    assert lights.pue > none.pue + 0.9 * KW * 1e3 / none.hours.power_w["it"].mean()


def test_exports_hold_it_at_its_board() -> None:
    network = export_network(twin.build(loaded(asked(lit()))))
    mine = [load for load in network.loads if "other_load" in load.name]
    assert [load.name for load in mine] == ["board_other_load_at_board"]
    assert mine[0].power_w == pytest.approx(KW * 1e3)


@pytest.mark.parametrize("group", ["utility", "genset", "ups"])
def test_only_boards_have_other_loads(group: str) -> None:
    with pytest.raises(InputError, match=r"other_load for transformer, switchboard, rpp, pdu"):
        twin.build(loaded(asked(lit(group))))


def test_a_small_or_endless_load_is_refused(tmp_path: Path) -> None:
    for load in ("0 W", "2 GW", "-3 kW"):
        with pytest.raises(InputError, match="other_load"):
            twin.load(written(asked(lit(load=load)), tmp_path))


def test_many_instants_at_once_and_going_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A panel is lost meanwhile: the same bytes from event to event, and continued."""
    scenario = loaded(
        asked(
            lit("panel"),
            horizon="6 h",
            site={"climate": "phoenix", "grid": "virginia"},
            faults=faults((7000.0, "panel_2", 3000.0)),
        )
    )
    at_once = twin.simulate(twin.build(scenario))
    assert_same(at_once, event_by_event(scenario, monkeypatch))
    kept = twin.start(twin.build(scenario)).until("8000 s").save(tmp_path / "run.twin")
    assert_same(at_once, twin.resume(kept).until().result())


def test_every_copy_of_a_block_has_its_own() -> None:
    """Two halls that are alike, each with its board."""
    layout = small_layout()
    hall = {"halls": layout["halls"], "power": lit("panel")["power"][2:], "cooling": {}}
    hall["cooling"] = layout["cooling"]
    block = {"name": "pod", "count": 2, "pitch": ["30 m", "0 m"], **hall}
    sources = layout["power"][:2]
    site = {"name": "pods", "blocks": [block], "power": sources}
    facility = twin.build(loaded(asked(site)))
    assert facility.power.other_load_w.tolist() == [KW * 1e3] * 4
    run = twin.simulate(facility)
    assert number(run, "energy_other_j") == pytest.approx(4 * KW * 1e3 * HOUR_S)
