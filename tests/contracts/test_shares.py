"""Shares between 0 and 1 may be written in per cent wherever a file has one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

import twin
from twin import InputError

FACTORY = Path(__file__).parents[2] / "scenarios" / "first_factory.yaml"


def written(tmp_path: Path, target_load: object) -> Path:
    """The shipped day with an autoscaled service whose day is stated in per cent."""
    data = yaml.safe_load(FACTORY.read_text(encoding="utf-8"))
    shutil.copy(FACTORY.parents[1] / "layouts" / "gb200_su.yaml", tmp_path)
    data["layout"] = "gb200_su.yaml"
    data["workload"][0]["autoscale"] = {"target_load": target_load}
    data["workload"][0]["requests"]["diurnal_amplitude"] = "45 %"
    file = tmp_path / "scenario.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return file


def test_a_share_in_per_cent_is_the_share(tmp_path: Path) -> None:
    service = twin.load(written(tmp_path, "60 %")).workload[0].model_dump()
    assert service["autoscale"]["target_load"] == pytest.approx(0.6, rel=1e-15)
    assert service["requests"]["diurnal_amplitude"] == pytest.approx(0.45, rel=1e-15)


def test_a_share_beyond_its_bounds_is_refused_at_its_line(tmp_path: Path) -> None:
    file = written(tmp_path, "160 %")
    line = 1 + next(
        n for n, text in enumerate(file.read_text().splitlines()) if "target_load" in text
    )
    with pytest.raises(InputError, match=rf"scenario\.yaml:{line}"):
        twin.load(file)
