"""Whole results files: written as the checks come in, read only when consistent."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from lstm_conformance.reports.records.errors import (
    BadRecord,
    CountMismatch,
    DigestMismatch,
    DuplicateCheck,
    NotResults,
    Truncated,
    WrongSchema,
)
from lstm_conformance.reports.records.journals import (
    BeingWritten,
    check_alone,
    drop_torn_line,
    hold,
    is_journal,
    journal_of,
    part_of,
    remove_parts,
)
from lstm_conformance.reports.records.kinds import RESULTS, Kind, check_vacant
from lstm_conformance.reports.records.results import RED, SCHEMA_VERSION, Check, Footer, Header, Record, Verdict
from lstm_conformance.reports.records.serialize import loads

UNENDED = "the run was killed: this is what it had judged until then"
"""The problem of a journal, which has no footer."""

_ENCODER = json.JSONEncoder(allow_nan=False)

AnyRecord = TypeVar("AnyRecord", bound=Record)


class Seal:
    """The SHA-256 of the lines of a file, whatever ends them."""

    def __init__(self) -> None:
        self._found = hashlib.sha256()

    def add(self, line: bytes) -> None:
        """One more line."""
        self._found.update(line.rstrip(b"\r\n") + b"\n")

    def text(self) -> str:
        """Of the lines up to now."""
        return self._found.hexdigest()


class Writer:
    """Writes a results file as the checks come in; nothing bears the file's name before `finish`.

    Parent folders are made.
    A context manager: leaving it without `finish` removes what was written.
    A journal is for a run that may be killed: every line is handed to the operating system at once, and what is left
    then, `NAME.PID.journal`, is read as the record of a run that did not end.
    earlier: what the journal has already, because an earlier run has left it (`hand_on`).
    Raises Occupied where a file of another kind is there, BeingWritten where another process has a journal beside it,
    DuplicateCheck when an id comes twice, TypeError for a detail
    that JSON cannot hold.
    """

    def __init__(
        self, path: Path | str, header: Header, *, journal: bool = False, earlier: Mapping[str, Verdict] | None = None
    ) -> None:
        check_vacant([(Path(path), RESULTS)])
        self._path = Path(path).resolve()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self.unfinished = journal_of(self._path) if journal else part_of(self._path)
        mode = "w" if earlier is None else "a"
        self._file = self.unfinished.open(mode, encoding="utf-8", newline="\n", buffering=1 if journal else -1)
        self._verdicts: dict[str, Verdict] = dict(earlier or {})
        self._content = Seal()
        hold(self._file)
        if journal:
            self._begin_alone()
        if earlier is None:
            self._line(header)

    def write(self, check: Check) -> None:
        """Append one check."""
        if check.id in self._verdicts:
            raise DuplicateCheck(f"expected one record for each check, got a second one for {check.id!r}")
        self._line(check)
        self._verdicts[check.id] = check.verdict

    def finish(self, *, planned: int, seconds: float) -> Footer:
        """Append the footer, wait until the disk has it all, and give the file its name."""
        footer = Footer.of(self._verdicts, planned=planned, seconds=seconds, content=self._content.text())
        self._line(footer)
        self.sync()
        self._file.close()
        self.unfinished.replace(self._path)
        return footer

    def sync(self) -> None:
        """Wait until the disk has all that was written."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Leave what was written under the name that it has now."""
        self._file.close()

    def abandon(self) -> None:
        """Remove what was written so far; a finished file stays."""
        try:
            self._file.close()  # which may write what a full disk has no room for
        finally:
            self.unfinished.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.abandon()

    def _begin_alone(self) -> None:
        """Two runs that write the same results would lose one of them; what one has left that was killed is no use."""
        remove_parts(self._path)
        try:
            check_alone(self.unfinished, self._path)
        except BeingWritten:
            self.close() if self._verdicts else self.abandon()
            raise

    def _line(self, record: Record) -> None:
        line = _ENCODER.encode(record.to_json())
        self._content.add(line.encode())
        self._file.write(line + "\n")


def hand_on(file: Path, path: Path, header: Header, checks: Iterable[Check]) -> Writer:
    """The journal with which a run goes on that writes to `path`; at any moment there is one file that has all of it.

    file: what an earlier run has left: a journal gets the name that it has now, of results a journal is made.
    header: of the new journal; checks: what it is to hold. Raises OSError.
    """
    own = journal_of(path.resolve())
    check_alone(own, path.resolve())
    if is_journal(file):
        drop_torn_line(file)
        file.rename(own)
    else:
        with Writer(path, header) as writer:
            for check in checks:
                writer.write(check)
            writer.sync()
            writer.unfinished.rename(own)
    return Writer(path, header, journal=True, earlier={check.id: check.verdict for check in checks})


class _Sealed:
    """Seals the lines that pass, all but the last one that did."""

    def __init__(self) -> None:
        self._seal = Seal()

    def passing(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The same lines."""
        before: bytes | None = None
        for line in lines:
            if before is not None:
                self._seal.add(before)
            before = line
            yield line

    def text(self) -> str:
        """Of the lines before the last one."""
        return self._seal.text()


@dataclass(frozen=True, kw_only=True)
class Results:
    """A results file that was found whole and consistent."""

    header: Header
    checks: tuple[Check, ...]
    footer: Footer

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """Read and verify a file; a subclass of ResultsError says what is wrong with it, and where."""
        sealed = _Sealed()
        with Path(path).open("rb") as file:
            lines = sealed.passing(file)
            header = _header(path, next(lines, b""))
            if UNENDED in header.problems:
                return cls._of_journal(path, header, lines)
            checks, last = [], (1, dict[str, Any]())
            for following in enumerate(_objects(path, lines), 2):
                if last[0] > 1:
                    checks.append(_record(path, last[0], Check, last[1]))
                last = following
        if last[1].get("kind") != Footer.kind:
            raise Truncated(_ends_after(path, last[0]))
        footer = _record(path, last[0], Footer, last[1])
        _verify(path, _said(path, checks), footer)
        if footer.content and footer.content != sealed.text():
            raise DigestMismatch(f"{path}: expected the lines that were written, got others; was it edited? run again")
        return cls(header=header, checks=tuple(checks), footer=footer)

    @classmethod
    def _of_journal(cls, path: Path | str, header: Header, lines: Iterator[bytes]) -> Self:
        """What a run had judged before it was killed: all lines but one that it did not finish."""
        whole = (line for line in lines if line.endswith(b"\n"))
        checks = tuple(_record(path, n, Check, record) for n, record in enumerate(_objects(path, whole), 2))
        footer = Footer.of_sorted(_said(path, checks), planned=len(checks), seconds=0)
        return cls(header=header, checks=checks, footer=footer)

    @property
    def missing(self) -> int:
        """How many planned checks have no record; anything but 0 makes the run red."""
        return self.footer.planned - self.footer.total

    @property
    def checked(self) -> int:
        """How many checks were really made."""
        return sum(check.verdict != "not-run" for check in self.checks)

    @property
    def failing(self) -> int:
        """How many checks are red."""
        return sum(self.footer.counts[verdict] for verdict in RED)

    @property
    def interrupted(self) -> int:
        """How many checks were not made because the run ended before them."""
        return sum(check.interrupted for check in self.checks)

    @property
    def red(self) -> bool:
        """Whether the run is anything but good: a red verdict, a missing record, a problem, cut short, or nothing."""
        incomplete = self.missing != 0 or self.interrupted != 0 or self.checked == 0 or bool(self.header.problems)
        return incomplete or any(check.verdict in RED for check in self.checks)


def _header(path: Path | str, line: bytes) -> Header:
    try:
        record = loads(line)
    except ValueError as error:
        raise NotResults(f"{path}: expected the header of a results file, but line 1 is no JSON: {error}") from error
    if not isinstance(record, dict) or record.get("kind") != Header.kind:
        raise NotResults(f"{path}: expected the header of a results file, but line 1 is none; name another file")
    if record.get("schema_version") != SCHEMA_VERSION:
        raise WrongSchema(
            f"{path}: expected schema version {SCHEMA_VERSION}, got {record.get('schema_version')!r}; "
            f"read it with lstm-conformance {record.get('suite_version')}, which wrote it, or run again"
        )
    return _record(path, 1, Header, record)


def _objects(path: Path | str, lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """The objects of all lines but the first, one at a time: there may be a million."""
    for number, line in enumerate(lines, 2):
        try:
            record = loads(line)
        except ValueError as error:
            if next(lines, None) is None:
                raise Truncated(_ends_after(path, number - 1)) from error
            raise BadRecord(f"{path}, line {number}: expected a JSON object, got this: {error}; run again") from error
        if not isinstance(record, dict):
            raise BadRecord(f"{path}, line {number}: expected a JSON object, got {type(record).__name__}; run again")
        yield record


def _ends_after(path: Path | str, complete: int) -> str:
    return f"{path}: expected a footer, but the last complete line is line {complete}; run again, or copy it again"


def _record(path: Path | str, number: int, kind: type[AnyRecord], record: Mapping[str, Any]) -> AnyRecord:
    try:
        return kind.from_json(record)
    except BadRecord as error:
        raise type(error)(f"{path}, line {number}: {error}; was it edited? run again") from error


def _said(path: Path | str, checks: Sequence[Check]) -> Iterator[tuple[str, Verdict]]:
    """Ids and verdicts in the order of the ids; where they come so, none is kept: there may be a million."""
    in_order = all(one.id < other.id for one, other in pairwise(checks))
    before = ""
    for check in checks if in_order else sorted(checks, key=lambda check: check.id):
        if check.id == before:
            raise DuplicateCheck(f"{path}: expected one record for each check, got two for {check.id!r}; run again")
        before = check.id
        yield before, check.verdict


def _verify(path: Path | str, said: Iterable[tuple[str, Verdict]], footer: Footer) -> None:
    actual = Footer.of_sorted(said, planned=footer.planned, seconds=footer.seconds)
    if (actual.counts, actual.total) != (footer.counts, footer.total):
        raise CountMismatch(
            f"{path}: the footer counts {footer.total} checks, {footer.counts}, "
            f"but the file holds {actual.total}, {actual.counts}; was it edited? run again"
        )
    if actual.digest != footer.digest:
        raise DigestMismatch(
            f"{path}: expected the digest {footer.digest} of ids and verdicts, got {actual.digest}; "
            "was it edited? run again"
        )


class Output(NamedTuple):
    """A file to be written: where, of which kind, and its text."""

    path: Path
    kind: Kind
    text: str


def write(*outputs: Output) -> None:
    """Write texts, each under its own name only when it is whole; parent folders are made, a link stays a link.

    Raises Occupied, before anything is written, where a file of another kind is in one of these places.
    """
    check_vacant((output.path, output.kind) for output in outputs)
    for path, _, text in outputs:
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = part_of(target)
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(target)
