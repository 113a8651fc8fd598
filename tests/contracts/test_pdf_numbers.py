"""What stands on paper is what the tables say: read back from the PDF of a run."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader

from twin.cli import main
from twin.present.blocks import Grid
from twin.present.report import chapters
from twin.present.report.source_numbers import stated
from twin.results import Result

SCENARIO = Path("scenarios/first_factory.yaml")
FAULT = "{at: '01:00', component: cdu_1, repair_at: '02:00'}"
PREFIX = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
UNITS = {"Wh": 3600.0}
NUMBER = re.compile(r"^(\$?)([\d,]+(?:\.\d+)?) ?([kMGT]?)(W|Wh|°C|K|%|)$")


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, list[list[str]]]:
    """Three hours with a coolant unit lost, and the lines of every page of its PDF."""
    out = tmp_path_factory.mktemp("paper") / "out"
    asked = ["--set", "horizon=3 h", "--set", f"faults.timeline=[{FAULT}]", "--no-counterfactuals"]
    assert main(["run", str(SCENARIO), "--out", str(out), *asked]) == 0
    assert main(["report", str(out), "--pdf"]) == 0
    pages = PdfReader(out / "report.pdf").pages
    lines = [[line.strip() for line in page.extract_text().splitlines()] for page in pages]
    return Result.load(out), lines


def all_lines(pages: list[list[str]]) -> list[str]:
    return [line for page in pages for line in page]


def after(lines: list[str], words: str, count: int = 1) -> list[str]:
    """The cells that follow one, which may stand on two lines."""
    broken = words.split(" ", 1)
    start = next(n for n in range(len(lines)) if words in (lines[n], " ".join(lines[n : n + 2])))
    start += 1 if lines[start] == words else len(broken)
    return lines[start : start + count]


def read(cell: str) -> tuple[float, float]:
    """A number as printed, in SI, and half of its last digit."""
    found = NUMBER.match(cell)
    assert found, cell
    _, digits, prefix, unit = found.groups()
    one = PREFIX.get(prefix, 1.0) * UNITS.get(unit, 1.0) * (0.01 if unit == "%" else 1.0)
    decimals = len(digits.partition(".")[2])
    return float(digits.replace(",", "")) * one, 0.501 * 10.0**-decimals * one


def agrees(cell: str, value: float) -> bool:
    shown, half = read(cell)
    return abs(shown - value) <= half


def energy_j(result: Result, column: str) -> float:
    site = result.frame("site")
    return float((site[column] * np.diff(site["time_s"], prepend=0.0)).sum())


def headline(result: Result) -> dict[str, float]:
    """What page one says, from the tables alone."""
    site = result.frame("site")
    it_j = energy_j(result, "it_power_w")
    power = ("it_power_w", "distribution_loss_w", "cooling_power_w")
    return {
        "Tokens served": float(result.frame("services")["tokens_served"].sum()),
        "Tokens trained": float(site["tokens_training"].sum()),
        "Tokens lost": float(result.frame("losses")["tokens"].sum()),
        "Energy bought": energy_j(result, "utility_power_w"),
        "PUE": sum(energy_j(result, one) for one in power) / it_j,
        "Hottest GPU": float(result.frame("racks")["junction_max_degc"].max()),
    }


def test_page_one_says_what_the_tables_say(printed: tuple[Result, list[list[str]]]) -> None:
    result, pages = printed
    held = headline(result)
    assert held["Tokens lost"] > 1e6
    for label, value in held.items():
        assert agrees(after(pages[0], label)[0], value), (label, value)


def test_the_hours_are_those_of_the_site(printed: tuple[Result, list[list[str]]]) -> None:
    result, pages = printed
    lines = all_lines(pages)
    site = result.frame("site")
    hour = ((site["time_s"] - 1.0) // 3600).astype(int)
    for n, held in site.groupby(hour):
        racks, cooling, served, trained, back, lost = after(lines, f"{n:02d}:00", 6)
        assert agrees(racks, held["it_power_w"].mean())
        assert agrees(cooling, held["cooling_power_w"].mean())
        assert agrees(served, held["tokens_inference"].sum())
        assert agrees(trained, (held["tokens_training"] + held["tokens_rolled_back"]).sum())
        assert agrees(back, held["tokens_rolled_back"].sum())
        assert agrees(lost, held["tokens_lost"].sum())


def test_racks_are_as_hot_as_recorded(printed: tuple[Result, list[list[str]]]) -> None:
    result, pages = printed
    racks = result.frame("racks")
    lines = all_lines(pages)
    start = lines.index("Racks, hottest GPU first")
    names, hottest, _, coolant, inlet = after(lines[start:], "Lowest clock", 5)
    first = re.split("[– ,]", names.removeprefix("each of "))[0]
    own = racks[racks["rack"] == first]
    assert agrees(hottest, racks["junction_max_degc"].max())
    assert agrees(hottest, own["junction_max_degc"].max())
    assert agrees(coolant, own["coolant_degc"].max())
    assert agrees(inlet, own["inlet_air_degc"].max())


def test_every_row_of_every_table_is_printed(printed: tuple[Result, list[list[str]]]) -> None:
    """But of one that says again, one by one, what the table before it sums up."""
    result, pages = printed
    text = "".join("".join("".join(page).split()) for page in pages)
    blocks = [block for section in chapters(result, ()) for block in section.blocks]
    grids = [block for block in blocks if isinstance(block, Grid) and not block.again]
    rows = ["".join("".join(row).split()) for one in grids for row in one.rows]
    assert len(rows) > 100
    assert [row for row in rows if row not in text] == []


def test_the_chapters_begin_where_page_one_ends(printed: tuple[Result, list[list[str]]]) -> None:
    """What spills over from page one leaves no page nearly blank."""
    _, pages = printed
    assert any("1 Timeline" in lines for lines in pages[:2])


def test_every_number_has_its_witness_and_each_source_stands_once(
    printed: tuple[Result, list[list[str]]],
) -> None:
    """The sources were half of the document: one of them stood beside each of its numbers."""
    result, pages = printed
    held = result.frame("witnesses")
    (shown,) = [
        one for section in chapters(result, ()) for one in section.blocks
        if one.title == "Witnesses"
    ]  # fmt: skip
    assert isinstance(shown, Grid)
    rows = {row[:3]: row[3].replace("\u00a0", " ") for row in shown.rows}
    assert len(rows) == len(shown.rows)
    for one in held.itertuples():
        numbers = rows[one.source, one.status, one.accessed]
        (of,) = [part for part in numbers.split("; ") if part.startswith(f"{one.subject}: ")]
        number = stated(one.parameter, one.value, one.unit).replace("\u00a0", " ")
        assert number in of.removeprefix(f"{one.subject}: ").split(", ")
    assert sum(part.count(", ") + 1 for row in rows.values() for part in row.split("; ")) == len(
        held
    )
    of_them = next(n for n, lines in enumerate(pages) if "Witnesses" in lines)
    assert next(n for n, lines in enumerate(pages) if "Scenario" in lines) - of_them <= 4
    assert shown.rows[0][3].startswith("racks/gb200_nvl72: MTBF 87,600 h")


def test_no_title_stands_at_the_foot_of_a_page(printed: tuple[Result, list[list[str]]]) -> None:
    """Nor a title with the head of a table alone; a short table stands whole."""
    result, pages = printed
    blocks = [block for section in chapters(result, ()) for block in section.blocks]
    titles = {block.title for block in blocks if isinstance(block, Grid)}
    assert len(titles) > 20
    assert [lines[-1] for lines in pages if titles & set(lines[-3:])] == []
    for page in (set(lines) for lines in pages):
        for one in blocks:
            if isinstance(one, Grid) and 0 < len(one.rows) <= 6 and one.title in page:
                first_words = {row[0].split()[0] for row in one.rows}
                assert first_words <= {word for line in page for word in line.split()}, one.title


def test_lines_of_the_scenario_stand_in_columns(printed: tuple[Result, list[list[str]]]) -> None:
    """Each had a bullet and lost its place; they took seven pages."""
    _, pages = printed
    first = next(n for n, lines in enumerate(pages) if "Scenario" in lines)
    assert len(pages) - first <= 2
    assert "version: 1" in pages[first]
    assert not any("• version: 1" in lines for lines in pages)
