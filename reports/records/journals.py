"""Journals: who is writing one tells it to the operating system, which forgets it when the process ends."""

from __future__ import annotations

from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # on Windows, where nobody else can rename a file that is open
    fcntl = None  # type: ignore[assignment]


class BeingWritten(OSError):
    """Another run writes the same results."""


def hold(file: IO[str]) -> None:
    """Say that a journal is being written, as long as the file is open."""
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def check_alone(journal: Path, results: Path) -> None:
    """Raise BeingWritten where a process other than that of this journal is writing one for the same results."""
    for other in sorted(results.parent.glob(f"{results.name}.*.journal")):
        if other != journal and _is_held(other):
            process = other.name.removeprefix(f"{results.name}.").removesuffix(".journal")
            raise BeingWritten(f"process {process} is writing them: wait for it, or name another file")


def _is_held(journal: Path) -> bool:
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
