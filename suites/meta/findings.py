"""Whether the scripts of `reports/findings` print what they promise, on every backend that they name: `make findings`.

A docstring says `; cause ID.` and holds blocks of what was printed, four blanks before each line:

    Actual on tensorflow, jax:

        what is wrong: True
        what is right elsewhere: True  (control)

`on` names backends of Keras; without it the script needs none. `with PACKAGE VERSION` ends the heading of a block that
is promised in that version alone. Every line is printed, in this order, and no other; a line that is marked is a
control, which holds where nothing is wrong: without one, a script says `No control: why.`
`Needs AVX-512: why.` leaves it out where the processor has none.

Each script runs in a process of its own, on the versions that are installed here, whatever the user has set.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from packaging.version import Version

from lstm_conformance.suites.meta.needing import is_there
from lstm_conformance.suites.meta.running import ROOT

FINDINGS = ROOT / "reports" / "findings"

BACKENDS = ("tensorflow", "torch", "jax")

INDENT = " " * 4
CONTROL = "  (control)"

SETTINGS = ("KERAS", "TF_", "TORCH", "PYTORCH", "JAX", "XLA", "CUDA", "PYTHONWARNINGS", "OMP_", "MKL_", "ONEDNN")
"""What the names of the user's variables begin with that a script must not be led by."""

HEADING = re.compile(
    r"^Actual(?: on (?P<backends>[a-z]+(?:, [a-z]+)*))?(?: with (?P<packages>[\w. -]+?(?:, [\w. -]+)*))?:$"
)

NEEDS = re.compile(r"^Needs ([\w-]+(?:, [\w-]+)*): ", re.MULTILINE)


class Unreadable(ValueError):
    """A docstring does not promise as it must."""


class Promise(NamedTuple):
    """A block: on which backends ("" for none) and with which versions which lines are printed, and its controls."""

    backends: tuple[str, ...]
    versions: Mapping[str, str]
    lines: tuple[str, ...]
    controls: frozenset[str]

    @property
    def is_of_here(self) -> bool:
        """Whether the versions that it names are those that are installed."""
        return all(_installed(package) == Version(wanted).public for package, wanted in self.versions.items())


def docstring(script: Path) -> str:
    """What a script says of itself."""
    return ast.get_docstring(ast.parse(script.read_text("utf-8")), clean=False) or ""


def cause_of(script: Path) -> set[str]:
    """The ids of the causes that it shows."""
    found = re.search(r"\bcauses? ([a-z0-9]+(?:-[a-z0-9]+)+(?:,\s+[a-z0-9-]+)*)\.", docstring(script))
    return set(re.split(r",\s+", found[1])) if found else set()


def promises(script: Path) -> list[Promise]:
    """The blocks of its docstring. Raises Unreadable."""
    found: list[tuple[re.Match[str], list[str]]] = []
    for line in docstring(script).splitlines():
        heading = HEADING.match(line)
        if heading:
            found.append((heading, []))
        elif line.startswith("Actual"):
            raise Unreadable(f"{script.name}: expected `Actual[ on BACKENDS][ with PACKAGE VERSION]:`, came {line!r}")
        elif line.startswith(INDENT) and found:
            found[-1][1].append(line.removeprefix(INDENT))
    return [_promise(script, *each) for each in found]


def _promise(script: Path, heading: re.Match[str], lines: list[str]) -> Promise:
    backends = tuple(heading["backends"].split(", ")) if heading["backends"] else ("",)
    versions = dict(each.split(" ") for each in (heading["packages"] or "").split(", ") if each)
    controls = frozenset(line.removesuffix(CONTROL) for line in lines if line.endswith(CONTROL))
    if not lines or not set(backends) <= {"", *BACKENDS}:
        raise Unreadable(f"{script.name}: expected lines below {heading[0]!r}, and backends among {BACKENDS}")
    if not controls and "\nNo control: " not in docstring(script):
        raise Unreadable(f"{script.name}: expected a line that ends in {CONTROL!r} below {heading[0]!r}")
    return Promise(backends, versions, tuple(line.removesuffix(CONTROL) for line in lines), controls)


def needed(script: Path) -> list[str]:
    """What a script says that it needs, of the processor or of packages that `make conformance` does not install."""
    found = NEEDS.search(docstring(script))
    return found[1].split(", ") if found else []


def can_run(script: Path) -> bool:
    """Whether all that a script needs is there."""
    return all(map(is_there, needed(script)))


def printed(script: Path, backend: str) -> list[str]:
    """What it prints now, and of an exception that ends it the last line."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    with tempfile.TemporaryDirectory() as home:  # where Keras has no keras.json
        environment = {**own, "KERAS_HOME": home, "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"}
        environment |= {"KERAS_BACKEND": backend} if backend else {}
        command = [sys.executable, "-W", "ignore", os.fspath(script)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    ended = [] if done.returncode == 0 else done.stderr.splitlines()[-1:] or [f"exit status {done.returncode}"]
    return [line.rstrip() for line in done.stdout.splitlines() if line.strip()] + ended


def differing(scripts: Iterable[Path]) -> Iterator[str]:
    """A sentence for each that prints something else, or promises nothing that could be seen here."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for told in pool.map(_told, filter(can_run, scripts)):
            yield from told


def _told(script: Path) -> list[str]:
    """What is to be said of one script."""
    try:
        here = [promise for promise in promises(script) if promise.is_of_here]
    except Unreadable as error:
        return [str(error)]
    if not here:
        return [f"{script.name}: expected a promise for the versions that are installed, came none"]
    return [told for promise in here for backend in promise.backends for told in _difference(script, backend, promise)]


def _difference(script: Path, backend: str, promise: Promise) -> Iterator[str]:
    came = printed(script, backend)
    where = f"{script.name}{f' on {backend}' if backend else ''}"
    lost = [line for line in promise.lines if line in promise.controls and line not in came]
    if lost:
        yield f"{where}: expected its controls {lost}, came {came}: it shows nothing"
    elif came != list(promise.lines):
        yield f"{where}: expected {list(promise.lines)}, came {came}"


def _installed(package: str) -> str | None:
    try:
        return Version(version(package)).public
    except PackageNotFoundError:
        return None


def main() -> int:
    """Run all of them."""
    scripts = sorted(FINDINGS.glob("*.py"))
    left_out = [f"{script.name} ({', '.join(needed(script))})" for script in scripts if not can_run(script)]
    wrong = list(differing(scripts))
    print("\n".join(wrong) or f"every finding is reproduced, {len(scripts) - len(left_out)} scripts")
    if left_out:
        print(f"not run, something that they need is not here: {', '.join(left_out)}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
