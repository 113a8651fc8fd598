"""Rooms that an architect has drawn: a building model (IFC) read into the halls of a layout."""

from twin.scenario.shell.ifc import read_shell
from twin.scenario.shell.write import layout_with_shell

__all__ = ["layout_with_shell", "read_shell"]
