"""A run that can be stopped, looked at, and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from twin.analysis.review import refuse, review
from twin.errors import InputError, Problem, RunError, did_you_mean
from twin.facility.model import Facility
from twin.garbage import rarely_collected
from twin.physics.linear_algebra import one_thread
from twin.results import Frames, Result
from twin.results.parts import ResultParts, refuse_incomplete
from twin.simulation import checkpoint
from twin.simulation.branch import ACTIONS, DRILLS, FAULTS, forked, reschedule, seconds
from twin.simulation.checkpoint import Stored
from twin.simulation.disciplines import wire
from twin.simulation.interrupt import held_back
from twin.simulation.kernel.order import Stage
from twin.simulation.loop.run import Loop
from twin.simulation.loop.snapshot import put_back, take
from twin.simulation.outcome.result import result
from twin.simulation.outcome.summary import unbalanced
from twin.simulation.outcome.tables import tables
from twin.simulation.outcome.totals import Totals, totals
from twin.simulation.readings import InstrumentReadings, readings

WATER_DEGC = (1.0, 70.0)
"""Set-points that facility water may have."""
_BREAKS = (RunError, ArithmeticError, ValueError, LookupError)
"""What ends a run that cannot go on."""
_MISFITS = (TypeError, AttributeError, RecursionError)
"""What else ends a run whose file holds what no run wrote."""

Progress = Callable[[float, float], None]
"""Called with the share done and the simulated seconds."""


class Run:
    """A facility on its way through its horizon.

    Made by `start` or `resume`. What has happened is everything before `now_s`; stopping and going
    on changes no byte of what comes.
    """

    def __init__(self, facility: Facility) -> None:
        self.facility = facility
        with one_thread():
            self._loop = Loop(wire(facility))
        self._wall_s = 0.0
        self._torn = False
        self._ends: tuple[type[Exception], ...] = _BREAKS
        self._misfits: tuple[type[Exception], ...] = ()
        self._folder: TemporaryDirectory[str] | None = None

    @property
    def now_s(self) -> float:
        """The last instant at which anything changed, in seconds after the scenario's start."""
        return self._loop.world.now_s

    @property
    def done(self) -> bool:
        """Whether the horizon is reached."""
        return self._loop.done

    def until(self, moment: float | str = np.inf, progress: Progress | None = None) -> Run:
        """Live through everything that happens before a moment; what is due at it has yet to come.

        moment     seconds after the start, or as in a scenario: `"14:00"`, `"6.5 h"`; without it
                   the run goes to its end
        progress   called with the share of the horizon done and the simulated seconds
        Raises RunError where the run cannot go on; its `kept` is the Result up to that moment.
        Ctrl-C stops it between two events, and it can go on from there.
        """
        until_s = seconds(moment)
        self._refuse_torn()
        with held_back() as asked_to_stop, self._guarded():
            while not asked_to_stop() and not self.done and self._step(until_s):
                if progress is not None:
                    progress(self.now_s / self._loop.world.end_s, self.now_s)
            if asked_to_stop():
                raise KeyboardInterrupt
        return self

    def _step(self, until_s: float) -> bool:
        """One event; a run that breaks inside it stands between nothing and is of no more use."""
        try:
            return self._loop.step(until_s)
        except BaseException:
            self._torn = True
            raise

    def _refuse_torn(self) -> None:
        if self._torn:
            when = f"{self.now_s:,.3f} s"
            raise RunError(f"the run broke off inside an event after {when}: resume its last save")

    def save(self, path: str | Path) -> Path:
        """Write the run as it stands into one file, whole or not at all; `resume` goes on with it.

        Raises OSError where it cannot be written.
        """
        return store(self, Path(path))

    def fork(
        self,
        faults: Sequence[Any] | None = None,
        controls: Sequence[Any] | None = None,
        drills: Sequence[Any] | None = None,
    ) -> Run:
        """Another run from here on; this one stays as it is.

        faults     what fails from now on, as in a scenario's time line, in place of what was to
                   come; None leaves that
        controls   operator actions from now on, likewise
        drills     drills from now on, likewise
        Raises InputError where they name what is not there, or come too late.
        """
        self._refuse_torn()
        asked = ((FAULTS, faults), (DRILLS, drills), (ACTIONS, controls))
        given = {line: items for line, items in asked if items is not None}
        facility = forked(self.facility, self._loop.world.clock, self.now_s, given)
        other = Run(facility)
        put_back(other._loop, take(self._loop))
        reschedule(other._loop.run, given)
        other._wall_s = self._wall_s
        return other

    def set_water(
        self, plant: str, temperature_degc: float, moment: float | str | None = None
    ) -> None:
        """Have operators change the set-point of a plant's water, now or at a moment to come.

        Raises InputError for an unknown plant, a temperature outside 1 to 70 °C, or a past moment.
        """
        at_s = self.now_s if moment is None else seconds(moment)
        plants = [one.id for one in self.facility.cooling.plants]
        problems = []
        if plant not in plants:
            hint = did_you_mean(plant, plants)
            problems.append(Problem("plant", repr(plant), "a plant of this layout", hint=hint))
        if not WATER_DEGC[0] <= temperature_degc <= WATER_DEGC[1]:
            problems.append(Problem("temperature_degc", f"{temperature_degc:g}", "1 to 70 °C"))
        if at_s < self.now_s:
            allowed = f"moments from {self.now_s:g} s on"
            problems.append(Problem("moment", f"{at_s:g} s", allowed))
        if problems:
            raise InputError(problems)
        clock = self._loop.world.clock
        delay_s = at_s - self.now_s
        clock.wait(Stage.CONTROLS, delay_s, "operator sets water", plant, float(temperature_degc))

    def readings(self) -> InstrumentReadings:
        """What instruments read now: temperatures, powers, and sums so far."""
        return readings(self._loop.run)

    def totals(self) -> Totals:
        """Headline numbers and token balance so far: what `result` gives, without tables of
        time.
        """
        return totals(self._loop.run, self._wall_s)

    def tables(self) -> Frames:
        """Tables so far, by name: those of `result`, costs and what it says of itself left out."""
        self._refuse_torn()
        return Frames(tables(self._loop.run, self._loop.recorder))

    def result(self) -> Result:
        """The Result so far; of the whole horizon once it is done.

        Raises RunError where the balances of a finished run do not close, or a part cannot be
        worked out; its `kept` is the Result, marked invalid, or without that part.
        """
        self._refuse_torn()
        invalid = self._invalid() if self.done else ""
        stopped = "" if self.done else f"stopped after {self.now_s:,.3f} s, and can go on"
        kept = self._result(self._wall_s, stopped, invalid)
        if invalid:
            raise RunError(f"the balances do not close: {invalid}", kept)
        refuse_incomplete(kept)
        return kept

    def _invalid(self) -> str:
        """Which balances do not close, or why that cannot be said; empty where all close."""
        parts = ResultParts()
        said = parts.of("balances", lambda: unbalanced(self._loop.run), "")
        return said or "; ".join(parts.lacking.values())

    def _result(self, wall_s: float, stopped: str, invalid: str = "") -> Result:
        try:
            return result(self._loop.run, self._loop.recorder, wall_s, stopped, invalid)
        except self._misfits as error:
            raise RunError(f"the stored run holds what no run wrote: {_brief(error)}") from error

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Keep what was computed where a run breaks, and count the time it takes."""
        began = perf_counter()
        try:
            with one_thread():
                yield
        except self._ends as error:
            self._loop.recorder.record()
            world = self._loop.world
            why = f"stopped after {world.now_s:,.3f} s of {world.end_s:,.0f} s: {error}"
            wall_s = self._wall_s + perf_counter() - began
            raise RunError(why, self._result(wall_s, why)) from error
        finally:
            self._wall_s += perf_counter() - began


def resume(path: str | Path) -> Run:
    """The run that `Run.save` wrote, in this process or another; it goes on as if never stopped.

    Raises InputError where the file is missing, damaged or of another version.
    """
    stored = checkpoint.read(Path(path))
    folder = TemporaryDirectory(prefix="twin-")
    try:
        facility = stored.facility(Path(folder.name))
    except (InputError, OSError, ValueError) as error:
        stored.refuse(f"a scenario that cannot be built ({_brief(error)})")
    if facility.scenario.catalogue.content_hash() != stored.plain["catalogue"]:
        stored.refuse("a run with other catalogue rows than this build has")
    run = continued(stored, facility)
    run._folder = folder  # its files are there for as long as the run is
    return run


def continued(stored: Stored, facility: Facility) -> Run:
    """A stored run in a facility that is built already, which must be of the same question.

    Raises InputError where it does not fit.
    """
    try:
        run = Run(facility)
        put_back(run._loop, stored.snapshot)
    except (*_BREAKS, *_MISFITS, InputError) as error:
        stored.refuse(f"a run that does not fit its scenario ({_brief(error)})")
    run._wall_s = stored.wall_s
    run._ends = (*_BREAKS, *_MISFITS)
    run._misfits = run._ends
    return run


def _brief(error: Exception) -> str:
    """The first line of a message, for a sentence of ours."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0][:200]


def store(run: Run, path: Path, every_s: float = 0.0) -> Path:
    """Write a run as it stands into a file.

    every_s   simulated seconds after which it is to be written again, for who goes on with it
    Raises OSError where it cannot be written.
    """
    run._refuse_torn()
    return checkpoint.write(path, take(run._loop), run.facility, run._wall_s, every_s)


def start(facility: Facility, ahead: bool = False) -> Run:
    """A facility at its first instant.

    ahead   whether a copy of the command may begin with what its result asks for
    Raises InputError where a review refuses the design or a workload cannot run on its GPUs, and
    RunError where a run cannot begin.
    """
    began = perf_counter()
    with one_thread():
        refuse(facility, review(facility))
    try:
        with one_thread():
            run = Run(facility)
            run._loop.begin()
            if ahead:
                run._loop.run.serving.live_ahead()
    except (ArithmeticError, ValueError, LookupError) as error:
        raise RunError(f"could not begin: {error}") from error
    run._wall_s += perf_counter() - began
    return run


@rarely_collected()
def simulate(facility: Facility, progress: Progress | None = None) -> Result:
    """Run a facility through its scenario.

    progress   called with the share done and the simulated seconds
    Raises InputError where a workload cannot run on its GPUs, and RunError where a run cannot go
    on, or its balances do not close; its `kept` is the Result up to that moment.
    """
    return start(facility).until(progress=progress).result()
