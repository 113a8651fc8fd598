"""Humidifiers and dehumidifiers: what they draw is what air and vapour get."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.humidity_control import (
    HUMIDIFIERS,
    air_heat_w,
    evaporates_kg_s,
    latent_w,
    power_w,
)
from twin.physics.moist_air import VAPORISATION_J_KG

NONE = np.zeros(3)
SOME = np.array([0.0, 0.002, 0.01])
KINDS = sorted(HUMIDIFIERS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_humidifier_draws_is_sensible_heat_and_vapour(kind: str) -> None:
    electricity = HUMIDIFIERS[kind].electricity_j_kg
    given = air_heat_w(SOME, NONE, electricity) + SOME * VAPORISATION_J_KG
    np.testing.assert_allclose(given, power_w(SOME, NONE, electricity), atol=1e-9)
    assert HUMIDIFIERS[kind].takes_j_kg == VAPORISATION_J_KG - electricity


def test_what_a_dehumidifier_draws_and_frees_goes_into_the_air() -> None:
    drawn = power_w(NONE, SOME)
    np.testing.assert_allclose(air_heat_w(NONE, SOME), drawn + latent_w(SOME))
    assert drawn[1] == pytest.approx(0.002 * 1.8e6)
    np.testing.assert_allclose(latent_w(SOME), SOME * VAPORISATION_J_KG)


def test_both_add_up() -> None:
    both = power_w(SOME, SOME[::-1])
    np.testing.assert_allclose(both, power_w(SOME, NONE) + power_w(NONE, SOME[::-1]))
    heat = air_heat_w(SOME, SOME[::-1])
    np.testing.assert_allclose(heat, air_heat_w(SOME, NONE) + air_heat_w(NONE, SOME[::-1]))


def test_a_litre_of_steam_takes_about_700_watt_hours_and_ultrasound_a_twelfth() -> None:
    steam = HUMIDIFIERS["steam"].electricity_j_kg
    assert steam / 3.6e6 == pytest.approx(0.726, abs=0.001)
    assert 0.07 <= HUMIDIFIERS["ultrasonic"].electricity_j_kg / steam <= 0.10
    assert HUMIDIFIERS["evaporative"].electricity_j_kg == pytest.approx(3.2e3 * 3600 / 1000)


def test_only_wetted_media_drain_and_at_three_cycles_half_of_what_evaporates() -> None:
    drains = {kind: HUMIDIFIERS[kind].bleed_frac for kind in KINDS}
    assert drains == {"evaporative": 1 / (3 - 1), "steam": 0.0, "ultrasonic": 0.0}


def test_hot_steam_warms_the_air_and_what_evaporates_in_it_cools_it() -> None:
    warms = [float(air_heat_w(SOME, NONE, HUMIDIFIERS[k].electricity_j_kg)[2]) for k in KINDS]
    assert dict(zip(KINDS, np.sign(warms), strict=True)) == {
        "evaporative": -1.0,
        "steam": 1.0,
        "ultrasonic": -1.0,
    }


def test_no_more_evaporates_than_the_heat_of_the_air() -> None:
    takes = HUMIDIFIERS["evaporative"].takes_j_kg
    heat_w = np.array([-1e4, 0.0, 0.001 * takes, 0.05 * takes])
    given = evaporates_kg_s(0.02, heat_w, HUMIDIFIERS["evaporative"].electricity_j_kg)
    np.testing.assert_allclose(given, [0.0, 0.0, 0.001, 0.02])
    steam = evaporates_kg_s(np.full(4, 0.02), heat_w, HUMIDIFIERS["steam"].electricity_j_kg)
    assert steam.tolist() == [0.02] * 4
    exactly = evaporates_kg_s(np.full(4, 0.02), heat_w, VAPORISATION_J_KG)
    assert exactly.tolist() == [0.02] * 4
