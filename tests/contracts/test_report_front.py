"""Page one of the report decides: limits and targets judged, changes told, served and trained
apart, every number that of its table, every event with its cause; readable by everybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import small_layout
from planner import asked, batch, ran, written
from synthetic import synthetic, with_tables

from twin.analysis.cause_chain import chain
from twin.cli import main
from twin.present.figures import FIGURES, Drawing
from twin.present.report import render
from twin.present.report.chain import trip_chain
from twin.present.report.verdict import banner
from twin.results import Result

CSS = Path(__file__).parents[2] / "twin/present/report/report.css"


class Numbers(HTMLParser):
    """The numbers that a page marks with the entry that they stand for, and all its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.held: list[tuple[str, float]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "data" and found.get("data-of"):
            self.held.append((str(found["data-of"]), float(str(found["value"]))))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def front(result: Result) -> Numbers:
    """The page without its figures, which take longer than the run."""
    left_out = {named.name: Drawing(b"", "left out") for named in FIGURES}
    return Numbers(render(result, drawings=left_out))


@pytest.fixture(scope="module")
def day() -> Result:
    return synthetic()


def of_tables(result: Result) -> dict[str, float]:
    """What each marked number must be, worked out from the tables alone."""
    racks = result.frame("racks")
    held = result.frame("components")
    with_gpus = racks[racks["rack"].isin(held.loc[held["gpus"] > 0, "id"])]
    exact = result.meta["redundancy"]["availability_exact"]
    site = result.frame("site")
    return {
        **{f"summary.{key}": value for key, value in result.summary.items()},
        "summary.tokens_lost_by_fault": float(result.frame("losses")["tokens"].sum()),
        "racks.junction_max_degc": float(with_gpus["junction_max_degc"].max()),
        "loading.headroom_frac": 1 - float(result.frame("loading")["worst_load_frac"].max()),
        "redundancy.availability": 1 - float(exact["unavailability"]),
        "site.tokens_lost": float(site["tokens_lost"].max()),
    }


def test_marked_numbers_are_those_of_the_tables(day: Result) -> None:
    marked = front(day).held
    want = of_tables(day)
    assert len(marked) >= 10
    assert len({key for key, _ in marked}) == len(marked)
    for key, value in marked:
        assert value == pytest.approx(want[key], rel=1e-9), key


def test_tokens_served_and_trained_are_told_apart(day: Result) -> None:
    text = front(day).text
    assert "Tokens served" in text
    assert "Tokens trained" in text
    assert "per billion tokens" not in text


def targets(**asked_for: Any) -> dict[str, Any]:
    """An hour of small jobs in the small hall, asked to reach something."""
    return asked(small_layout(), workload=[batch()], targets=asked_for)


@pytest.mark.parametrize(
    ("target", "what", "verdict"),
    [
        ({"pue": 3.0}, "PUE", "meets"),
        ({"pue": 1.01}, "PUE", "misses"),
        ({"wue_l_per_kwh": 5}, "WUE", "meets"),
        ({"availability": "99 %"}, "Availability of all racks", "not known"),
    ],
)
def test_a_target_of_a_file_is_judged(
    target: dict[str, Any], what: str, verdict: str, tmp_path: Path
) -> None:
    page = front(ran(targets(**target))).text
    (found,) = re.findall(rf"{what} (meets|misses|not known) (?:at most|at least)", page)
    assert found == verdict
    told, mood = banner(ran(targets(**target)))
    assert mood == ("bad" if "Misses" in told else "good")
    if verdict == "misses":
        assert what in told.replace("pue", "PUE")


def test_what_was_not_asked_is_said_with_what_was_found() -> None:
    page = front(ran(targets())).text
    assert "No target was asked." in page
    assert re.search(r"Not asked, with what was found: PUE \(1\.\d+\)", page)


def test_a_target_out_of_range_is_refused(tmp_path: Path, capsys: Any) -> None:
    assert main(["check", str(written(targets(pue=0.5), tmp_path))]) == 2
    assert "targets.pue" in capsys.readouterr().err


def test_values_set_outside_the_files_stand_on_page_one(tmp_path: Path) -> None:
    file = written(targets(), tmp_path)
    out = tmp_path / "out"
    change = ["--set", "site.climate.dry_bulb=31 °C", "--seed", "9"]
    assert main(["run", str(file), "--out", str(out), *change]) == 0
    page = Numbers((out / "report.html").read_text(encoding="utf-8")).text
    assert "site.climate.dry_bulb = 31 °C" in page
    assert "seed = 9" in page
    assert json.loads((out / "meta.json").read_text())["changed"]["seed"] == "9"


def test_overridden_catalogue_numbers_stand_on_page_one() -> None:
    layout = small_layout()
    layout["cooling"]["loops"][0]["overrides"] = {"approach": "3.5 K"}
    page = front(ran(asked(layout))).text
    assert "Changed for this run" in page
    assert "Written before" not in page  # a description does not age by what its own layout states
    assert re.search(r"overrides\.approach\S* = 3\.5", page)


def test_coolant_above_the_racks_limit_is_never_under_a_green_banner(day: Result) -> None:
    loops = day.frame("loops")
    witness = ("racks/nvl72", "coolant_supply_max_degc", "45", "degC", "vendor", "t", "2026-01-20")
    row = pd.DataFrame([witness], columns=list(day.frame("witnesses").columns))
    witnesses = pd.concat([day.frame("witnesses"), row], ignore_index=True)
    cool = with_tables(day, witnesses=witnesses, loops=loops.assign(temperature_degc=44.0))
    warm = with_tables(day, witnesses=witnesses, loops=loops.assign(temperature_degc=46.0))
    assert "coolant" not in banner(cool)[0]
    told, mood = banner(warm)
    assert "coolant within the racks' limit" in told
    assert mood == "bad"


def test_each_event_has_its_cause_with_the_seconds_between(day: Result) -> None:
    links = chain(day)
    throttled = next(link for link in links if link.what == "throttled")
    assert throttled.cause is not None
    cause = links[throttled.cause]
    assert cause.names == ("pump_2",)
    events = day.frame("events")
    at_s = events.loc[events["what"] == "throttled", "time_s"].min()
    assert throttled.after_s == at_s - 14 * 3600
    told = trip_chain(day)
    assert told is not None
    assert any("pump_2 failed: hangs on it" in row[2] for row in told.rows)


def test_a_cause_that_was_mended_is_no_cause(day: Result) -> None:
    events = day.frame("events")
    late = events[events["what"] == "throttled"].assign(time_s=22 * 3600.0)
    moved = pd.concat([events[events["what"] != "throttled"], late]).sort_values("time_s")
    links = chain(with_tables(day, events=moved.reset_index(drop=True)))
    assert not [link for link in links if link.what == "throttled"]


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def inks() -> Iterator[tuple[str, str]]:
    """Ink and paper of all text, light and dark: colours of text on all that they are laid on."""
    text = CSS.read_text(encoding="utf-8")
    of_text = set(re.findall(r"[ {;]color: var\(--([\w-]+)\)", text))
    of_paper = set(re.findall(r"background: var\(--([\w-]+)\)", text))
    assert {"page", "pale", "pale-bad", "pale-good"} <= of_paper
    roots = re.findall(r":root \{([^}]*)\}", text)
    assert len(roots) == 2
    for root in roots:
        named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", root))
        assert of_text | of_paper <= set(named)
        yield from ((named[ink], named[paper]) for ink in of_text for paper in of_paper)


def test_text_has_the_contrast_that_wcag_aa_asks() -> None:
    pairs = list(inks())
    assert len(pairs) >= 32
    poor = {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 4.5}
    assert poor == {}


def test_tables_and_pictures_speak_to_those_who_do_not_see(day: Result) -> None:
    page = render(day)
    assert 'class="skip" href="#summary"' in page
    assert all(re.search(r'alt="[^"]{20,}"', tag) for tag in re.findall(r"<img [^>]*>", page))
    assert page.count("<th ") == len(re.findall(r'<th scope="(?:col|row)"', page))


def test_print_opens_what_is_closed_and_keeps_headings_with_their_text() -> None:
    text = CSS.read_text(encoding="utf-8")
    paper = text[text.index("@media print") :]
    assert "details::details-content" in paper
    assert re.search(r"h2, h3[^{]*\{ break-after: avoid", paper)
    assert "break-after: page" not in paper
