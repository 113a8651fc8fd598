"""`twin diff` and `twin review`: designs are compared and signed off component by component."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import twin
from twin.cli import main
from twin.study.kept_reviews import reviews_beside

LAYOUT = Path("layouts/gb200_su.yaml")


@pytest.fixture
def pod(tmp_path: Path) -> Path:
    shutil.copy(LAYOUT, tmp_path / "pod.yaml")
    return tmp_path / "pod.yaml"


def changed(pod: Path, old: str, new: str) -> Path:
    text = pod.read_text()
    assert old in text
    other = pod.with_name("other.yaml")
    other.write_text(text.replace(old, new))
    return other


def test_alike_designs_have_no_difference(pod: Path, capfd) -> None:
    assert main(["diff", str(pod), str(LAYOUT)]) == 0
    assert capfd.readouterr().out == "no difference\n"


def test_moved_and_added_components_are_told_sorted_and_alike_each_time(pod: Path, capfd) -> None:
    other = changed(pod, "at: [4.1 m, 5.9 m]", "at: [4.1 m, 6.1 m]")
    other.write_text(other.read_text() + "overrides: {compute_r1: {rating: 120 kW}}\n")
    assert main(["diff", str(pod), str(other)]) == 0
    first = capfd.readouterr().out
    lines = first.splitlines()
    assert lines[0] == "components"
    assert "  ~ compute_r1: rating_w 132000 -> 120000" in lines
    moved = [line for line in lines if line.startswith("  ~ support_r")]
    assert len(moved) == 8
    assert all("y_m 6.5 -> 6.7" in line for line in moved)
    first_section = lines[1 : lines.index("layout")]
    assert first_section == sorted(first_section, key=lambda line: line.split()[1].rstrip(":"))
    assert "  ~ halls.hall.rows.support.at.1: 5.9 m -> 6.1 m" in lines
    assert main(["diff", str(pod), str(other)]) == 0
    assert capfd.readouterr().out == first


def test_a_new_feed_and_a_new_unit_are_connections_and_components(pod: Path, capfd) -> None:
    other = changed(
        pod, "cooling:\n", "  - {name: spare, type: ups_500, fed_by: utility}\ncooling:\n"
    )
    assert main(["diff", str(pod), str(other), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)["differences"]
    feed = {"section": "connections", "sign": "+", "subject": "utility -> spare",
            "words": "power, share", "what": "added", "values": []}  # fmt: skip
    assert feed in found
    added = [one for one in found if one["sign"] == "+" and one["section"] == "components"]
    assert [one["subject"] for one in added] == ["spare"]


def test_a_set_point_of_the_plant_is_a_difference(pod: Path, capfd) -> None:
    """No component stands elsewhere: "no difference" was said of water of 38 and of 41.5 °C."""
    other = changed(pod, "supply_temperature: 41.5 °C", "supply_temperature: 38 °C")
    assert main(["diff", str(pod), str(other), "--json"]) == 0
    (found,) = json.loads(capfd.readouterr().out)["differences"]
    assert found["section"] == "layout"
    assert found["subject"] == "cooling.plant.warm_water.supply_temperature"
    (value,) = found["values"]
    assert (value["old"], value["new"], value["unit"]) == (41.5, 38.0, "degC")
    assert value["change_frac"] is None


def test_a_board_that_prefers_its_feeds_otherwise_has_changed_and_is_not_new(pod, capfd) -> None:
    other = changed(pod, "count: 4\n    mode: priority", "count: 4\n    mode: share")
    assert main(["diff", str(pod), str(other)]) == 0
    said = capfd.readouterr().out
    assert "  ~ switchboard_1 -> ups_1: power, priority -> share" in said
    assert "  - switchboard" not in said


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("results")
    out = []
    for name, rating in (("a", "132 kW"), ("b", "100 kW")):
        change = ["--set", "horizon=1 h", "--set", f"layout.overrides.compute_r1.rating={rating}"]
        target = str(folder / name)
        assert main(["run", "scenarios/first_factory.yaml", "--out", target, *change]) == 0
        out.append(target)
    return out[0], out[1]


def test_results_tell_their_figures_and_gates_decide_the_exit_code(results, capfd) -> None:
    capfd.readouterr()
    assert main(["diff", *results]) == 0
    said = capfd.readouterr().out
    assert "results\n" in said
    assert "  ~ overrides.compute_r1.rating: 132 kW -> 100 kW" in said
    assert "wall_s" not in said
    assert "numbers of " in said
    assert main(["diff", *results, "--json"]) == 0
    found = json.loads(capfd.readouterr().out)["differences"]
    parts = {one["subject"]: one for one in found if one["section"] == "results by component"}
    power = next(one for one in parts["compute_r1"]["values"] if one["key"] == "power_max_w")
    a, b = (twin.Result.load(folder).frame("racks") for folder in results)
    held = [table.loc[table["rack"] == "compute_r1", "power_max_w"].max() for table in (a, b)]
    assert [power["old"], power["new"], power["unit"]] == [*held, "W"]
    gate = ["--gate", "energy_it_j>=-0.001%", "--gate", "energy_it_j<=1e99"]
    assert main(["diff", *results, *gate]) == 1
    err = capfd.readouterr().err
    assert "energy_it_j>=-0.001% failed: -" in err
    assert "1e+99" not in err
    assert main(["diff", *results, "--gate", "energy_it_j<=0%"]) == 0


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        ("energy_it_j", "the change in percent"),
        ("energy_it_j>=-%", "the change in percent"),
        ("enrgy_it_j>=0", "did you mean 'energy_it_j'?"),
    ],
)
def test_a_gate_that_cannot_be_read_is_told(results, gate, words, capfd) -> None:
    assert main(["diff", *results, "--gate", gate]) == 2
    assert words in capfd.readouterr().err


def test_a_gate_needs_two_runs(pod: Path, capfd) -> None:
    assert main(["diff", str(pod), str(LAYOUT), "--gate", "energy_it_j>=0"]) == 2
    assert "two folders of results" in capfd.readouterr().err


def say(pod: Path, *more: str) -> int:
    return main(["review", str(pod), "--reviewer", "A. Meyer", "--date", "2026-11-29", *more])


def test_decisions_stand_until_their_component_changes(pod: Path, capfd) -> None:
    assert main(["review", str(pod)]) == 0
    assert say(pod, "--component", "ups_1", "--decision", "approved") == 0
    assert say(pod, "--component", "compute_r1", "--note", 'door: "left"? # ü') == 0
    text = (pod.parent / "review.yaml").read_text()
    capfd.readouterr()
    assert main(["review", str(pod), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert [one["state"] for one in found["reviews"]] == ["current", "current"]
    assert found["reviews"][1]["note"] == 'door: "left"? # ü'
    assert found["open"] == []
    changed(pod, "type: ups_500", "type: ups_1500").replace(pod)
    assert main(["review", str(pod), "--json"]) == 1
    found = json.loads(capfd.readouterr().out)
    assert [one["state"] for one in found["reviews"]] == ["stale", "current"]
    assert found["open"] == ["ups_1: approved by A. Meyer, stale"]
    assert say(pod, "--component", "ups_1", "--decision", "approved", "--note", "again") == 0
    capfd.readouterr()
    assert main(["review", str(pod), "--json"]) == 0
    assert (pod.parent / "review.yaml").read_text().startswith(text)


def test_a_rejection_and_a_component_that_is_gone_are_open_points(pod: Path, capfd) -> None:
    assert say(pod, "--component", "design", "--decision", "rejected", "--note", "too hot") == 0
    assert say(pod, "--component", "support_r8", "--decision", "approved") == 0
    changed(pod, "racks: 8 x support_rack", "racks: 7 x support_rack").replace(pod)
    capfd.readouterr()
    assert main(["review", str(pod)]) == 1
    said = capfd.readouterr().out
    assert "design: rejected by A. Meyer, stale" in said
    assert "support_r8: approved by A. Meyer, gone" in said


def test_a_design_that_was_signed_as_a_whole_is_stale_once_a_set_point_moves(pod, capfd) -> None:
    """No component knows the water's set-point: a design signed at 41.5 °C stood at 30 °C too."""
    assert say(pod, "--component", "design", "--decision", "approved") == 0
    assert say(pod, "--component", "ups_1", "--decision", "approved") == 0
    scenario = pod.with_name("day.yaml")
    text = Path("scenarios/first_factory.yaml").read_text()
    scenario.write_text(text.replace("../layouts/gb200_su.yaml", "pod.yaml"))
    capfd.readouterr()
    assert main(["review", str(scenario)]) == 0
    for folder, set_point in (("as_signed", "41.5 degC"), ("colder", "30 degC")):
        key = "layout.cooling.plant.warm_water.supply_temperature"
        change = ["--set", "horizon=10 min", "--set", f"{key}={set_point}"]
        assert main(["run", str(scenario), "--out", str(pod.with_name(folder)), *change]) == 0
    pages = [pod.with_name(name) / "report.html" for name in ("as_signed", "colder")]
    told = [page.read_text(encoding="utf-8") for page in pages]
    assert "Signed off as a whole by A. Meyer." in told[0]
    assert "1 open point (design: approved by A. Meyer, stale)" in told[1]


def test_comments_in_the_file_stay_and_wrong_entries_are_told_at_their_line(pod, capfd) -> None:
    path = pod.parent / "review.yaml"
    assert say(pod, "--component", "ups_1", "--decision", "approved") == 0
    path.write_text(path.read_text() + "  # the second one was asked twice\n")
    assert say(pod, "--component", "ups_2", "--decision", "approved") == 0
    assert "# the second one was asked twice" in path.read_text()
    path.write_text(path.read_text().replace('"approved", date', '"yes", date', 1))
    capfd.readouterr()
    assert main(["review", str(pod)]) == 2
    assert "review.yaml:4:" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--component", "compute_rl", "--note", "a"], "did you mean 'compute_r"),
        (["--component", "ups_1"], "what a comment says"),
        (["--component", "ups_1", "--note", "a", "--reviewer", ""], "who says so"),
    ],
)
def test_an_entry_that_says_nothing_or_of_nothing_is_refused(pod, more, words, capfd) -> None:
    assert say(pod, *more) == 2
    assert words in capfd.readouterr().err
    assert not (pod.parent / "review.yaml").exists()


def test_two_layouts_of_a_folder_are_signed_off_apart(pod: Path, capfd) -> None:
    """What was said of both stands for both; what is said of one alone leaves the other be."""
    other = changed(pod, "type: ups_500", "type: ups_1500")
    assert say(pod, "--component", "rpp_1", "--decision", "approved") == 0
    assert say(pod, "--component", "ups_1", "--decision", "approved") == 0
    shared = (pod.parent / "review.yaml").read_bytes()
    capfd.readouterr()
    assert main(["review", str(other), "--json"]) == 1
    assert json.loads(capfd.readouterr().out)["open"] == ["ups_1: approved by A. Meyer, stale"]
    assert say(other, "--own", "--component", "ups_2", "--decision", "rejected") == 0
    capfd.readouterr()
    assert main(["review", str(other), "--json"]) == 1
    found = json.loads(capfd.readouterr().out)
    assert found["file"] == str(pod.parent / "other.review.yaml")
    assert [one["component"] for one in found["reviews"]] == ["rpp_1", "ups_2"]
    assert found["open"] == ["ups_2: rejected by A. Meyer"]
    assert say(other, "--component", "ups_2", "--decision", "approved") == 0
    assert reviews_beside(twin.load(other)) == (pod.parent / "other.review.yaml").read_bytes()
    assert main(["review", str(other)]) == 0
    assert main(["review", str(pod)]) == 0
    assert (pod.parent / "review.yaml").read_bytes() == shared
