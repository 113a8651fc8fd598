"""A measured profile that ships, named in a scenario: work goes by it, and results keep it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import small_layout
from planner import loaded

import twin
from twin.analysis.witnesses import witnesses
from twin.calibration import load_profile
from twin.catalogue.rows import Gpu
from twin.errors import InputError

GPU = "H200-SXM-141GB"


def _asked(**more: object) -> dict[str, object]:
    """A service and a job on two racks of H200."""
    layout = small_layout(liquid=0, air=2)
    row = layout["halls"][0]["rows"][0]
    row["racks"] = "2 x dgx_h200_x4"
    chat = {
        "kind": "inference", "name": "chat", "model": "Llama-3.1-8B", "nodes": 2, "dtype": "fp8",
        "requests": {"rate": "60 / s"}, "patience": "20 s",
    }  # fmt: skip
    train = {
        "kind": "training", "name": "train", "model": "Llama-3.1-8B", "nodes": 4,
        "global_batch_sequences": 128, "checkpoint_interval": "10 h",
    }  # fmt: skip
    return {
        "version": 1, "name": "measured", "layout": layout, "horizon": "1 h",
        "site": {"climate": "atlanta", "grid": "virginia"}, "workload": [chat, train], **more,
    }  # fmt: skip


def _run(**more: object) -> twin.Result:
    return twin.simulate(twin.build(loaded(_asked(**more))))


@pytest.fixture(scope="module")
def by_profile() -> twin.Result:
    return _run(profiles={GPU: GPU})


def test_a_name_stands_for_the_profile_that_ships(by_profile: twin.Result, tmp_path: Path) -> None:
    """A result keeps it, and goes by what it kept."""
    by_profile.save(tmp_path / "kept")
    assert (tmp_path / "kept" / "inputs" / f"{GPU}.json").is_file()
    again = twin.simulate(twin.build(twin.load(tmp_path / "kept" / "scenario.yaml")))
    assert all(table.equals(again.tables[name]) for name, table in by_profile.tables.items())


def test_a_stopped_run_goes_on_by_it(by_profile: twin.Result, tmp_path: Path) -> None:
    part = twin.start(twin.build(loaded(_asked(profiles={GPU: GPU})))).until(1234.0)
    later = twin.resume(part.save(tmp_path / "part.twin")).until().result()
    assert all(table.equals(later.tables[name]) for name, table in by_profile.tables.items())


def test_a_run_trains_at_the_pace_and_power_of_the_forecast_by_the_same_profile() -> None:
    """The forecast says 12 % more than by the tables that ship; so does the run. The clock had been
    cut twice, once by the samples of the profile and once by the board: 5 % too slow, both.
    """
    alone = [one for one in _asked()["workload"] if one["kind"] == "training"]
    facility = twin.build(loaded(_asked(profiles={GPU: GPU}, workload=alone)))
    result = twin.simulate(facility)
    forecast = twin.predict_training(
        "Llama-3.1-8B", GPU, profile=GPU, gpus=32, global_batch_sequences=128
    )
    job = result.tables["jobs"].iloc[0]
    assert job["tokens"] / 3600.0 == pytest.approx(forecast.tokens_per_s, rel=0.005)
    racks = facility.racks
    gain = racks.gpu_gain[0] * racks.work_frac[0]
    busy_w = job["energy_j"] / 3600.0 - racks.idle_w[0]
    cpus_w = gain * racks.cpu_span_w[0] * 4 * 0.3
    gpus_w = (busy_w - cpus_w) / gain + 32 * twin.catalogue.get(Gpu, GPU).power_idle_w
    assert gpus_w / 32 == pytest.approx(forecast.gpu_power_w, rel=0.005)


def test_dense_models_go_by_it_where_a_scenario_names_none(by_profile: twin.Result) -> None:
    """And by the tables alone where it says `none`, which is no file and is kept as a word."""
    usual = _run()
    assert usual.tables["jobs"]["tokens"].equals(by_profile.tables["jobs"]["tokens"])
    tables = _run(profiles={GPU: "none"})
    assert tables.tables["jobs"]["tokens"].iloc[0] < 0.95 * usual.tables["jobs"]["tokens"].iloc[0]


def test_results_keep_the_word_none(tmp_path: Path) -> None:
    alone = [one for one in _asked()["workload"] if one["kind"] == "training"]
    asked = _asked(profiles={GPU: "none"}, workload=alone, horizon="10 min")
    twin.simulate(twin.build(loaded(asked))).save(tmp_path / "kept")
    assert not (tmp_path / "kept" / "inputs").exists()
    assert twin.load(tmp_path / "kept" / "scenario.yaml").profiles == {GPU: "none"}


def test_the_report_says_that_a_measured_profile_stands_behind(by_profile: twin.Result) -> None:
    usual = twin.build(loaded(_asked()))
    found = [row for row in witnesses(usual) if row["subject"] == f"profile {GPU}"]
    assert [row["value"].split(":")[0] for row in found if row["status"] == "measured"] == [
        "dense models"
    ]


def test_racks_stay_within_their_rating(by_profile: twin.Result) -> None:
    assert by_profile.tables["racks"]["power_max_w"].max() < 40_800


def test_a_profile_that_does_not_ship_is_told_with_those_that_do() -> None:
    with pytest.raises(InputError, match=f"no such file.*a profile that ships: {GPU}"):
        loaded(_asked(profiles={GPU: "H201"}))


def test_a_folder_is_not_a_name(tmp_path: Path) -> None:
    """The last part of a path that leads nowhere had been taken for the name."""
    with pytest.raises(InputError, match="no readable file"):
        load_profile(tmp_path / "measurements" / GPU)
