"""A uv that plays an index and installations; `faking.py` puts it on PATH.

Beside it lies `index.json`: package to version to the day of its release. What a package does is said by its name:
`unresolvable`, `uninstallable`, `slow`, `huge` (fills the disk), `offline`. Every request is written into `asked.txt`.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

HERE = Path(__file__).parent

REFUSALS = {
    "unresolvable": "error: No solution found when resolving dependencies\n  cause: there is none\n\nhint: none",
    "offline": "error: Request failed\n  cause: error sending request for url (an index)",
    "uninstallable": "error: Failed to install\n  cause: a wheel is broken",
    "huge": "error: Failed to install\n  cause: failed to write: No space left on device (os error 28)",
}


def main(words: list[str]) -> None:
    """Answer one request."""
    with (HERE / "asked.txt").open("a", encoding="utf-8") as asked:
        print(*words, file=asked)
    if words[0] == "venv":
        make(Path(words[-2]))
    elif words[:2] == ["pip", "compile"]:
        resolve(words, sys.stdin.read().split("\n"))
    elif words[:2] == ["pip", "install"]:
        install(Path(words[words.index("--python") + 1]).parents[1], sys.stdin.read())


def make(folder: Path) -> None:
    """An environment whose Python is this one."""
    (folder / "bin").mkdir(parents=True)
    python = folder / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "utf-8")
    python.chmod(0o755)


def resolve(words: list[str], lines: list[str]) -> None:
    """The newest release of each package that was there on a day, or the oldest."""
    index = json.loads((HERE / "index.json").read_text("utf-8"))
    before = words[words.index("--exclude-newer") + 1] if "--exclude-newer" in words else date.max.isoformat()
    choose = min if "lowest" in words else max
    for requirement in map(Requirement, filter(None, lines)):
        refuse(requirement.name, "unresolvable", "offline")
        known = index.get(requirement.name, {"1.0": "2020-01-01"})
        released = [Version(version) for version, day in known.items() if day < before]
        fitting = list(requirement.specifier.filter(released))
        if not fitting:
            refuse("unresolvable", "unresolvable")
        print(f"{requirement.name}=={choose(fitting)}")


def install(folder: Path, packages: str) -> None:
    """A file as large as a page of memory."""
    (folder / "installed").write_text("." * 4096, "utf-8")
    for name in [line.partition("==")[0] for line in packages.split("\n")]:
        refuse(name, "uninstallable", "huge")
        if name == "slow":
            (HERE / "slow").touch()
            time.sleep(60)


def refuse(package: str, *kinds: str) -> None:
    """Fail as uv does, if the package is of one of these kinds."""
    if package in kinds:
        sys.exit(REFUSALS[package])


if __name__ == "__main__":
    main(sys.argv[1:])
