"""Docstrings as this project writes them, for the API pages: aligned names become lists.

    seed        in place of the file's          * `seed`: in place of the file's
    progress    called with the share   -->     * `progress`: called with the share done
                done

Run by mkdocstrings (mkdocs.yml) while the pages are built.
"""

from __future__ import annotations

import re

import griffe  # comes with mkdocstrings

ENTRY = re.compile(r"(?P<name>`?[A-Za-z_][\w.`*, ]{0,40}?)\s{2,}(?P<says>\S.*)")


class AlignedNames(griffe.Extension):
    """Turns `name   what it is` into list items, with what stands below them as their text."""

    def on_object(self, *, obj: griffe.Object, **_: object) -> None:
        """Called with every module, class, function and attribute that was read."""
        if obj.docstring:
            obj.docstring.value = listed(obj.docstring.value)


def listed(text: str) -> str:
    """A docstring with its aligned names as Markdown lists, each after an empty line."""
    lines: list[str] = []
    open_list = False
    for line in text.splitlines():
        entry = ENTRY.fullmatch(line)
        if entry:
            lines += [] if open_list else [""]
            names = ", ".join(f"`{name.strip('` ')}`" for name in entry["name"].split(","))
            lines.append(f"* {names}: {entry['says']}")
            open_list = True
        elif open_list and line.startswith("  ") and line.strip():
            lines.append(f"  {line.strip()}")
        else:
            lines += [""] if open_list and line.strip() else []
            lines.append(line)
            open_list = False
    return "\n".join(lines)
