"""The ground under every model in a file: frozen, strict, documented, with units.

A field typed `Power` accepts `"132 kW"` and becomes 132000.0 watts. A plain number is accepted
only where it is zero. `Within` states what range is possible, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from twin.described import Described
from twin.text_forms import CLOCK, CLOCK_TEXT, QUANTITY_TEXT, ZERO, ShareText, within
from twin.units import no_unit, quantity


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a number, neither true nor false")
    return value


_GUARD = {"type": "no-info", "function": _no_truth}


def _without_truths(schema: Any, own: type[BaseModel]) -> Any:
    """The schema of a model with `_no_truth` before its numbers; models inside have theirs."""
    if isinstance(schema, list | tuple):
        return type(schema)(_without_truths(part, own) for part in schema)
    if not isinstance(schema, dict) or schema.get("function") == _GUARD:
        return schema
    if schema.get("type") == "model" and schema["cls"] is not own:
        return schema
    out = {key: _without_truths(part, own) for key, part in schema.items()}
    guarded = {"type": "function-before", "function": _GUARD, "schema": out}
    return guarded if out.get("type") in ("int", "float") else out


class Stated(Described):
    """A model whose every parameter is stated: frozen, no unknown keys, described by docstrings."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True, defer_build=True
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Every number refuses true and false, which Python takes for 1 and 0."""
        schema: CoreSchema = _without_truths(handler(source), cls)
        return schema


class FileName(str):
    """The name of a file, relative to the file that names it; absolute once it is resolved.

    A type of its own, so that whoever loads or keeps a scenario finds every file in it.
    """

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Text of at most 300 characters in a file; what was resolved may be longer."""
        text = core_schema.str_schema(max_length=300)
        read = core_schema.no_info_after_validator_function(cls, text)
        resolved = core_schema.is_instance_schema(cls)
        return core_schema.json_or_python_schema(
            json_schema=read,
            python_schema=core_schema.union_schema([resolved, read], mode="left_to_right"),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )


@dataclass(frozen=True)
class Within:
    """The range of a quantity, and why nothing beyond it is meant: for `Annotated[Volume, ...]`.

    The bounds are in the unit of the field; `text` writes them as people do.
    """

    low: float
    high: float
    text: str
    why: str = ""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """The field's own schema, then this range in place of the type's own."""
        inner = handler(source)
        while _is_ranged(inner):
            inner = inner["schema"]
        return core_schema.no_info_after_validator_function(self._check, inner)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The field's own JSON schema, and the range in words; zero only where it is within."""
        out = within(dict(handler(schema)), self.low, self.high)
        return {**out, "x-range": self.text, **({"x-why": self.why} if self.why else {})}

    def _check(self, value: float) -> float:
        if not self.low <= value <= self.high:
            raise ValueError(f"{self.text} ({self.why})" if self.why else self.text)
        return value


def _is_ranged(schema: CoreSchema) -> bool:
    """Whether a schema is what a `Within` made."""
    if schema["type"] != "function-after":
        return False
    return isinstance(getattr(schema["function"]["function"], "__self__", None), Within)


@dataclass(frozen=True)
class RowOf:
    """Says of a text that it names a row of the catalogue: for `Annotated[str, ...]`.

    The build checks the name, for a project may have rows of its own; this is for editors.
    """

    table: str
    """Such as `racks`."""
    kinds: tuple[str, ...] = ()
    """Only rows of these kinds; empty for all."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The field's own JSON schema, marked with what `twin.scenario.schema_json` fills in."""
        return {**handler(schema), "x-catalogue": self.table, "x-kinds": list(self.kinds)}


def _read(value: Any, unit: str) -> Any:
    if isinstance(value, str):
        return quantity(value, unit)
    if isinstance(value, int | float) and value != 0:
        raise ValueError(no_unit(value, unit))
    return value


_Parts = tuple[BeforeValidator, PlainSerializer, WithJsonSchema]


def _unit(unit: str, example: str, written: str = "") -> _Parts:
    """Reader, writer and schema of a quantity; what is written reads back as the same number."""
    schema = {"anyOf": [QUANTITY_TEXT, ZERO], "examples": [example], "x-unit": written or unit}
    read = BeforeValidator(lambda value: _read(value, unit))
    return read, _writer(written or unit), WithJsonSchema(schema)


def _writer(unit: str) -> PlainSerializer:
    """Writer of a quantity; a word that may stand in its place is written as it is."""
    return PlainSerializer(
        lambda held: held if isinstance(held, str) else f"{held!r} {unit}",
        return_type=str,
        when_used="json",
    )


def _moment() -> _Parts:
    """Reader of a moment: a clock reading since the start (hours may pass 24), or a duration."""

    def read(value: Any) -> Any:
        if isinstance(value, str) and (clock := CLOCK.fullmatch(value.strip())):
            return int(clock[1]) * 3600.0 + int(clock[2]) * 60.0 + float(clock[3] or 0)
        return _read(value, "s")

    choices = [CLOCK_TEXT, QUANTITY_TEXT, ZERO]
    return (
        BeforeValidator(read),
        _writer("s"),
        WithJsonSchema({"anyOf": choices, "examples": ["06:00", "90 min"]}),
    )


_W = _unit("W", "132 kW")
_J = _unit("J", "2.5 MWh")
_S = _unit("s", "10 min")
_M = _unit("m", "1.2 m")
_C = _unit("degC", "18 °C")
TEMPERATURE_DIFFERENCE = _K = _unit("delta_degC", "4 K", "K")
_F = _unit("m**3/s", "1200 L/min", "m^3/s")
_B = _unit("byte", "100 TB")
_BS = _unit("byte/s", "400 Gbit/s")
_V = _unit("m**3", "12 m^3", "m^3")
_EP = _unit("USD/J", "0.08 USD/kWh")
_WP = _unit("USD/m**3", "2 USD/m^3", "USD/m^3")
_CI = _unit("kg/J", "380 g/kWh")
_TP = _unit("USD/token", "0.9 USD/Mtok")
_A = _unit("A", "400 A")
_VOLT = _unit("V", "415 V")
_VA = _unit("V*A", "500 kVA", "VA")
_HP = _unit("1/s", "30 / s")
_DP = _unit("USD/W/month", "15 USD/kW/month")

YEAR_S = 366 * 86_400.0
J_PER_KWH = 3.6e6
Power = Annotated[float, *_W, Within(0.0, 1e11, "0 to 100 GW")]
"""Watts."""
Rating = Annotated[float, *_W, Within(1.0, 1e11, "1 W to 100 GW")]
"""Watts that something can carry: at least one."""
Current = Annotated[float, *_A, Within(1e-3, 1e6, "1 mA to 1 MA")]
"""Amperes."""
Voltage = Annotated[float, *_VOLT, Within(1.0, 1e6, "1 V to 1 MV")]
"""Volts."""
ApparentPower = Annotated[float, *_VA, Within(1.0, 1e11, "1 VA to 100 GVA")]
"""Volt-amperes."""
Energy = Annotated[float, *_J, Within(0.0, 1e18, "0 to 1e18 J")]
"""Joules."""
Duration = Annotated[float, *_S, Within(0.0, 30 * YEAR_S, "0 to 30 years")]
"""Seconds."""
Length = Annotated[float, *_M, Within(0.0, 1e5, "0 to 100 km")]
"""Metres."""
Volume = Annotated[float, *_V]
"""Cubic metres; the range stands at the key."""
OutdoorTemperature = Annotated[
    float, *_C, Within(-70.0, 60.0, "-70 to 60 °C", "air where people live: -67.8 and 56.7 °C")
]
"""Degrees Celsius outdoors."""
WaterTemperature = Annotated[
    float, *_C, Within(1.0, 70.0, "1 to 70 °C", "liquid water that still cools a chip")
]
"""Degrees Celsius of facility water."""
SupplyAirTemperature = Annotated[float, *_C, Within(5.0, 45.0, "5 to 45 °C", "ASHRAE class A4")]
"""Degrees Celsius of air supplied to racks."""
TemperatureDifference = Annotated[float, *_K, Within(0.0, 200.0, "0 to 200 K")]
"""Kelvin."""
VolumeFlow = Annotated[float, *_F, Within(0.0, 1e3, "0 to 1,000 m^3/s")]
"""Cubic metres a second."""
Pressure = Annotated[float, *_unit("Pa", "80 kPa"), Within(0.0, 1e7, "0 to 10 MPa")]
"""Pascals."""
Bytes = Annotated[float, *_B, Within(0.0, 1e24, "0 to 1e24 bytes")]
"""Bytes."""
Bandwidth = Annotated[float, *_BS, Within(0.0, 1e18, "0 to 1e18 bytes a second")]
"""Bytes a second."""
Rate = Annotated[float, *_HP, Within(0.0, 1e9, "0 to 1e9 / s")]
"""Events a second."""
EnergyPrice = Annotated[float, *_EP, Within(0.0, 100 / J_PER_KWH, "0 to 100 USD/kWh")]
"""US dollars a joule."""
WaterPrice = Annotated[float, *_WP, Within(0.0, 1e3, "0 to 1,000 USD/m^3")]
"""US dollars a cubic metre."""
CarbonIntensity = Annotated[float, *_CI, Within(0.0, 5 / J_PER_KWH, "0 to 5,000 g/kWh")]
"""Kilograms of CO2 equivalent a joule."""
TokenPrice = Annotated[
    float, *_TP, Within(0.0, 1.0, "0 to 1,000,000 USD/Mtok", "no token costs more than a dollar")
]
"""US dollars a token."""
DemandCharge = Annotated[float, *_DP, Within(0.0, 1.0, "0 to 1,000 USD/kW/month")]
"""US dollars a watt of peak demand a month."""
Moment = Annotated[float, *_moment(), Within(0.0, 30 * YEAR_S, "0 to 30 years after the start")]
"""Seconds after the start, from `"06:30"` or `"6.5 h"`."""

SHARE = (
    BeforeValidator(lambda value: quantity(value, "") if isinstance(value, str) else value),
    ShareText(),
)
Fraction = Annotated[float, *SHARE, Field(ge=0, le=1)]
"""A share from 0 on, as `0.8` or `"80 %"`."""
Percent = Annotated[float, *SHARE, Field(gt=0, le=1)]
"""A share above 0, as `0.8` or `"80 %"`."""
