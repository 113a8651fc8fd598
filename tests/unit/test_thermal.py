"""Does the thermal kernel solve C dT/dt = q - K T exactly, conserve heat, and find the first
crossing, whether heat goes both ways or is carried one way?

Oracles: closed forms of one and two lumps, small steps of a Runge-Kutta integrator, dense sampling.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from twin.physics.crossing import first_crossing
from twin.physics.thermal import Motion, motion
from twin.physics.thermal_modes import Modes, modes, phi, psi

INF = np.inf


def network(rng: np.random.Generator, nodes: int, grounded: bool) -> tuple[np.ndarray, np.ndarray]:
    """Random capacities and a random conductance matrix, to boundaries as well where grounded."""
    between = np.triu(10 ** rng.uniform(0, 4, (nodes, nodes)), 1)
    between = between + between.T
    ground = 10 ** rng.uniform(0, 3, nodes) if grounded else np.zeros(nodes)
    return 10 ** rng.uniform(4, 7, nodes), np.diag(between.sum(axis=1) + ground) - between


def streams(rng: np.random.Generator, nodes: int) -> np.ndarray:
    """What air carries one way round: every node draws what others give, and as much."""
    out = np.zeros((nodes, nodes))
    for _ in range(3):
        ring = rng.permutation(nodes)
        carried = 10 ** rng.uniform(1, 4)
        out[ring, ring] += carried
        out[ring, np.roll(ring, 1)] -= carried
    return out


def case(
    seed: int, nodes: int, grounded: bool = True, one_way: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    capacity, conductance = network(rng, nodes, grounded)
    if one_way:
        conductance = conductance * 0.1 + streams(rng, nodes)
    return capacity, conductance, rng.uniform(10, 60, nodes), rng.uniform(-1e5, 2e5, nodes)


def three(start: tuple[float, float, float]) -> Motion:
    """A small lump between a middling one, which warms it soon, and a large one, which cools it for
    long.
    """
    capacity = np.array([1e3, 1e4, 1e6])
    links = np.array([[150.0, -100.0, -50.0], [-100.0, 110.0, -10.0], [-50.0, -10.0, 60.0]])
    return motion(modes(capacity, links), np.array(start), np.zeros(3))


SEEDS = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("rate", [0.0, 1e-15, 1e-9, 1e-6, 1e-3, 1.0, 1e3])
@pytest.mark.parametrize("time_s", [0.0, 1e-6, 1.0, 3600.0, 3e7])
def test_phi_and_psi_against_many_digits(rate: float, time_s: float) -> None:
    """Long double arithmetic, the series where lambda t is small: exact to rounding across the
    change of formula.
    """
    decay = np.longdouble(rate) * np.longdouble(time_s)
    terms = [np.longdouble(1)]
    for k in range(1, 25):
        terms.append(terms[-1] * -decay / (k + 1))
    small_phi = sum(terms)
    small_psi = sum(t / (k + 2) for k, t in enumerate(terms))
    big = decay > 0.5
    want_phi = time_s * (float(-np.expm1(-decay) / decay) if big else float(small_phi))
    want_psi = time_s**2 * (
        float((decay + np.expm1(-decay)) / decay**2) if big else float(small_psi)
    )
    assert phi(np.array([rate]), time_s)[0] == pytest.approx(want_phi, rel=1e-12, abs=0)
    assert psi(np.array([rate]), time_s)[0] == pytest.approx(want_psi, rel=1e-10, abs=0)


def test_one_lump_in_closed_form() -> None:
    """T = Tb + q/K + (T0 - Tb - q/K) exp(-K t / C), the textbook's lumped capacitance."""
    heat = 5e3
    wall = 20.0
    conductance = 250.0
    capacity = 1e5
    start = 60.0
    move = motion(
        modes(np.array([capacity]), np.array([[conductance]])),
        np.array([start]),
        np.array([heat + conductance * wall]),
    )
    for time in (0.0, 1.0, 400.0, 4e3, 1e6):
        want = (
            wall
            + heat / conductance
            + (start - wall - heat / conductance) * np.exp(-conductance * time / capacity)
        )
        assert move.temperature_degc(time)[0] == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("one_way", [False, True])
@pytest.mark.parametrize(("nodes", "grounded"), [(2, True), (3, False), (7, True), (12, True)])
def test_against_small_steps(nodes: int, grounded: bool, one_way: bool) -> None:
    capacity, conductance, start, heat = case(nodes, nodes, grounded, one_way)
    time = 2.0 / modes(capacity, conductance).rate_per_s.real.max()
    solved = solve_ivp(
        lambda _, t: (heat - conductance @ t) / capacity,
        (0, time),
        start,
        rtol=1e-11,
        atol=1e-11,
        method="DOP853",
    )
    move = motion(modes(capacity, conductance), start, heat)
    assert move.temperature_degc(time) == pytest.approx(solved.y[:, -1], rel=1e-8)


def test_integral_is_the_integral() -> None:
    """Gauss-Legendre quadrature of the temperatures, exact for such smooth curves."""
    capacity, conductance, start, heat = case(5, 4)
    move = motion(modes(capacity, conductance), start, heat)
    end = 1.0 / np.median(move.network.rate_per_s)
    x, w = np.polynomial.legendre.leggauss(80)
    pieces = np.geomspace(1e-9, end, 30)
    edges = np.concatenate(([0.0], pieces))
    total = sum(
        (b - a)
        / 2
        * sum(
            wk * move.temperature_degc((b - a) / 2 * xk + (a + b) / 2)
            for xk, wk in zip(x, w, strict=True)
        )
        for a, b in pairwise(edges)
    )
    assert move.integral_k_s(end) == pytest.approx(total, rel=1e-10)


@settings(max_examples=60, deadline=None)
@given(
    SEEDS,
    st.integers(1, 6),
    st.booleans(),
    st.booleans(),
    st.floats(1e-3, 1e5),
    st.floats(0.01, 0.99),
)
def test_splitting_a_step_changes_nothing(
    seed: int, nodes: int, grounded: bool, one_way: bool, time_s: float, part: float
) -> None:
    capacity, conductance, start, heat = case(seed, nodes, grounded, one_way)
    net = modes(capacity, conductance)
    whole = motion(net, start, heat)
    first = part * time_s
    rest = time_s - part * time_s
    half = motion(net, whole.temperature_degc(first), heat)
    scale = 1e-9 * max(
        1.0, float(np.abs(whole.temperature_degc(time_s)).max()), float(np.abs(start).max())
    )
    assert np.allclose(
        half.temperature_degc(rest), whole.temperature_degc(time_s), rtol=0, atol=scale
    )
    both = whole.integral_k_s(first) + half.integral_k_s(rest)
    assert np.allclose(both, whole.integral_k_s(time_s), rtol=0, atol=scale * time_s)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 6), st.booleans(), st.booleans(), st.floats(1e-3, 1e5))
def test_heat_in_is_heat_out_and_heat_stored(
    seed: int, nodes: int, grounded: bool, one_way: bool, time_s: float
) -> None:
    """C (T - T0) = q t - K integral(T), node by node."""
    capacity, conductance, start, heat = case(seed, nodes, grounded, one_way)
    move = motion(modes(capacity, conductance), start, heat)
    stored = capacity * (move.temperature_degc(time_s) - start)
    flows = conductance * move.integral_k_s(time_s)
    largest = max(np.abs(stored).max(), np.abs(heat * time_s).max(), np.abs(flows).max())
    # What is stored is a difference of two temperatures, each known to its own rounding.
    rounding = 4 * np.finfo(float).eps * np.abs(capacity * start).max()
    atol = 1e-9 * largest + rounding
    assert np.allclose(stored, heat * time_s - flows.sum(axis=1), rtol=0, atol=atol)


def test_a_network_without_boundary_keeps_its_heat_and_warms_in_a_straight_line() -> None:
    """Singular K: its one rate of zero carries the mean, the rest evens out."""
    capacity, conductance, start, heat = case(9, 5, grounded=False)
    net = modes(capacity, conductance)
    assert net.rate_per_s.min() == pytest.approx(0.0, abs=1e-9 * net.rate_per_s.max())
    move = motion(net, start, heat)
    for time in (1.0, 1e3, 1e5):
        mean = capacity @ move.temperature_degc(time)
        assert mean == pytest.approx(capacity @ start + heat.sum() * time, rel=1e-9)
    even = motion(net, start, np.zeros(5)).temperature_degc(1e9)
    assert even == pytest.approx(np.full(5, capacity @ start / capacity.sum()), rel=1e-6)


def test_a_node_on_its_own_only_stores() -> None:
    move = motion(modes(np.array([1e5]), np.zeros((1, 1))), np.array([20.0]), np.array([1e3]))
    assert move.temperature_degc(600.0)[0] == pytest.approx(26.0, rel=1e-12)
    assert move.integral_k_s(600.0)[0] == pytest.approx(20 * 600 + 3 * 600, rel=1e-12)


def test_rates_of_links_are_real_and_not_negative_and_shapes_normal_to_the_capacities() -> None:
    capacity, conductance, _, _ = case(3, 6)
    net: Modes = modes(capacity, conductance)
    assert (net.rate_per_s >= 0).all()
    assert np.allclose(net.shape.T @ (capacity[:, None] * net.shape), np.eye(6), atol=1e-10)
    assert np.allclose(
        net.shape.T @ conductance @ net.shape,
        np.diag(net.rate_per_s),
        atol=1e-9 * net.rate_per_s.max(),
    )


def test_streams_that_go_round_have_rates_in_pairs() -> None:
    """Three nodes in a ring: rates c (1 - cube roots of one) / C, one pair of them."""
    ring = 500.0 * (np.eye(3) - np.roll(np.eye(3), 1, axis=1))
    net = modes(np.full(3, 1e4), ring)
    assert net.pairs == 1
    want = 0.05 * (1 - np.exp(2j * np.pi / 3))
    pair = net.rate_per_s[-1]
    assert (pair.real, abs(pair.imag)) == pytest.approx((want.real, abs(want.imag)))
    assert np.allclose(net.shape @ net.left, np.eye(3), atol=1e-12)


def test_crossing_of_one_lump_in_closed_form() -> None:
    """T = C/K ln((Tend - T0)/(Tend - limit))."""
    net = modes(np.array([1e5]), np.array([[250.0]]))
    move = motion(net, np.array([20.0]), np.array([250.0 * 80.0]))
    up = first_crossing(move, np.array([70.0]), np.array([-INF]), 1e5)
    assert up is not None
    assert up.time_s == pytest.approx(400 * np.log(60 / 10), abs=1e-6)
    falling = motion(net, np.array([80.0]), np.array([250.0 * 20.0]))
    down = first_crossing(falling, np.array([INF]), np.array([30.0]), 1e5)
    assert down is not None
    assert down.time_s == pytest.approx(400 * np.log(60 / 10), abs=1e-6)


def test_a_limit_is_not_reached_before_the_horizon_nor_ever_at_the_asymptote() -> None:
    move = motion(
        modes(np.array([1e5]), np.array([[250.0]])), np.array([20.0]), np.array([250.0 * 80.0])
    )
    assert first_crossing(move, np.array([70.0]), np.array([-INF]), 700.0) is None
    assert first_crossing(move, np.array([70.0]), np.array([-INF]), 720.0) is not None
    assert first_crossing(move, np.array([80.001]), np.array([-INF]), 1e9) is None
    assert first_crossing(move, np.array([INF]), np.array([-INF]), 1e9) is None


def test_first_and_not_last_of_one_node() -> None:
    """Up fast, down slowly: the limit is passed twice, the first time counts."""
    move = three((20.0, 60.0, 20.0))
    limits = np.array([30.0, INF, INF])
    found = first_crossing(move, limits, np.full(3, -INF), 1e4)
    assert found is not None
    assert found.time_s < 10.0
    assert move.temperature_degc(found.time_s)[0] == pytest.approx(30.0, abs=1e-6)
    assert move.temperature_degc(1e4)[0] < 30.0


def test_up_and_back_within_one_step_is_seen() -> None:
    """Above the limit only for a moment, far from both ends of a long step."""
    move = three((20.0, 60.0, 20.0))
    times = np.linspace(0, 200, 20_001)
    sampled = np.array([move.temperature_degc(t)[0] for t in times])
    peak = sampled.max()
    assert move.temperature_degc(1e6)[0] < peak - 1
    limits = np.array([peak - 1e-4, INF, INF])
    found = first_crossing(move, limits, np.full(3, -INF), 1e6)
    assert found is not None
    assert found.time_s == pytest.approx(times[np.argmax(sampled >= peak - 1e-4)], abs=0.02)


def test_the_sooner_of_two_nodes_and_of_both_sides() -> None:
    net = modes(np.array([1e5, 1e5]), np.diag([250.0, 250.0]))
    move = motion(net, np.array([50.0, 50.0]), np.array([250.0 * 90.0, 250.0 * 10.0]))
    both = first_crossing(move, np.array([80.0, INF]), np.array([-INF, 30.0]), 1e5)
    assert both is not None
    assert (both.node, both.time_s) == (1, pytest.approx(400 * np.log(2)))
    upper = first_crossing(move, np.array([60.0, INF]), np.array([-INF, 30.0]), 1e5)
    assert upper is not None
    assert (upper.node, upper.time_s) == (0, pytest.approx(400 * np.log(4 / 3)))


@settings(max_examples=150, deadline=None)
@given(SEEDS, st.integers(1, 8), st.booleans(), st.floats(0.05, 1.2), st.floats(0.1, 10.0))
def test_no_crossing_is_missed_or_late(
    seed: int, nodes: int, one_way: bool, part: float, spans: float
) -> None:
    """Dense sampling never finds a node outside before the moment returned, nor at all where None
    is, and the bounds hold all of its way.
    """
    capacity, conductance, start, heat = case(seed, nodes, one_way=one_way)
    move = motion(modes(capacity, conductance), start, heat)
    horizon = spans / float(np.median(move.network.rate_per_s.real))
    times = np.linspace(0, horizon, 801)
    path = np.array([move.temperature_degc(t) for t in times])
    slack = 1e-7 * (1 + np.abs(path).max())
    rise, fall = move.bounds_k(horizon)
    assert (path <= start + rise + slack).all()
    assert (path >= start + fall - slack).all()
    upper = start + np.maximum(part * (path.max(axis=0) - start), 1e-3)
    lower = start - np.maximum(part * (start - path.min(axis=0)), 1e-3)
    found = first_crossing(move, upper, lower, horizon)
    before = times < (found.time_s - 1e-6 if found else INF)
    assert (path[before] < upper + slack).all()
    assert (path[before] > lower - slack).all()
    if found:
        at = move.temperature_degc(found.time_s)[found.node]
        assert min(abs(at - upper[found.node]), abs(at - lower[found.node])) < slack * 10


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(2, 5), st.floats(0.05, 0.95))
def test_first_over_all_nodes_of_a_network(seed: int, nodes: int, part: float) -> None:
    """Limits set somewhere along each node's own path: some node crosses, and none crosses
    sooner.
    """
    capacity, conductance, start, heat = case(seed, nodes)
    move = motion(modes(capacity, conductance), start, heat)
    horizon = 3.0 / float(np.median(move.network.rate_per_s))
    times = np.linspace(0, horizon, 1500)
    path = np.array([move.temperature_degc(t) for t in times])
    rise = path.max(axis=0) - start
    fall = start - path.min(axis=0)
    assume((rise + fall).min() > 1e-3)
    upper = start + np.maximum(part * rise, 1e-6)
    lower = start - np.maximum(part * fall, 1e-6)
    found = first_crossing(move, upper, lower, horizon)
    assert found is not None
    outside = ((path > upper + 1e-7) | (path < lower - 1e-7)).any(axis=1)
    assert not outside[times < found.time_s - 1e-6].any()
    at = move.temperature_degc(found.time_s)[found.node]
    assert min(abs(at - upper[found.node]), abs(at - lower[found.node])) < 1e-4


@pytest.mark.parametrize("nodes", [2, 3])
def test_a_stream_through_equal_lumps_has_no_basis_of_shapes_and_is_solved_all_the_same(
    nodes: int,
) -> None:
    """A chain of equal stages: after a step at its inlet the last follows the gamma distribution,
    1 - exp(-t) sum of t^k / k!.
    """
    chain = 100.0 * (np.eye(nodes) - np.diag(np.ones(nodes - 1), -1))
    inlet = np.zeros(nodes)
    inlet[0] = 100.0
    move = motion(modes(np.full(nodes, 100.0), chain), np.zeros(nodes), inlet)
    for time in (0.5, 2.0, 10.0):
        terms = np.cumprod([1.0, *(time / k for k in range(1, nodes))])
        want = 1.0 - np.exp(-time) * terms.sum()
        assert move.temperature_degc(time)[-1] == pytest.approx(want, abs=1e-3)


def test_a_long_stream_through_equal_lumps_is_refused() -> None:
    chain = 100.0 * (np.eye(8) - np.diag(np.ones(7), -1))
    with pytest.raises(np.linalg.LinAlgError, match="too alike"):
        modes(np.full(8, 100.0), chain)


def test_integrals_are_the_same_whatever_was_asked_before() -> None:
    """Psi takes phi of its time where that is known: the same bytes as in a network never asked."""
    capacity = np.array([1e5, 3e5, 2e6])
    one_way = np.array([[60.0, -50.0, 0.0], [0.0, 80.0, -70.0], [-40.0, 0.0, 45.0]])
    drive = np.array([1.0, -2.0, 0.5])
    for span_s in (1e-9, 7.0, 3600.0):
        asked = modes(capacity, one_way)
        asked.full(span_s)
        anew = modes(capacity, one_way)
        assert asked.area(span_s).times(drive).tobytes() == anew.area(span_s).times(drive).tobytes()
