"""The commands by name."""

from __future__ import annotations

from typing import Annotated

from typer import Exit, Option, Typer

from twin import __version__
from twin.cli import calibrate, catalogue, import_ifc, say, trace, usd
from twin.cli.airflow import airflow
from twin.cli.check import check
from twin.cli.climate import climate
from twin.cli.compare import compare
from twin.cli.cost import cost
from twin.cli.deploy import deploy
from twin.cli.design import design
from twin.cli.diff import diff
from twin.cli.drill import drill
from twin.cli.export import export
from twin.cli.failure_report import failure_report
from twin.cli.init import init
from twin.cli.options import HELP
from twin.cli.predict import predict
from twin.cli.redundancy import redundancy
from twin.cli.reliability import adequacy, fault_tree
from twin.cli.report import report
from twin.cli.review import review
from twin.cli.ride_through import ride_through
from twin.cli.run import run
from twin.cli.schema import schema
from twin.cli.study import study

app = Typer(
    name="twin",
    no_args_is_help=True,
    context_settings=HELP,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (run, check, redundancy, drill, compare, report, init, schema):
    app.command()(command)
app.command("failure-report")(failure_report)
app.command("ride-through")(ride_through)
app.command("fault-tree")(fault_tree)
app.command()(cost)
app.command()(deploy)
app.command()(adequacy)
app.command()(climate)
app.command()(diff)
app.command()(review)
app.command()(study)
app.command()(design)
app.command()(airflow)
app.command()(export)
app.add_typer(calibrate.app, name="calibrate")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(predict, name="predict")
app.add_typer(import_ifc.app, name="import")
app.add_typer(usd.app, name="usd")
app.add_typer(trace.app, name="trace")


def _version(wanted: bool) -> None:
    if wanted:
        say.line(__version__)
        raise Exit


@app.callback()
def twin(
    version: Annotated[
        bool, Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A digital twin of AI factories: from the utility feed to the token, with failures in it.

    Exit codes: 0 done; 1 a run that could not go on, or a fault of the program; 2 input or usage
    that is wrong, with every problem told; 130 stopped from the keyboard.
    """
