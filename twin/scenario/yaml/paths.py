"""Which files a scenario may name: those inside its own project, and no others."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

from twin.errors import InputError, Problem, did_you_mean
from twin.scenario.yaml.scalars import brief


def project_root(path: Path) -> Path:
    """The folder that a file's references may not leave.

    The nearest ancestor that holds both `scenarios/` and `layouts/`, else the parent of the file's
    own folder (that folder itself where its parent is the top of the disk).
    """
    folder = path.resolve().parent
    for ancestor in (folder, *folder.parents):
        if (ancestor / "scenarios").is_dir() and (ancestor / "layouts").is_dir():
            return ancestor
    return folder if folder.parent == folder.parent.parent else folder.parent


def as_given(target: Path, beside: Path) -> Path:
    """A file as a person would name it who named another as `beside`: from where they stand, unless
    that is absolute.
    """
    return target if beside.is_absolute() else Path(os.path.relpath(target))


def resolve(
    reference: str, base_file: Path, root: Path | None = None, at: Problem | None = None
) -> Path:
    """The existing file that `reference`, written in `base_file`, names; relative to that file's
    folder.

    InputError, placed like `at`, where it is absolute, a URL, missing, or leaves `root` by `..` or
    a link.
    """
    root = root.resolve() if root else project_root(base_file)
    folder = target = base_file.resolve().parent
    fault = _form_fault(reference)
    try:
        target = target if fault else (folder / reference).resolve()
        fault = fault or _place_fault(reference, target, root)
    except (OSError, RuntimeError):
        fault = (
            f"{reference!r}, which leads nowhere: a link to itself, or a name too long",
            "an existing file",
            "",
        )
    if fault:
        place = at or Problem("", "", "", file=str(base_file))
        found, allowed, hint = fault
        raise InputError(
            [
                Problem(
                    place.where,
                    brief(found, 300),
                    allowed,
                    hint,
                    place.file,
                    place.line,
                    place.column,
                )
            ]
        )
    return target


def _form_fault(reference: str) -> tuple[str, str, str] | None:
    allowed = "a path relative to this file, such as '../layouts/hall.yaml'"
    windows = PureWindowsPath(reference)
    if "://" in reference:
        return f"the address {reference!r}", f"{allowed}; download it beside the scenario first", ""
    if windows.drive or windows.root or reference.startswith("~"):
        return f"the absolute path {reference!r}", allowed, ""
    if not reference.strip() or not reference.isprintable() or "\\" in reference:
        return f"{reference!r}", f"{allowed}, with '/' between folders", ""
    return None


def _place_fault(reference: str, target: Path, root: Path) -> tuple[str, str, str] | None:
    if not target.is_relative_to(root):
        return (
            f"{reference!r}, which leads out of the project",
            f"a file inside the folder {root.name!r}",
            "",
        )
    if target.is_dir():
        return f"{reference!r}, a folder", "a file", ""
    if not target.is_file():
        names = [path.name for path in target.parent.iterdir()] if target.parent.is_dir() else []
        return f"{reference!r}, no such file", "an existing file", did_you_mean(target.name, names)
    return None
