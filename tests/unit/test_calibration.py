from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.calibration import (
    fit,
    load_profile,
    predict_transformer_step,
    published_names,
    published_profile,
    save_profile,
)
from twin.calibration.kernels import tasks, work_of
from twin.calibration.power_fit import fit_power
from twin.calibration.prediction import KINDS
from twin.errors import InputError
from twin.physics.chip import ActivityLaw, activity, clock_for_power, power_w
from twin.physics.roofline import Roofline, time_s
from twin.physics.transformer import Transformer

CPU = Roofline(flop_s=8e10, bytes_s=9e9, launch_s=1e-5)
NET = Transformer(2, 512, 8, 2, 64, 1024, 4096, False)


def raw() -> dict[str, Any]:
    """What `measure` would hand back on a machine that follows the roofline exactly."""
    samples = []
    for task in tasks(quick=True, accelerator=False):
        flop, byte = work_of(task.op, task.shape, 4.0)
        t_s = float(time_s(CPU, flop, byte))
        samples.append(
            {
                "op": task.op,
                "dtype": "float32",
                "shape": task.shape,
                "t_s_median": t_s,
                "t_s_min": t_s,
                "n": 7,
                "flops": flop,
                "bytes": byte,
            }
        )
    return {
        "device": {"name": "exact", "peak_flop_s": {"float32": 1e11}},
        "software": {},
        "conditions": {},
        "date_utc": "2026-01-01T00:00:00Z",
        "samples": samples,
    }


@pytest.fixture(scope="module")
def profile():
    return fit(raw())


def test_import_loads_no_torch() -> None:
    code = "import sys, twin.calibration; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_missing_torch_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from twin.calibration.measuring import measure

    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InputError, match=r"ai-factory-twin\[torch\]"):
        measure("cpu")


def test_saved_profile_reads_back_equal(profile, tmp_path: Path) -> None:
    save_profile(profile, tmp_path / "p.json")
    assert load_profile(tmp_path / "p.json") == profile
    assert [path.name for path in tmp_path.iterdir()] == ["p.json"]


def _spoilt(profile, **change: Any) -> dict[str, Any]:
    document = json.loads(profile.model_dump_json(by_alias=True))
    document["samples"][0] |= change
    return document


BAD = {
    "schema": lambda p: (
        json.loads(p.model_dump_json(by_alias=True)) | {"schema": "twin-calibration/9"}
    ),
    "t_s_median": lambda p: _spoilt(p, t_s_median=-1.0),
    "t_s_min": lambda p: _spoilt(p, t_s_min=float("nan")),
    "peak": lambda p: _spoilt(p, t_s_min=1e-12),
    "domain": lambda p: (
        json.loads(p.model_dump_json(by_alias=True)) | {"fits": [_without_domain(p)]}
    ),
    "at least 3": lambda p: json.loads(p.model_dump_json(by_alias=True)) | {"samples": []},
}


def _without_domain(profile) -> dict[str, Any]:
    first = json.loads(profile.fits[0].model_dump_json())
    del first["domain"]
    return first


@pytest.mark.parametrize("what", BAD)
def test_loader_refuses(what: str, profile, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(BAD[what](profile)))
    with pytest.raises(InputError, match=what):
        load_profile(path)


def test_fits_of_an_older_law_ask_for_a_new_measurement(profile, tmp_path: Path) -> None:
    document = json.loads(profile.model_dump_json(by_alias=True))
    path = tmp_path / "old.json"
    path.write_text(json.dumps(document | {"schema": "twin-calibration/1"}))
    with pytest.raises(InputError, match="measure the device again"):
        load_profile(path)


@pytest.mark.parametrize("name", ["float32", "fp32", "FP32"])
def test_a_peak_is_found_by_any_name_of_its_format(profile, name: str, tmp_path: Path) -> None:
    document = _spoilt(profile, t_s_min=1e-12, dtype="float32")
    document["device"]["peak_flop_s"] = {name: 1e11}
    path = tmp_path / "fast.json"
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="peak"):
        load_profile(path)


def test_loader_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no readable file"):
        load_profile(tmp_path / "none.json")


def test_fit_refuses_two_samples() -> None:
    seen = raw()
    copies = [s for s in seen["samples"] if s["op"] == "copy"]
    seen["samples"] = [s for s in seen["samples"] if s["op"] != "copy"] + copies[:2]
    with pytest.raises(InputError, match="copy float32: found 2 samples"):
        fit(seen)


@pytest.mark.parametrize("kind", KINDS)
def test_prediction_is_the_sum_of_its_parts_and_grows(kind: str, profile) -> None:
    small, large = (predict_transformer_step(profile, NET, batch, 128, kind) for batch in (1, 4))
    assert small.time_s == pytest.approx(sum(small.part_s.values()))
    assert small.inside_domain
    assert large.time_s > small.time_s


def test_prediction_equals_the_law_where_the_machine_follows_it(profile) -> None:
    decode = predict_transformer_step(profile, NET, 1, 256, "decode")
    weights = NET.parameters() - NET.vocab * NET.hidden
    assert decode.part_s["gemm"] == pytest.approx(weights * 4 / 9e9 + (4 * 2 + 1) * 1e-5, rel=0.02)


def test_prediction_outside_the_box_says_so(profile) -> None:
    assert not predict_transformer_step(profile, NET, 4096, 4096, "train").inside_domain


def test_prediction_refuses_other_kinds_and_experts(profile) -> None:
    with pytest.raises(InputError, match="prefill, decode, train"):
        predict_transformer_step(profile, NET, 1, 1, "dream")
    with pytest.raises(InputError, match="dense"):
        predict_transformer_step(
            profile, Transformer(1, 8, 1, 1, 8, 8, 8, True, experts=4), 1, 1, "decode"
        )


@pytest.mark.parametrize("name", published_names())
def test_published_profiles_state_sources_and_measure_nothing(name: str) -> None:
    profile = published_profile(name)
    assert profile.status == "published"
    assert profile.device.name == name
    assert not profile.samples
    assert all(rate.source and rate.status != "measured" for rate in profile.rates)
    assert profile.power_fit is not None


def test_unknown_published_profile_is_refused_with_a_hint() -> None:
    with pytest.raises(InputError, match="did you mean 'H100-SXM5-80GB'"):
        published_profile("H100-SXM-80GB")
    with pytest.raises(InputError, match="training bf16"):
        published_profile("H100-SXM5-80GB").rate("training", "int1")


def test_power_fit_is_exact_on_its_own_law() -> None:
    activities = [(1.0, 0.2), (0.0, 1.0), (0.1, 0.9), (0.7, 0.6)]
    power_w = [75 + 625 * float(np.dot((0.5, 0.3), a) + 0.1) for a in activities]
    found = fit_power((75, 700), activities, power_w)
    assert [found[key] for key in ("base", "compute", "memory")] == pytest.approx([0.1, 0.5, 0.3])
    assert found["error_frac"] == pytest.approx(0.0, abs=1e-9)
    assert found["most"] == 1.0


def test_power_fit_sees_through_the_clock_that_a_limit_leaves() -> None:
    """Work that asks for twice the dynamic power, held at 700 W: its clock tells how much it
    wants.
    """
    law = ActivityLaw(0.1, 1.4, 0.6, most=2.1)
    activities = np.array([(1.0, 0.2), (0.0, 1.0), (0.6, 0.7), (0.2, 0.1), (1.0, 1.0)])
    asked = activity(law, *activities.T)
    clock = clock_for_power(75.0, 700.0, asked, 700.0)
    drawn_w = power_w(75.0, 700.0, asked, clock)
    assert drawn_w.max() == pytest.approx(700.0)
    assert clock.min() < 0.75
    found = fit_power((75.0, 700.0), activities, drawn_w, clock)
    assert [found[key] for key in ("base", "compute", "memory")] == pytest.approx([0.1, 1.4, 0.6])
    assert found["most"] == pytest.approx(2.1)
