"""Power of a GPU at rest, under held work, under caps and through a step of load."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from twin.calibration.nvml import Meter

_EVERY_S = 0.01
_TICKS_LEAST = 3
Work = Callable[[], object]


class PowerReadings:
    """Power readings taken beside the work, a hundred a second, while the block is open."""

    def __init__(self, reader: Meter) -> None:
        self._reader = reader
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._take, daemon=True)
        self.rows: list[tuple[float, float]] = []
        """(seconds since the start, W)"""
        self.clocks_hz: list[float] = []
        self.ticks: list[tuple[float, float]] = []
        """(seconds, J) when the energy counter moved: on some boards every tenth of a second."""
        self._last_j: float | None = None

    def __enter__(self) -> PowerReadings:
        self._start_s = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _take(self) -> None:
        while not self._stop.wait(_EVERY_S):
            power_w = self._reader.power_w()
            if power_w is not None:
                self.rows.append((time.monotonic() - self._start_s, power_w))
            clock_hz = self._reader.clock_hz()
            if clock_hz is not None:
                self.clocks_hz.append(clock_hz)
            self._tick(self._reader.energy_j())

    def _tick(self, energy_j: float | None) -> None:
        if energy_j is not None and self._last_j is not None and energy_j > self._last_j:
            self.ticks.append((time.monotonic() - self._start_s, energy_j))
        self._last_j = energy_j

    def counted_w(self) -> float | None:
        """Mean W from one move of the energy counter to another; None where it hardly moved."""
        if len(self.ticks) < _TICKS_LEAST:
            return None
        (start_s, start_j), *_, (end_s, end_j) = self.ticks
        return (end_j - start_j) / (end_s - start_s)

    def mean_w(self) -> float | None:
        """Mean of the readings, or None without any."""
        return _mean(w for _, w in self.rows)

    def clock_hz(self) -> float | None:
        """Mean of the clocks: under a power limit they move all the time."""
        return _mean(self.clocks_hz)


def hold(reader: Meter, run: Work | None, hold_s: float) -> dict[str, Any]:
    """Mean W while `run` repeats for `hold_s` (idle without it), and the state at its end.

    From the energy counter, because power readings are averages over a second, and between two of
    its moves, because it stands still for a tenth; from the readings where the board has no
    counter, and `power_from` says so.
    """
    start_s = time.monotonic()
    runs = 0
    with PowerReadings(reader) as readings:
        while (now_s := time.monotonic()) - start_s < hold_s:
            if run is None:
                time.sleep(min(0.05, hold_s))
            else:
                run()
                runs += 1
    counted_w = readings.counted_w()
    return {
        "power_w": readings.mean_w() if counted_w is None else counted_w,
        "power_from": "power readings" if counted_w is None else "energy counter",
        "hold_s": now_s - start_s, "runs": runs,
        "sm_clock_hz": readings.clock_hz() or reader.clock_hz(),
        "temperature_degc": reader.temperature_degc(), "throttle": reader.throttle(),
    }  # fmt: skip


def settled(reader: Meter, run: Work | None, hold_s: float) -> dict[str, Any]:
    """As `hold`, after a quarter of its time that is not counted."""
    hold(reader, run, hold_s / 4)
    return hold(reader, run, hold_s)


def with_gaps(
    reader: Meter, work: Callable[[float], Work], gaps_s: Iterable[float], hold_s: float
) -> list[dict[str, Any]]:
    """One work held with rests of several lengths after each run: rests leave the board power, and
    so a higher clock.

    What one run takes in energy goes with the square of the voltage, whatever the rests: the clock
    and the voltage meet here. `work` hands out what is run for a length of rest.
    """
    return [{"gap_s": gap_s} | settled(reader, work(gap_s), hold_s) for gap_s in gaps_s]


def step_response(reader: Meter, run: Work, each_s: float) -> dict[str, Any]:
    """Power through rest, load and rest, and how long the rise takes to 63 % of its height."""
    with PowerReadings(reader) as readings:
        time.sleep(each_s)
        on_s = time.monotonic() - readings._start_s
        while time.monotonic() - readings._start_s < 2 * each_s:
            run()
        off_s = time.monotonic() - readings._start_s
        time.sleep(each_s)
    rows = readings.rows
    low_w = _mean(w for t, w in rows if t < on_s)
    high_w = _mean(w for t, w in rows if on_s + 0.5 * each_s < t < off_s)
    answer: dict[str, Any] = {
        "on_s": on_s, "off_s": off_s, "low_w": low_w, "high_w": high_w, "rise_s": None,
        "rows": [[round(t, 3), w] for t, w in rows],
    }  # fmt: skip
    if low_w is not None and high_w is not None and high_w > low_w:
        reached = [t - on_s for t, w in rows if t > on_s and w > low_w + 0.63 * (high_w - low_w)]
        answer["rise_s"] = reached[0] if reached else None
    return answer


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None


def under_caps(
    reader: Meter, works: dict[str, Work], shares: Iterable[float], hold_s: float
) -> list[dict[str, Any]]:
    """Each work held under each share of the power limit, which is put back afterwards.

    Where the driver refuses the cap its words stand in `refused`, and nothing is measured.
    """
    limit_w = reader.facts().get("power_limit_w")
    if limit_w is None:
        return [{"refused": "the driver tells no power limit"}]
    rows: list[dict[str, Any]] = []
    granted = False
    try:
        for share in shares:
            refused = reader.set_cap(share * limit_w)
            if refused:
                rows.append({"cap_w": share * limit_w, "refused": refused})
                continue
            granted = True
            rows += [
                {"cap_w": share * limit_w, "work": name} | settled(reader, run, hold_s)
                for name, run in works.items()
            ]
    finally:
        if granted:
            reader.set_cap(limit_w)
    return rows
