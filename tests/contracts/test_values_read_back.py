"""Claim: what a scenario writes of itself it reads back as the same, whatever stands at a key. A
copy with a change, a run that goes on, and the file that a result keeps rest on it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from twin.stated import Stated

PACKAGES = ("twin.scenario.schema", "twin.workload.kinds", "twin.catalogue.own")


def models(root: type[BaseModel] = Stated) -> Iterator[type[BaseModel]]:
    """Every model that stands in files, once its module is read."""
    for kind in root.__subclasses__():
        if kind.__module__.startswith("twin."):
            yield kind
        yield from models(kind)


def read_packages() -> None:
    for package in PACKAGES:
        module = importlib.import_module(package)
        for found in pkgutil.iter_modules(module.__path__, f"{package}."):
            importlib.import_module(found.name)


def examples(schema: Any) -> Iterator[Any]:
    """Every example and every word that a schema has, down to the parts of unions."""
    if isinstance(schema, dict):
        yield from schema.get("examples", [])
        yield from schema.get("enum", [])
        yield from [schema["const"]] if "const" in schema else []
        for branch in ("anyOf", "oneOf"):
            for part in schema.get(branch, []):
                yield from examples(part)


def every_model() -> list[Any]:
    read_packages()
    by_name = {kind.__name__: kind for kind in models()}
    return [pytest.param(kind, id=name) for name, kind in sorted(by_name.items())]


def values(info: FieldInfo) -> Iterator[tuple[TypeAdapter[Any], Any]]:
    """What a key takes of its own examples."""
    kind = info.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(
        Annotated[kind, *info.metadata] if info.metadata else kind
    )
    for example in examples(adapter.json_schema()):
        with suppress(ValidationError):  # an example of another range
            yield adapter, adapter.validate_python(example)


@pytest.mark.parametrize("kind", every_model())
def test_values_read_back(kind: type[BaseModel]) -> None:
    for name, info in kind.model_fields.items():
        for adapter, value in values(info):
            assert adapter.validate_python(adapter.dump_python(value, mode="json")) == value, name
