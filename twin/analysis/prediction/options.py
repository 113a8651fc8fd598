"""Names of options that there are none of, with the nearest, as the command line refuses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from twin.errors import InputError, Problem, did_you_mean


def refuse_unknown(options: Mapping[str, Any], kind: type, short: Mapping[str, str]) -> None:
    """Raise InputError for every name that is no field of a dataclass.

    short   what the command line calls some of the fields
    """
    known = [one.name for one in fields(kind)]
    found = [
        Problem(
            "options", repr(name), ", ".join(known),
            f"did you mean {short[name]!r}?" if name in short else did_you_mean(name, known),
        )
        for name in options
        if name not in known
    ]  # fmt: skip
    if found:
        raise InputError(found)
