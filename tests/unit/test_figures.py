"""Figures: each draws whatever a result holds, reads what it claims to read, and always the
same.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

sys.path.insert(0, str(Path(__file__).parents[1]))
from synthetic import RACKS, bare, synthetic, with_tables

from twin import quantities as numbers
from twin.catalogue.equipment_kinds import plural
from twin.errors import InputError
from twin.present.figures import FIGURES, NamedFigure, svg_bytes
from twin.present.figures import figure as figure_named
from twin.present.figures.faults import MOST_MARKS, grouped, marks, throttled_spans
from twin.present.figures.floor import PAGE_IN, figure_floor, figure_slowdown
from twin.present.figures.floor_scale import inlet_scale, margin_scale, slowdown_degc
from twin.present.figures.halls import halls
from twin.present.figures.oneline import figure_oneline, worst_moment
from twin.present.figures.power_boxes import MOST_BOXES, power_graph, sides_of
from twin.present.figures.sankey import energy_graph, figure_sankey, residual_frac, staged
from twin.present.figures.style import periods_s, thinned, wide
from twin.present.figures.throttling import disturbed
from twin.results import TABLES, Result
from twin.results.enums import EventKind

EACH = pytest.mark.parametrize("named", FIGURES, ids=lambda named: named.name)
NASTY = "<b>$x^{2$ & \u202e\n\t'\"--></svg>" + "é" * 300


@pytest.fixture(scope="module")
def day() -> Result:
    return synthetic()


def said(figure: Figure) -> str:
    return " | ".join(text.get_text() for text in figure.findobj(Text) if isinstance(text, Text))


@EACH
def test_draws_a_day_the_same_way_twice(named: NamedFigure, day: Result) -> None:
    first = svg_bytes(named.draw(day))
    assert first == svg_bytes(named.draw(day))
    assert first.startswith(b"<?xml")


@EACH
def test_says_so_where_nothing_was_recorded(named: NamedFigure) -> None:
    figure = named.draw(bare())
    assert said(figure).startswith("No ")
    assert figure.get_figheight() < 1


NAMES = ("id", "component", "rack", "loop", "source", "target", "parent")
"""Columns that hold what planners call things."""


@EACH
def test_survives_missing_numbers_and_nasty_names(named: NamedFigure, day: Result) -> None:
    tables = {name: frame.copy() for name, frame in day.tables.items()}
    coded = {(table.name, c.name) for table in TABLES for c in table.columns if c.allowed}
    for name, frame in tables.items():
        for column in frame.columns:
            if (name, column) in coded:
                continue
            if frame[column].dtype == "float64" and column != "time_s":
                frame[column] = np.nan
            elif column in NAMES:
                frame[column] = frame[column].where(frame[column] == "", frame[column] + NASTY)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        svg_bytes(named.draw(with_tables(day, **tables)))


@EACH
def test_letters_are_at_least_nine_points(named: NamedFigure, day: Result) -> None:
    figure = named.draw(day)
    assert figure.get_figwidth() == pytest.approx(7.2)
    sizes = [
        text.get_fontsize()
        for text in figure.findobj(Text)
        if isinstance(text, Text) and text.get_text()
    ]
    assert min(sizes) >= 9


@EACH
def test_leaves_the_callers_settings_alone(named: NamedFigure, day: Result) -> None:
    before = dict(mpl.rcParams)
    named.draw(day)
    assert dict(mpl.rcParams) == before


def test_figures_are_found_by_name(day: Result) -> None:
    assert said(figure_named(day, "sankey")) == said(figure_sankey(day))
    with pytest.raises(InputError, match="did you mean 'sankey'"):
        figure_named(day, "sanky")


def test_a_hall_holds_what_stands_between_its_walls(day: Result) -> None:
    (hall,) = halls(day)
    assert (hall.west, hall.south, hall.east, hall.north) == (0.0, 0.0, 16.0, 10.0)
    assert set(RACKS) <= set(hall.inside["id"])
    assert not {"utility", "tx_1", "dry_cooler_1", "pump_1"} & set(hall.inside["id"])


def test_racks_of_a_result_without_halls_stand_in_one_drawn_round_them(day: Result) -> None:
    (hall,) = halls(with_tables(day, halls=day.frame("halls").iloc[:0]))
    assert set(RACKS) <= set(hall.inside["id"])


def test_floor_shows_each_racks_worst(day: Result) -> None:
    racks = day.frame("racks")
    assert inlet_scale(day).value.max() == racks["inlet_air_degc"].max()
    margin = margin_scale(day)
    hottest = racks.groupby("rack")["junction_max_degc"].max()
    assert slowdown_degc(day) == 89.0
    assert margin.value["rack_8"] == pytest.approx(max(89.0 - hottest["rack_8"], 0.0))
    assert list(margin.value[margin.trouble].index) == list(hottest[hottest > 88.5].index)


def test_halls_of_a_campus_stand_side_by_side(day: Result) -> None:
    held = day.frame("components")
    room = day.frame("halls")
    rooms = pd.concat([room.assign(hall="a"), room.assign(hall="b", x_m=room["x_m"] + 100.0)])
    other = held.assign(x_m=held["x_m"] + 100.0, id="b_" + held["id"], parent="b")
    both = pd.concat(
        [held.assign(parent=held["parent"].where(held["parent"] != "hall_1", "a")), other]
    )
    campus = with_tables(day, components=both, halls=rooms)
    assert [len(room.inside[room.inside["kind"] == "rack"]) for room in halls(campus)] == [8, 8]
    for draw in (figure_floor, figure_slowdown):
        assert [one.get_title("left") for one in draw(campus).axes] == ["a", "b", ""]


def test_plans_fit_on_a_page_whatever_the_halls(day: Result) -> None:
    """A taller figure is made smaller on paper, and its letters with it."""
    rooms = day.frame("halls")
    for count, depth_m in ((1, 8.0), (1, 80.0), (2, 40.0), (5, 20.0), (6, 60.0)):
        many = [rooms.assign(hall=f"h{n}", x_m=50.0 * n, depth_m=depth_m) for n in range(count)]
        held = day.frame("components")
        racks = [held.assign(id=f"h{n}_" + held["id"], parent=f"h{n}") for n in range(count)]
        site = with_tables(day, components=pd.concat(racks), halls=pd.concat(many))
        assert figure_floor(site).get_figheight() <= PAGE_IN + 1e-9


def test_only_disturbed_racks_are_in_the_strip() -> None:
    clock = pd.DataFrame({"a": [1.0, 1.0], "b": [1.0, 0.9], "c": [1.0, 1.0]})
    on = pd.DataFrame({"a": [1.0, 1.0], "b": [1.0, 1.0], "c": [0.0, 1.0]})
    assert disturbed(clock, on) == ["b", "c"]


def test_worst_moment_is_the_lost_panel_or_else_the_highest_load(day: Result) -> None:
    assert worst_moment(day)[0] == 6 * 3600 + 300
    power = day.frame("power").assign(energised_frac=1.0)
    time_s, why = worst_moment(with_tables(day, power=power))
    assert time_s == power["time_s"][power["load_max_frac"].idxmax()]
    assert "loading" in why


def test_oneline_names_the_lost(day: Result) -> None:
    assert said(figure_oneline(day)).count("LOST") == 3


def test_oneline_draws_sides_of_supply_apart(day: Result) -> None:
    edges = day.frame("edges")
    both = edges[edges["target"] == "ups_1"].assign(source="tx_2", role="share")
    graph = power_graph(with_tables(day, edges=pd.concat([edges, both], ignore_index=True)))
    kinds = dict(zip(day.frame("components")["id"], day.frame("components")["kind"], strict=True))
    side = sides_of(graph, kinds)
    assert (side["tx_1"], side["tx_2"]) == ("A", "B")
    assert (side["ups_1"], side["ups_2"]) == ("AB", "B")
    assert (side["utility"], side["rpp_4"]) == ("", "B")


def test_plans_have_no_red_where_nothing_is_wrong(day: Result) -> None:
    cool = day.frame("racks").assign(inlet_air_degc=22.0, junction_max_degc=60.0)
    held = with_tables(day, racks=cool)
    for scale in (inlet_scale(held), margin_scale(held)):
        red, green, blue, _ = scale.shade.to_rgba(scale.value.dropna().to_numpy()).T
        assert (red < np.maximum(green, blue) + 0.1).all()
        assert (red < blue + 0.35).all()
        assert not scale.trouble.any()


def test_oneline_merges_alike_racks_but_keeps_the_lost_apart(day: Result) -> None:
    racks = day.frame("racks")
    copies = [racks.assign(rack=racks["rack"] + f"_{n}") for n in range(40)]
    edges = day.frame("edges")
    fed = edges["target"].isin(RACKS)
    more = [edges[fed].assign(target=edges["target"][fed] + f"_{n}") for n in range(40)]
    components = day.frame("components")
    kit = components[components["id"].isin(RACKS)]
    kits = [kit.assign(id=kit["id"] + f"_{n}") for n in range(40)]
    large = with_tables(
        day,
        racks=pd.concat(copies).sort_values("time_s"),
        edges=pd.concat([edges[~fed], *more]),
        components=pd.concat([components[~components["id"].isin(RACKS)], *kits]),
    )
    figure = figure_oneline(large)
    assert "80 × 132 kW" in said(figure)
    assert said(figure).count("LOST") == 2
    assert figure.get_figheight() < 0.55 * MOST_BOXES + 1.2


def test_a_ring_of_buses_is_drawn(day: Result) -> None:
    ring = pd.DataFrame(
        [("ups_1", "ups_2", "power", "share"), ("ups_2", "ups_1", "power", "share")]
    )
    ring.columns = day.frame("edges").columns
    assert "ups_1" in said(
        figure_oneline(with_tables(day, edges=pd.concat([day.frame("edges"), ring])))
    )


def test_sankey_closes_and_says_when_it_does_not(day: Result) -> None:
    flows = day.frame("energy")
    assert residual_frac(energy_graph(staged(flows))) < 1e-12
    leaky = flows.assign(
        energy_j=flows["energy_j"].where(flows["target"] != "racks", 0.97 * flows["energy_j"])
    )
    gap = residual_frac(energy_graph(leaky))
    assert gap == pytest.approx(
        0.03 * flows["energy_j"][flows["target"] == "racks"].sum() / flows["energy_j"][0]
    )
    assert "DOES NOT CLOSE" in said(figure_sankey(with_tables(day, energy=leaky)))


def test_cooling_and_losses_are_stages_of_their_own(day: Result) -> None:
    flows = day.frame("energy")
    graph = energy_graph(staged(flows))
    assert set(graph.successors("site")) == {"racks", "cooling", "losses"}
    lost = flows[flows["target"].str.startswith("loss: ")]["energy_j"].sum()
    assert graph.edge("site", "losses")["energy_j"] == pytest.approx(lost)


def test_sources_may_follow_one_another() -> None:
    rows = [("utility", "site", 9.0), ("generators", "site", 1.0), ("site", "racks", 10.0)]
    graph = energy_graph(pd.DataFrame(rows, columns=["source", "target", "energy_j"]))
    assert set(graph.predecessors("site")) == {"utility", "generators"}


def test_energy_that_flows_back_is_stored_not_looped() -> None:
    flows = pd.DataFrame(
        {"source": ["grid", "ups", "battery"], "target": ["ups", "battery", "ups"], "energy_j": 1.0}
    )
    graph = energy_graph(flows)
    assert len(graph.sorted()) == len(graph)
    assert "ups, stored" in graph


def test_marks_join_what_happens_together_and_never_grow() -> None:
    events = pd.DataFrame(
        {"time_s": np.arange(500) * 10.0, "component": "r", "what": "failed", "detail": ""}
    )
    assert [mark.text for mark in marks(events, 86400.0)] == ["r failed"]
    apart = events.assign(time_s=np.arange(500) * 2000.0)
    assert len(marks(apart, 86400.0)) == MOST_MARKS


def test_events_of_one_minute_and_word_are_one_group(day: Result) -> None:
    texts = [group.text for group in grouped(day.frame("events"))]
    assert texts == [
        "rpp_2 failed",
        "rack_3–4 off",
        "rpp_2 repaired",
        "rack_3–4 on",
        "pump_2 failed",
        "rack_5–8 throttled",
        "pump_2 repaired",
        "rack_5–8 full clock",
    ]


def test_throttling_is_a_span_not_a_mark(day: Result) -> None:
    assert all(mark.kind != EventKind.THROTTLED for mark in marks(day.frame("events"), 86400.0))
    site = pd.DataFrame(
        {"time_s": [10.0, 20.0, 30.0, 40.0], "gpus_throttled": [0.0, 5.0, 5.0, 0.0]}
    )
    assert throttled_spans(site, 40.0) == [(10.0, 30.0)]


def test_idle_generators_are_no_loss(day: Result) -> None:
    components = day.frame("components")
    power = day.frame("power")
    generator = components[components["id"] == "tx_1"].assign(
        id="gen", kind="generator", type="gen"
    )
    rows = power[power["component"] == "tx_1"].assign(
        component="gen", energised_frac=0.0, power_out_w=0.0
    )
    edges = pd.concat(
        [
            day.frame("edges"),
            pd.DataFrame([("gen", "ups_1", "power", "share")], columns=day.frame("edges").columns),
        ]
    )
    ready = with_tables(
        day,
        components=pd.concat([components, generator]),
        power=pd.concat([power, rows]),
        edges=edges,
    )
    assert "gen | idle" in said(figure_oneline(ready))
    events = pd.DataFrame(
        [(0.0, "gen", "failed to start", "")], columns=day.frame("events").columns
    )
    broken = with_tables(ready, events=events)
    assert "gen | LOST" in said(figure_oneline(broken))


def test_thinning_keeps_the_mean_and_periods_add_up() -> None:
    values = np.random.default_rng(1).random((12_000, 3))
    assert thinned(values, 1200).shape == (1200, 3)
    np.testing.assert_allclose(thinned(values, 1200).mean(axis=0), values.mean(axis=0), rtol=1e-12)
    assert periods_s(np.array([10.0, 20.0, 25.0])).tolist() == [10.0, 10.0, 5.0]


def test_wide_keeps_order_and_gaps() -> None:
    long = pd.DataFrame(
        {"time_s": [1.0, 1.0, 2.0], "rack": ["b", "a", "b"], "v": [1.0, np.nan, 3.0]}
    )
    held = wide(long, "rack", "v")
    assert list(held.columns) == ["b", "a"]
    assert np.isnan(held["a"]).all()


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (numbers.power, 1.254e6, "1.25 MW"),
        (numbers.power, 999_950.0, "1.00 MW"),
        (numbers.energy, 3.6e9, "1.00 MWh"),
        (numbers.tokens, 26_305_627_564.0, "26.3 G"),
        (numbers.tokens, 0, "0"),
        (numbers.degrees, 27.04, "27.0 °C"),
        (numbers.percent, 0.9612, "96.1 %"),
        (numbers.money, 1947.29, "$1,947"),
        (numbers.money, 0.074, "$0.07"),
        (numbers.mass, 9249.65, "9.25 t"),
        (numbers.clock, 21600.0, "06:00"),
        (numbers.clock, 86400.0 + 52200.0, "day 2 14:30"),
        (numbers.duration, 5400.0, "1.5 h"),
        (numbers.figures, 3.1e-16, "3.10e-16"),
        (numbers.count, 5184.0, "5,184"),
    ],
)
def test_numbers_for_people(write: object, value: float, text: str) -> None:
    assert callable(write)
    assert write(value) == text
    assert numbers.NONE in write(float("nan"))
    assert numbers.NONE in write(None)


def test_long_names_keep_both_ends() -> None:
    assert numbers.middle("hall_1_row_12_rpp_3", 13) == "hall_1…_rpp_3"
    assert numbers.middle("ups_1", 13) == "ups_1"
    assert numbers.short("a" * 50, 10) == "a" * 9 + "…"


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["compute_r8", "compute_r5", "compute_r6", "compute_r7"], "compute_r5–r8"),
        (["ups_1", "ups_3", "ups_4"], "ups_1 and ups_3–4"),
        (["a", "b", "c", "d", "e"], "a, b and 3 more"),
        (["node_9", "node_10"], "node_9–10"),
        ([], ""),
    ],
)
def test_names_that_count_on_are_folded(names: list[str], text: str) -> None:
    assert numbers.span(names) == text


def test_what_names_share() -> None:
    assert numbers.shared(["compute_11_r1", "compute_12_r2"]) == "compute"
    assert numbers.shared(["leaf_1", "spine_1"]) == ""
    assert plural("rpp") == "panels"
    assert plural("dry_cooler") == "dry coolers"


def test_a_notebook_gets_the_halls_in_three_dimensions(day: Result) -> None:
    pytest.importorskip("pxr", reason="usd-core is not installed")
    pytest.importorskip("pyvista", reason="pyvista is not installed")
    assert "hall3d" in dir(day.plot)
    (axes,) = day.plot.hall3d().axes
    pixels = np.asarray(axes.images[0].get_array())
    assert pixels.shape[0] > 500
    assert len(np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0)) > 200
