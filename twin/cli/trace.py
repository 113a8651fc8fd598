"""`twin trace`: what a trace of requests or a list of jobs holds; more or less of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option, Typer

from twin.cli import place, say, trace_face
from twin.cli.options import HELP, Json

app = Typer(
    no_args_is_help=True, help="Traces of requests and lists of jobs.", context_settings=HELP
)

TraceFile = Annotated[Path, Argument(metavar="FILE", help="A trace of requests or list of jobs.")]
TraceFiles = Annotated[list[Path], Argument(metavar="FILE...", help="Traces of requests.")]
Factor = Annotated[
    float, Option("--rate", min=1e-3, max=1e3, metavar="F", help="Times as many requests.")
]
Target = Annotated[Path, Option("--out", metavar="FILE", help="Where to write the new trace.")]
Seed = Annotated[int, Option("--seed", min=0, help="Seed of the moments within a second.")]


@app.command()
def describe(file: TraceFile, json: Json = False) -> None:
    """Tell what a trace holds.

    Counts, rates, lengths, burstiness, reuse, and what is left out.
    """
    found = trace_face.trace_description(file)
    say.document(found) if json else say.findings(file.name, found)


@app.command()
def rescale(file: TraceFile, rate: Factor, out: Target, seed: Seed = 1, json: Json = False) -> None:
    """Write a trace of F times the requests.

    It is as bursty at every time scale.
    """
    place.writable_file(out)
    found = trace_face.rescaled_trace(file, rate, seed, out)
    say.document(found) if json else say.findings(out.name, found)


@app.command()
def splice(files: TraceFiles, out: Target, json: Json = False) -> None:
    """Write one trace of several, one after another."""
    place.writable_file(out)
    found = trace_face.spliced_traces(files, out)
    say.document(found) if json else say.findings(out.name, found)
