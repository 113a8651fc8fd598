"""Whether the packages that methods rest on are there."""

from __future__ import annotations

from importlib.util import find_spec

from twin.errors import InputError, Problem


def need_study(package: str, asked_by: str) -> None:
    """InputError where a package of the extra is not installed."""
    if find_spec(package) is None:
        cure = "pip install 'ai-factory-twin[study]'"
        raise InputError([Problem("", f"no package {package}", cure, file=asked_by)])
