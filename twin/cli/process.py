"""What the command does with its own process; nothing where a program calls it within its own."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from twin.beside import is_the_command
from twin.garbage import keep, kept


def loading() -> AbstractContextManager[None]:
    """Around what loads and stays until the command ends."""
    return kept() if is_the_command() else nullcontext()


def leave() -> None:
    """Before the process ends."""
    if is_the_command():
        keep()
