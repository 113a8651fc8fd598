"""The 3-D view of a report: in a page by itself, with real clicks in a real browser, offline."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from chromium import Browser, Page, browser
from synthetic import synthetic, with_tables

from twin.present.figures import FIGURES, Drawing
from twin.present.report import render
from twin.present.viewer3d import view
from twin.present.viewer3d.quantities import MOST_STEPS, NO_VALUE, PARTS
from twin.results import Result

BUNDLE = Path(__file__).parents[2] / "twin/present/viewer3d/three"


def without_figures(result: Result) -> str:
    left_out = {named.name: Drawing(b"", "left out") for named in FIGURES}
    return render(result, drawings=left_out)


@cache
def page_text() -> str:
    return without_figures(synthetic())


def unpacked(text: str) -> tuple[dict[str, Any], list[bytes]]:
    """What the view reads, as it reads it."""
    held = json.loads(text)
    scene = json.loads(zlib.decompress(b64decode(held["scene"])))
    return scene, [zlib.decompress(b64decode(one)) for one in held["frames"]]


def values(scene: dict[str, Any], raw: bytes, k: int) -> np.ndarray:
    """(row, step) of one quantity, NaN where there is no value."""
    asked = scene["quantities"][k]
    steps = np.frombuffer(raw, np.uint8).reshape(len(asked["rows"]), -1)
    parts = np.add.accumulate(steps, axis=1, dtype=np.uint8)
    share = asked["low"] + (asked["high"] - asked["low"]) * parts / PARTS
    return np.where(parts == NO_VALUE, np.nan, share)


def test_places_are_those_of_the_tables() -> None:
    day = synthetic()
    shown = view(day)
    assert shown is not None
    scene, _ = unpacked(shown.data)
    held = day.frame("components").set_index("id")
    for n, name in enumerate(scene["id"]):
        for key, column in zip("xyzwdh", ("x", "y", "z", "width", "depth", "height"), strict=True):
            assert scene[key][n] == pytest.approx(held[f"{column}_m"][name], abs=1e-3)
    assert [row[0] for row in scene["halls"]] == list(day.frame("halls")["hall"])


def test_each_step_shows_the_worst_of_its_periods_to_a_part_of_the_range() -> None:
    day = synthetic()
    shown = view(day)
    assert shown is not None
    scene, frames = unpacked(shown.data)
    asked = scene["quantities"][0]
    assert asked["label"] == "Inlet air"
    got = values(scene, frames[0], 0)
    racks = day.frame("racks")
    each = racks.pivot(index="rack", columns="time_s", values="inlet_air_degc")
    want = each.to_numpy().reshape(len(each), MOST_STEPS, -1).max(axis=2)
    order = [scene["id"].index(name) for name in each.index]
    rows = [asked["rows"].index(n) for n in order]
    half = (asked["high"] - asked["low"]) / PARTS / 2
    assert np.abs(got[rows] - want).max() <= half * 1.001


def test_scripts_are_the_bundle_and_the_view_and_nothing_else() -> None:
    text = page_text()
    scripts = re.findall(r"<script([^>]*)>", text)
    assert scripts == [' type="application/json" id="v-data"', "", ""]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert policy[1].count("'sha256-") == 3
    assert "unsafe" not in policy[1]
    assert (BUNDLE / "LICENSE").read_text().startswith("The MIT License")
    assert (BUNDLE / "three.min.js").stat().st_size <= 700_000


def test_the_same_result_gives_the_same_bytes() -> None:
    assert without_figures(synthetic()) == page_text()


def hall_of(count: int) -> Result:
    """The synthetic day in so many racks, in rows of 25, 96 periods."""
    day = synthetic()
    components = day.frame("components")
    rack = components[components["kind"] == "rack"].iloc[0]
    n = np.arange(count)
    racks = pd.DataFrame([rack.to_dict()] * count).assign(
        id=[f"r{i}" for i in n], x_m=0.6 * (n % 25) + 1.0, y_m=3.0 * (n // 25) + 1.0
    )
    others = components[components["kind"] != "rack"]
    time_s = np.repeat(900.0 * np.arange(1, 97), count)
    wave = np.sin(time_s / 13750.0)
    spread = np.tile(np.random.default_rng(3).normal(0, 1.5, count), 96)
    held = dict.fromkeys(day.frame("racks").columns, 0.0)
    values = held | {
        "time_s": time_s,
        "rack": np.tile(racks["id"], 96),
        "power_w": 1e5 + 2e4 * wave,
        "power_max_w": 1.1e5 + 2e4 * wave,
        "inlet_air_degc": 22 + 4 * wave + spread,
        "coolant_degc": 45 + 4 * wave + spread,
        "junction_degc": 70 + 6 * wave + spread,
        "junction_max_degc": 75 + 6 * wave + spread,
        "clock_frac": 1.0,
        "on_frac": 1.0,
    }
    edges = pd.DataFrame(
        [(f"rpp_{1 + i % 4}", f"r{i}", "power", "share") for i in n]
        + [(f"cdu_{1 + i % 2}", f"r{i}", "cooling", "serves") for i in n],
        columns=["source", "target", "system", "role"],
    )
    kept = day.frame("edges")
    kept = kept[~kept["target"].str.startswith("rack_")]
    return with_tables(
        day,
        components=pd.concat([others, racks], ignore_index=True),
        racks=pd.DataFrame(values),
        edges=pd.concat([kept, edges], ignore_index=True),
    )


@cache
def large() -> str:
    return without_figures(hall_of(1000))


def test_a_thousand_racks_stay_below_a_megabyte() -> None:
    shown = view(hall_of(1000))
    assert shown is not None
    size = len(shown.data) + len(shown.three) + len(shown.viewer)
    assert size <= 1_000_000
    assert len(large()) <= 5_000_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as held:
        yield held


def opened(chromium: Browser, text: str, folder: Path) -> Page:
    file = folder / "report.html"
    file.write_text(text, encoding="utf-8")
    page = chromium.page()
    page.open(file)
    page.wait("!!document.getElementById('v-state').dataset.ready")
    return page


def text_of(page: Page, name: str) -> str:
    return str(page.eval(f"document.getElementById('{name}').innerText"))


def test_a_thousand_racks_are_drawn_in_few_calls(chromium: Browser, tmp_path: Path) -> None:
    """How soon is `python -m tests.benchmarks.report_page`."""
    page = opened(chromium, large(), tmp_path)
    said = str(page.eval("document.getElementById('v-state').dataset.ready"))
    assert text_of(page, "v-state") == ""
    assert re.match(r"1\d\d\d components, 96 steps, draws=\d,", said), said
    assert page.errors == []


def test_figures_wait_until_a_reader_comes_near_or_prints(
    chromium: Browser, tmp_path: Path
) -> None:
    page = opened(chromium, render(synthetic()), tmp_path)
    here = "[...document.images].map((i) => i.complete && i.naturalWidth > 0)"
    assert page.eval(here).count(False) > len(FIGURES) / 2
    shape = (
        "(i) => Math.abs(i.height / i.width - i.getAttribute('height') / i.getAttribute('width'))"
    )
    assert max(page.eval(f"[...document.images].map({shape})")) < 0.01
    page.eval("document.images[document.images.length - 1].scrollIntoView()")
    page.wait(f"{here}.at(-1)")
    page.ask("Page.printToPDF")
    assert all(page.eval(here))


def picked(page: Page, name: str) -> None:
    """Click where a component stands."""
    page.eval("document.getElementById('v-canvas').scrollIntoView({block: 'center'})")
    page.click(*page.eval(f"twinWhere('{name}')"))


def test_clicks_pick_slide_switch_and_ask_what_fails(chromium: Browser, tmp_path: Path) -> None:
    page = opened(chromium, page_text(), tmp_path)
    picked(page, "rack_6")
    assert text_of(page, "v-name") == "rack_6"
    assert "rpp_3" in text_of(page, "v-facts")
    assert page.eval("document.getElementById('v-curve').hidden") is False
    page.click_on("#v-slider")
    middle = text_of(page, "v-time")
    page.key("End")
    assert text_of(page, "v-time") == "24:00:00" != middle
    page.click_on("input[data-system=compute]")
    shown = text_of(page, "v-shown")
    assert shown.split()[0] == str(int(shown.split()[2]) - 8)
    page.click_on("input[data-system=compute]")
    picked(page, "cdu_2")
    assert text_of(page, "v-name") == "cdu_2"
    page.click_on("#v-fail")
    assert "what\nCDU" in text_of(page, "v-facts")
    assert "Without cdu_2: 4 racks with 288 GPUs have no feed left" in text_of(page, "v-effect")
    assert " 0 " not in text_of(page, "v-effect")
    page.click_on("#v-fail")
    assert text_of(page, "v-effect") == ""
    assert page.errors == []
    assert [url for url in page.requests if not url.startswith("file:")] == []


def turned(facing_deg: float) -> str:
    """The page of the day with all racks turned so."""
    day = synthetic()
    held = day.frame("components")
    racks = held["kind"] == "rack"
    told = held["facing_deg"].mask(racks, facing_deg)
    return without_figures(with_tables(day, components=held.assign(facing_deg=told)))


@pytest.mark.parametrize(("facing_deg", "word"), [(180.0, "south"), (0.0, "north")])
def test_fronts_stand_where_equipment_looks(
    chromium: Browser, tmp_path: Path, facing_deg: float, word: str
) -> None:
    page = opened(chromium, turned(facing_deg), tmp_path)
    page.eval("document.getElementById('v-canvas').scrollIntoView({block: 'center'})")
    picked(page, "rack_1")
    assert f"front\n{word}" in text_of(page, "v-facts")
    lightest = max(page.pixel(*page.eval("twinWhere('rack_1', 'south')")))
    assert (lightest < 60) == (word == "south")


def test_keys_turn_the_view(chromium: Browser, tmp_path: Path) -> None:
    page = opened(chromium, page_text(), tmp_path)
    before = page.eval("twinWhere('rack_1')")
    page.eval("document.querySelector('#v-canvas canvas').focus()")
    page.key("ArrowRight")
    assert page.eval("twinWhere('rack_1')") != before


def test_the_first_look_holds_the_whole_site(chromium: Browser, tmp_path: Path) -> None:
    """It opened on the halls: what stands in the yard was cut by its edge, or out of sight."""
    day = synthetic()
    held = day.frame("components")
    first = held.index == held.index[held["id"] == "cdu_2"][0]
    far = held.assign(x_m=held["x_m"].mask(first, 90.0), y_m=held["y_m"].mask(first, -60.0))
    page = opened(chromium, without_figures(with_tables(day, components=far)), tmp_path)
    left, top, wide, high = page.eval(
        "(() => { const r = document.querySelector('#v-canvas canvas').getBoundingClientRect();"
        " return [r.left, r.top, r.width, r.height]; })()"
    )
    at = np.array([page.eval(f"twinWhere('{name}')") for name in held["id"]])
    shares = (at - [left, top]) / [wide, high]
    assert shares.min() > 0
    assert shares.max() < 1
    assert np.ptp(shares, axis=0).max() > 0.5


def test_without_webgl_plans_and_table_stand_for_it(chromium: Browser, tmp_path: Path) -> None:
    blind = page_text().replace(
        "<head>", "<head><!-- no WebGL here: the bundle is taken out, as in an old browser -->", 1
    )
    blind = re.sub(r"<script>.*?</script>", "<script>0</script>", blind, count=1, flags=re.DOTALL)
    file = tmp_path / "blind.html"
    file.write_text(blind, encoding="utf-8")
    page = chromium.page()
    page.open(file)
    page.wait("document.getElementById('v-state').textContent.startsWith('no 3-D')")
    assert page.eval("document.getElementById('v3d').hidden") is True
    assert "Cooling" in text_of(page, "v-fallback")
    assert "<noscript>" in page_text()
