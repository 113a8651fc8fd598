"""`twin diff A B --out PAGE.html`: both designs on one plan, old and new of all that differs, and
what reviewers have to look at again.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from twin.analysis.differences import differences
from twin.cli import diff_face, main
from twin.present.design_diff import describe
from twin.present.figures.plan_changes import YARD, ChangedPlan, changed_plans, figure_changes
from twin.present.figures.style import luminance

BASE = Path("layouts/gb200_su.yaml")
CHANGES = (
    ("size: [13 m, 10.4 m", "size: [14 m, 11 m"),
    ("at: [4.1 m, 5.9 m]", "at: [4.7 m, 6.3 m]"),
    ("racks: 8 x support_rack", "racks: 7 x support_rack"),
    ("type: crah_100, count: 4", "type: crah_100, count: 5"),
    ("supply_temperature: 41.5 °C", "supply_temperature: 38 °C"),
)
OVERRIDES = "overrides: {compute_r1: {rating: 120 kW}, compute_r2: {rating: 120 kW}}\n"


@pytest.fixture(scope="module")
def designs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A pod, and the same with a wider hall, a rack less, an air handler more, moved racks."""
    folder = tmp_path_factory.mktemp("designs")
    base = BASE.read_text(encoding="utf-8")
    wide = base + OVERRIDES
    for old, new in CHANGES:
        assert old in wide
        wide = wide.replace(old, new)
    (folder / "base.yaml").write_text(base, encoding="utf-8")
    (folder / "wide.yaml").write_text(wide, encoding="utf-8")
    for component in ("ups_1", "support_r3", "rpp_1", "design"):
        entry = ["--component", component, "--reviewer", "A. Meyer", "--date", "2026-11-20"]
        held = ["review", str(folder / "base.yaml"), *entry, "--decision", "approved"]
        assert main(held) == 0
    return folder / "base.yaml", folder / "wide.yaml"


@pytest.fixture(scope="module")
def page(designs: tuple[Path, Path]) -> str:
    out = designs[0].with_name("page.html")
    assert main(["diff", *map(str, designs), "--out", str(out)]) == 0
    first = out.read_bytes()
    assert main(["diff", *map(str, designs), "--out", str(out)]) == 0
    assert out.read_bytes() == first
    return first.decode()


@pytest.fixture(scope="module")
def plans(designs: tuple[Path, Path]) -> dict[str, ChangedPlan]:
    a, b = (diff_face.side(path) for path in designs)
    return {plan.name: plan for plan in changed_plans(a, b, differences(a, b))}


def rows(page: str, title: str) -> list[list[str]]:
    """Cells of a table."""
    body = page.split(f'aria-label="{title}"')[1].split("<tbody>")[1].split("</tbody>")[0]
    found = [re.findall(r"<t[hd][^>]*>([^<]*)<", row) for row in body.split("</tr>")]
    return [row for row in found if row]


def test_each_difference_stands_with_old_new_and_unit(page: str) -> None:
    found = rows(page, "Components that differ")
    assert ["support_r8", "removed", "", "rack support_rack", "–", "", ""] in found
    assert ["crah_5", "added", "", "–", "air handler crah_100", "", ""] in found
    rating = ["compute_r1–r2", "changed", "rating", "132 kW", "120 kW", "-12.0 kW (-9.1 %)", ""]
    assert rating in found
    moved = next(row for row in found if row[0] == "support_r3" and row[2] == "place, north")
    assert moved[3:] == ["6.500 m", "6.900 m", "+0.400 m", "approved by A. Meyer, stale"]
    keys = rows(page, "Keys of the layout")
    water = "cooling.plant.warm_water.supply_temperature"
    assert [water, "41.5 °C", "38.0 °C", "-3.50 K"] in keys
    assert ["cooling.air.crah.count", "4", "5", "+1 (+25.0 %)"] in keys


def test_what_stands_inside_others_is_counted_where_it_moved_with_them(page: str) -> None:
    names = {row[0] for row in rows(page, "Components that differ")}
    assert not any("pump" in name for name in names)
    assert re.search(r"[0-9]+ components inside others moved with them", page)


def test_equal_feeds_are_one_row(page: str) -> None:
    found = rows(page, "Connections that differ")
    assert ["crah_1–4", "support_r8", "removed", "cooling, serves"] in found
    assert ["crah_5", "compute_r1–r8 and support_r1–r7", "added", "cooling, serves"] in found


def test_decisions_that_the_change_made_stale_are_to_be_taken_again(page: str) -> None:
    found = rows(page, "To be looked at again")
    assert [row[0] for row in found] == ["design", "rpp_1", "support_r3", "ups_1"]
    told = {row[0]: row[-1] for row in found}
    assert not [one for one in told.values() if "->" in one or "_m " in one], told
    assert "4 decisions held for A and must be taken again for B." in page
    assert "Not signed off: 4 open points" in page
    assert re.search(r"twin review [^<]*wide.yaml --component NAME", page)


def test_the_page_needs_nothing_else(page: str) -> None:
    assert not re.search(r'(?:src|href)="(?!#|data:image/svg)', page)
    assert "<script" not in page


def test_alt_text_says_what_the_plan_shows(page: str) -> None:
    alt = re.search(r'alt="(Plan of hall[^"]*)"', page)
    assert alt is not None
    for words in ("only in A: support_r8", "only in B: crah_5", "changed: compute_r1–r2",
                  "support_r1–r7 (0.72 m)", "6 components as before", "walls of A"):  # fmt: skip
        assert words in alt[1]


def test_moves_are_drawn_from_place_to_place(plans: dict[str, ChangedPlan]) -> None:
    """The step of a support rack is the 0.6 m and 0.4 m of its row."""
    axes = figure_changes(plans["hall"]).axes[0]
    arrows = [one for one in axes.texts if not one.get_text()]
    steps = [np.subtract(one.xy, one.get_position()) for one in arrows]
    assert sum(bool(np.allclose(step, (0.6, 0.4), atol=1e-9)) for step in steps) == 7
    assert len(arrows) == len(plans["hall"].of("moved"))


def test_what_became_of_a_component_is_told_without_colour(plans: dict[str, ChangedPlan]) -> None:
    """By lightness, hatch or line: no two looks are alike in greyscale."""
    looks = set()
    for box in figure_changes(plans["hall"]).axes[0].findobj(Rectangle):
        if box.get_linewidth() and box.get_zorder() >= 2:
            fill = box.get_facecolor()
            light = round(luminance(fill), 1) if fill[3] else None
            looks.add((light, box.get_hatch(), str(box.get_linestyle())))
    lights = sorted(light for light, hatch, _ in looks if light is not None and not hatch)
    assert min(np.diff(lights)) >= 0.2
    assert len(looks) == 6


def test_no_name_stands_on_a_wall_or_on_another(plans: dict[str, ChangedPlan]) -> None:
    for plan in plans.values():
        figure = figure_changes(plan)
        FigureCanvasAgg(figure).draw()
        named = [one for one in figure.axes[0].texts if one.get_text()]
        boxes = [one.get_window_extent() for one in named]
        assert not any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])
        assert all(to_rgba(one.get_color())[3] == 1 for one in named)


def test_the_yard_has_a_plan_of_its_own(plans: dict[str, ChangedPlan]) -> None:
    assert set(plans) == {"hall", YARD}
    assert "utility (" in describe(plans[YARD])


def test_alike_designs_have_a_page_that_says_so(tmp_path: Path, capfd) -> None:
    out = tmp_path / "same.html"
    assert main(["diff", str(BASE), str(BASE), "--out", str(out)]) == 0
    assert "Nothing differs." in out.read_text(encoding="utf-8")
    assert "no difference" in capfd.readouterr().out


def test_json_goes_along_with_a_page(designs: tuple[Path, Path], tmp_path: Path, capfd) -> None:
    out = tmp_path / "new" / "page.html"
    assert main(["diff", *map(str, designs), "--json", "--out", str(out)]) == 0
    held = json.loads(capfd.readouterr().out)["differences"]
    whats = {one["subject"]: one["what"] for one in held if one["section"] == "components"}
    assert whats["support_r8"] == "removed"
    assert whats["crah_5"] == "added"
    assert whats["support_r1"] == "moved"
    assert whats["compute_r1"] == "changed"
    assert out.is_file()


RENAMES = (
    ("- name: compute\n", "- name: gpu\n"),
    ("serves: compute", "serves: gpu"),
    ("- name: ups  ", "- name: block"),
    ("{source: ups,", "{source: block,"),
    ("{name: crah,", "{name: ahu,"),
    ("name: cdu\n", "name: coolant\n"),
)


def renamed_designs(folder: Path, *more: tuple[str, str]) -> tuple[Path, Path]:
    """A pod, and the same with other names for racks, UPS blocks, handlers and coolant units."""
    text = base = BASE.read_text(encoding="utf-8")
    for old, new in (*RENAMES, *more):
        assert old in text
        text = text.replace(old, new)
    (folder / "a.yaml").write_text(base, encoding="utf-8")
    (folder / "b.yaml").write_text(text, encoding="utf-8")
    return folder / "a.yaml", folder / "b.yaml"


def told_as_data(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> list[dict[str, object]]:
    capsys.readouterr()
    assert main(["diff", *map(str, pair), "--json"]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)["differences"]
    return found


def test_what_only_has_another_name_is_renamed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Racks, blocks, handlers, units and the pumps in them; no feed and no key is told twice."""
    pair = renamed_designs(tmp_path)
    found = told_as_data(pair, capsys)
    assert {one["what"] for one in found if one["section"] == "components"} == {"renamed"}
    names = {
        str(one["subject"]): value["old"]
        for one in found
        if one["section"] == "components"
        for value in one["values"]  # type: ignore[attr-defined]
    }
    assert len(names) == 8 + 4 + 4 + 2 + 4
    assert names["gpu_r3"] == "compute_r3"
    assert names["coolant_2_pump_1"] == "cdu_2_pump_1"
    assert not [one for one in found if one["section"] == "connections"]
    keys = {one["subject"]: one["what"] for one in found if one["section"] == "layout"}
    assert keys == {
        "halls.hall.rows.gpu.name": "renamed",
        "power.block.name": "renamed",
        "cooling.air.ahu.name": "renamed",
        "cooling.loops.coolant.name": "renamed",
        "cooling.loops.coolant.serves": "changed",
        "power.rpp.fed_by.0.source": "changed",
    }
    assert main(["diff", *map(str, pair)]) == 0
    assert "~ block_2: renamed from ups_2" in capsys.readouterr().out


def test_what_is_renamed_and_changed_says_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = renamed_designs(
        tmp_path, ("count: 4\n    mode", "count: 4\n    rating: 400 kW\n    mode")
    )
    held = {one["subject"]: one for one in told_as_data(pair, capsys)}
    assert held["block_1"]["what"] == "renamed and changed"
    keys = [value["key"] for value in held["block_1"]["values"]]  # type: ignore[attr-defined]
    assert keys[0] == "id"
    assert "rating_w" in keys
    assert held["gpu_r1"]["what"] == "renamed"


def test_the_page_names_what_is_renamed_by_both_names(tmp_path: Path) -> None:
    pair = renamed_designs(tmp_path)
    for component in ("ups_1", "rpp_1"):
        entry = ["--component", component, "--reviewer", "A. Meyer", "--date", "2026-11-20"]
        assert main(["review", str(pair[0]), *entry, "--decision", "approved"]) == 0
    assert main(["diff", *map(str, pair), "--out", str(tmp_path / "page.html")]) == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "22 components renamed" in page
    assert "components differ" not in page.replace("Components that differ", "")
    held = [row[:5] for row in rows(page, "Components that differ")]
    assert ["block_1–4", "renamed", "name", "ups_1–4", "block_1–4"] in held
    assert re.search(r'alt="Plan of hall[^"]*renamed: gpu_r1–r8', page)
    again = {row[0]: row[4] for row in rows(page, "To be looked at again")}
    assert again["ups_1"] == "renamed block_1"


def test_another_unit_at_the_same_place_is_not_renamed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of another type, or elsewhere: removed and added."""
    first, second = renamed_designs(
        tmp_path, ("type: crah_100", "type: fanwall_500"), ("at: [4.1 m, 3 m]", "at: [4.3 m, 3 m]")
    )
    found = told_as_data((first, second), capsys)
    held = {one["subject"]: one["what"] for one in found if one["section"] == "components"}
    assert held["ahu_1"] == "added"
    assert held["crah_1"] == "removed"
    assert held["gpu_r1"] == "added"
    assert held["block_1"] == "renamed"
