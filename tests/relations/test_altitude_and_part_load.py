"""Claim: thin air carries less heat, and an idle chiller costs what its data sheet says."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, busy, loaded, number, site
from twin.physics.coolant import AIR_KG_M3

EDGE = Path(__file__).parents[2] / "layouts/edge_200kw.yaml"


def test_racks_in_denver_warm_their_air_by_a_fifth_more() -> None:
    """83,460 Pa: 1,436 W/K and 19.9 K for a rack of two DGX B200, where sea level has 1,744 and
    16.4 K.
    """
    layout = small_layout(0, 1)
    for climate, stream, rise in (("denver", 1436.3, 19.91), (site()["climate"], 1743.7, 16.40)):
        where = {"climate": climate, "grid": "virginia"}
        racks = twin.build(loaded(asked(layout, site=where))).racks
        assert racks.stream_w_k[0] == pytest.approx(stream, rel=1e-4)
        assert racks.rated_w[0] / racks.stream_w_k[0] == pytest.approx(rise, abs=0.005)


@pytest.mark.parametrize(
    ("elevation", "share"), [("0 m", 1.0), ("1600 m", 0.8243), ("3 km", 0.6919)]
)
def test_a_stated_elevation_thins_air_and_no_liquid(elevation: str, share: float) -> None:
    high = twin.build(loaded(asked(site=site(elevation=elevation))))
    low = twin.build(loaded(asked(site=site())))
    assert high.cooling.air_density_kg_m3 == pytest.approx(AIR_KG_M3 * share, rel=2e-3)
    air = low.racks.liquid_frac == 0
    ratio = high.racks.stream_w_k / low.racks.stream_w_k
    assert ratio[air] == pytest.approx(share, rel=2e-3)
    assert ratio[~air] == pytest.approx(1.0)


def test_thin_air_costs_fans_of_a_dry_cooler() -> None:
    """Less mass passes the coil: fans turn faster for the same heat."""
    fans = [
        answer(small_layout(2, 0), workload=[busy()], site=site(39.0, elevation=height))
        .frame("energy").set_index("target").energy_j["dry_cooler"]
        for height in ("0 m", "2200 m")
    ]  # fmt: skip
    assert fans[1] > 1.05 * fans[0]


def test_an_elevation_above_all_towns_is_refused() -> None:
    with pytest.raises(twin.InputError, match="-430 to 5,500 m"):
        loaded(asked(site=site(elevation="12 km")))


@pytest.mark.parametrize(
    ("day", "rated", "follows"), [("2026-07-15", 1.595, 1.568), ("2026-01-15", 1.458, 1.433)]
)
def test_an_idle_day_of_the_edge_room_in_chicago(
    day: str, rated: float, follows: float, tmp_path: Path
) -> None:
    """One chiller of 434 kW at a seventh of its load: less by 0.13 where nothing but cycling is
    known of low load, and by 0.027 where air through idle support racks follows their power.
    """
    (tmp_path / EDGE.name).write_text(EDGE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "s.yaml").write_text(
        f"{{version: 1, name: idle, layout: {EDGE.name}, horizon: 1 d, outputs: {{period: 1 h}},\n"
        f"site: {{climate: chicago, grid: texas}}, start: '{day}T00:00:00-06:00'}}\n"
    )
    room = twin.load(tmp_path / "s.yaml")
    assert number(twin.run(room), "pue") == pytest.approx(follows, abs=0.002)
    full_air = room.with_(layout__halls__0__support_fans="rated")
    assert number(twin.run(full_air), "pue") == pytest.approx(rated, abs=0.002)
