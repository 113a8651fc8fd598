"""Each column of the state has one writer: the module that `twin.simulation.kernel.state` names beside
it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from twin.simulation.kernel.state import WRITERS

FOLDER = ROOT / "twin" / "simulation"
MODULES = sorted(path for path in FOLDER.rglob("*.py") if path.name != "state.py")
IN_PLACE = {"fill", "put", "sort", "resize", "itemset", "partition"}
"""Methods by which an array changes itself."""
UFUNC_IN_PLACE = {"at", "copyto", "put", "place", "putmask"}
"""Functions that change their first argument."""


def targets(node: ast.AST) -> Iterator[ast.expr]:
    """Expressions that a statement writes to."""
    if isinstance(node, ast.Assign):
        yield from node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr | ast.For):
        yield node.target
    elif isinstance(node, ast.Delete):
        yield from node.targets
    elif isinstance(node, ast.Call):
        yield from _changed_by_call(node)


def _changed_by_call(call: ast.Call) -> Iterator[ast.expr]:
    yield from (word.value for word in call.keywords if word.arg == "out")
    if not isinstance(call.func, ast.Attribute):
        if isinstance(call.func, ast.Name) and call.func.id == "setattr":
            yield ast.Attribute(call.args[0], _constant(call.args[1]), ast.Store())
        return
    if call.func.attr in IN_PLACE:
        yield call.func.value
    if call.func.attr in UFUNC_IN_PLACE and call.args:
        yield call.args[0]


def _constant(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "?"


def columns(target: ast.expr, aliases: set[str]) -> Iterator[str]:
    """Columns of the state in a target such as `state.x`, `self.world.state.x[i]` or `(state.x,
    y)`.
    """
    if isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from columns(part, aliases)
    elif isinstance(target, ast.Subscript | ast.Starred):
        yield from columns(target.value, aliases)
    elif isinstance(target, ast.Attribute) and _is_state(target.value, aliases):
        yield target.attr


def _is_state(node: ast.expr, aliases: set[str]) -> bool:
    named = isinstance(node, ast.Name) and node.id in aliases
    return named or (isinstance(node, ast.Attribute) and node.attr == "state")


def _pairs(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=True)
        else:
            yield target, node.value


def writes(source: str) -> set[str]:
    """Columns of the state that a module writes."""
    tree = ast.parse(source)
    assigned = [
        pair for node in ast.walk(tree) if isinstance(node, ast.Assign) for pair in _pairs(node)
    ]
    aliases = {"state"} | {
        to.id for to, value in assigned if isinstance(to, ast.Name) and _is_state(value, {"state"})
    }
    return {
        column
        for node in ast.walk(tree)
        for target in targets(node)
        for column in columns(target, aliases)
    }


def borrowed(source: str) -> set[str]:
    """Columns that a module gives another name and then writes through it."""
    tree = ast.parse(source)
    found = set()
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        pairs = [
            pair
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for pair in _pairs(node)
        ]
        names = {
            to.id: value.attr
            for to, value in pairs
            if isinstance(to, ast.Name)
            and isinstance(value, ast.Attribute)
            and _is_state(value.value, {"state"})
        }
        through = {
            target.value.id
            for node in ast.walk(function)
            for target in targets(node)
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name)
        }
        found |= {column for name, column in names.items() if name in through}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_writes_only_its_own_columns(path: Path) -> None:
    mine = {column for column, writer in WRITERS.items() if writer == path.stem}
    source = path.read_text()
    assert writes(source) - mine == set()
    assert borrowed(source) - mine == set()


def test_every_column_is_written_by_its_writer() -> None:
    written = {column for path in MODULES for column in writes(path.read_text())}
    given_at_start = set(WRITERS) - written
    assert given_at_start == set()
    assert written <= set(WRITERS)


def test_the_scan_sees_every_way_of_writing() -> None:
    source = """
def f(self, world):
    world.state.a = 1
    self.world.state.b[3] = 1
    state = world.state
    state.c += 1
    state.d, e = 1, 2
    x, s = 1, world.state
    s.g[1:] = 0
    np.add.at(state.h, 1, 2)
    np.maximum(1, 2, out=state.i)
    state.j.fill(0)
    setattr(state, "k", 1)
"""
    assert writes(source) == set("abcdghijk")
    assert borrowed("def f(state):\n    y = state.a\n    y[0] = 1\n") == {"a"}
