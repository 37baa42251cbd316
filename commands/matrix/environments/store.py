"""The environments that were built: kept, found again, and removed where the disk is wanted for others."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lstm_conformance.commands.matrix.environments.owners import is_left
from lstm_conformance.commands.matrix.environments.uv import Uv, UvFailed, python_of
from lstm_conformance.fixtures.hosting.children import TimedOut

LARGEST = 6_000_000_000
"""Bytes that an environment may take: 5.3 GB is the largest that was measured, torch 2.15 with CUDA."""

PACKAGES = "packages.txt"


@dataclass(frozen=True)
class Environment:
    """An environment that is complete: what is in it has its name."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter, by a path that is relative where that of the store is."""
        return python_of(self.folder)

    @property
    def releases(self) -> set[str]:
        """What is in it, `name==version` each."""
        return {*(self.folder / PACKAGES).read_text("utf-8").splitlines()}


class Store:
    """A folder of environments, each in a folder that is named by a digest of what is in it.

    An environment is built under another name and renamed when it is complete: one that was interrupted is not found.
    The cache of uv lies beside them, on the same disk, so that both share their files.
    """

    def __init__(self, folder: Path) -> None:
        """Raises NoUv."""
        self.folder = folder
        self.uv = Uv(folder / "cache")
        self._used: list[str] = []

    def find(self, python: str, packages: Sequence[str]) -> Environment | None:
        """The environment of a Python with these releases, if it was built before and its Python is still there."""
        built = Environment(self.folder / name_of(python, packages))
        return self._use(built) if built.python.exists() and (built.folder / PACKAGES).exists() else None

    def build(self, python: str, packages: Sequence[str], *, seconds: float) -> Environment:
        """Build the environment of a Python with these releases.

        Raises UvFailed, Unreachable, DiskFull, TimedOut; then nothing is left of it.
        """
        name = name_of(python, packages)
        unfinished = self.folder / f"{name}.{os.getpid()}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.uv.install(unfinished, python, packages, seconds=seconds)
            (unfinished / PACKAGES).write_text("".join(f"{package}\n" for package in packages), "utf-8")
            shutil.rmtree(self.folder / name, ignore_errors=True)  # its Python is gone, or `find` had found it
            unfinished.rename(self.folder / name)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        return self._use(Environment(self.folder / name))

    def make_room(self, budget: float, coming: Collection[str]) -> list[str]:
        """Remove environments until the largest one would still fit into a budget of bytes; return their names.

        First those that were not used by this store, the oldest first; then those that were, the latest first:
        the others will be found again by the next run. Those that are coming are kept.
        """
        removed: list[str] = []
        size = self.size()
        for environment in [*self._unused(coming), *self._done(coming)]:
            if size + LARGEST <= budget:
                break
            self._remove(environment)
            removed.append(environment.folder.name)
            size = self.size()
        if size + LARGEST > budget:
            with suppress(UvFailed, TimedOut):  # the cache is used by others
                self.uv.forget_all()
        return removed

    def size(self) -> int:
        """The bytes that environments and cache take on the disk; a file with several names counts once."""
        files = {(entry.st_dev, entry.st_ino): 512 * entry.st_blocks for entry in _files(os.fspath(self.folder))}
        return sum(files.values())

    def clear_up(self) -> None:
        """Remove what was not finished, by this process or by one that was killed."""
        for folder in self.folder.glob("*.part"):
            if is_left(folder.name.split(".")[1]):
                shutil.rmtree(folder, ignore_errors=True)

    def _use(self, environment: Environment) -> Environment:
        name = environment.folder.name
        self._used = [*(used for used in self._used if used != name), name]
        os.utime(environment.folder, (time.time(), time.time()))
        return environment

    def _all(self) -> list[Environment]:
        return [Environment(path.parent) for path in self.folder.glob(f"*/{PACKAGES}")]

    def _unused(self, coming: Collection[str]) -> list[Environment]:
        environments = [built for built in self._all() if built.folder.name not in {*self._used, *coming}]
        return sorted(environments, key=lambda built: built.folder.stat().st_mtime)

    def _done(self, coming: Collection[str]) -> list[Environment]:
        return [Environment(self.folder / name) for name in reversed(self._used) if name not in coming]

    def _remove(self, environment: Environment) -> None:
        """Remove an environment, and from the cache what it shares with no other."""
        own = environment.releases
        (environment.folder / PACKAGES).unlink()  # from now on it is not complete
        shutil.rmtree(environment.folder, ignore_errors=True)
        self._used = [name for name in self._used if name != environment.folder.name]
        with suppress(UvFailed, TimedOut):  # the cache is used by others
            own -= set().union(*(other.releases for other in self._all()))
            self.uv.forget(sorted({line.partition("==")[0] for line in own}))


def name_of(python: str, packages: Sequence[str]) -> str:
    """The name of the environment of a Python with these releases: a digest of them."""
    return hashlib.sha256("\n".join([python, *sorted(packages)]).encode()).hexdigest()[:16]


def _files(folder: str) -> Iterator[os.stat_result]:
    """The files in a folder and in those below it, except what vanishes meanwhile."""
    with suppress(FileNotFoundError):
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            else:
                yield entry.stat(follow_symlinks=False)
