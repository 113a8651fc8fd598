"""A facility as an FMU for co-simulation (FMI 2.0), by pythonfmu."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from twin.simulation import start
from twin.study.asked import Asked, built
from twin.study.fmu import slave
from twin.study.fmu.installed import need_fmu


def export_fmu(asked: Asked, path: str | Path, settled_s: float = 600.0) -> Path:
    """Write a design as an FMU: the run of its scenario from `settled_s` on.

    Inputs are `set_PLANT_degc`, outputs `water_PLANT_degc`, `inlet_max_degc`, `it_w`, `cooling_w`
    and `dry_bulb_degc`. Whoever runs it needs this Python with twin installed; its time 0 is
    `settled_s`, and it ends with the scenario's horizon.
    Raises InputError without the extra `fmu`, and as `twin.start` does.
    """
    need_fmu("pythonfmu", "export_fmu")
    from pythonfmu import FmuBuilder

    target = Path(path).with_suffix(".fmu")
    run = start(built(asked)).until(settled_s)
    with TemporaryDirectory(prefix="twin-") as folder:
        script = Path(folder) / "twin_facility.py"
        shutil.copyfile(Path(slave.__file__), script)
        kept = run.save(Path(folder) / slave.START)
        begun = Path(folder) / slave.BEGUN
        begun.write_text(f"{settled_s!r}\n", encoding="utf-8")
        target.parent.mkdir(parents=True, exist_ok=True)
        FmuBuilder.build_FMU(script, dest=target, project_files=[kept, begun])
    return target
