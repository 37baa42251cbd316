"""Journals: who is writing one tells it to the operating system, which forgets it when the process ends."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # on Windows, where nobody else can rename a file that is open
    fcntl = None  # type: ignore[assignment]


BLOCK = 2**16
"""Bytes that are read at once."""

_JOURNAL = re.compile(r"(.+)\.\d+\.journal")


class BeingWritten(OSError):
    """Another run writes the same results."""


def hold(file: IO[str]) -> None:
    """Say that a file is being written, as long as it is open."""
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def check_alone(journal: Path, results: Path) -> None:
    """Raise BeingWritten where a process other than that of this journal is writing one for the same results."""
    for other in sorted(results.parent.glob(f"{results.name}.*.journal")):
        if other != journal and is_held(other):
            process = other.suffixes[-2].removeprefix(".")
            raise BeingWritten(f"process {process} is writing them: wait for it, or name another file")


def journal_of(results: Path) -> Path:
    """The journal that this process keeps for these results."""
    return results.with_name(f"{results.name}.{os.getpid()}.journal")


def part_of(file: Path) -> Path:
    """Where this process writes a file that is to be whole when it bears its name."""
    return file.with_name(f"{file.name}.{os.getpid()}.part")


def results_beside(journal: Path) -> Path | None:
    """The results file that a journal was kept for; None of a file that is none."""
    match = _JOURNAL.fullmatch(journal.name)
    return journal.with_name(match[1]) if match else None


def remove_parts(results: Path) -> None:
    """Remove what nobody writes any more of files that were never whole; their journals have what they had."""
    for part in results.parent.glob(f"{results.name}.*.part"):
        if not is_held(part):
            part.unlink(missing_ok=True)


def is_journal(file: Path) -> bool:
    """Whether it is a journal, by its name."""
    return results_beside(file) is not None


def drop_torn_line(journal: Path) -> None:
    """Cut off the end of a journal that a killed process has not ended."""
    with journal.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - BLOCK)
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                file.truncate(start + newline + 1)
                return
            end = start


def is_held(journal: Path) -> bool:
    """Whether a process is writing it."""
    try:
        if fcntl is None:
            journal.rename(journal)
            return False
        with journal.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:  # it has just ended
        return False
    except OSError:
        return True
    return False
