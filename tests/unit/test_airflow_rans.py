"""Turbulent flow of rooms: heat and air close, rest is said only where there is rest, refusals."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.unit.airflow_rooms import block, duct, rack_room
from twin.physics.airflow.balance import heat_imbalance_frac, inlet_temperatures_degc
from twin.physics.airflow.grid import AirHeat, AirPort, BadRoom, Field, Passage, Room, open_room
from twin.physics.airflow.heat_check import NoHeatPath
from twin.physics.airflow.model import FlowOptions, SolverRound
from twin.physics.airflow.rans import march, rans
from twin.physics.airflow.transport import matrix

CALM = rack_room(20, 1.4, 0.7)


def heat_of(room: Room, power_w: float = 4000.0) -> AirHeat:
    """The handler supplies 18 °C, every rack gives that heat."""
    racks = [Passage(n, n + 1, power_w) for n in range(2, len(room.ports), 2)]
    return AirHeat((Passage(1, 0, supply_degc=18.0), *racks))


@cache
def solved(closure: str) -> tuple[Field, tuple[SolverRound, ...]]:
    told: list[SolverRound] = []
    field = rans(CALM, heat_of(CALM), FlowOptions(closure=closure), told.append)
    return field, tuple(told)


@pytest.mark.parametrize("closure", ["zero-equation", "k-epsilon"])
def test_a_room_with_enough_air_comes_to_rest(closure: str) -> None:
    field, told = solved(closure)
    assert (field.converged, field.note) == (True, "")
    assert field.divergence < 1e-9
    assert abs(heat_imbalance_frac(CALM, heat_of(CALM), field)) < 1e-6
    assert told[-1].grid == CALM.shape
    assert told[-1].change_k < 0.1
    fronts = inlet_temperatures_degc(CALM, field)[1:]
    assert (fronts >= 18.0).all()
    assert (fronts < 23.0).all()


def test_both_closures_say_the_same_of_inlets() -> None:
    zero = inlet_temperatures_degc(CALM, solved("zero-equation")[0])
    two = inlet_temperatures_degc(CALM, solved("k-epsilon")[0])
    assert np.abs(zero - two).max() < 1.0


def test_shares_of_the_turbulent_flow_close() -> None:
    w = matrix(CALM, solved("k-epsilon")[0])
    assert np.abs(w.sum(axis=1) - 1).max() < 1e-8
    assert w.min() > -1e-9


def test_a_flow_that_goes_on_moving_is_not_said_to_rest() -> None:
    room = rack_room(16, 0.3, 0.7)
    few = FlowOptions(rounds=(3,), steps=(20,), grids=1)
    field = rans(room, heat_of(room, 8000.0), few)
    assert not field.converged
    assert "no rest within 3 rounds" in field.note
    assert abs(heat_imbalance_frac(room, heat_of(room, 8000.0), field)) < 1e-6


def test_air_that_a_source_warms_leaves_warmer() -> None:
    room = duct(16, 6)
    source = np.zeros(room.shape)
    source[4:6] = 400.0 / source[4:6].size
    heat = AirHeat((Passage(1, 0, supply_degc=20.0),), source)
    field = rans(room, heat, FlowOptions(rounds=(12,), steps=(40,), grids=1))
    rise = 400.0 / (heat.air_j_m3_k * 0.36)
    assert inlet_temperatures_degc(room, field)[0] == pytest.approx(20.0 + rise, rel=1e-6)
    assert abs(heat_imbalance_frac(room, heat, field)) < 1e-6


def test_a_march_warms_the_room_by_what_it_is_given() -> None:
    """A sealed box with a source: every joule stays in the air."""
    d = np.full(8, 0.25)
    room = open_room(d, d, d)
    source = np.zeros(room.shape)
    source[3:5, 3:5, 0] = 100.0
    from_rest = Field(
        (np.zeros((9, 8, 8)), np.zeros((8, 9, 8)), np.zeros((8, 8, 9))),
        np.full(room.shape, 2e-5), np.full(room.shape, 20.0), True, 0, 0.0, 0.0,
    )  # fmt: skip
    walls = FlowOptions()
    heat = AirHeat((), source)
    with pytest.raises(NoHeatPath):
        rans(room, heat, walls)
    after = march(room, heat, from_rest, 20.0, walls)
    assert after.temperature_degc is not None
    held_j = heat.air_j_m3_k * ((after.temperature_degc - 20.0) * room.volumes_m3()).sum()
    assert held_j == pytest.approx(400.0 * 20.0, rel=1e-3)
    assert after.velocity_m_s[2].max() > 0.05
    assert "an instant" in after.note


def test_a_march_goes_on_from_a_field_when_a_handler_stops() -> None:
    before = solved("zero-equation")[0]
    still = replace(CALM.ports[0], flow_m3_s=0.0)
    lost = replace(CALM, ports=(still, replace(CALM.ports[1], flow_m3_s=0.0), *CALM.ports[2:]))
    after = march(lost, heat_of(lost), before, 5.0)
    rise = inlet_temperatures_degc(lost, after)[1:] - inlet_temperatures_degc(CALM, before)[1:]
    assert (rise > 0.0).all()
    assert after.divergence < 1e-9


def test_a_perforated_tile_blows_further_than_an_open_one() -> None:
    def up(jet_frac: float) -> float:
        ports = (
            AirPort("tile", 2, 1, block((7, 9), (7, 9), (0, 1)), 0.2, True, jet_frac),
            AirPort("out", 2, 1, block((0, 16), (0, 16), (16, 17)), 0.2, False),
        )
        d = np.full(16, 0.15)
        room = open_room(d, d, d, ports)
        heat = AirHeat((Passage(1, 0, supply_degc=20.0),))
        field = rans(room, heat, FlowOptions(rounds=(3,), steps=(40,), grids=1))
        return float(field.velocity_m_s[2][7:9, 7:9, 6].mean())

    assert up(0.25) > 1.3 * up(1.0)


@pytest.mark.parametrize(
    ("passages", "said"),
    [
        ((Passage(1, 0, supply_degc=18.0), Passage(2, 3, 1.0)), "port rack_2_back: no passage"),
        ((Passage(0, 1, supply_degc=18.0),), "port crah_return: an inlet stands as an outlet"),
        ((Passage(-1, 0, 5.0),), "port crah_supply: neither an inlet nor a temperature"),
        ((Passage(1, 3, 5.0),), "ports crah_return, rack_1_back: flows differ"),
        ((Passage(1, 9, 5.0),), "the room has 6 ports"),
    ],
)
def test_heat_that_cannot_be_is_refused(passages: tuple[Passage, ...], said: str) -> None:
    with pytest.raises(BadRoom, match=said):
        rans(CALM, AirHeat(passages))


def test_an_unknown_closure_is_refused() -> None:
    with pytest.raises(ValueError, match="zero-equation, k-epsilon, laminar"):
        FlowOptions(closure="les")
