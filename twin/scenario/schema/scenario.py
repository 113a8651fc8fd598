"""What is asked: site, layout, workload, controls, faults and drills on a time line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import Field, PrivateAttr, ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails

from twin.cards import Card, card
from twin.catalogue import Catalogue, shipped
from twin.catalogue.own import Equipment, RowProblem, extended
from twin.controls import Controls, Drill
from twin.errors import InputError, Problem
from twin.findings import Allowed
from twin.scenario.inputs import contents, portable, with_file_names
from twin.scenario.question import fingerprint
from twin.scenario.schema import card_rows as rows
from twin.scenario.schema.change import misplaced, parts_of, put, with_nearest_part
from twin.scenario.schema.economics import Economics
from twin.scenario.schema.faults import FaultPlan
from twin.scenario.schema.layout import Layout
from twin.scenario.schema.names import GpuName, Name, NamedProfile
from twin.scenario.schema.site import Site
from twin.scenario.schema.targets import Targets
from twin.scenario.yaml.document import Document, dotted, unwritten
from twin.scenario.yaml.scalars import kind_of
from twin.scenario.yaml.validate import build_model
from twin.stated import YEAR_S, Duration, FileName, Stated, Within
from twin.workload import Workload
from twin.workload.graph import unknown_or_circular

WITH = "with_"
"""Where problems of changes stand that `Scenario.with_` makes."""
STEPS_MAX = 600_000
"""Most periods, plant scans or request windows in a run: a minute over a year, a second over a
week. Each is a row a rack, or an instant of the run."""


class Outputs(Stated):
    """What is kept."""

    period: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 300.0
    """Length of the periods in the time tables."""
    counterfactuals: Literal["when_cheap", "always", "never"] = "when_cheap"
    """Whether each fault of the time line and each drill gets its cost against the same run without
    it. Each takes another run from its moment on; cheap is what an estimate puts at seconds."""


class Scenario(Stated):
    """Everything a run depends on, together with the seed."""

    version: Literal[1] = 1
    """Version of the schema."""
    name: Name
    """Name of the scenario; results go to reports/<name>."""
    description: str = Field(default="", max_length=4000)
    """What it shows."""
    layout: Layout | Annotated[str, Field(max_length=300)]
    """A layout, or the path of its file from this one."""
    site: Site
    """Where it stands."""
    start: datetime = datetime.fromisoformat("2026-07-15T00:00:00-04:00")
    """First moment, with its offset from UTC."""
    horizon: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 86_400.0
    """Length of the run."""
    seed: int = Field(default=1, ge=0, lt=2**63)
    """Seed of every random stream; what fails by chance has its own where `faults.seed` is."""
    workload: tuple[Workload, ...] = Field(default=(), max_length=10_000)
    """What the factory is asked to do."""
    profiles: dict[GpuName, NamedProfile] = Field(default_factory=dict, max_length=100)
    """Calibration profile by GPU type, where it was measured: a file, or the name of one that
    ships; `none` for published tables alone. One that is not named goes by the measured profile
    that ships for its dense models, where one does, else by what is published."""
    accept_marked_profiles: bool = False
    """Also take profiles whose measurement was throttled or disturbed by other work."""
    controls: Controls = Controls()
    """How it is operated."""
    faults: FaultPlan = FaultPlan()
    """What goes wrong."""
    drills: tuple[Drill, ...] = Field(default=(), max_length=10_000)
    """What is taken out on purpose."""
    allow: tuple[Allowed, ...] = ()
    """Findings of severity error that this scenario runs in spite of, by their codes."""
    targets: Targets = Targets()
    """What it must reach."""
    outputs: Outputs = Outputs()
    """What is kept."""
    economics: Economics = Economics()
    """What it costs and earns; every price has a default with its source."""

    _catalogue: tuple[Equipment, Catalogue] | None = PrivateAttr(default=None)
    """The catalogue with the rows it was made with."""
    _plan: tuple[Layout, Layout] | None = PrivateAttr(default=None)
    """The layout as stated, and with its blocks written out."""
    _documents: tuple[Document | None, Document | None] = PrivateAttr(default=(None, None))
    _lines: tuple[Document | None, ...] = PrivateAttr(default=())
    """Of a changed copy: the documents of the original, then what each `with_` set."""

    def __repr__(self) -> str:
        return self._card().text()

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """A small table, for notebooks."""
        return self._card().html()

    def _card(self) -> Card:
        return card(
            f"Scenario {self.name}",
            [
                ("shows", rows.wrapped(self.description)),
                *rows.layout_rows(self.layout, self.catalogue),
                ("site", rows.site_row(self.site)),
                ("time", rows.time_row(self.start, self.horizon, self.outputs.period, self.seed)),
                ("workload", rows.work_rows(self.workload)),
                ("faults", rows.fault_rows(self.faults)),
                ("operation", rows.control_rows(self.controls, self.drills)),
            ],
        )

    @property
    def fault_seed(self) -> int:
        """Seed of all that fails by chance."""
        return self.seed if self.faults.seed is None else self.faults.seed

    @field_validator("start")
    @classmethod
    def _at_a_place(cls, start: datetime) -> datetime:
        """A moment that is one moment everywhere, in years that a calendar has."""
        if start.tzinfo is None:
            raise ValueError("a start with its offset from UTC, such as 2026-07-15T00:00:00-04:00")
        if not 1900 <= start.year <= 2200:
            raise ValueError("a start between the years 1900 and 2200")
        return start

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [w.name for w in self.workload]
        if len(set(names)) < len(names):
            raise ValueError("workload names that differ")
        wrong = [self._misled(place, told) for place, told in unknown_or_circular(self.workload)]
        if wrong:
            raise ValidationError.from_exception_data(type(self).__name__, wrong)
        return self

    def _misled(self, place: int, told: str) -> InitErrorDetails:
        """A workload that follows whom it cannot, at its own place in the file."""
        work = self.workload[place]
        at = ("workload", place, "after")
        error = {"error": ValueError(told)}
        return InitErrorDetails(type="value_error", loc=at, input=work.follows, ctx=error)

    @property
    def stated_plan(self) -> Layout:
        """The layout as stated, as a model (paths are resolved when a scenario is loaded)."""
        if isinstance(self.layout, str):
            raise TypeError(f"layout {self.layout!r} was not loaded; use twin.load")
        return self.layout

    @property
    def plan(self) -> Layout:
        """The layout with every copy of its blocks written out."""
        stated = self.stated_plan
        if self._plan is None or self._plan[0] is not stated:
            self._plan = (stated, stated.flat())
        return self._plan[1]

    @property
    def catalogue(self) -> Catalogue:
        """Every row that this scenario may name, shipped and own, and the numbers behind it.

        Raises InputError with everything that is wrong with the planner's own rows.
        """
        if isinstance(self.layout, str):
            return shipped()
        if self._catalogue is None or self._catalogue[0] is not self.layout.equipment:
            found, wrong = extended(shipped(), self.layout.equipment)
            if wrong:
                raise InputError(self._row_problem(one) for one in wrong)
            self._catalogue = (self.layout.equipment, found)
        return self._catalogue[1]

    def _row_problem(self, one: RowProblem) -> Problem:
        at = ("layout", "equipment", one.kind, one.index, one.field)
        return self.problem(at, one.found, one.allowed, one.hint)

    def with_(self, **changes: object) -> Scenario:
        """A changed copy: `scenario.with_(seed=2, site__climate="phoenix")`; `__` goes down a
        level, into lists by index or by an item's name (`layout__power__ups__count=3`).

        Raises InputError with every change that leads nowhere or is not valid.
        """
        data = self._plain()
        changed: dict[tuple[str, ...], str] = {}
        problems: list[Problem] = []
        for path, value in changes.items():
            key = path.replace("__", ".")
            try:
                changed[put(data, parts_of(path, "__"), value)] = key
            except ValueError as error:
                problems.append(misplaced(key, kind_of(value), error, WITH))
        document = unwritten(data, WITH, changed)
        try:
            other = build_model(document, Scenario)
        except InputError as error:
            raise InputError([*problems, *with_nearest_part(error.problems)]) from error
        problems += (document.problem(*one) for one in other.out_of_proportion())
        if problems:
            raise InputError(problems)
        other._lines = (*(self._lines or self._documents), unwritten({}, WITH, changed))
        return other

    def _plain(self) -> dict[str, Any]:
        """The scenario as plain data; files that it names stay what they were resolved to."""
        data = self.model_dump(mode="json")

        def keep(at: tuple[str | int, ...], name: FileName) -> str:
            put(data, [str(part) for part in at], name)
            return name

        with_file_names(self, keep)
        return data

    def out_of_proportion(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """Steps too short for so long a run: where, what was found, and what is allowed."""
        steps: list[tuple[tuple[str | int, ...], float]] = [
            (("outputs", "period"), self.outputs.period),
            (("controls", "plant_period"), self.controls.plant_period),
        ]
        for i, work in enumerate(self.workload):
            steps += [(("workload", i, "window"), pool.window_s) for pool in work.pools()]
        for loc, step_s in steps:
            if self.horizon / step_s > STEPS_MAX:
                found = f"{step_s:g} s over {self.horizon:g} s, {self.horizon / step_s:,.0f} times"
                shortest_s = self.horizon / STEPS_MAX
                yield loc, found, f"at least {shortest_s:.3g} s, {STEPS_MAX:,} times in a run"

    def as_yaml(self) -> str:
        """The scenario as resolved, layout included; reads back as the same scenario.

        Files that it names stand in the text as `inputs/NAME`; `inputs` gives their bytes, to be
        written beside the text under these names.
        """
        named, _ = portable(self)
        return yaml.safe_dump(
            named.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=100
        )

    def inputs(self) -> dict[str, bytes]:
        """The bytes of every file that the scenario names, by its name in `as_yaml`; InputError
        with every one that cannot be read.
        """
        return contents(portable(self)[1])

    def question(self) -> str:
        """A fingerprint of all that an answer depends on: scenario, files, catalogue."""
        return fingerprint(self.as_yaml(), self.catalogue.content_hash(), self.inputs())

    def changed(self) -> dict[str, str]:
        """What was set from outside the files, `--set` and seed: keys as written, and values."""
        return {key: text for held in self._files() for key, text in held.set_from_outside()}

    def home(self) -> Path | None:
        """The folder of the project that its files stand in; None where it came from no file."""
        held = self._files()
        return held[0].root if held and held[0].path.is_file() else None

    def layout_file(self) -> Path | None:
        """The file that holds the layout; None where it came from no file."""
        held = [document.path for document in self._files()]
        return held[-1] if held and held[-1].is_file() else None

    def _files(self) -> list[Document]:
        return [document for document in self._documents if document is not None]

    def written(self, loc: tuple[str | int, ...]) -> Any:
        """What the scenario's file states at `loc`, as it stands there; None without a file."""
        return self._documents[0].written(loc) if self._documents[0] else None

    def problem(
        self, loc: tuple[str | int, ...], found: str, allowed: str, hint: str = ""
    ) -> Problem:
        """A problem placed in the file that holds `loc`, a path such as ("layout", "halls", 0)."""
        if loc[:1] == ("layout",) and isinstance(self.layout, Layout):
            loc = ("layout", *self.layout.stated_at(loc[1:]))
        outer, layout, *changes = self._lines or self._documents
        document = next((one for one in reversed(changes) if one and one.sets(loc)), None)
        if document is None and layout is not None and loc[:1] == ("layout",):
            document = layout
            loc = loc[1:]
        document = document or outer
        if document is None:
            return Problem(dotted(loc), found, allowed, hint)
        return document.problem(loc, found, allowed, hint)
