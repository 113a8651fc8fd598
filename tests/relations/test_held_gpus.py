"""A GPU that a service holds draws more at rest than one that nobody holds: 118 W of the H200 whose
profile ships (120 is the mean of two), and not 79. Rows that state nothing rest as without a
program.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.validation.test_services_as_forecast import served
from twin import catalogue
from twin.catalogue.rows import Gpu


@pytest.mark.parametrize(("rack", "watts"), [("dgx_h200_x4", 118.013), ("dgx_h100_x4", 75.0)])
def test_a_service_that_nobody_asks(tmp_path: Path, rack: str, watts: float) -> None:
    case = (rack, "Llama-3.1-8B", 1, "bf16", 1000, 100, 64)
    facility, services = served(tmp_path, case, 1e-9, "5 min")
    racks = facility.racks
    sheet = catalogue.get(Gpu, racks.gpu_type[0])
    gain = float(racks.gpu_gain[0] * racks.work_frac[0])
    gpus_w = services.iloc[-1]["energy_j"] / 60.0 - float(racks.idle_w[0]) / racks.nodes[0]
    assert sheet.power_idle_w + gpus_w / gain / racks.gpus_per_node[0] == pytest.approx(
        watts, rel=1e-5
    )


def test_a_gpu_that_draws_less_once_it_is_held_is_refused() -> None:
    sheet = catalogue.get(Gpu, "H200-SXM-141GB")
    with pytest.raises(ValueError, match="power_idle_w 79 must be below power_held_w 60"):
        Gpu.model_validate(sheet.model_dump() | {"power_held_w": 60.0})
