"""The command line: parse, call the face, print; no physics and no tables are made here.

Exit codes: 0 done, 1 a run that could not go on or a fault of the program, 2 input or usage that is
wrong, 130 stopped from the keyboard.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from typer.main import get_command

from twin.cli import process, say
from twin.cli.tree import app_for
from twin.errors import InputError, TwinError
from twin.garbage import collect_rarely

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; `arguments` are the process's own where not
    given.
    """
    # A run multiplies many small matrices, for which threads cost more than they give.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    collect_rarely()
    code = _run(arguments)
    process.leave()
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        asked = sys.argv[1:] if arguments is None else arguments
        get_command(app_for(asked)).main(args=arguments, prog_name="twin")
    except SystemExit as done:
        if (stop := _keyboard(done)) is not None:
            say.failure(str(stop) or "stopped")
        return done.code if isinstance(done.code, int) else 0
    except InputError as error:
        say.problems(error.problems)
        return error.exit_code
    except (TwinError, OSError) as error:
        say.failure(str(error))
        return 1
    except Exception as error:
        return _broken(error)
    return 0


def _keyboard(end: BaseException | None) -> KeyboardInterrupt | None:
    """The Ctrl-C that a command ended by, if it did: typer 0.29 turns it into an exit without a
    word.
    """
    while end is not None and not isinstance(end, KeyboardInterrupt):
        end = end.__cause__ or end.__context__
    return end


def _broken(error: Exception) -> int:
    if os.environ.get("TWIN_DEBUG") == "1":
        say.failure("".join(traceback.format_exception(error)))
    else:
        kind = type(error).__name__
        notes = "".join(f"\n{note}" for note in getattr(error, "__notes__", ()))
        say.failure(
            f"a fault in twin itself: {kind}: {error}{notes}\n"
            "set TWIN_DEBUG=1 to see where it happened"
        )
    return 1
