"""The commands by name, each loaded when it is asked for: thirty take longer than some answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Annotated, Any

from typer import Exit, Option, Typer

from twin import __version__
from twin.cli import say
from twin.cli.options import HELP

COMMANDS = {
    "run": "run.run",
    "check": "check.check",
    "redundancy": "redundancy.redundancy",
    "drill": "drill.drill",
    "compare": "compare.compare",
    "report": "report.report",
    "init": "init.init",
    "schema": "schema.schema",
    "failure-report": "failure_report.failure_report",
    "ride-through": "ride_through.ride_through",
    "fault-tree": "reliability.fault_tree",
    "cost": "cost.cost",
    "deploy": "deploy.deploy",
    "adequacy": "reliability.adequacy",
    "climate": "climate.climate",
    "diff": "diff.diff",
    "review": "review.review",
    "study": "study.study",
    "design": "design.design",
    "airflow": "airflow.airflow",
    "export": "export.export",
}
"""Module of `twin.cli` and function, in the order of the help."""
GROUPS = {
    "calibrate": "calibrate.app",
    "catalogue": "catalogue.app",
    "predict": "predict.predict",
    "import": "import_ifc.app",
    "usd": "usd.app",
    "trace": "trace.app",
}
"""Commands with commands of their own."""


def app_for(arguments: Sequence[str]) -> Typer:
    """The one command that the arguments begin with, or all where they begin otherwise: with an
    option of `twin` itself, or a word that must be refused.
    """
    known = [name for name in arguments[:1] if name in {**COMMANDS, **GROUPS}]
    return app_of(known or [*COMMANDS, *GROUPS])


def app_of(names: Iterable[str]) -> Typer:
    """An application of these commands."""
    app = Typer(
        name="twin",
        no_args_is_help=True,
        context_settings=HELP,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for name in names:
        if name in COMMANDS:
            app.command(name)(_loaded(COMMANDS[name]))
        else:
            app.add_typer(_loaded(GROUPS[name]), name=name)
    app.callback()(twin)
    return app


def _loaded(place: str) -> Any:
    module, _, name = place.partition(".")
    return getattr(import_module(f"twin.cli.{module}"), name)


def _version(wanted: bool) -> None:
    if wanted:
        say.line(__version__)
        raise Exit


def twin(
    version: Annotated[
        bool, Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A digital twin of AI factories: from the utility feed to the token, with failures in it.

    Exit codes: 0 done; 1 a run that could not go on, or a fault of the program; 2 input or usage
    that is wrong, with every problem told; 130 stopped from the keyboard.
    """
