"""The ground under every model in a file: frozen, strict, documented, with units.

A field typed `Power` accepts `"132 kW"` and becomes 132000.0 watts. A plain number is accepted
only where zero or where the field's name already ends in its unit.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from twin.units import quantity

_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?")


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a number, neither true nor false")
    return value


_GUARD = {"type": "no-info", "function": _no_truth}


def _without_truths(schema: Any) -> Any:
    """The schema with `_no_truth` before each of its numbers."""
    if isinstance(schema, list | tuple):
        return type(schema)(_without_truths(part) for part in schema)
    if not isinstance(schema, dict) or schema.get("function") == _GUARD:
        return schema
    out = {key: _without_truths(part) for key, part in schema.items()}
    guarded = {"type": "function-before", "function": _GUARD, "schema": out}
    return guarded if out.get("type") in ("int", "float") else out


class Stated(BaseModel):
    """A model whose every parameter is stated: frozen, no unknown keys, docstrings as
    descriptions.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        populate_by_name=True,
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Every number refuses true and false, which Python takes for 1 and 0."""
        schema: CoreSchema = _without_truths(handler(source))
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


def _read(value: Any, unit: str) -> Any:
    if isinstance(value, str):
        return quantity(value, unit)
    if isinstance(value, int | float) and value != 0:
        raise ValueError(f"{value!r} has no unit; write it with one, for instance '{value} {unit}'")
    return value


def _unit(
    unit: str, example: str, written: str = ""
) -> tuple[BeforeValidator, PlainSerializer, WithJsonSchema]:
    """Reader, writer and schema of a quantity; what is written reads back as the same number."""
    schema = {"type": ["string", "number"], "examples": [example], "x-unit": unit}
    return (
        BeforeValidator(lambda value: _read(value, unit)),
        PlainSerializer(
            lambda value: f"{value!r} {written or unit}", return_type=str, when_used="json"
        ),
        WithJsonSchema(schema),
    )


def _moment() -> tuple[BeforeValidator, PlainSerializer, WithJsonSchema]:
    """Reader of a moment: a clock reading since the start (hours may pass 24), or a duration."""

    def read(value: Any) -> Any:
        if isinstance(value, str) and (clock := _CLOCK.fullmatch(value.strip())):
            return int(clock[1]) * 3600.0 + int(clock[2]) * 60.0 + float(clock[3] or 0)
        return _read(value, "s")

    return (
        BeforeValidator(read),
        PlainSerializer(lambda value: f"{value!r} s", return_type=str, when_used="json"),
        WithJsonSchema({"type": ["string", "number"], "examples": ["06:00", "90 min"]}),
    )


_W = _unit("W", "132 kW")
_J = _unit("J", "2.5 MWh")
_S = _unit("s", "10 min")
_M = _unit("m", "1.2 m")
_C = _unit("degC", "18 °C")
_K = _unit("delta_degC", "4 K", "K")
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

Power = Annotated[float, *_W, Field(ge=0, le=1e12)]
"""Watts."""
Rating = Annotated[float, *_W, Field(ge=1, le=1e12)]
"""Watts that something can carry: at least one."""
Current = Annotated[float, *_A, Field(gt=0, le=1e6)]
"""Amperes."""
Voltage = Annotated[float, *_VOLT, Field(gt=0, le=1e6)]
"""Volts."""
ApparentPower = Annotated[float, *_VA, Field(ge=1, le=1e12)]
"""Volt-amperes."""
Energy = Annotated[float, *_J, Field(ge=0)]
"""Joules."""
Duration = Annotated[float, *_S, Field(ge=0)]
"""Seconds."""
Length = Annotated[float, *_M, Field(ge=0, le=1e5)]
"""Metres."""
Volume = Annotated[float, *_V, Field(ge=0, le=1e9)]
"""Cubic metres."""
Temperature = Annotated[float, *_C, Field(ge=-60, le=150)]
"""Degrees Celsius."""
TemperatureDifference = Annotated[float, *_K, Field(ge=0)]
"""Kelvin."""
VolumeFlow = Annotated[float, *_F, Field(ge=0)]
"""Cubic metres a second."""
Bytes = Annotated[float, *_B, Field(ge=0)]
"""Bytes."""
Bandwidth = Annotated[float, *_BS, Field(ge=0)]
"""Bytes a second."""
Rate = Annotated[float, *_HP, Field(ge=0)]
"""Events a second."""
EnergyPrice = Annotated[float, *_EP, Field(ge=0)]
"""US dollars a joule."""
WaterPrice = Annotated[float, *_WP, Field(ge=0)]
"""US dollars a cubic metre."""
CarbonIntensity = Annotated[float, *_CI, Field(ge=0)]
"""Kilograms of CO2 equivalent a joule."""
TokenPrice = Annotated[float, *_TP, Field(ge=0)]
"""US dollars a token."""
Moment = Annotated[float, *_moment(), Field(ge=0)]
"""Seconds after the start, from `"06:30"` or `"6.5 h"`."""
Fraction = Annotated[float, Field(ge=0, le=1)]
"""A share between 0 and 1."""
Percent = Annotated[
    float,
    BeforeValidator(lambda value: quantity(value, "") if isinstance(value, str) else value),
    WithJsonSchema({"type": ["string", "number"], "examples": ["80 %"]}),
    Field(gt=0, le=1),
]
"""A share above 0, as `0.8` or `"80 %"`."""
