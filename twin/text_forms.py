"""How a JSON schema says what may stand for a number: a quantity, a clock reading, a share."""

from __future__ import annotations

import re
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from twin.units import NUMBER, UNIT

CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?")
ZERO: dict[str, Any] = {"const": 0}
QUANTITY_TEXT: dict[str, Any] = {"x-form": "QuantityText"}
CLOCK_TEXT: dict[str, Any] = {"x-form": "ClockText"}
SHARE_TEXT: dict[str, Any] = {"x-form": "ShareText"}
TEXT_FORMS: dict[str, Any] = {
    "QuantityText": {
        "description": "A number and its unit.",
        "type": "string",
        "pattern": rf"^\s*{NUMBER}\s*{UNIT}\s*$",
    },
    "ClockText": {
        "description": "Hours, minutes and perhaps seconds after the start; hours may pass 24.",
        "type": "string",
        "pattern": rf"^\s*{CLOCK.pattern}\s*$",
    },
    "ShareText": {
        "description": "A share, as a number or in per cent.",
        "type": "string",
        "pattern": rf"^\s*{NUMBER}\s*(%|percent)?\s*$",
    },
}
"""Forms of text that quantities are marked with in a JSON schema, by name."""

ANY_VALUE: dict[str, Any] = {
    "type": ["null", "boolean", "number", "string", "array", "object"],
    "x-says": "value of what varies",
}
"""A value of another key, which that key's own schema judges."""

_BOUNDS = {
    "ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"
}  # fmt: skip


class ShareText:
    """Says of a number that text such as `80 %` may stand for it."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The number with its bounds, by their names in JSON schema, or the text."""
        number = handler(schema)
        own = {_BOUNDS[key]: value for key, value in number.items() if key in _BOUNDS}
        rest = {key: value for key, value in number.items() if key not in _BOUNDS}
        return {"anyOf": [{**own, **rest}, SHARE_TEXT], "examples": ["80 %"]}


def within(part: dict[str, Any], low: float, high: float) -> dict[str, Any]:
    """The schema of a quantity or a number with this range; zero only where it is within."""
    if part.get("type") == "number":
        part = {key: held for key, held in part.items() if not key.startswith("exclusive")}
        return {**part, "minimum": low, "maximum": high}
    if "anyOf" not in part:
        return part
    options = [within(option, low, high) for option in part["anyOf"]]
    return {**part, "anyOf": [option for option in options if low <= 0 or option != ZERO]}
