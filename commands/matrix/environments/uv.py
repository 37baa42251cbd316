"""uv, which resolves requirements and builds environments, told to look where pip would.

All that is known of releases comes from it: the configuration of an index has one place.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from lstm_conformance.fixtures.hosting.children import run

FROM_PIP = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
}
"""What pip reads, and what uv does: https://docs.astral.sh/uv/reference/environment/."""

AS_PIP = "unsafe-best-match"
"""Of several indexes, pip takes the best release of all: a package may be in one that lacks most of its releases."""

QUICK = 180.0
"""Seconds in which a request that installs nothing must be answered; it takes a few."""

NO_SPACE = "No space left on device"
NO_ANSWER = ("error sending request", "Failed to fetch", "dns error", "Could not connect")


class UvFailed(Exception):
    """uv could not do what it was asked: what it says."""


class Unreachable(Exception):
    """The index does not answer: nothing can be resolved, whatever it is."""


class DiskFull(Exception):
    """There is no space left: nothing can be installed, whatever it is."""


class NoUv(Exception):
    """There is no uv."""


class Uv:
    """uv with a cache of its own, so that it can be emptied."""

    def __init__(self, cache: Path, *, links: bool = True) -> None:
        """`links`: whether to look into folders of wheels as well, which do not tell when a release came.

        Raises NoUv.
        """
        self._command, self._cache = _command(), cache.absolute()
        self._env = environment(os.environ) | {"UV_CACHE_DIR": os.fspath(self._cache), "UV_NO_PROGRESS": "1"}
        if not links:
            self._env.pop("UV_FIND_LINKS", None)

    def resolve(
        self,
        requirements: Iterable[str],
        *,
        python: str,
        excludes: Iterable[str] = (),
        prereleases: Iterable[str] = (),
        options: Sequence[str] = (),
    ) -> tuple[str, ...]:
        """The releases that meet the requirements, `name==version` each.

        `excludes`: distributions that are left out; `prereleases`: those of which releases are not waited for.

        Raises UvFailed where there are none, Unreachable, TimedOut.
        """
        with tempfile.TemporaryDirectory() as folder:
            excluded = Path(folder, "excludes.txt")
            excluded.write_text("".join(f"{package}\n" for package in excludes), "utf-8")
            words = ["pip", "compile", "-", "--no-header", "--no-annotate", "--python-version", python]
            words += ["--excludes", os.fspath(excluded), *options]
            words += [f"--prerelease-package={name}=allow" for name in prereleases]
            output = self._run(words, QUICK, text="".join(f"{requirement}\n" for requirement in requirements))
        return tuple(line for line in output.splitlines() if line and not line.startswith(("#", "-")))

    def install(self, folder: Path, python: str, packages: Iterable[str], *, seconds: float) -> None:
        """Make an environment in a folder, with exactly these releases.

        Raises UvFailed, Unreachable, DiskFull, TimedOut.
        """
        self._run(["venv", "--no-project", "--relocatable", "--python", python, os.fspath(folder)], QUICK)
        words = ["pip", "install", "--no-deps", "--python", os.fspath(python_of(folder)), "-r", "-"]
        self._run(words, seconds, text="".join(f"{package}\n" for package in packages))

    def fetched(self) -> int:
        """How many distributions lie unpacked in the cache; 0 where this uv keeps them in another way."""
        return len(list(self._cache.glob("archive-*/*")))

    def forget(self, names: Sequence[str]) -> None:
        """Remove distributions from the cache."""
        if names:  # without names, uv would remove all
            self._run(["cache", "clean", *names], QUICK)

    def forget_all(self) -> None:
        """Empty the cache."""
        self._run(["cache", "clean"], QUICK)

    def _run(self, words: Sequence[str], seconds: float, text: str = "") -> str:
        ended = run([*self._command, *words, "--quiet"], seconds=seconds, env=self._env, text=text)
        if ended.status == 0:
            return ended.output
        said = gist(ended.errors)
        if NO_SPACE in ended.errors:
            raise DiskFull(said)
        raise Unreachable(said) if any(phrase in ended.errors for phrase in NO_ANSWER) else UvFailed(said)


def python_of(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / "bin" / "python"


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """The variables for uv: what pip is told it is told, too, and it finds the Pythons that pyenv has."""
    told = {name: own[pip] for pip, name in FROM_PIP.items() if own.get(pip)}
    told["UV_INDEX_STRATEGY"] = AS_PIP
    if "UV_PYTHON_SEARCH_PATH" not in own and (folders := _pyenv(own)):
        told["UV_PYTHON_SEARCH_PATH"] = os.pathsep.join([*folders, own.get("PATH", "")])
    return {**told, **own}


def gist(errors: str) -> str:
    """What uv says, in a line: the first error and its causes, without the hints."""
    said = errors.split("\nhint:", 1)[0].strip()
    lines = [" ".join(line.split()).removeprefix("error: ").removeprefix("cause: ") for line in said.splitlines()]
    return "; ".join(line for line in lines if line) or "it said nothing"


def _command() -> list[str]:
    if path := shutil.which("uv"):
        return [path]
    if find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    raise NoUv("expected the program uv, which is not installed: pip install 'lstm-conformance[matrix]'")


def _pyenv(own: Mapping[str, str]) -> list[str]:
    """The folders of the Pythons that pyenv has; its shims answer only where they are told to."""
    root = Path(own.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return sorted(os.fspath(folder) for folder in root.glob("versions/3.*/bin"))
