"""Models whose fields are described by the docstrings below them, read from the source when asked.

Most runs never ask: a schema does, and a message about a key that is missing. Reading all of them
when their classes are made took a quarter of a second of each start.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from typing import Any

from pydantic import AliasChoices, BaseModel, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema

Docs = dict[str, str]
"""By field; empty for a field without a docstring."""


class Described(BaseModel):
    """A model that knows what each of its fields is."""

    @classmethod
    def purposes(cls) -> Docs:
        """What each field is, by name: its description, or the docstring below it."""
        docs: Docs = {}
        for base in reversed(cls.__mro__):
            docs |= _of_module(base.__module__).get(base.__name__, {}) if _is_ours(base) else {}
        fields = cls.model_fields.items()
        return {name: info.description or docs.get(name, "") for name, info in fields}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The model's own, each key with what it is."""
        out = handler(schema)
        keys = handler.resolve_ref_schema(out).get("properties", {})
        for name, purpose in cls.purposes().items():
            for key in keys_of(name, cls.model_fields[name])[:1]:
                if purpose and key in keys:
                    keys[key]["description"] = purpose
        return out


def keys_of(name: str, info: FieldInfo) -> list[str]:
    """The names of a field in a file, the first one first."""
    if isinstance(info.validation_alias, AliasChoices):
        return [choice for choice in info.validation_alias.choices if isinstance(choice, str)]
    return [info.alias or name]


def _is_ours(base: type) -> bool:
    return issubclass(base, Described) and base is not Described


@cache
def _of_module(name: str) -> dict[str, Docs]:
    """Of every class of a module, by its name."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[name]))
    except (KeyError, OSError, TypeError):
        return {}
    return {node.name: _of_class(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _of_class(node: ast.ClassDef) -> Docs:
    below = [*node.body[1:], None]
    return {
        field.target.id: _text(after)
        for field, after in zip(node.body, below, strict=True)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
    }


def _text(node: ast.stmt | None) -> str:
    """The docstring that a statement is; empty for any other."""
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return inspect.cleandoc(text)
    return ""
