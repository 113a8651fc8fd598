"""One NVIDIA GPU through NVML: which one torch drives, what it draws, why it slows.

Nothing here needs root. What a driver does not answer is None, never a guess.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

REASONS = {
    0x0000000000000004: "software power cap",
    0x0000000000000008: "hardware slowdown",
    0x0000000000000020: "software thermal slowdown",
    0x0000000000000040: "hardware thermal slowdown",
    0x0000000000000080: "hardware power brake",
}
"""Bits of NVML's clock event reasons; idle, application clocks and sync boost are left out."""
DISTURBING = tuple(name for bit, name in REASONS.items() if bit != 4)
"""Reasons that spoil a measurement. The board's own power cap belongs to what it can do."""


class Meter:
    """Reads one GPU. `board` is the whole GPU where the device is a part of it (MIG)."""

    def __init__(self, nvml: Any, device: Any, matched_by: str, board: Any = None) -> None:
        self._nvml = nvml
        self._device = device
        self._board = device if board is None else board
        self.matched_by = matched_by

    def _ask(self, name: str, *given: Any) -> Any:
        """What NVML answers, or None where it does not."""
        try:
            return getattr(self._nvml, name)(*given)
        except Exception:  # NVML raises classes of its own, unknown before it is imported
            return None

    def facts(self) -> dict[str, Any]:
        """Power limit, highest clock, driver, and how the device was found; only what is known."""
        limit_mw = self._ask("nvmlDeviceGetEnforcedPowerLimit", self._board)
        clock_mhz = self._ask(
            "nvmlDeviceGetMaxClockInfo", self._board, getattr(self._nvml, "NVML_CLOCK_SM", 1)
        )
        known = {
            "power_limit_w": None if limit_mw is None else limit_mw / 1e3,
            "max_clock_hz": None if clock_mhz is None else clock_mhz * 1e6,
        }
        return {key: float(value) for key, value in known.items() if value is not None}

    def conditions(self) -> dict[str, Any]:
        """Driver, memory check, persistence, other processes, and how the device was matched."""
        ecc = self._ask("nvmlDeviceGetEccMode", self._board)
        return {
            "driver": _text(self._ask("nvmlSystemGetDriverVersion")),
            "ecc": None if ecc is None else bool(ecc[0] if isinstance(ecc, (list, tuple)) else ecc),
            "persistence": _flag(self._ask("nvmlDeviceGetPersistenceMode", self._board)),
            "other_processes": self.others(),
            "matched_by": self.matched_by,
            "energy_counter": self.energy_j() is not None,
            "part_of_a_gpu": self._board is not self._device,
        }

    def energy_j(self) -> float | None:
        """Joules since the driver was loaded; None where the board has no counter."""
        energy_mj = self._ask("nvmlDeviceGetTotalEnergyConsumption", self._board)
        return None if energy_mj is None else float(energy_mj) / 1e3

    def power_w(self) -> float | None:
        """What the board draws: on some an average over a second."""
        power_mw = self._ask("nvmlDeviceGetPowerUsage", self._board)
        return None if power_mw is None else float(power_mw) / 1e3

    def clock_hz(self) -> float | None:
        """Clock of the multiprocessors now."""
        kind = getattr(self._nvml, "NVML_CLOCK_SM", 1)
        clock_mhz = self._ask("nvmlDeviceGetClockInfo", self._board, kind)
        return None if clock_mhz is None else float(clock_mhz) * 1e6

    def temperature_degc(self) -> float | None:
        """Chip temperature now."""
        kind = getattr(self._nvml, "NVML_TEMPERATURE_GPU", 0)
        answer = self._ask("nvmlDeviceGetTemperature", self._board, kind)
        return None if answer is None else float(answer)

    def throttle(self) -> list[str]:
        """Why the clock is held down now."""
        bits = self._ask("nvmlDeviceGetCurrentClocksEventReasons", self._board)
        if bits is None:
            bits = self._ask("nvmlDeviceGetCurrentClocksThrottleReasons", self._board)
        return [name for bit, name in REASONS.items() if int(bits or 0) & bit]

    def others(self) -> int | None:
        """Processes that compute on the device, this one left out."""
        seen = self._ask("nvmlDeviceGetComputeRunningProcesses", self._device)
        return None if seen is None else sum(one.pid != os.getpid() for one in seen)

    def set_cap(self, power_w: float) -> str:
        """Cap the board's power; why not, where that is refused. Needs rights of the driver."""
        try:
            self._nvml.nvmlDeviceSetPowerManagementLimit(self._board, round(power_w * 1e3))
        except Exception as error:  # as above
            return str(error) or type(error).__name__
        return ""


def _text(value: Any) -> str | None:
    return value.decode() if isinstance(value, bytes) else value


def _flag(value: Any) -> bool | None:
    return None if value is None else bool(value)


def meter(torch: Any, index: int = 0, nvml: Any = None) -> Meter | str:
    """The meter of torch's CUDA device `index`, or why there is none.

    torch counts what CUDA_VISIBLE_DEVICES leaves, NVML counts every board: the two meet by UUID,
    by PCI address, or where there is only one. A part of a GPU (MIG) is measured on its own and
    powered with its board.
    """
    try:
        nvml = nvml or import_module("pynvml")
        nvml.nvmlInit()
    except Exception as error:  # absent, or without a driver
        return f"no NVML: {error or type(error).__name__}"
    for how, find in (("uuid", _by_uuid), ("pci", _by_pci), ("the only one", _alone)):
        found = _quiet(find, nvml, torch.cuda.get_device_properties(index), index)
        if found is not None:
            board = _quiet(_board_of, nvml, found)
            return Meter(nvml, found, how, board)
    return "no NVML device has the UUID or PCI address of torch's device"


def _quiet(find: Callable[..., Any], *given: Any) -> Any:
    try:
        return find(*given)
    except Exception:  # not there, or not known to this driver
        return None


def _by_uuid(nvml: Any, properties: Any, index: int) -> Any:
    """By the UUID that torch reports, or that CUDA_VISIBLE_DEVICES names."""
    visible = [x.strip() for x in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")]
    named = visible[index] if index < len(visible) else ""
    if named.startswith(("GPU-", "MIG-")):
        return nvml.nvmlDeviceGetHandleByUUID(named)
    uuid = str(getattr(properties, "uuid", ""))
    if not uuid:
        return None
    wanted = uuid if uuid.startswith(("GPU-", "MIG-")) else f"GPU-{uuid}"
    return nvml.nvmlDeviceGetHandleByUUID(wanted)


def _by_pci(nvml: Any, properties: Any, index: int) -> Any:
    if not hasattr(properties, "pci_bus_id"):
        return None
    domain = getattr(properties, "pci_domain_id", 0)
    slot = getattr(properties, "pci_device_id", 0)
    address = f"{domain:08x}:{properties.pci_bus_id:02x}:{slot:02x}.0"
    return nvml.nvmlDeviceGetHandleByPciBusId(address)


def _alone(nvml: Any, properties: Any, index: int) -> Any:
    return nvml.nvmlDeviceGetHandleByIndex(0) if nvml.nvmlDeviceGetCount() == 1 else None


def _board_of(nvml: Any, device: Any) -> Any:
    """The GPU that a MIG device is a part of; itself otherwise."""
    if not nvml.nvmlDeviceIsMigDeviceHandle(device):
        return None
    return nvml.nvmlDeviceGetDeviceHandleFromMigDeviceHandle(device)
