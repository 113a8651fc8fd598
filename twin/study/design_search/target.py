"""What is wanted of a factory, as a planner's file states it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from twin.scenario.overrides import read_changed
from twin.scenario.schema.names import ClimateName, GridName, Name
from twin.scenario.yaml.document import Document
from twin.scenario.yaml.validate import build_model
from twin.stated import Duration, Fraction, Power, RowOf, Stated, Within

Money = Annotated[float, Field(gt=0, le=1e13)]
"""US dollars, as a plain number."""
PowerPath = Literal["N", "N+1", "2N"]
"""N: nothing to spare; N+1: four blocks of which three carry it; 2N: two sides, each carries it."""

_SOME: dict[str, Any] = {"minItems": 1}


class TokensWanted(Stated):
    """What is to be served."""

    model: Annotated[str, Field(max_length=100), RowOf("models")]
    """A model of the catalogue."""
    rate: Annotated[float, Field(gt=0, le=1e12)] | None = None
    """Output tokens a second, mean of the day; as many as the site takes where it is not stated."""
    input: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    """Tokens of a prompt."""
    output: Annotated[int, Field(ge=1, le=1_000_000)] = 500
    """Tokens of an answer."""
    dtype: Literal["auto", "bf16", "fp8", "fp4"] = "auto"
    """Number format of the products; auto: as the model was released."""
    between_tokens: Annotated[Duration, Within(1e-4, 60.0, "0.1 ms to 1 min")] | None = None
    """Longest mean time between tokens."""
    first_token: Annotated[Duration, Within(1e-3, 3600.0, "1 ms to 1 h")] | None = None
    """Longest mean time to the first token once the engine has a place."""
    load: Fraction = 0.9
    """Share of the most that the fleet could serve which the busiest hour may take (assumed)."""
    diurnal_amplitude: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Rise of the busiest hour above the mean of the day, and fall of the quietest (assumed)."""

    @property
    def planned_frac(self) -> float:
        """Share of the most that the fleet could serve which the mean of the day takes."""
        return self.load / (1.0 + self.diurnal_amplitude)


class PlaceWanted(Stated):
    """Where it is to stand."""

    climate: ClimateName
    """A climate of the catalogue."""
    grid: GridName
    """A grid region of the catalogue."""
    power: Annotated[Power, Within(5e4, 2e9, "50 kW to 2 GW")] | None = None
    """Most that the site may draw."""
    feeds: tuple[Literal[1, 2], ...] = Field(default=(1, 2), json_schema_extra=_SOME)
    """Utility feeds that may be had."""
    water: bool = True
    """Whether water may be evaporated, on the pads of dry coolers."""


class Target(Stated):
    """What a design is searched for; what is left out is no limit."""

    version: Literal[1] = 1
    """Version of the schema."""
    name: Name
    """Name of the target; designs are called after it."""
    tokens: TokensWanted
    """What is to be served."""
    site: PlaceWanted
    """Where it is to stand."""
    budget_usd: Money | None = None
    """Most that building it may cost, GPUs included."""
    availability: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Share of the year in which the GPUs that the rate needs are served."""
    racks: tuple[str, ...] = Field(default=(), max_length=50)
    """Racks that may be bought, by catalogue name; where none is named, every one whose GPU has
    measured kernels."""
    power_paths: tuple[PowerPath, ...] = Field(default=("N", "N+1", "2N"), json_schema_extra=_SOME)
    """Power paths that are tried."""
    spare_cooling: tuple[bool, ...] = Field(default=(False, True), json_schema_extra=_SOME)
    """Whether each group of coolant units, air handlers and plant machines has one to spare."""

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.tokens.rate is None and self.site.power is None and self.budget_usd is None:
            raise ValueError("at least one of tokens.rate, site.power and budget_usd")
        for key in ("power_paths", "spare_cooling"):
            if not getattr(self, key):
                raise ValueError(f"{key} with at least one entry")
        if not self.site.feeds:
            raise ValueError("site.feeds with at least one entry")
        return self


def read_target(
    path: str | Path, overrides: Mapping[str, str] | None = None
) -> tuple[Target, Document]:
    """The target in a file with some of its values changed, and its lines; InputError with every
    problem.
    """
    document = read_changed(Path(path), overrides or {})
    return build_model(document, Target), document
