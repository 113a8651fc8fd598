"""What `sacct` prints of the command line that submitted a job (`SubmitLine`, Slurm 21.08 on)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from twin.traces.dependencies import Conditions, parsed

_FLAGS = frozenset({
    "async", "bcast", "bell", "compress", "consolidate-segments", "contiguous", "debugger-test",
    "disable-status", "exact", "exclusive", "external", "external-launcher", "get-user-env",
    "help", "hold", "ignore-pbs", "immediate", "interactive", "kill-command",
    "kill-on-bad-exit", "label", "multi-prog", "nice", "no-allocate", "no-bell", "no-kill",
    "no-requeue", "no-shell", "oom-kill-step", "overcommit", "overlap", "oversubscribe",
    "parsable", "preserve-env", "propagate", "pty", "quiet", "quit-on-interrupt", "reboot",
    "requeue", "resv-ports", "send-libs", "spread-job", "spread-segments", "stepmgr",
    "test-only", "unbuffered", "usage", "use-min-nodes", "verbose", "version",
    "wait-for-children", "whole", "x11",
})  # fmt: skip
"""Long options with no word of their own behind them (Slurm 26.11.0rc1, src/common/slurm_opt.c)."""
_LETTERS = frozenset("hHlOQsuvVXZE")
"""The same of one letter, which may stand together with others."""
_ATTACHED = frozenset("IkK")
"""Letters whose value, if any, stands in the same word."""
_TASK = re.compile(r"\d+_(\d+)")
_CORRESPONDING = re.compile(r"aftercorr:([\d:]+)")
_BEGUN = re.compile(r"(?<=\bafter:)[\d_*+:]+")
_REQUEUE = ("requeue", "no-requeue")
_TASKS = re.compile(r"(\d+)_\[([\d,:-]+)\]")
_TASKS_MAX = 10_000
UNREAD = "a `--dependency` that is not followed"


def dependencies(line: str, job: str) -> Conditions:
    """Whom a job waits for; of several `--dependency` the last counts, and those behind the script
    are its own. Raises ValueError where that is not followed here.

    line   as it was typed, expanded by the shell
    job    the number of the job, of an array with the number of the task
    """
    value = ""
    for name, said in _options(_words(line)):
        if name == "d" or (len(name) > 2 and "dependency".startswith(name)):
            value = said
    return parsed(_plain(value, job)) if value else ()


def requeues(line: str) -> bool | None:
    """Whether a job is run again after a fault, as its command line says; None where it does not.
    The last of `--requeue` and `--no-requeue` counts.
    """
    said = [name == "requeue" for name, _ in _options(_words(line)) if name in _REQUEUE]
    return said[-1] if said else None


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Options with their values, up to the script or program."""
    waits = bool(words) and words[0].endswith("sbatch")  # others want seconds behind `--wait`
    left = iter(words[1:])
    for word in left:
        if word == "--" or not word.startswith("-"):
            return
        if word.startswith("--"):
            name, sign, value = word[2:].partition("=")
            alone = sign or name in _FLAGS or (waits and name == "wait")
            yield name, value if alone else next(left, "")
        else:
            yield from _of_letters(word[1:], left, waits)


def _of_letters(letters: str, left: Iterator[str], waits: bool) -> Iterator[tuple[str, str]]:
    """The option of one word that takes a value: the rest of the word, or the next one."""
    for n, letter in enumerate(letters, start=1):
        if letter in _ATTACHED:
            return
        if letter not in _LETTERS and not (waits and letter == "W"):
            yield letter, letters[n:] or next(left, "")
            return


def _words(line: str) -> Sequence[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _plain(value: str, job: str) -> str:
    """A bare number asks that the job has ended; of an array the task of the same number. Minutes
    behind one of `after` hold for the numbers after it until others are stated, as in Slurm's
    parser since 21.08 (_parse_dependency_jobid_new of src/slurmctld/job_scheduler.c); `8_*` is the
    whole array 8, `8_[1-3,7]` four of its tasks (_xlate_array_dep there).
    """
    value = _TASKS.sub(lambda found: _some_tasks(found[1], found[2]), value.replace("_*", ""))
    value = _BEGUN.sub(lambda found: _with_minutes(found[0]), value)
    task = _TASK.fullmatch(job)
    if task:
        value = _CORRESPONDING.sub(lambda found: _tasks(found[1], task[1]), value)
    return re.sub(r"(^|[,?])(\d[\d_]*)(?=$|[,?])", r"\1afterany:\2", value)


def _some_tasks(array: str, said: str) -> str:
    """Numbers and ranges of tasks, in steps of one or as stated behind a `:`."""
    tasks: list[int] = []
    for part in said.split(","):
        first, _, rest = part.partition("-")
        last, _, step = rest.partition(":")
        found = range(int(first), int(last or first) + 1, int(step or 1))
        if len(found) + len(tasks) > _TASKS_MAX:
            raise ValueError(said)
        tasks += found
    return ":".join(f"{array}_{task}" for task in tasks)


def _with_minutes(numbers: str) -> str:
    minutes = ""
    said = []
    for part in numbers.split(":"):
        number, plus, own = part.partition("+")
        minutes = plus + own or minutes
        said.append(number + minutes)
    return ":".join(said)


def _tasks(arrays: str, task: str) -> str:
    return ":".join(["afterok", *(f"{array}_{task}" for array in arrays.split(":"))])
