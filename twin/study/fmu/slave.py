"""What stands in an exported FMU: a run that goes on from where it was kept.

pythonfmu loads this file by its path, out of the FMU, wherever that is unpacked; the Python that
loads it has twin installed.
"""

from __future__ import annotations

from pathlib import Path

from pythonfmu import Fmi2Causality, Fmi2Slave, Fmi2Variability, Real

from twin.simulation import resume
from twin.study.fmu.namespace import keep_namespace

keep_namespace(globals())

START = "start.run"
"""The run in the FMU, as `Run.save` wrote it."""
BEGUN = "begun_s.txt"
"""The moment of it that is time 0 of the FMU, in seconds."""


class TwinFacility(Fmi2Slave):  # type: ignore[misc]  # pythonfmu is not typed
    """A facility: set-points of facility water in, temperatures and powers out."""

    author = "ai-factory-twin"
    description = "A data centre, simulated event by event"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        folder = Path(str(self.resources))
        self._run = resume(folder / START)
        self._begun_s = float((folder / BEGUN).read_text(encoding="utf-8"))
        self._plants = [plant.id for plant in self._run.facility.cooling.plants]
        seen = self._run.readings()
        for plant, degc in zip(self._plants, seen.set_degc.tolist(), strict=True):
            setattr(self, f"set_{plant}_degc", degc)
            self._declare(f"set_{plant}_degc", Fmi2Causality.input, degc)
        self._asked = self._set_points()
        self._show()
        for name in self._outputs():
            self._declare(name, Fmi2Causality.output, getattr(self, name))

    def _declare(self, name: str, causality: object, start: float) -> None:
        kind = Fmi2Variability.continuous
        given = {"start": start} if causality is Fmi2Causality.input else {}
        self.register_variable(Real(name, causality=causality, variability=kind, **given))

    def _set_points(self) -> list[float]:
        return [float(getattr(self, f"set_{plant}_degc")) for plant in self._plants]

    def _outputs(self) -> list[str]:
        water = [f"water_{plant}_degc" for plant in self._plants]
        return [*water, "inlet_max_degc", "it_w", "cooling_w", "dry_bulb_degc"]

    def _show(self) -> None:
        """Put what instruments read into the outputs."""
        seen = self._run.readings()
        for plant, degc in zip(self._plants, seen.water_degc.tolist(), strict=True):
            setattr(self, f"water_{plant}_degc", degc)
        self.inlet_max_degc = float(seen.inlet_degc.max())
        self.it_w = float(seen.rack_w.sum())
        self.cooling_w = seen.cooling_w
        self.dry_bulb_degc = float(seen.outdoor_degc[0])

    def do_step(self, current_time: float, step_size: float) -> bool:
        """Set what was asked, and live on to the end of the step."""
        now_s = self._begun_s + current_time
        wanted = self._set_points()
        for plant, before, degc in zip(self._plants, self._asked, wanted, strict=True):
            if degc != before:
                self._run.set_water(plant, degc, max(now_s, self._run.now_s))
        self._asked = wanted
        self._run.until(now_s + step_size)
        self._show()
        return True
