"""What `twin import` calls, each thing imported when it is called."""

from __future__ import annotations

from pathlib import Path


def shell_in(
    model: Path, layout: Path, storey: str, spaces: list[str]
) -> tuple[str, str, list[str]]:
    """Text of a layout before and after the rooms of a model, and bodies that no box stands for."""
    from twin.scenario.shell import layout_with_shell, read_shell
    from twin.scenario.shell.halls import halls_of, left_out
    from twin.scenario.yaml.document import text_of

    before = text_of(layout) if layout.exists() else ""
    shell = read_shell(model)
    halls = halls_of(shell, storey, spaces)
    after = layout_with_shell(halls, before, layout, model.name)
    return before, after, left_out(shell, [one.name for one in halls])
