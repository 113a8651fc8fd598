"""A change of a layout's text that a person accepts: shown as a difference, then written."""

from __future__ import annotations

import sys
from difflib import unified_diff
from pathlib import Path

from typer import Exit, confirm

from twin.cli import say, usd_face


def accept(before: str, after: str, layout: Path, *, yes: bool, word: str = "changed") -> None:
    """Show what would change and write it once accepted; exit code 1 while it is not."""
    if after == before:
        say.line(f"{layout}: nothing has {word}")
        return
    say.line("".join(_diff(before, after, layout, word)).rstrip("\n"))
    if not (yes or (sys.stdin.isatty() and confirm("write it?"))):
        say.note("nothing written; --yes accepts")
        raise Exit(1)
    usd_face.write_text(layout, after)
    say.line(str(layout))


def _diff(before: str, after: str, layout: Path, word: str) -> list[str]:
    old = before.splitlines(keepends=True)
    new = after.splitlines(keepends=True)
    return list(unified_diff(old, new, str(layout), f"{layout} ({word})", n=1))
