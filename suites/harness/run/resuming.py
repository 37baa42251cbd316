"""Going on where an earlier run was ended: what it had judged is kept, and only the rest is asked.

Kept is what the journal of a run that was killed holds, or the results of one that was interrupted.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from lstm_conformance.reports.records.errors import ResultsError
from lstm_conformance.reports.records.files import UNENDED, Results
from lstm_conformance.reports.records.journals import is_held, results_beside
from lstm_conformance.reports.records.results import Check, Header
from lstm_conformance.suites.harness.plan.planning import Planned
from lstm_conformance.suites.harness.run.candidates import BY_COMMAND, Candidate, split_command

MAY_DIFFER = frozenset({"started", "partial", "problems", "configurations"})
"""What the headers of two runs need not have in common for one to go on with the other."""

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("reference", "fixtures", "suites", "reports")
KINDS = ("py", "toml", "txt")
SELECTING = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "case")
DECIDING = ("brief", "once", "until_caught")


class CannotResume(ResultsError):
    """The earlier run was another one."""


@dataclass(frozen=True)
class Kept:
    """What an earlier run had judged, by what names a check; empty where there was none."""

    file: Path | None = None
    header: Header | None = None
    seconds: float = 0.0
    checks: Mapping[tuple[str, ...], Mapping[int, Check]] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Self:
        """What a results file or a journal has of a run. Raises ResultsError, OSError."""
        results = Results.read(file)
        judged = [check for check in results.checks if check.is_judged]
        by_place: dict[tuple[str, ...], dict[int, Check]] = {}
        for check in judged:
            by_place.setdefault(_place(check), {})[check.case] = check
        seconds = results.footer.seconds or sum(check.seconds for check in judged)
        return cls(file=file, header=results.header, seconds=seconds, checks=by_place)

    def __len__(self) -> int:
        return sum(map(len, self.checks.values()))

    def __iter__(self) -> Iterator[Check]:
        for cases in self.checks.values():
            yield from cases.values()

    def __bool__(self) -> bool:
        return self.file is not None

    def __contains__(self, check: Check) -> bool:
        return check.case in self.checks.get(_place(check), {})

    @property
    def is_journal(self) -> bool:
        """Whether it is what a run left that was killed."""
        return self.header is not None and UNENDED in self.header.problems

    def of(self, planned: Planned) -> dict[int, Check]:
        """What is kept of the cases of an item."""
        place = (planned.implementation, planned.path, planned.check.rule, str(planned.configuration))
        cases = self.checks.get(place, {})
        return {number: cases[number] for number in planned.numbers if number in cases}

    def check_goes_with(self, header: Header) -> None:
        """Raise CannotResume unless a run with this header asks the same of the same."""
        if self.header is None:
            return
        if self.is_journal and self.file is not None and is_held(self.file):
            raise CannotResume(f"{self.file}: it is being written: wait for the end of that run")
        if other := list(_differences(self.header, header)):
            raise CannotResume(
                f"{self.file}: expected a run of the same, but it differs in {', '.join(other)}; run without --resume"
            )


def goes_into(file: Path) -> Path:
    """Where the results of a resumed run go, unless another place is named: where they were to go before."""
    return results_beside(file) or file


def inputs(named: Iterable[Candidate], options: Mapping[str, Any], args: Iterable[str]) -> dict[str, str]:
    """What decides what is asked and how it is judged, besides versions: words, or SHA-256 of what is longer.

    named: the implementations that the command line names; options: all options; args: the tests that are named.
    """
    files = [file for candidate in named for file in _files(candidate)] + list(options["deviations"])
    tests = [_from_root(argument) for argument in args]
    selecting = json.dumps([tests, *([str(options.get(name) or "")] for name in SELECTING)])
    return {
        "tree": _tree(),
        "selected tests": hashlib.sha256(selecting.encode()).hexdigest(),
        "options": " ".join(name for name in DECIDING if options.get(name)),
        **_digests(files),
    }


def _digests(files: Iterable[Path]) -> dict[str, str]:
    """A digest by the name of each file; of several of one name, in the order in which they are named."""
    by_file: dict[str, list[str]] = {}
    for file in files:
        by_file.setdefault(f"file {file.name}", []).append(hashlib.sha256(file.read_bytes()).hexdigest())
    return {name: " ".join(digests) for name, digests in by_file.items()}


def _place(check: Check) -> tuple[str, ...]:
    return check.implementation, check.path, check.rule, check.configuration


def _differences(one: Header, other: Header) -> Iterator[str]:
    """The names of what differs in two headers."""
    for name in (part.name for part in fields(Header) if part.name not in MAY_DIFFER):
        before, now = getattr(one, name), getattr(other, name)
        if name == "inputs":
            yield from (key for key in sorted({*before, *now}) if before.get(key) != now.get(key))
        elif name == "environments":
            before, now = ([replace(environment, sizes={}) for environment in every] for every in (before, now))
            yield from (f"{old.implementation}, or how it is started" for old in before if old not in now)
            yield from (str(new.implementation) for new in now if new.implementation not in _names(before))
        elif before != now:
            yield name.replace("_", " ")


def _names(environments: Iterable[Any]) -> set[str]:
    return {environment.implementation for environment in environments}


def _files(candidate: Candidate) -> list[Path]:
    """The files and modules that the command line names for an implementation; what they import is not among them."""
    if candidate.option == BY_COMMAND:
        words = split_command(candidate.value)
        modules = [word for before, word in pairwise(words) if before == "-m"]
    else:
        words = modules = [candidate.value.rpartition(":")[0]]
    files = [Path(word) for word in words if word and Path(word).is_file()]
    return files or [file for module in modules for file in _source(module)]


def _source(module: str) -> list[Path]:
    """Where a module is, as a host finds it; nothing is imported for that, and a bundled name is none."""
    if not all(name.isidentifier() for name in module.split(".")):
        return []
    place = Path(*module.split("."))
    folders = [Path.cwd(), *map(Path, sys.path)]
    every = (folder / file for folder in folders for file in (place.with_suffix(".py"), place / "__init__.py"))
    return [file for file in every if file.is_file()][:1]


def _tree() -> str:
    """The digest of all code and tables of the suite, but for its own tests."""
    sha256 = hashlib.sha256()
    every = (path for folder in FOLDERS for kind in KINDS for path in (ROOT / folder).rglob(f"*.{kind}"))
    for path in sorted(path for path in every if not path.is_relative_to(ROOT / "suites" / "meta")):
        sha256.update(f"{path.relative_to(ROOT).as_posix()}\n".encode() + path.read_bytes())
    return sha256.hexdigest()


def _from_root(argument: str) -> str:
    """A test as pytest is given it, wherever the suite lies."""
    path, colons, test = argument.partition("::")
    whole = Path(path).absolute()
    return (whole.relative_to(ROOT).as_posix() if whole.is_relative_to(ROOT) else path) + colons + test
