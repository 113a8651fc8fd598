"""`twin calibrate`: measure this machine's device, or fit kernel times that somebody measured."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Context, Option, Typer

from twin.cli import calibrate_face, face, place, say
from twin.cli.options import HELP, Json
from twin.errors import InputError, Problem

app = Typer(
    invoke_without_command=True, help="Measure a device, or fit measured kernels.",
    context_settings=HELP,
)  # fmt: skip


class Device(StrEnum):
    """What can be measured."""

    cpu = "cpu"
    cuda = "cuda"


Out = Annotated[
    Path | None, Option("--out", metavar="PROFILE.json", help="Where the profile goes.")
]
Quick = Annotated[bool, Option("--quick", help="Fewer shapes, in seconds and not minutes.")]
On = Annotated[Device, Option(help="What is measured.")]
Samples = Annotated[Path, Argument(metavar="SAMPLES.csv", help="Kernel times, one row a sample.")]
Gpu = Annotated[str, Option("--gpu", metavar="NAME", help="The GPU of the catalogue they are of.")]
Train = Annotated[int, Option("--train", metavar="N", help="Samples to fit; others try it.")]
Seed = Annotated[int, Option("--seed", min=0, metavar="N", help="Which samples are drawn.")]
Dtype = Annotated[str, Option("--dtype", metavar="FORMAT", help="Number format of the samples.")]
Sister = Annotated[
    str | None, Option("--sister", metavar="NAME", help="A GPU to carry the fit to by data sheet.")
]
Against = Annotated[
    Path | None, Option("--against", metavar="ROWS.csv", help="The sister's own kernel times.")
]


@app.callback()
def calibrate(
    context: Context, out: Out = None, quick: Quick = False, device: On = Device.cpu
) -> None:
    """Measure this machine's device as a profile, or fit kernel times.

    Without a command it measures, as `run` does.
    """
    if context.invoked_subcommand is None:
        run(out, quick, device)
    elif out is not None:
        raise InputError([Problem("--out", str(out), "after the command, as its own option")])


@app.command()
def run(out: Out = None, quick: Quick = False, device: On = Device.cpu) -> None:
    """Measure this machine's device as a profile.

    Needs torch. The profile holds the samples, what was fitted to them, and steps that were first
    predicted and then measured.
    """
    if out is None:
        raise InputError(
            [Problem("--out", "nothing", "--out PROFILE.json, where the profile goes")]
        )
    place.writable_file(out)
    with say.progress("measuring") as told:
        profile = face.calibrate(device.value, quick, out, told)
    say.findings(str(profile["device"]["name"]), _errors(profile), stderr=True)
    say.line(str(out))


@app.command()
def profile(
    measured: Annotated[Path, Argument(metavar="measured.json", help="What was measured.")],
    out: Annotated[Path, Option("--out", metavar="PROFILE.json", help="Where the profile goes.")],
) -> None:
    """Make a profile of what a bare machine measured.

    There, `python -m twin.calibration FOLDER` needs torch and numpy only.
    """
    place.writable_file(out)
    made = calibrate_face.profile_of(measured, out)
    say.findings(str(made["device"]["name"]), _errors(made), stderr=True)
    say.line(str(out))


@app.command()
def fit(
    samples: Samples,
    gpu: Gpu,
    train: Train = 240,
    seed: Seed = 0,
    dtype: Dtype = "bf16",
    sister: Sister = None,
    against: Against = None,
    json: Json = False,
) -> None:
    """Fit some kernel times, and predict the others.

    Columns: m, n, k, t_s; or batch_size, heads, kv_heads, head_dim and kv_len (decoding) or seq_len
    (prompts), t_s. With --sister and --against it also predicts another GPU's rows by data sheet.
    """
    if (sister is None) != (against is None):
        raise InputError([Problem("--sister", "one alone", "--sister and --against together")])
    told = calibrate_face.fit_kernels(samples, gpu, train, seed, dtype, (sister, against))
    if json:
        say.document(told)
    else:
        say.findings(f"{told['op']} {dtype} on {told['gpu']}", told)


def _errors(profile: dict[str, Any]) -> dict[str, Any]:
    fits = [
        {key: fit[key] for key in ("op", "dtype", "loo_median_frac", "loo_p90_frac")}
        for fit in profile["fits"]
    ]
    return {"samples": len(profile["samples"]), "fits": fits, "validation": profile["validation"]}
