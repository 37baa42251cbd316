"""What the command line names: implementations to be tested, in whichever of the ways they can be given."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from lstm_conformance.fixtures.cases.invalid_inputs import INVALID_INPUTS
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.cases.requirements import REQUIREMENTS, inexpressible, unpromised
from lstm_conformance.fixtures.hosting.client import Hello, Hosted, Implementation, InProcess
from lstm_conformance.fixtures.hosting.quoting import LONGEST_LINE, readable
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS, ON_DEVICES, entry_of
from lstm_conformance.reference.arithmetic import STORED
from lstm_conformance.reference.contracts import CONTRACTS
from lstm_conformance.reference.contracts.own import LIKE
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.suites.harness.plan import mutant_names

BY_NAME = "--implementation"
BY_COMMAND = "--implementation-command"

STARTING = "start"
"""Stands for the paths of an implementation that did not live to tell them."""


class Candidate(NamedTuple):
    """An option of the command line and its value: what to test."""

    option: str
    value: str

    def __str__(self) -> str:
        return f"{self.option} {self.value}"

    @property
    def mutant(self) -> str | None:
        """The name of the wrong LSTM that is meant, if one is."""
        return mutant_names.name_of(self.value) if self.option == BY_NAME else None

    def implementation(self, python: str, *, in_process: bool, threads: int = 1) -> Implementation:
        """What answers for it; a host computes on so many threads. Raises ValueError for a bad command.

        A command always has a process of its own; a wrong LSTM, which imports no framework, never.
        """
        if self.option == BY_COMMAND:
            return Hosted(split_command(self.value), name=self.value, threads=threads)
        if self.mutant is not None:
            return InProcess(mutant_names.spec(self.mutant), name=self.value)
        entry = entry_of(self.value)
        spec = self.value if entry is None else entry.spec
        if not in_process:
            return Hosted(spec, python=python, name=self.value, threads=threads)
        if (here := str(Path.cwd())) not in sys.path:
            sys.path.insert(0, here)  # where a host looks for modules, too
        return InProcess(spec, name=self.value)

    def poses(self, name: str) -> str | None:
        """Why it may not be called so: that is the name of an implementation of the suite, and it is another."""
        own = entry_of(name)
        if own is None or (self.option == BY_NAME and self.value in {name, own.spec}):
            return None
        return (
            f"`name` must not be that of an implementation of the suite, which this is not; came {name!r}, "
            "which a class may have inherited: give it a `name` of its own"
        )

    def missing(self) -> str | None:
        """Why it cannot be run by this Python, which is asked without importing anything."""
        entry = entry_of(self.value)
        if self.option == BY_COMMAND or entry is None:
            return None
        absent = [package for package in entry.packages if find_spec(package) is None]
        return f"not installed: {', '.join(absent)}" if absent else None


def candidates(option: str, value: str) -> list[Candidate]:
    """What an option and its value stand for: one implementation, or several wrong LSTMs.

    Raises ValueError for wrong LSTMs that there are not, and for a name that is neither known nor one of a class.
    """
    if option == BY_NAME and mutant_names.is_meant(value):
        return [Candidate(option, name) for name in mutant_names.selected(value)]
    if option == BY_NAME and ":" not in value and entry_of(value) is None:
        raise ValueError(
            f"{option} {value}: there is no implementation of this name{_close_to(value)}; --list names those of the "
            "suite, and a layer of your own is path/to/file.py:Class or package.module:Class"
        )
    return [Candidate(option, value)]


def _close_to(name: str) -> str:
    """Names that may be meant."""
    folded, low = {known.lower(): known for known in IMPLEMENTATIONS}, name.lower()
    beginning = [word for word in folded if name and word.startswith(low)]
    near = [low] if low in folded else beginning or get_close_matches(low, folded, 3)
    return f" (did you mean {', '.join(repr(folded[word]) for word in near[:3])}?)" if near else ""


def on_device(device: str) -> list[Candidate]:
    """What the suite brings for a device, as far as it is installed."""
    every = [Candidate(BY_NAME, name) for name in ON_DEVICES[device]]
    return [candidate for candidate in every if candidate.missing() is None]


def split_command(command: str) -> list[str]:
    """The words of a command, without a shell. Raises ValueError for one without words, or with an open quotation."""
    windows = sys.platform == "win32"  # where a backslash separates folders
    words = [word.strip('"') if windows else word for word in shlex.split(command, posix=not windows)]
    if not words:
        raise ValueError("the command is empty")
    return words


def unusable(hello: Hello) -> str | None:
    """Why nothing, or less than meant, would be tested of an implementation that says this of itself."""
    if not hello.implementation.strip() or not hello.implementation.isprintable():
        return f"`name` must be one line of text, came {hello.implementation!r}"
    if hello.layout not in LAYOUTS:
        return f"`layout` must be one of {', '.join(LAYOUTS)}, came {_meant([hello.layout], LAYOUTS)}"
    if wrong := _unknown_of_contract(hello.contract):
        return wrong
    if not hello.paths or not all(path and "/" not in path for path in hello.paths):
        return f"`paths` must name at least one path, none with a slash, came {list(hello.paths)}"
    for offer in hello.offers:
        if not offer.dtypes or not set(offer.dtypes) <= set(STORED):
            return f"`dtypes` of path {offer.path!r} must be some of {', '.join(STORED)}; came {list(offer.dtypes)}"
    return _unfounded(hello)


def _unknown_of_contract(declared: str | Mapping[str, Any]) -> str | None:
    """What nobody knows of the contract that is declared: its name, that of the one it is like, an invalid input."""
    fields = declared if not isinstance(declared, str) else {LIKE: declared} if declared else {}
    if LIKE in fields and fields[LIKE] not in CONTRACTS:
        known = ", ".join(CONTRACTS)
        return f"`contract` must be one of {known}, or an object that may be `like` one; came {fields[LIKE]!r}"
    quiet = [name for name in fields.get("undocumented", ()) if name not in INVALID_INPUTS]
    if quiet:
        return f"`undocumented` of `contract` may hold {', '.join(INVALID_INPUTS)}; came {', '.join(map(repr, quiet))}"
    return None


def _unfounded(hello: Hello) -> str | None:
    """Why something that is claimed cannot be asked: nobody knows it, or this layout or contract does not have it."""
    for key in ("claims", "only"):
        words = dict.fromkeys(word for offer in hello.offers for word in getattr(offer, key))
        if unknown := [word for word in words if word not in REQUIREMENTS]:
            return f"`{key}` may hold the requirements that --list names; came {_meant(unknown, REQUIREMENTS)}"
    vain = sorted(inexpressible(hello.layout) & set(hello.claims))
    if vain:
        return (
            f"`claims`: the layout {hello.layout} has no {', '.join(vain)}: leave them out, or declare another layout"
        )
    unsaid = sorted(unpromised(hello.promised) & set(hello.claims))
    if unsaid:
        return (
            f"`claims`: the contract {hello.promised.name} says nothing of {', '.join(unsaid)}: "
            "leave them out, or declare a `contract` that does"
        )
    return None


def _meant(words: Iterable[str], known: Iterable[str]) -> str:
    """Words that nobody knows, each with the known one that is closest, if any is close."""
    folded = {name.lower(): name for name in known}
    closest = {word: get_close_matches(word.lower(), folded, 1) for word in words}
    return ", ".join(
        repr(word) + (f" (did you mean {folded[close[0]]!r}?)" if close else "") for word, close in closest.items()
    )


def stand_in(name: str) -> Hello:
    """What is assumed of an implementation that did not start, so that something can be planned, and then be red."""
    return Hello(
        implementation=readable(" ".join(name.split()), LONGEST_LINE // 2),
        layout="torch",
        offers=(Offer(path=STARTING, dtypes=("float32",), device=""),),
        versions={},
        python="",
        threads=0,
    )
