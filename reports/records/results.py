"""The record of a run: the three kinds of lines of `results.jsonl`, and the verdicts.

The JSON Schema of a line is `results.schema.json`, beside this file; `files.py` writes and reads whole files.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Any, ClassVar, Literal, Self, get_args

from lstm_conformance.reports.records.errors import BadRecord, UnknownVerdict
from lstm_conformance.reports.records.serialize import ADDED, from_plain, to_plain

SCHEMA_VERSION = 3

COMMAND = ("python", "-m", "pytest")

Verdict = Literal["pass", "deviation", "fail", "error", "unstable", "not-run"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
RED: frozenset[Verdict] = frozenset({"fail", "error", "unstable"})

_SHARED = ("implementation", "path", "rule", "configuration", "nodeid", "measure", "message")
"""Texts that many checks have in common: kept once, because there may be a million checks."""


INTERRUPTED = "interrupted"
"""The message of a check that was not run because the run ended before it."""

KERNELS = "kernels"
"""What the detail of a smoke check calls the line that says which kernels ran, where that is known."""

LOST = "no record: the check itself raised, or its worker died"
"""The message of a planned check that left no record."""


class Record:
    """What every line has in common: its kind, and the way to and from plain JSON."""

    __slots__ = ()

    kind: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """Return the record in exact built-in types, fit for `json` and for the workers of xdist.

        Raises TypeError for what JSON cannot hold. A float that is not finite becomes "inf", "-inf" or "nan".
        """
        return {"kind": self.kind, **to_plain(self)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Build the record that `to_json` gave; BadRecord says what does not fit."""
        if record.get("kind") != cls.kind:
            raise BadRecord(f"expected a record of kind {cls.kind!r}, got kind {record.get('kind')!r}")
        own = {**record}
        del own["kind"]
        built: Self = from_plain(cls, own)
        return built


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A numbered sentence of SPEC.md, as it stood when the run was made; `basis`: whose it is, "" in older files."""

    title: str
    sentence: str
    source: str
    basis: str = field(default="", metadata=ADDED)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where the run was made; `cores` counts what the operating system offers."""

    cpu: str
    cores: int
    platform: str


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One implementation under test and what it ran with.

    `packages` maps a distribution to its version. `command`: the words of the command line that tests it.
    `crossed`: of paths on which not all pairs of values meet, because a configuration is dear there, how many do.
    `unclaimed`: by path, the requirements that could be claimed and are not; `requirements`: how many could be.
    `sizes`: by path and option, a letter for each of the header's classes of sizes: "x" where numbers were judged, "."
    where none were, and a blank where there is no such layer; the option "" is whatever was judged.
    """

    implementation: str
    python: str
    packages: Mapping[str, str]
    device: str
    threads: int
    paths: tuple[str, ...]
    claims: tuple[str, ...]
    command: tuple[str, ...]
    crossed: Mapping[str, str] = field(default_factory=dict)
    unclaimed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    requirements: int = 0
    sizes: Mapping[str, Mapping[str, str]] = field(default_factory=dict, metadata=ADDED)

    def claimed(self, path: str) -> str:
        """How many of the requirements a path claims, in words."""
        return f"{self.requirements - len(self.unclaimed.get(path, ()))} of {self.requirements} requirements"


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """What was known of a deviation when the run was made; `link` is an address or a path, the dates are ISO 8601.

    `cause`: the id of its cause, "" where none is recorded; `reason`: what is to be said besides.
    """

    reason: str
    link: str
    first_seen: str
    review_by: str
    cause: str = field(default="", metadata=ADDED)


@dataclass(frozen=True, kw_only=True)
class Link:
    """A public report or change, and what became of it."""

    address: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What was known of the cause of deviations when the run was made.

    `cause_class`: "bug", "undocumented" or "choice", in whose eyes it is wrong. `effect`: what somebody sees.
    `silent`: numbers come that somebody takes for right.
    """

    title: str
    cause_class: str
    effect: str
    silent: bool
    affects: str
    workaround: str
    links: tuple[Link, ...]
    scripts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """What a wrong LSTM gets wrong, or, if it is `benign`, in which other way it computes the same.

    `sentence`: how somebody gets there. `dtypes`: where it is wrong by more than rounding.
    `waits_for`: the topic of the rules that are going to cover it, if there are none yet.
    `near_the_bound`: why it is hardly wrong by more than rounding, if it is not.
    """

    family: str
    sentence: str
    benign: bool
    dtypes: tuple[str, ...]
    waits_for: str
    near_the_bound: str


@dataclass(frozen=True, kw_only=True)
class Header(Record):
    """What was run, where and with what.

    `partial`: something was deselected, or the run was interrupted. `started`: ISO 8601, UTC. `numpy`: the judge's.
    `not_installed`: implementation to the reason why it was left out. `rules`: rule id to its text.
    `chapters`: the number of a chapter of rules to its title. `deviations`: the id of a recorded one to its entry.
    `causes`: the id of a cause of theirs to what is known of it.
    `mutants`: the implementations that are wrong LSTMs. `controls`: a wrong LSTM that was tested before anything else
    to the rule that caught it, None if none did. `problems`: what makes the run red whatever its checks say.
    `flags`: the flags of a layer and of its call to their defaults. `configurations`: the id of a configuration to its
    sizes and to those of its flags that are not at their defaults. `size_classes`: those of `Environment.sizes`, in
    words. `inputs`: what else decides what is asked, in a word
    or by its SHA-256: one run goes on with another only where they are equal.
    """

    kind = "header"

    schema_version: int = SCHEMA_VERSION
    suite_version: str
    suite_commit: str | None
    spec_version: int
    tier: str
    partial: bool
    base_seed: int
    started: str
    numpy: str
    machine: Machine
    environments: tuple[Environment, ...]
    not_installed: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    chapters: Mapping[str, str] = field(default_factory=dict)
    deviations: Mapping[str, Deviation] = field(default_factory=dict)
    causes: Mapping[str, Cause] = field(default_factory=dict, metadata=ADDED)
    mutants: Mapping[str, Mutant] = field(default_factory=dict)
    controls: Mapping[str, str | None] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    flags: Mapping[str, Any] = field(default_factory=dict)
    configurations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    size_classes: tuple[str, ...] = field(default=(), metadata=ADDED)
    inputs: Mapping[str, str] = field(default_factory=dict, metadata=ADDED)

    def command(self, implementation: str) -> tuple[str, ...]:
        """The words of the command line that tests an implementation."""
        return next(
            (environment.command for environment in self.environments if environment.implementation == implementation),
            COMMAND,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Check(Record):
    """One rule on one case of one implementation on one path.

    `budget`: the largest error ÷ bound, None where nothing is measured. `measure`: the quantity that used it, `c_n`.
    `message`: one line, None on pass. `detail`: free JSON, None on pass but for `KERNELS`. `deviation`: the id of its
    entry.
    `seconds`: the check's share of the time of its pytest item.
    """

    kind = "check"

    implementation: str
    path: str
    rule: str
    configuration: str
    case: int
    nodeid: str
    verdict: Verdict
    budget: float | None = None
    measure: str | None = None
    message: str | None = None
    detail: Mapping[str, Any] | None = None
    deviation: str | None = None
    seconds: float

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise UnknownVerdict(f"{self.id}: expected one of {', '.join(VERDICTS)}, got {self.verdict!r}")

    @property
    def id(self) -> str:
        """What names the check in every run: it holds no version and no place in a list."""
        return f"{self.implementation}/{self.path}/{self.rule}/{self.configuration}/{self.case}"

    @property
    def is_possible(self) -> bool:
        """Whether the budget is one, and that of a check that passes no larger than the bound."""
        if self.budget is None:
            return True
        return self.budget <= 1 if self.verdict == "pass" else not self.budget < 0

    @property
    def interrupted(self) -> bool:
        """Whether the run ended before this check."""
        return self.verdict == "not-run" and self.message == INTERRUPTED

    @property
    def is_judged(self) -> bool:
        """Whether it has a verdict of its own: its run neither ended before it nor lost it."""
        return not self.interrupted and self.message != LOST

    def reproduction(self, command: Sequence[str]) -> str:
        """The command, for a POSIX shell, that runs this check and nothing else.

        `command` is `Header.command(implementation)`; an installed suite has no node ids that a shell could use.
        """
        return shlex.join([*command, *([self.nodeid] if self.nodeid else []), "--case", self.id])

    def to_json(self) -> dict[str, Any]:
        """Return the record with its id, which readers in other languages need not compose."""
        return {"kind": self.kind, "id": self.id, **to_plain(self)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Build the record that `to_json` gave; BadRecord, too, when its id is not made of its own fields."""
        own = {**record}
        said = own.pop("id", None)
        for name in _SHARED:
            if type(own.get(name)) is str:
                own[name] = intern(own[name])
        check = super(Check, cls).from_json(own)  # `super()` itself does not know a class that has slots
        if not check.is_possible:
            raise BadRecord(
                f"expected a check that passes to use at most its bound, none less than 0, got {check.budget}"
            )
        if said != check.id:
            raise BadRecord(f"expected the id {check.id!r}, made of the record's fields, got {said!r}")
        return check


@dataclass(frozen=True, kw_only=True)
class Footer(Record):
    """What the file must hold. `planned`: how many checks were collected and not deselected.

    `digest`: of ids and verdicts, equal for two runs that say the same. `content`: of all lines before this one,
    so that nobody changes a number, a version or a message by accident; "" in older files.
    """

    kind = "footer"

    counts: Mapping[str, int]
    total: int
    planned: int
    digest: str
    seconds: float
    content: str = field(default="", metadata=ADDED)

    @classmethod
    def of(cls, verdicts: Mapping[str, Verdict], *, planned: int, seconds: float, content: str = "") -> Self:
        """Count and digest `verdicts`, which maps a check's id to its verdict."""
        return cls.of_sorted(sorted(verdicts.items()), planned=planned, seconds=seconds, content=content)

    @classmethod
    def of_sorted(
        cls, verdicts: Iterable[tuple[str, Verdict]], *, planned: int, seconds: float, content: str = ""
    ) -> Self:
        """Count and digest ids with their verdicts, which come in the order of the ids: there may be a million."""
        counts: dict[str, int] = dict.fromkeys(VERDICTS, 0)
        said = Digest()
        for check_id, verdict in verdicts:
            counts[verdict] += 1
            said.add(check_id, verdict)
        total = sum(counts.values())
        return cls(counts=counts, total=total, planned=planned, digest=said.text(), seconds=seconds, content=content)


class Digest:
    """The SHA-256 of the lines `id<tab>verdict`, sorted: equal for two runs that say the same."""

    def __init__(self) -> None:
        self._found = hashlib.sha256()

    def add(self, check_id: str, verdict: Verdict) -> None:
        """One more check; they come in the order of their ids."""
        self._found.update(f"{check_id}\t{verdict}\n".encode("utf-8", "backslashreplace"))

    def text(self) -> str:
        """Of the checks up to now."""
        return self._found.hexdigest()
