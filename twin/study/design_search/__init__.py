"""Design search: from tokens, money, power and availability wanted to layouts that give them.

target.py        what is wanted, as a file; wanted.py: whether the catalogue has it
tokens.py        tokens of one GPU under the promise, from its kernels
scheme.py        which kinds of building are tried
equipment.py     what they are made of, and how full it may be
blocks.py        one hall: how many of each block its own load takes
halls.py         racks dealt out to halls
layout.py        the layout file of a design; power_layout.py: its power path
scenario.py      a day under the load it was sized for
sizing.py        a kind of building at its size, screened by its first hall
verify.py        built, reviewed, its availability, a day lived through
pareto.py        who is on the front
search.py        all of it
reasons.py       why a design is as it is, in words
answer.py        the designs, and why the others are not proposed

What a target may say loads without any of the rest, which takes a second.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.study.design_search.answer import Design, DesignAnswer
    from twin.study.design_search.search import design

__all__ = ["Design", "DesignAnswer", "design"]

_HOME = {"Design": "answer", "DesignAnswer": "answer", "design": "search"}


def __getattr__(name: str) -> Any:
    """Load a room when a name of it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'twin.study.design_search' has no attribute {name!r}")
    return getattr(import_module(f"twin.study.design_search.{_HOME[name]}"), name)
