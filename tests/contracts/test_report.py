"""The report: one file that needs nothing else, says what the tables say, and lets no text become
markup.
"""

from __future__ import annotations

import re
import sys
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from synthetic import bare, synthetic, with_tables

from twin.present.availability_tables import availability
from twin.present.blocks import grid, words
from twin.present.figures import FIGURES
from twin.present.redundancy_tables import verdict_word
from twin.present.report import render, workload, write
from twin.present.report.redundancy import section
from twin.present.report.story import what_it_did
from twin.results import TABLES, Result

SCRIPTS = 3
"""The 3-D view's data, three.js and the view."""
NASTY = "<script>alert(1)</script>\"'&{{ 7*7 }}<img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """Tags with attributes, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] != "script":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def day() -> Result:
    return synthetic()


@pytest.fixture(scope="module")
def page(day: Result) -> Page:
    return Page(render(day))


def test_written_whole_with_progress_and_always_the_same(day: Result, tmp_path: Path) -> None:
    told: list[float] = []
    path = write(day, tmp_path / "out", lambda done, _: told.append(done))
    assert path.name == "report.html"
    assert [held.name for held in path.parent.iterdir()] == ["report.html"]
    assert told == sorted(told)
    assert told[-1] == 1.0
    slower = replace(day, summary={**day.summary, "wall_s": 9.0}, meta={**day.meta, "wall_s": 9.0})
    assert path.read_text(encoding="utf-8") == render(slower)


def test_nothing_is_loaded_from_elsewhere(page: Page) -> None:
    assert {tag for tag, _ in page.tags}.isdisjoint(
        {"link", "iframe", "object", "embed", "base", "form"}
    )
    assert sum(tag == "script" for tag, _ in page.tags) == SCRIPTS
    addresses = [
        value for _, held in page.tags for key, value in held.items() if key in ("src", "href")
    ]
    assert all(
        address and address.startswith(("#", "data:image/svg+xml;base64,")) for address in addresses
    )
    policy = next(
        held for tag, held in page.tags if held.get("http-equiv") == "Content-Security-Policy"
    )
    assert str(policy["content"]).startswith(
        "default-src 'none'; img-src data:; style-src 'sha256-"
    )


def test_every_figure_is_inside_and_is_a_picture(page: Page) -> None:
    pictures = [str(held["src"]) for tag, held in page.tags if tag == "img"]
    assert len(pictures) == len(FIGURES)
    for picture in pictures:
        svg = b64decode(picture.partition(",")[2]).decode()
        assert "<svg" in svg
        assert "<script" not in svg
        assert not re.search(r'href="(?!#|data:image/png;base64,)', svg)


@pytest.mark.parametrize(
    "phrase",
    [
        "96.12 % of the undisturbed tokens were made; 1.06 G were lost.",
        "rpp_2 (panel) failed at 06:00 and was back at 10:00; pump_2 failed at 14:00 and was "
        "back at 15:30.",
        "Racks rack_3–4 were off between 06:00 and 10:00.",
        "The flow in cdu_2 fell to 35 % of its rated value.",
        "rack_5–8 were below full clock",
        "That cost 1.06 G tokens",
        "utility: 8 racks, 576 GPUs, 1.00 MW",
        "losses, 1 numbers of power/ups_1250: PUE",
        "24.3 MWh",
        "Does not meet the fault-tolerance topology criterion in this model",
        "Counter-example: without utility, 8 racks with 576 GPUs and 1.00 MW are not served: "
        "rack_1–8.",
        "ups_1 carries 104.0 % of its rating without ups_2",
        "rpp_2: without it 2 of 8 racks lose power",
        "one component lost (N-1) 14 4 28.6 % 4",
        "The exact value lies inside the Monte Carlo interval.",
        "4.210e-04",
        "3.900e-04 to 4.800e-04",
        "facility_water: chiller curve clipped at its limits",
    ],
)
def test_says_what_the_numbers_say(page: Page, phrase: str) -> None:
    assert phrase in page.text


def test_chapters_in_order(page: Page, day: Result) -> None:
    titles = re.findall(r"<h2>(.*?)</h2>", render(day))
    assert titles == [
        "3-D view",
        "Timeline",
        "Failures",
        "Redundancy",
        "Power",
        "Cooling",
        "Year",
        "Workload",
        "Network",
        "Cost",
        "Provenance",
    ]
    anchors = [str(held["href"])[1:] for tag, held in page.tags if tag == "a"]
    assert set(anchors) <= {str(held.get("id")) for _, held in page.tags}


def test_an_empty_run_still_reads() -> None:
    page = Page(render(bare()))
    assert "No tokens were recorded in this run." in page.text
    assert "No redundancy study was made for this run." in page.text
    assert "No coolant loop was recorded." in page.text
    assert not [tag for tag, _ in page.tags if tag == "img"]
    assert "nan" not in page.text.lower().split()


@pytest.mark.parametrize("name", sorted(synthetic().tables))
def test_any_one_table_may_be_empty(day: Result, name: str) -> None:
    assert "Provenance" in Page(render(with_tables(day, **{name: day.frame(name).iloc[:0]}))).text


def test_text_never_becomes_markup(day: Result) -> None:
    tables = {}
    declared = {table.name: table for table in TABLES}
    for name, frame in day.tables.items():
        texts = set(frame.select_dtypes("str").columns) - {"system", "kind", "parent"}
        texts -= {column.name for column in declared[name].columns if column.allowed}
        tables[name] = frame.assign(**{column: frame[column] + NASTY for column in sorted(texts)})
    meta = {
        **day.meta,
        "findings": [NASTY],
        "version": NASTY,
        "seed": NASTY,
        "redundancy": {
            "single_points_of_failure": [
                {"component": NASTY, "racks": 1, "gpus": None, "load_w": float("nan")}
            ],
            "cut_sets": [[NASTY]],
            "concurrently_maintainable": {
                "verdict": False,
                "counter_example": {
                    "lost": [NASTY],
                    "overloads": [{"component": NASTY, "load_frac": 1.1}],
                },
            },
        },
    }
    text = render(replace(day, tables=tables, meta=meta, scenario_yaml=f"name: {NASTY}\n"))
    page = Page(text)
    assert sum(tag == "script" for tag, _ in page.tags) == SCRIPTS
    assert sum(tag == "img" for tag, _ in page.tags) == len(FIGURES)
    assert not [key for _, held in page.tags for key in held if key.startswith("on")]
    assert "{{ 7*7 }}" in page.text


def test_huge_tables_are_cut_with_a_note(day: Result) -> None:
    events = pd.concat([day.frame("events")] * 500, ignore_index=True)
    text = Page(render(with_tables(day, events=events))).text
    assert "The first 500 of 8,000 rows; all of them are in tables/events.parquet." in text


def test_events_are_told_in_groups_and_the_list_is_closed(page: Page) -> None:
    assert "rack_5–8 throttled 1 1 min later" in page.text
    assert "All 16 events, one by one" in page.text
    assert sum(tag == "details" for tag, _ in page.tags) == 9


def test_missing_numbers_are_dashes(day: Result) -> None:
    site = day.frame("site").assign(tokens_lost=np.nan, it_power_w=np.nan)
    summary = {key: float("nan") for key in day.summary}
    text = Page(render(replace(with_tables(day, site=site), summary=summary))).text
    assert "PUE –" in text
    assert "nan" not in text.lower().split()


@pytest.mark.parametrize(
    ("held", "meets"),
    [({"verdict": True}, True), ({"verdict": False}, False), (None, None), ({}, None)],
)
def test_a_verdict_that_was_not_given_is_none(held: object, meets: bool | None) -> None:
    assert verdict_word(held) is meets


@pytest.mark.parametrize("key", sorted(synthetic().meta["redundancy"]))
def test_a_redundancy_study_may_lack_any_part(day: Result, key: str) -> None:
    study = dict(day.meta["redundancy"])
    del study[key]
    assert len(section(replace(day, meta={**day.meta, "redundancy": study})).blocks) >= 7


def test_availability_outside_the_interval_is_said(day: Result) -> None:
    study = {**day.meta["redundancy"], "interval": [1e-5, 2e-5]}
    study["availability_monte_carlo"] = {
        **study["availability_monte_carlo"],
        "agrees_with_exact": False,
    }
    assert "OUTSIDE" in availability(study).note
    assert "Rely on the exact value." in availability(study).note


def test_a_loss_that_no_rack_noticed_is_told_with_who_carried_the_load(day: Result) -> None:
    racks = day.frame("racks").assign(on_frac=1.0, clock_frac=1.0)
    power = day.frame("power").assign(load_max_frac=0.4)
    told = what_it_did(with_tables(day, racks=racks, power=power))
    assert (
        "No rack noticed the loss of rpp_2: of four panels, three carried the load, at no more "
        "than 40 %" in told
    )
    assert "Every rack stayed on and at full clock throughout." in told


def test_a_run_without_tokens_is_told_in_gpu_hours(day: Result) -> None:
    losses = day.frame("losses").assign(tokens=0.0, usd=0.0)
    summary = {
        **day.summary,
        "tokens_total": 0.0,
        "tokens_lost_by_fault": 0.0,
        "gpu_hours_busy": 10_000.0,
    }
    site = day.frame("site").assign(tokens_inference=0.0, tokens_training=0.0, tokens_lost=0.0)
    text = Page(render(replace(with_tables(day, losses=losses, site=site), summary=summary))).text
    assert "1 of 3 jobs completed;" in text
    assert "GPU hours were lost" in text
    assert "GPU hours at work 10,000" in text


def test_alike_rows_are_one(day: Result) -> None:
    frame = pd.DataFrame({"name": ["a_1", "b", "a_2"], "value": ["x", "y", "x"]})
    made = grid("t", frame, {"Name": ("name", words), "Value": ("value", words)}, fold=True)
    assert made.rows == (("each of a_1–2", "x"), ("b", "y"))


def test_what_is_lost_at_once_is_written_out_and_ranges_mean_each(day: Result) -> None:
    """`cdu_1–2: 4 racks` told of each in one table, and of both together in the next."""
    example = {"lost": ["cdu_1", "cdu_2"], "racks": 8, "gpus": 576, "load_w": 1e6}
    study = {
        "n_minus_2": {"worst": [example]},
        "single_points_of_failure": [
            {"component": name, "racks": 4, "gpus": 288, "load_w": 5e5}
            for name in ("ups_1", "ups_2")
        ],
    }
    told = section(replace(day, meta={**day.meta, "redundancy": study}))
    grids = {block.title: block for block in told.blocks if block.kind == "grid"}
    assert grids["Pairs that drop most, single points left out"].rows[0][0] == "cdu_1 and cdu_2"
    assert grids["Single points of failure, largest loss first"].rows[0][0] == "each of ups_1–2"


def test_what_users_saw_stands_in_the_workload_chapter() -> None:
    """Weighted by requests over periods, and the worst of them; as in the table."""
    from planner import asked, chat, ran

    result = ran(asked(workload=[chat(nodes=4, rate=40.0)], horizon="1 h"))
    rows = result.frame("services")
    (found,) = [
        block
        for block in workload.section(result).blocks
        if getattr(block, "title", "") == "What users saw"
    ]
    shown = dict(zip(found.headings, found.rows[0], strict=True))
    mean = (rows["ttft_p50_s"] * rows["requests"]).sum() / rows["requests"].sum()
    assert float(shown["First token, P50 (s)"]) == pytest.approx(mean, rel=0.01)
    worst = rows["tpot_p95_s"].max() * 1e3
    assert float(shown["Between tokens, P95 of the worst period (ms)"]) == pytest.approx(
        worst, rel=0.01
    )
