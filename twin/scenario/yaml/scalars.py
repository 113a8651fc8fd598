"""Plain YAML 1.2 words as numbers, truths and texts, and values in a few words for messages.

Scalars follow YAML 1.2.2, section 10.3.2 (https://yaml.org/spec/1.2.2/#1032-tag-resolution).
"""

from __future__ import annotations

import math
import re
from typing import Any

from twin.scenario.yaml.limits import LIMIT_NUMBER

_NULL = ("", "~", "null", "Null", "NULL")
_BOOL = {
    text: text.lower() == "true" for text in ("true", "True", "TRUE", "false", "False", "FALSE")
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def scalar(text: str) -> str | int | float | bool | None:
    """What a plain YAML 1.2 word stands for; ValueError for a number that is not finite or too
    long.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _NOT_FINITE.fullmatch(text):
        raise ValueError("a finite number")
    if _INT.fullmatch(text) or _FLOAT.fullmatch(text):
        return _number(text)
    return text


def _number(text: str) -> int | float:
    if len(text) > LIMIT_NUMBER:
        raise ValueError(f"a number of at most {LIMIT_NUMBER} characters")
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if not math.isfinite(number := float(text)):
        raise ValueError("a finite number")
    return number


def kind_of(value: Any) -> str:
    """A value in a few plain words, short enough for one line."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    return brief(repr(value))


def brief(text: str, most: int = 60) -> str:
    """A text that fits a message: its beginning and last letter where it is longer than `most`."""
    return text if len(text) <= most else f"{text[: most - 4]}...{text[-1]}"
