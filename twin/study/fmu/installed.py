"""Whether what FMUs need is there."""

from __future__ import annotations

from importlib.util import find_spec

from twin.errors import InputError, Problem


def need_fmu(package: str, asked_by: str) -> None:
    """InputError where a package of the extra is not installed."""
    if find_spec(package) is None:
        cure = "pip install 'ai-factory-twin[fmu]'"
        raise InputError([Problem("", f"no {package}", cure, file=asked_by)])
