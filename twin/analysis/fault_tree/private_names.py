"""Names that hold within one component or fault tree alone.

What is defined there with `role="private"`, or in a container that has it, is told apart by the
path of its containers. A name is looked up in its own container, then in those around it, then
among all that are public; a path from there or from the top does as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from twin.analysis.fault_tree.xml_file import Element

_CONTAINERS = ("define-fault-tree", "define-component")
_DEFINITIONS = (
    "define-gate", "define-basic-event", "define-house-event", "define-parameter",
)  # fmt: skip
_REFERENCES = ("gate", "basic-event", "house-event", "event", "parameter")


def tell_apart(root: Element) -> None:
    """Give private definitions the path of their containers as a name, and so what refers to
    them.
    """
    names = _Names()
    names.define(root, (), private=False)
    if names.private or names.public:
        names.refer(root, ())


@dataclass
class _Names:
    """Paths of definitions inside containers, and the names that they go by."""

    private: dict[str, str] = field(default_factory=dict)
    public: dict[str, str] = field(default_factory=dict)

    def define(self, element: Element, path: tuple[str, ...], *, private: bool) -> None:
        """Note and rename the definitions inside."""
        for one in element.inner:
            hidden = {"private": True, "public": False}.get(one.attributes.get("role", ""), private)
            inner = path
            if one.tag in _CONTAINERS:
                inner = (*path, one.get("name"))
            elif one.tag in _DEFINITIONS and path:
                self._note(one, ".".join((*path, one.get("name"))), hidden=hidden)
            self.define(one, inner, private=hidden)

    def _note(self, one: Element, whole: str, *, hidden: bool) -> None:
        if hidden:
            self.private[whole] = whole
            one.attributes["name"] = whole
        else:
            self.public[whole] = one.get("name")

    def refer(self, element: Element, path: tuple[str, ...]) -> None:
        """Rename what refers to private definitions, or goes by a path."""
        for one in element.inner:
            inner = (*path, one.get("name")) if one.tag in _CONTAINERS else path
            if one.tag in _REFERENCES and "name" in one.attributes:
                one.attributes["name"] = self._found(one.get("name"), path)
            self.refer(one, inner)

    def _found(self, name: str, path: tuple[str, ...]) -> str:
        for depth in range(len(path), -1, -1):
            whole = ".".join((*path[:depth], name))
            if whole in self.private:
                return self.private[whole]
            if "." in name and whole in self.public:
                return self.public[whole]
        return name
