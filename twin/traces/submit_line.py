"""What `sacct` prints of the command line that submitted a job (`SubmitLine`, Slurm 21.08 on)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from twin.traces.dependencies import Conditions, parsed

_LONG = re.compile(r"--dep(e(n(d(e(n(c(y)?)?)?)?)?)?)?(=(?P<value>.*))?")
"""Options may be cut short as long as they are one option only."""
_TASK = re.compile(r"\d+_(\d+)")
_CORRESPONDING = re.compile(r"aftercorr:([\d:]+)")
UNREAD = "a `--dependency` that is not followed"


def dependencies(line: str, job: str) -> Conditions:
    """Whom a job waits for. Raises ValueError where that is not followed here.

    line   as it was typed, expanded by the shell
    job    the number of the job, of an array with the number of the task
    """
    for value in _values(line):
        return parsed(_plain(value, job))
    return ()


def _values(line: str) -> Iterator[str]:
    """What stands behind `--dependency` or `-d`."""
    words = _words(line)
    for n, word in enumerate(words):
        long = _LONG.fullmatch(word)
        if long and long["value"] is not None:
            yield long["value"]
        elif (long or word == "-d") and n + 1 < len(words):
            yield words[n + 1]
        elif re.match(r"-d(after|singleton|\d)", word):
            yield word[2:]


def _words(line: str) -> Sequence[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _plain(value: str, job: str) -> str:
    """A bare number asks that the job has ended; of an array the task of the same number."""
    task = _TASK.fullmatch(job)
    if task:
        value = _CORRESPONDING.sub(lambda found: _tasks(found[1], task[1]), value)
    return re.sub(r"(^|[,?])(\d[\d_]*)(?=$|[,?])", r"\1afterany:\2", value)


def _tasks(arrays: str, task: str) -> str:
    return ":".join(["afterok", *(f"{array}_{task}" for array in arrays.split(":"))])
