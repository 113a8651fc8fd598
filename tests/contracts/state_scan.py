"""Who writes which block of a run's state, read from the source: through any alias, in any way."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

IN_PLACE = {
    "append", "extend", "insert", "pop", "popitem", "remove", "clear", "sort", "reverse",
    "update", "setdefault", "add", "discard", "fill", "put", "resize", "itemset", "partition",
    "setfield", "setflags", "byteswap", "random", "integers", "exponential", "normal",
    "standard_normal", "uniform", "poisson", "gamma", "choice", "shuffle", "permuted", "lognormal",
}  # fmt: skip
"""Methods by which an array, a list, a dictionary or a stream of random numbers changes itself."""
FIRST_CHANGED = {"at", "copyto", "put", "place", "putmask", "put_along_axis", "shuffle"}
"""Functions that change their first argument."""
SAME_MEMORY = {
    "asarray", "asanyarray", "atleast_1d", "atleast_2d", "ravel", "reshape", "view", "transpose",
    "swapaxes", "squeeze", "diagonal", "get", "values", "items", "setdefault",
}  # fmt: skip
"""Functions and methods whose result may be a part of what they were given."""


class Ref(NamedTuple):
    """What an expression stands for."""

    what: str
    """`state`, `block`, `column` or `object`."""
    name: str = ""
    """Of the block, or of an object's class."""
    column: str = ""


class Write(NamedTuple):
    """A column of a block that a module writes."""

    block: str
    column: str


UNKNOWN = "a block that could not be found out"
"""What is written as somebody's `own`, where the scan does not know whose."""


@dataclass
class Classes:
    """What the attributes of every class stand for."""

    block_of_class: Mapping[str, str]
    """Classes of blocks, by name."""
    blocks: frozenset[str]
    attributes: dict[str, dict[str, Ref]] = field(default_factory=dict)

    def read(self, trees: Iterable[ast.Module]) -> None:
        """Learn the attributes of all classes: from annotations, and from what they are made of."""
        found = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]
        self.attributes |= {node.name: {} for node in found}
        for _ in range(2):
            for node in found:
                self.attributes[node.name] |= self._of_class(node)

    def _of_class(self, node: ast.ClassDef) -> dict[str, Ref]:
        out: dict[str, Ref] = {}
        for part in node.body:
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                out |= _known(part.target.id, self.annotated(part.annotation))
        for part in node.body:
            if isinstance(part, ast.FunctionDef):
                out |= self._of_method(part, node.name)
        return out

    def _of_method(self, method: ast.FunctionDef, class_name: str) -> dict[str, Ref]:
        scope = Scope(self, method, class_name)
        out: dict[str, Ref] = {}
        for node in ast.walk(method):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                to = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(to, ast.Attribute) and isinstance(to.value, ast.Name):
                    stated = getattr(node, "annotation", None)
                    meant = self.annotated(stated) or scope.resolve(node.value)
                    out |= _known(to.attr, meant) if to.value.id == "self" else {}
        return out

    def annotated(self, hint: ast.expr | None) -> Ref | None:
        """What an annotation says: a class, or a list of one."""
        if isinstance(hint, ast.Constant) and isinstance(hint.value, str):
            hint = ast.parse(hint.value, mode="eval").body
        names = [n.id for n in ast.walk(hint) if isinstance(n, ast.Name)] if hint else []
        return next((ref for name in names if (ref := self.named(name))), None)

    def named(self, name: str) -> Ref | None:
        """What an instance of a class stands for."""
        if name == "State":
            return Ref("state")
        if name in self.block_of_class:
            return Ref("block", self.block_of_class[name])
        return Ref("object", name) if name in self.attributes else None


def _known(name: str, ref: Ref | None) -> dict[str, Ref]:
    return {name: ref} if ref else {}


class Scope:
    """The names of one function, and what they stand for."""

    def __init__(self, classes: Classes, function: ast.AST, class_name: str = "") -> None:
        self.classes = classes
        self.names: dict[str, Ref] = {"state": Ref("state")}
        if class_name:
            self.names["self"] = Ref("object", class_name)
        if isinstance(function, ast.FunctionDef):
            given = function.args
            for arg in [*given.posonlyargs, *given.args, *given.kwonlyargs]:
                self.names |= _known(arg.arg, classes.annotated(arg.annotation))
        for _ in range(2):
            for node in ast.walk(function):
                self._bind_statement(node)

    def _bind_statement(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            self._bind(node.target, node.value)
        elif isinstance(node, ast.For | ast.comprehension):
            self._bind_each(node.target, node.iter)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.names |= _known(target.id, self.resolve(value))
        elif isinstance(target, ast.Tuple | ast.List):
            values = [value] * len(target.elts)
            if isinstance(value, ast.Tuple | ast.List):
                values = value.elts
            for part, of in zip(target.elts, values, strict=False):
                self._bind(part, of)

    def _bind_each(self, target: ast.expr, over: ast.expr) -> None:
        """The target of a loop is a part of what is looped over."""
        called = (
            over.func.id if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) else ""
        )
        several = isinstance(target, ast.Tuple)
        if called in {"zip", "enumerate"} and several:
            given = over.args  # type: ignore[attr-defined]
            if called == "enumerate":
                given = [ast.Constant(0), *given]
            for part, of in zip(target.elts, given, strict=False):  # type: ignore[attr-defined]
                self._bind(part, of)
        else:
            self._bind(target, over)

    def resolve(self, node: ast.expr) -> Ref | None:
        """What an expression stands for; None for anything that is no part of the state."""
        match node:
            case ast.Name():
                return self.names.get(node.id)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Subscript() | ast.Starred():
                return self.resolve(node.value)
            case ast.IfExp():
                return self.resolve(node.body) or self.resolve(node.orelse)
            case ast.Call():
                return self._call(node)
        return None

    def _attribute(self, node: ast.Attribute) -> Ref | None:
        if node.attr == "state":
            return Ref("state")
        base = self.resolve(node.value)
        if base is None:
            return Ref("block", UNKNOWN) if node.attr == "own" else None
        if base.what == "state":
            return Ref("block", node.attr) if node.attr in self.classes.blocks else None
        if base.what == "object":
            unknown = Ref("block", UNKNOWN) if node.attr == "own" else None
            return self.classes.attributes.get(base.name, {}).get(node.attr, unknown)
        return Ref("column", base.name, base.column or node.attr)

    def _call(self, node: ast.Call) -> Ref | None:
        if isinstance(node.func, ast.Name):
            return self.classes.named(node.func.id)
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in SAME_MEMORY:
            return None
        method_of = self.resolve(node.func.value)
        if method_of is not None:
            return method_of
        return self.resolve(node.args[0]) if node.args else None

    def written(self, function: ast.AST) -> Iterator[Write]:
        """Columns that a function writes."""
        for node in ast.walk(function):
            for target in _targets(node):
                yield from self._write(target)
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                yield from self._changed(self.names.get(node.target.id))
            if isinstance(node, ast.Call):
                yield from self._by_call(node)

    def _write(self, target: ast.expr) -> Iterator[Write]:
        if isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                yield from self._write(part)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            base = self.resolve(target.value)
            if base and base.what in {"block", "column"}:
                attribute = target.attr if isinstance(target, ast.Attribute) else "?"
                yield Write(base.name, base.column or attribute)
                if base.column and attribute != "?":
                    yield Write(base.name, attribute)
            elif base and base.what == "state" and isinstance(target, ast.Attribute):
                yield Write(target.attr, "?")

    def _changed(self, ref: Ref | None) -> Iterator[Write]:
        if ref and ref.what in {"block", "column"}:
            yield Write(ref.name, ref.column or "?")

    def _by_call(self, call: ast.Call) -> Iterator[Write]:
        for word in call.keywords:
            if word.arg == "out":
                outs = word.value.elts if isinstance(word.value, ast.Tuple) else [word.value]
                for out in outs:
                    yield from self._changed(self.resolve(out))
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name in IN_PLACE:
            yield from self._changed(self.resolve(call.func.value))  # type: ignore[attr-defined]
        if name in FIRST_CHANGED and call.args:
            yield from self._changed(self.resolve(call.args[0]))
        if isinstance(call.func, ast.Name) and call.func.id == "setattr":
            word = call.args[1]
            attribute = str(word.value) if isinstance(word, ast.Constant) else "?"
            yield from self._write(ast.Attribute(call.args[0], attribute, ast.Store()))


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign | ast.Delete):
        yield from node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For):
        yield node.target


def writes(tree: ast.Module, classes: Classes) -> set[Write]:
    """Columns of the state that a module writes."""
    owners = {
        function: node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for function in node.body
        if isinstance(function, ast.FunctionDef)
    }
    inner = {n for f in owners for n in ast.walk(f) if n is not f}
    free = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n not in inner]
    return {
        write
        for function in free
        for write in Scope(classes, function, owners.get(function, "")).written(function)
    }
