"""Claim: the failure report says in twelve parts what the design's file, the static study and runs
of it say; the same design gives the same bytes.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from conftest import small_layout
from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth

import twin
from tests.planner import asked, job, loaded, written
from twin import catalogue
from twin.analysis.failure_parts.one_line import one_line
from twin.analysis.failure_parts.report import PARTS, FailureReport
from twin.catalogue.rows import PowerEquipment
from twin.present.failure_report import front, pdf_bytes, render, run_sections
from twin.present.failure_report.one_line import TITLE_PT, diagram
from twin.present.failure_report.sections import sections
from twin.present.paper import BOLD
from twin.present.report.source_numbers import stated
from twin.quantities import power
from twin.study.failure_report.ride_through import _together

ROOT = Path(__file__).parents[2]


@cache
def of_small_hall() -> FailureReport:
    return twin.failure_report(loaded(asked(workload=[job()])))


@cache
def of_pod() -> FailureReport:
    return twin.failure_report(ROOT / "layouts" / "gb200_su.yaml")


def rows(report: FailureReport, part: str, key: str = "rows") -> dict[str, Any]:
    """Rows of a part by their first value."""
    return {next(iter(row.values())): row for row in report.parts[part][key]}


def test_all_twelve_parts_are_there_and_json_holds_them() -> None:
    document = of_small_hall().as_dict()
    assert tuple(of_small_hall().parts) == PARTS
    assert len(PARTS) == 12
    assert json.loads(json.dumps(document, allow_nan=False)) == json.loads(json.dumps(document))


def test_what_no_machine_sees_is_null() -> None:
    """A utility takes the swings of the pod; NaN there was no JSON, and no report was written."""
    (swing,) = of_pod().parts["transients"]["power_swings"]
    assert swing["machine_step_w"] is None
    assert swing["machine_accepts_w"] is None
    assert swing["swing_w"] > 0


def test_the_same_design_gives_the_same_bytes() -> None:
    again = twin.failure_report(loaded(asked(workload=[job()])))
    assert render(again) == render(of_small_hall())
    assert pdf_bytes(again) == pdf_bytes(of_small_hall())
    assert again.as_dict() == of_small_hall().as_dict()


def test_static_parts_are_those_of_the_redundancy_study() -> None:
    study = twin.redundancy(ROOT / "layouts" / "gb200_su.yaml").as_dict()
    parts = of_pod().parts
    for part in ("verdicts", "cut_sets", "availability", "importance"):
        for key, value in parts[part].items():
            assert key == "purchases" or value == study[key], key


def test_a_rack_rides_through_for_its_battery_where_cooling_goes_on() -> None:
    """Everything that cools hangs on the UPS; two batteries carry what the run says they give."""
    layout = small_layout(2, 0)
    layout["power"] = [group for group in layout["power"] if group["name"] != "genset"]
    layout["power"][1]["fed_by"] = ["utility"]
    for group in [g for key in ("loops", "air", "plant") for g in layout["cooling"][key]]:
        group["fed_by"] = "panel"
    report = twin.failure_report(loaded(asked(layout, workload=[job()])))
    racks = report.parts["ride_through"]["racks"]
    assert {row["bound_by"] for row in racks} == {"battery of ups_1, ups_2"}
    row = catalogue.get(PowerEquipment, "ups_500")
    drawn_w = sum(rack_w for rack_w in _average_w(report))
    most_s = 2 * row.battery_energy_j * row.battery_discharge_efficiency_frac / drawn_w
    assert racks[0]["seconds"] == pytest.approx(most_s, rel=0.05)  # losses, and warmer fans


def _average_w(report: FailureReport) -> list[float]:
    return [
        row["load_w"]
        for row in report.parts["loading"]["rows"]
        if row["level"] == "average" and row["component"].startswith("panel")
    ]


def test_cooling_bounds_the_pod_before_its_batteries_do() -> None:
    racks = of_pod().parts["ride_through"]["racks"]
    assert all(row["bound_by"].startswith("cooling") for row in racks)
    left = rows(of_pod(), "ride_through", "events")["stored_energy"]
    assert left["first_rack_off_s"] == min(row["seconds"] for row in racks)
    assert left["racks_off"] == 16


def test_disturbances_cost_nothing_that_the_run_does_not_say() -> None:
    events = rows(of_pod(), "ride_through", "events")
    assert list(events) == sorted(events, key=lambda name: events[name]["watched_s"])
    for name in ("outage_100ms", "outage_10s", "outage_10min", "double_outage"):
        assert events[name]["racks_off"] == 0
        assert events[name]["tokens_lost"] == 0.0
    lost = events["stored_energy"]
    assert lost["tokens_lost"] == pytest.approx(sum(lost["causes"].values()), rel=0.05)


def test_what_is_away_for_a_while_is_not_repaired() -> None:
    """A utility that is away for 100 ms failed and was repaired; a generator that does not start
    still does.
    """
    events = rows(of_small_hall(), "ride_through", "events")
    outage = [
        one for one in events["outage_100ms"]["time_line"] if one["components"] == ["utility"]
    ]
    assert [(one["what"], one["detail"]) for one in outage] == [
        ("away", "back after 0.1 s"),
        ("back", ""),
    ]
    assert outage[1]["after_s"] == pytest.approx(0.1)


def test_a_small_share_of_the_tokens_keeps_its_figures() -> None:
    """The report of a campus said `0.000 % of what it can make` beside 13.2 G tokens."""
    parts = {
        "job_consequence": {
            "tokens_not_made_per_year": 13.2e9,
            "tokens_restarting_per_year": 0.0,
            "tokens_per_s": 1e8,
        }
    }
    tile = front._stake(replace(of_small_hall(), parts=parts))
    assert (tile.value, tile.below) == ("13.2 G", "4.19e-04 % of what it can make")


def test_shared_crews_stand_beside_independent_repairs() -> None:
    crews = [{"name": "site", "count": 1}]
    report = twin.failure_report(loaded(asked(small_layout() | {"crews": crews})))
    held = report.parts["availability"]
    waiting = held["shared_crews"]["availability_monte_carlo"]["unavailability"]
    assert waiting > 0
    page = render(report)
    assert "Monte Carlo, crews shared" in page
    assert "Crews that are shared: site (1 for" in page
    assert "crews shared" not in render(of_pod())


def test_the_load_that_was_judged_is_said() -> None:
    """A scenario's own job on part of the hall, training on every GPU of a layout."""
    for report in (of_small_hall(), of_pod()):
        load = report.parts["ride_through"]["load"]
        assert 0.3 < load["rated_frac"] < 0.95
        average = sum(
            row["load_w"]
            for row in report.parts["loading"]["rows"]
            if row["level"] == "average" and row["component"].startswith(("panel", "rpp"))
        )
        assert load["rack_w"] <= average * 1.001
        said = f"Judged at {power(load['rack_w'])} of racks, {load['rated_frac']:.0%}"
        assert said.replace("%", " %") in render(report)
    assert of_pod().parts["ride_through"]["load"]["rated_w"] == pytest.approx(
        float(twin.build(twin.load(ROOT / "layouts" / "gb200_su.yaml")).racks.rated_w.sum())
    )


def test_loading_is_that_of_the_pod_by_hand(tmp_path: Path) -> None:
    """Four panels of 500 kW share 1,316 kW: 329 kW each, 438.7 kW with one lost, 658 with two."""
    from tests.validation.test_pod_oracle import pod

    report = twin.failure_report(pod(tmp_path, 1.316e6))
    panels = [
        row
        for row in report.parts["loading"]["rows"]
        if row["component"].startswith("panel") and row["level"] == "design"
    ]
    for row in panels:
        assert row["load_w"] == pytest.approx(329_000)
        assert row["worst_1_w"] == pytest.approx(1.316e6 / 3)
        assert row["worst_2_w"] == pytest.approx(1.316e6 / 2)
        assert row["left_after_one_w"] == pytest.approx(500_000 - 1.316e6 / 3)
    assert report.parts["transients"]["above_rating_after_one"]


def test_exposure_is_the_partner_s_unavailability_and_what_is_left() -> None:
    """With one of four panels out, the others must all hold: U rises by theirs."""
    held = of_pod().parts
    usual = held["availability"]["availability_exact"]["unavailability"]
    rates = {
        row["component"]: row["unavailability"]
        for row in held["availability"]["component_reliability"]
    }
    out = rows(of_pod(), "maintenance")["rpp_1"]
    partners = [n for names in held["cut_sets"]["cut_set_rows"] for n in [names["components"]]]
    others = {name for names in partners if "rpp_1" in names for name in names} - {"rpp_1"}
    assert out["unavailability_meanwhile"] == pytest.approx(
        usual + sum(rates[name] for name in others), rel=2e-3
    )
    assert not out["loses_load"]
    assert rows(of_pod(), "maintenance")["cdu_1"]["loses_load"]


def test_what_to_buy_next_is_the_importance_over_the_price_of_the_row() -> None:
    saved = {
        row["component"]: row["second_saves_min_per_year"]
        for row in of_pod().parts["importance"]["importance"]
    }
    bought = of_pod().parts["importance"]["purchases"]
    assert [row["usd_per_min"] for row in bought] == sorted(row["usd_per_min"] for row in bought)
    ups = next(row for row in bought if row["type"] == "ups_500")
    assert ups["price_usd"] == catalogue.get(PowerEquipment, "ups_500").price_usd
    assert ups["usd_per_min"] == pytest.approx(ups["price_usd"] / saved["ups_1"])
    assert not any("pump" in name for row in bought for name in row["components"])  # no price


def test_a_single_point_costs_its_hours_and_its_restarts() -> None:
    held = of_pod().parts["job_consequence"]
    worst = next(row for row in held["rows"] if row["components"] == ["cdu_1"])
    rate = next(
        row
        for row in of_pod().parts["availability"]["component_reliability"]
        if row["component"] == "cdu_1"
    )
    down_s = rate["unavailability"] * 8760 * 3600
    assert worst["tokens_not_made_per_year"] == pytest.approx(
        down_s * held["tokens_per_s"] * 288 / 576, rel=1e-3
    )
    per_year = 8760 / (rate["mtbf_h"] + rate["mttr_h"])
    assert worst["events_per_year"] == pytest.approx(per_year, rel=1e-3)
    assert worst["tokens_restarting_per_year"] == pytest.approx(
        per_year * 1200 * held["tokens_per_s"], rel=1e-3
    )


def test_losses_at_full_load_are_those_of_the_one_line_diagram() -> None:
    full = of_pod().parts["losses"]["rows"][-1]
    boxes = {box["box"]: box for box in of_pod().parts["one_line"]["boxes"]}
    used_w = full["it_w"] + full["cooling_w"]
    assert boxes["utility"]["load_w"] == pytest.approx(used_w + full["loss_total_w"], rel=1e-9)
    by_load = [row["pue_of_losses"] for row in of_pod().parts["losses"]["rows"]]
    assert max(by_load) == by_load[0]


def test_every_number_has_its_witness_and_assumptions_are_counted() -> None:
    held = of_pod().parts["provenance"]
    assert all(row["source"] and row["status"] for row in held["numbers"])
    part = next(one for one in sections(of_pod()) if one.title == "Provenance")
    told = [row for table in part.blocks for row in table.rows]
    assert len(told) < 100 < len(held["numbers"])
    shown = " ".join(map(str, told)).replace("\\xa0", " ")
    for row in held["numbers"]:
        said = stated(row["parameter"], row["value"], row["unit"]).replace("\u00a0", " ")
        assert said in shown
    assert "mtbf_h" not in shown
    assert held["share_of_unavailability_on_assumed_rates"] == pytest.approx(1.0, abs=1e-3)
    assert 0 < held["assumed"] < held["numbers_total"]


def test_the_page_loads_nothing_and_a_chosen_cut_set_lights_its_boxes() -> None:
    page = render(of_pod())
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    drawn = diagram(of_pod().parts["one_line"])
    box = next(n for n, one in enumerate(drawn.boxes) if "cdu_1" in one.members)
    assert f"main:has(#cut-0:checked) .b{box} rect" in page
    assert 'id="cut-0"' in page
    for n, title in enumerate(("One-line diagram", "Loading", "Losses"), start=1):
        assert f"<h2>{n} {title}</h2>" in page


def test_boxes_of_the_diagram_do_not_touch() -> None:
    drawn = diagram(of_pod().parts["one_line"])
    for n, one in enumerate(drawn.boxes):
        assert 0 <= one.x <= drawn.width - one.width
        assert 0 <= one.y <= drawn.height
        for other in drawn.boxes[n + 1 :]:
            assert abs(one.x - other.x) >= one.width or abs(one.y - other.y) > 44
    named = [name for box in drawn.boxes for name in box.members]
    assert len(named) == len(set(named))


def test_the_command_writes_page_pdf_and_document(tmp_path: Path) -> None:
    file = str(written(asked(workload=[job()]), tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "twin", "failure-report", file, "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Single points of failure" in done.stdout
    found = tmp_path / "out"
    assert (found / "failure_report.html").read_text(encoding="utf-8") == render(of_small_hall())
    assert (found / "failure_report.pdf").read_bytes()[:5] == b"%PDF-"
    document = json.loads((found / "failure_report.json").read_text(encoding="utf-8"))
    assert document["verdicts"] == of_small_hall().parts["verdicts"]


def test_a_title_fits_its_box_also_where_columns_are_many() -> None:
    pdf_bytes(of_small_hall())  # which loads the typeface
    static = twin.build(twin.load(ROOT / "layouts" / "campus_20mw.yaml"))
    drawn = diagram(one_line(static))
    assert max(len(box.members) for box in drawn.boxes) > 100
    for box in drawn.boxes:
        assert stringWidth(box.lines[0], BOLD, TITLE_PT) <= box.width - 4.0
    titles = {box.lines[0] for box in drawn.boxes}
    assert {"2 × switchboards", "4 × transformers"} <= titles  # was "4 × trans…rmers"


def test_kinds_and_hours_are_written_for_people() -> None:
    """Read `rpp`, `dry_cooler`, `1.41e+06` h, and a sentence with backticks."""
    told = {section.title: section for section in sections(of_pod())}
    (losses,) = (one for one in told["Losses"].blocks if one.kind == "grid")
    assert {"Transformers", "Switchboards", "UPS", "Panels"} <= set(losses.headings)
    rates = next(
        one
        for one in told["Availability"].blocks
        if one.kind == "grid" and "MTBF (h)" in one.headings
    )
    assert {"panel", "dry cooler", "air handler", "UPS"} <= {row[1] for row in rates.rows}
    assert not [row for row in rates.rows if "e+" in row[2]]
    assert not [one for section in told.values() for one in section.says if "`" in one]


def test_a_wide_diagram_is_printed_across_and_headings_stand_with_their_tables() -> None:
    """Letters of five points; `3 Losses` stood at the end of a page, its table on the next one."""
    pages = PdfReader(BytesIO(pdf_bytes(of_pod()))).pages
    across = [page.mediabox.width > page.mediabox.height for page in pages]
    assert [n for n, one in enumerate(across) if one] == [1]
    drawn = diagram(of_pod().parts["one_line"])
    assert drawn.is_across
    assert TITLE_PT * drawn.scale > 7.0
    assert "page: across" in render(of_pod())
    held = [" ".join(page.extract_text().split()) for page in pages]
    for n, section in enumerate(sections(of_pod()), start=1):
        begins = next(page for page in held if f"{n} {section.title} " in page)
        first = section.blocks[0] if section.blocks else None
        if first is not None and first.kind != "picture":
            assert first.title in begins.partition(f"{n} {section.title} ")[2], section.title


def test_details_of_a_time_line_say_hours() -> None:
    """Read `back after 259,200 s`."""
    told = {section.title: section for section in sections(of_pod())}["Ride-through"]
    details = [
        row[3] for one in told.blocks if one.title.startswith("Time line") for row in one.rows
    ]
    assert "back after 3 days" in details
    assert not [one for one in details if re.search(r"\d,\d+ s", one)]


def test_repeats_within_a_minute_are_one_row_of_a_time_line() -> None:
    """`inlet too warm`, hall, 2 racks stood seven times in 21 s; six sags were eighteen rows."""
    warm = {"what": "inlet too warm", "components": ["hall"], "detail": "2 racks"}
    other = {**warm, "detail": "1 rack"}
    moments = [(100.0, warm), (101.5, other), (121.0, warm), (160.0, warm), (160.5, warm)]
    kept = _together({"after_s": at_s, **row} for at_s, row in moments)
    told = [(row["after_s"], row["times"], row["last_after_s"], row["detail"]) for row in kept]
    assert told == [
        (100.0, 3, 160.0, "2 racks"),
        (101.5, 1, 101.5, "1 rack"),
        (160.5, 1, 160.5, "2 racks"),
    ]
    said = [run_sections._line(row)["detail"] for row in kept]
    assert said == ["3 times within 1 min, each time: 2 racks", "1 rack", "2 racks"]


def test_no_time_line_says_one_thing_twice_within_a_minute() -> None:
    """What is held of every standard disturbance, and that every event is counted."""
    for event in of_pod().parts["ride_through"]["events"]:
        last: dict[tuple[str, ...], float] = {}
        for row in event["time_line"]:
            key = (row["what"], row["detail"], *row["components"])
            assert row["after_s"] - last.get(key, -1e9) > 60.0
            assert row["after_s"] <= row["last_after_s"] <= row["after_s"] + 60.0
            assert (row["times"] == 1) == (row["last_after_s"] == row["after_s"])
            last[key] = row["after_s"]
    (sags,) = [
        event["time_line"]
        for event in of_pod().parts["ride_through"]["events"]
        if event["says"].startswith("Six sags")
    ]
    assert sum(row["times"] for row in sags if row["what"] == "voltage sag") == 6
