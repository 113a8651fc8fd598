"""Run every microbenchmark on one device and hand back what was seen.

Needs torch and numpy and nothing else, for it runs on bare machines: `python -m twin.calibration`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twin.calibration.journal import Journal
from twin.calibration.nvml import DISTURBING, Meter, meter
from twin.calibration.session import Session, Told
from twin.calibration.torch_device import describe, load_torch, one_thread, resolve


def measure(
    device: str = "cpu",
    quick: bool = False,
    progress: Told | None = None,
    journal: Path | None = None,
    caps: Iterable[float] = (),
) -> dict[str, Any]:
    """Device, software, conditions, samples, host times, power and unseen steps: the raw half of a
    profile.

    journal   file that takes each answer as it comes; a measurement that was killed goes on there
    caps      shares of the power limit to try, which needs rights; a refusal is told
    One thread and processor time on a CPU, where quick takes about a minute; events on a GPU.
    Raises InputError where torch or the device is missing, or the journal is another measurement's.
    """
    device = resolve(device)
    told = progress or (lambda done, what: None)
    facts, software = describe(device)
    found = meter(load_torch()) if device == "cuda" else "no NVML on a CPU"
    reader = found if isinstance(found, Meter) else None
    kept = Journal(journal, {"device": facts, "software": software, "quick": quick})
    with one_thread():
        session = Session(device, quick, reader, kept, told)
        session.idle()
        samples = session.samples()
        host = session.host()
        power = session.power(tuple(caps))
        exchanged = session.exchanged()
        steps = session.unseen()
    return {
        "device": facts | (reader.facts() if reader else {}),
        "software": software,
        "date_utc": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "conditions": session.conditions(found),
        "samples": samples,
        "marks": marks(samples, power, session.others()),
        "measured": {"host": host, "power": power, "all_reduce": exchanged, "unseen": steps},
    }


def marks(samples: list[dict[str, Any]], power: dict[str, Any], others: str) -> list[str]:
    """What disturbed a measurement: reasons of a slow clock that are not the board's own cap, and
    other work.
    """
    states = [*samples, *power.get("held", [])]
    said = [reason for state in states for reason in state.get("throttle", ())]
    hot = [
        f"throttled: {reason} in {said.count(reason)} of {len(states)} readings"
        for reason in DISTURBING
        if reason in said
    ]
    return hot + ([f"busy: {others}"] if others else [])
