"""What `twin deploy` calls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twin.errors import InputError, Problem


def prices() -> list[dict[str, Any]]:
    """Every offer that comes with the program."""
    from twin.catalogue.rental import rental_rows

    return [row.model_dump(mode="json") for row in rental_rows().values()]


def answer(file: Path | None, changes: Mapping[str, str]) -> dict[str, Any]:
    """Every option of a deployment file."""
    from twin.study.deploy import deploy

    if file is None:
        raise InputError([Problem("", "no file", "a deployment file", file="FILE")])
    return deploy(file, overrides=changes).as_dict()
