"""A scenario that names a profile which may not speak for its GPU, and what it is told."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

import twin
from twin.calibration.trust import same_device
from twin.errors import InputError

ROOT = Path(__file__).parents[2]
GPU = "B200-SXM-180GB"


def _scenario(folder: Path, change: dict[str, Any], **more: Any) -> Path:
    """The small edge site with a measured profile for its B200."""
    text = (files("twin") / "data" / "profiles" / f"{GPU}.json").read_text()
    profile = json.loads(text)
    profile |= change
    (folder / "p.json").write_text(json.dumps(profile))
    (folder / "layout.yaml").write_text((ROOT / "layouts" / "edge_200kw.yaml").read_text())
    asked = {
        "version": 1, "name": "measured", "layout": "layout.yaml", "horizon": "1 h",
        "site": {"climate": "atlanta", "grid": "virginia"}, "profiles": {GPU: "p.json"}, **more,
    }  # fmt: skip
    path = folder / "measured.yaml"
    path.write_text(yaml.safe_dump(asked))
    return path


def _sample(dtype: str, t_s: float) -> dict[str, Any]:
    shape = {"m": 4096, "n": 4096, "k": 4096}
    return {
        "op": "gemm", "dtype": dtype, "shape": shape, "t_s_median": t_s, "t_s_min": t_s, "n": 7,
        "flops": 2.0 * 4096**3, "bytes": 6.0 * 4096**2,
    }  # fmt: skip


def _told(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        twin.build(twin.load(path))
    return str(refused.value)


@pytest.mark.parametrize("name", ["CPU (AVX2), one thread", "NVIDIA GB200", "NVIDIA H100 PCIe"])
def test_another_devices_profile_is_refused_by_name(tmp_path: Path, name: str) -> None:
    told = _told(_scenario(tmp_path, {"device": {"name": name}}))
    assert name in told
    assert f"a {GPU}" in told
    assert "p.json" in told


@pytest.mark.parametrize("dtype", ["bf16", "bfloat16", "BF16", "float16", "fp8", "FP4"])
def test_samples_above_the_peak_are_refused_by_any_name_of_a_format(
    tmp_path: Path, dtype: str
) -> None:
    told = _told(
        _scenario(
            tmp_path, {"device": {"name": "NVIDIA B200"}, "samples": [_sample(dtype, 1e-5)] * 3}
        )
    )
    assert "1.374e+16 FLOP/s" in told


def test_a_disturbed_measurement_is_refused_unless_asked(tmp_path: Path) -> None:
    change = {"device": {"name": "NVIDIA B200"}, "marks": ["throttled: hardware thermal slowdown"]}
    assert "hardware thermal slowdown" in _told(_scenario(tmp_path, change))
    path = _scenario(tmp_path, change, accept_marked_profiles=True)
    assert GPU in twin.build(twin.load(path)).profiles


@pytest.mark.parametrize(
    ("driver", "catalogue", "same"),
    [
        ("NVIDIA H100 80GB HBM3", "H100-SXM5-80GB", True),
        ("NVIDIA H100 PCIe", "H100-SXM5-80GB", False),
        ("NVIDIA H200", "H200-SXM-141GB", True),
        ("NVIDIA H200", "H200-NVL-141GB", False),
        ("NVIDIA H200 NVL", "H200-NVL-141GB", True),
        ("NVIDIA H200 NVL", "H200-SXM-141GB", False),
        ("NVIDIA H100 PCIe", "H100-PCIe-80GB", True),
        ("NVIDIA H100 80GB HBM3", "H100-PCIe-80GB", False),
        ("NVIDIA A100-SXM4-40GB", "A100-SXM4-80GB", False),
        ("NVIDIA GB200", "B200-SXM-180GB", False),
        ("NVIDIA GB200", "GB200-NVL72-GPU", True),
        ("AMD Instinct MI300X", "MI300X", True),
        ("CPU (AVX2), one thread", "GB200-NVL72-GPU", False),
    ],
)
def test_names_of_drivers_meet_names_of_the_catalogue(
    driver: str, catalogue: str, same: bool
) -> None:
    assert same_device(driver, catalogue) is same
