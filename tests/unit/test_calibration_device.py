"""Measuring, tried without a GPU: a made-up NVML, a made-up torch.cuda, a kill, a bare machine.

What only a GPU can show (graphs, 8 and 4 bits, collectives of NCCL) stands in `tests/device`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from twin.calibration.journal import Journal
from twin.calibration.kernels import products_in, tasks
from twin.calibration.measuring import marks
from twin.calibration.nvml import Meter, meter
from twin.calibration.power import hold, step_response, under_caps
from twin.calibration.power_fit import power_fit_of
from twin.calibration.prediction import step_calls
from twin.calibration.profile import Base, Fit, Process
from twin.calibration.unseen import STEPS, UNSEEN
from twin.errors import InputError


class Refused(Exception):
    """What NVML raises."""


class FakeNvml:
    """A box of GPUs, by UUID and PCI address; what is missing raises as NVML does."""

    NVML_CLOCK_SM = 1
    NVML_TEMPERATURE_GPU = 0

    def __init__(self, uuids: tuple[str, ...] = ("GPU-a", "GPU-b"), **missing: bool) -> None:
        self.uuids = uuids
        self.missing = missing
        self.caps_mw: list[int] = []
        self.load_w = 100.0
        self.reasons = 0
        self.born_s = time.monotonic()

    def nvmlInit(self) -> None: ...

    def nvmlDeviceGetCount(self) -> int:
        return len(self.uuids)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> str:
        return self.uuids[index]

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> str:
        if uuid not in self.uuids and not uuid.startswith("MIG-"):
            raise Refused("Not Found")
        return uuid

    def nvmlDeviceGetHandleByPciBusId(self, address: str) -> str:
        return {"00000000:1b:00.0": "GPU-a", "00000000:43:00.0": "GPU-b"}[address]

    def nvmlDeviceIsMigDeviceHandle(self, handle: str) -> bool:
        return handle.startswith("MIG-")

    def nvmlDeviceGetDeviceHandleFromMigDeviceHandle(self, handle: str) -> str:
        return "GPU-b"

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: str) -> float:
        if self.missing.get("counter"):
            raise Refused("Not Supported")
        return (time.monotonic() - self.born_s) * self.load_w * 1e3

    def nvmlDeviceGetPowerUsage(self, handle: str) -> float:
        return self.load_w * 1e3

    def nvmlDeviceGetEnforcedPowerLimit(self, handle: str) -> float:
        return 700e3

    def nvmlDeviceSetPowerManagementLimit(self, handle: str, limit_mw: int) -> None:
        if self.missing.get("rights"):
            raise Refused("Insufficient Permissions")
        self.caps_mw.append(limit_mw)

    def nvmlDeviceGetClockInfo(self, handle: str, kind: int) -> int:
        return 1755

    def nvmlDeviceGetCurrentClocksEventReasons(self, handle: str) -> int:
        return self.reasons


def _torch(**properties: Any) -> Any:
    made = SimpleNamespace(**properties)
    return SimpleNamespace(cuda=SimpleNamespace(get_device_properties=lambda index: made))


def _matched(torch: Any, nvml: FakeNvml) -> Meter:
    found = meter(torch, 0, nvml)
    assert isinstance(found, Meter), found
    return found


def test_the_gpu_is_found_by_uuid_whatever_its_index() -> None:
    found = _matched(_torch(uuid="b"), FakeNvml())
    assert (found._device, found.matched_by) == ("GPU-b", "uuid")


def test_the_gpu_is_found_by_its_pci_address_without_a_uuid() -> None:
    torch = _torch(pci_bus_id=0x43, pci_device_id=0, pci_domain_id=0)
    found = _matched(torch, FakeNvml())
    assert (found._device, found.matched_by) == ("GPU-b", "pci")


def test_a_part_of_a_gpu_is_read_with_its_board(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-7")
    found = _matched(_torch(uuid="unknown"), FakeNvml())
    assert (found._device, found._board) == ("MIG-7", "GPU-b")
    assert found.conditions()["part_of_a_gpu"]


def test_one_of_several_gpus_is_never_guessed() -> None:
    assert "no NVML device" in str(meter(_torch(name="x"), 0, FakeNvml()))
    assert _matched(_torch(name="x"), FakeNvml(("GPU-a",))).matched_by == "the only one"


def test_without_nvml_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert "no NVML" in str(meter(_torch(uuid="a")))


@pytest.mark.parametrize(("missing", "told"), [(False, "energy counter"), (True, "power readings")])
def test_power_without_an_energy_counter_is_read_and_said(missing: bool, told: str) -> None:
    reader = Meter(FakeNvml(counter=missing), "GPU-a", "uuid")
    seen = hold(reader, None, 0.3)
    assert seen["power_from"] == told
    assert seen["power_w"] == pytest.approx(100.0, rel=0.1)
    assert seen["sm_clock_hz"] == 1755e6
    assert reader.conditions()["energy_counter"] is not missing


def test_a_refused_cap_is_told_and_a_granted_one_is_put_back() -> None:
    def work() -> None:
        time.sleep(0.01)

    refused = under_caps(Meter(FakeNvml(rights=True), "GPU-a", ""), {"large": work}, (0.8,), 0.05)
    assert refused == [{"cap_w": 560.0, "refused": "Insufficient Permissions"}]
    nvml = FakeNvml()
    rows = under_caps(Meter(nvml, "GPU-a", ""), {"large": work}, (0.8, 0.6), 0.05)
    assert [row["cap_w"] for row in rows] == [560.0, 420.0]
    assert nvml.caps_mw == [560_000, 420_000, 700_000]


def test_a_cap_is_put_back_where_the_work_fails() -> None:
    nvml = FakeNvml()

    def broken() -> None:
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError):
        under_caps(Meter(nvml, "GPU-a", ""), {"large": broken}, (0.8,), 0.05)
    assert nvml.caps_mw == [560_000, 700_000]


def test_a_step_of_load_rises_and_falls() -> None:
    nvml = FakeNvml()
    started: list[float] = []

    def work() -> None:
        started.append(time.monotonic())
        nvml.load_w = 600.0 if time.monotonic() - started[0] > 0.1 else 100.0
        time.sleep(0.01)

    seen = step_response(Meter(nvml, "GPU-a", ""), work, 0.5)
    assert seen["low_w"] == pytest.approx(100.0)
    assert seen["high_w"] == pytest.approx(600.0)
    assert seen["rise_s"] == pytest.approx(0.1, abs=0.09)


def test_hot_and_busy_measurements_are_marked_and_capped_ones_are_not() -> None:
    nvml = FakeNvml()
    reader = Meter(nvml, "GPU-a", "")
    nvml.reasons = 0x4
    cool = {"throttle": reader.throttle()}
    nvml.reasons = 0x40 | 0x4
    hot = {"throttle": reader.throttle()}
    assert marks([cool, cool], {}, "") == []
    told = marks([cool, hot], {"held": [hot]}, "2 other processes on the device")
    assert told == [
        "throttled: hardware thermal slowdown in 2 of 3 readings",
        "busy: 2 other processes on the device",
    ]


def test_a_power_law_comes_of_what_was_held() -> None:
    shape = {"m": 4096, "n": 4096, "k": 4096}
    rates = Base(t0_s=0.0, p_flops_s=1.4e11 / 2e-4, w_bytes_s=4e8 / 2e-4)
    process = Process(x=[[0.0]], alpha=[0.0], length=[1.0], mean=0.0)
    best = Fit(
        op="gemm", dtype="bfloat16", base=rates, gp=process, loo_median_frac=0.0,
        loo_p90_frac=0.0, domain={side: (1.0, size) for side, size in shape.items()},
    )  # fmt: skip

    def held(share: float, power_w: float) -> dict[str, Any]:
        runs = share * 10.0 / 2e-4 / 32
        return {"flops": 1.4e11, "bytes": 4e8, "batch": 32, "runs": runs, "hold_s": 10.0,
                "power_w": power_w, "power_from": "power readings"}  # fmt: skip

    power = {"idle": {"power_w": 75.0}, "held": [held(s, 75 + 500 * s) for s in (0.2, 0.5, 1.0)]}
    law = power_fit_of([best], power, {"power_limit_w": 700.0})
    assert law is not None
    assert (law.idle_w, law.max_w) == (75.0, 700.0)
    assert law.error_frac < 0.01
    assert "power readings" in law.source
    assert power_fit_of([best], {}, {}) is None


def test_a_journal_goes_on_after_a_kill_and_drops_a_line_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    Journal(path, {"device": "x"}).put("one", [1.5])
    with path.open("ab") as file:
        file.write(b'{"name": "two", "ans')
    again = Journal(path, {"device": "x"})
    assert ("one" in again, "two" in again, again["one"]) == (True, False, [1.5])
    again.put("two", 2)
    assert Journal(path, {"device": "x"})["two"] == 2
    with pytest.raises(InputError, match="delete the file"):
        Journal(path, {"device": "y"})


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_no_shape_of_the_unseen_steps_was_sampled(device: str) -> None:
    sampled = [*tasks(False, device == "cuda"), *products_in("fp8", False)]
    seen = {(t.shape["m"], t.shape["n"], t.shape["k"]) for t in sampled if t.op == "gemm"}
    sides = {(n, k) for _, n, k in seen}
    asked = [
        call.shape
        for kind, batch, seq in STEPS[device]
        for call in step_calls(UNSEEN[device], batch, seq, kind)
        if call.op == "gemm"
    ]
    assert len(asked) > 20
    assert not {(s["m"], s["n"], s["k"]) for s in asked} & seen
    assert not {(s["n"], s["k"]) for s in asked} & sides


@pytest.mark.torch
def test_a_machine_with_torch_and_numpy_alone_measures(tmp_path: Path) -> None:
    """Everything else is barred from being imported; a second run finds nothing left to do."""
    pytest.importorskip("torch")
    code = (
        "import sys\n"
        "for name in ('pydantic', 'pandas', 'typer', 'scipy', 'simpy', 'yaml', 'numba', 'rich',\n"
        "             'pyarrow'):\n"
        "    sys.modules[name] = None\n"
        "from twin.calibration import kernels, session\n"
        "some = kernels.tasks(True, False)\n"
        "session.tasks = lambda quick, accelerator: some[:4] + some[-9:]\n"
        "from twin.calibration.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    asked = [sys.executable, "-c", code, str(tmp_path), "--device", "cpu", "--quick"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    raw = json.loads((tmp_path / "measured.json").read_text())
    assert len(raw["samples"]) == 13
    assert raw["measured"]["host"]["host_step_s"] > 0
    assert len(raw["measured"]["unseen"]) == 5
    assert not (tmp_path / "journal.jsonl").exists()


@pytest.mark.torch
def test_two_processes_reduce_and_tell_their_times() -> None:
    pytest.importorskip("torch")
    from twin.calibration.all_reduce import all_reduce_rows

    rows = all_reduce_rows("cpu", quick=True)
    assert {row["gpus"] for row in rows} == {2}
    assert all(row["t_s"] > 0 for row in rows)
    assert rows[-1]["t_s"] > rows[0]["t_s"]
