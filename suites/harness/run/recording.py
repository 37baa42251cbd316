"""The results of a run, gathered in the controlling process: every planned check exactly once."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from lstm_conformance.fixtures.cases.configuration import departures
from lstm_conformance.fixtures.cases.ids import configuration_called
from lstm_conformance.fixtures.cases.meetings import CLASSES, mapped
from lstm_conformance.fixtures.cases.options import FLAGS, SIZES
from lstm_conformance.fixtures.cases.requirements import REQUIREMENTS, inexpressible, unpromised
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.deviations import Deviation as Recorded
from lstm_conformance.fixtures.deviations.causes import causes
from lstm_conformance.fixtures.hosting.client import Hello
from lstm_conformance.reports.records.files import UNENDED, Writer, hand_on
from lstm_conformance.reports.records.results import (
    INTERRUPTED,
    LOST,
    Check,
    Deviation,
    Environment,
    Header,
    Machine,
    Verdict,
)
from lstm_conformance.reports.records.results import Rule as RuleText
from lstm_conformance.suites.harness.explain.causes import told_of
from lstm_conformance.suites.harness.judge.rules import chapters, specification
from lstm_conformance.suites.harness.plan.agenda import Agenda, CheckFields, Place
from lstm_conformance.suites.harness.plan.mutant_names import described
from lstm_conformance.suites.harness.run.resuming import Kept
from lstm_conformance.suites.harness.run.session import Session


@dataclass
class Record:
    """Planned and finished checks. A planned check without a record becomes an error: nothing is lost silently."""

    planned: Agenda = field(default_factory=Agenda)
    checks: list[Check] = field(default_factory=list)
    partial: bool = False
    started: float = field(default_factory=perf_counter)
    journal: Writer | None = None
    kept: Kept = field(default_factory=Kept)
    unwritten: str = ""
    """Why there is no journal any more, or no results, though they are wanted."""

    def begin(self, path: Path, header: Header) -> None:
        """Write from now on every check to a journal beside this file, which stays if the run is killed.

        It goes on with what an earlier run has left, if that is kept. Raises OSError where it cannot be written.
        """
        header = replace(header, partial=True, problems=(UNENDED,))
        if self.kept.file is None:
            self.journal = Writer(path, header, journal=True)
        else:
            self.journal = hand_on(self.kept.file, path, header, self.kept)

    def keep(self, kept: Kept) -> None:
        """Take what an earlier run had judged."""
        self.kept = kept
        self.checks += kept

    def extend(self, checks: Iterable[Check]) -> None:
        """Take finished checks; where the journal cannot be written any more, `unwritten` says so."""
        for check in (check for check in checks if check not in self.kept):
            self.checks.append(check)
            if self.journal is not None:
                try:
                    self.journal.write(check)
                except OSError as error:
                    self.unwritten = f"the journal of this run ends before its end: {error}"
                    self.end_journal()

    def end_journal(self, *, written: bool = False) -> None:
        """Remove it where results are written, or it cannot be; but what an earlier run had has no other place."""
        journal, self.journal = self.journal, None
        if journal is not None:
            with suppress(OSError):
                journal.close() if self.kept and not written else journal.abandon()

    def strangers(self) -> list[str]:
        """The ids of checks that an earlier run had, and this one does not plan."""
        planned = {fields[:5] for fields in self.planned} if self.kept else set()
        return [c.id for c in self.kept if (c.implementation, c.path, c.rule, c.configuration, c.case) not in planned]

    def handed_over(self) -> dict[str, object]:
        """What a worker tells the controlling process of what is planned."""
        return {"planned": self.planned.handed_over(), "partial": self.partial}

    def add(self, check: Check) -> None:
        """Add a check, unless it is there already."""
        if all(check.id != other.id for other in self.checks):
            self.checks.append(check)
        elif check not in self.kept:
            return
        self.planned.put(Place(check.implementation, check.path, check.rule, ""), {check.configuration: (check.case,)})

    def complete(self, *, interrupted: bool) -> list[Check]:
        """Add a record for every planned check that has none, and return these.

        It is an error; but where the run was interrupted, it says so, was not run, and the run is partial.
        """
        recorded = {(c.implementation, c.path, c.rule, c.configuration, c.case) for c in self.checks}
        kind: tuple[Verdict, str] = ("not-run", INTERRUPTED) if interrupted else ("error", LOST)
        lost = [_lost(fields, *kind) for fields in self.planned if fields[:5] not in recorded]
        self.checks += lost
        self.partial |= interrupted and bool(lost)
        return lost

    def configurations(self) -> dict[str, dict[str, object]]:
        """The flags of the planned configurations that are not at their defaults, but for mistakes."""
        parsed = {name: configuration_called(name) for name in sorted(self.planned.configurations())}
        return {
            name: departures(configuration)
            for name, configuration in parsed.items()
            if configuration is not None and not configuration.invalid_input
        }

    def write(self, path: Path, header: Header) -> None:
        """Write `results.jsonl`, which takes the place of the journal; else `unwritten` says why there is none."""
        try:
            with Writer(path, header) as writer:
                for check in sorted(self.checks, key=lambda check: check.id):
                    writer.write(check)
                seconds = self.kept.seconds + perf_counter() - self.started
                writer.finish(planned=len(self.planned), seconds=seconds)
        except OSError as error:
            kept = f"; {self.journal.unfinished} has them" if self.journal is not None else ""
            self.unwritten = f"the results could not be written to {path}: {error}{kept}"
        else:
            self.end_journal(written=True)


def header_of(
    session: Session, controls: Mapping[str, str | None] | None = None, inputs: Mapping[str, str] | None = None
) -> Header:
    """What was run, where, with what and by which rules.

    controls: which rule caught the wrong LSTMs of before; inputs: what else decides what is asked.
    """
    spec_version, rules = specification()
    applicable = session.deviations.applicable(session.hellos.values())
    return Header(
        suite_version=version("lstm-conformance"),
        suite_commit=_commit(),
        spec_version=spec_version,
        tier=session.plan.tier,
        partial=False,
        base_seed=session.plan.base_seed,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        numpy=np.__version__,
        machine=Machine(cpu=_cpu(), cores=os.cpu_count() or 1, platform=platform.platform()),
        environments=tuple(_environment(session, name, hello) for name, hello in session.hellos.items()),
        not_installed=session.absent,
        rules={
            number: RuleText(title=rule.title, sentence=rule.sentence, source=rule.source, basis=rule.basis)
            for number, rule in rules.items()
        },
        chapters=chapters(),
        deviations={deviation.id: _entry(deviation) for deviation in applicable},
        causes={
            name: told_of(cause)
            for name, cause in causes().items()
            if name in {deviation.cause for deviation in applicable}
        },
        mutants={name: described(mutant) for name, mutant in session.mutants().items()},
        controls=controls or {},
        flags={name: values[0] for name, values in FLAGS.items() if name not in SIZES},
        size_classes=tuple(constraint.reason for constraint in CLASSES),
        inputs=inputs or {},
    )


def environments_of(session: Session, header: Header, checks: Iterable[Check]) -> tuple[Environment, ...]:
    """The environments of a run that ends, with which options met which sizes where numbers were judged.

    Of wrong LSTMs that is not asked.
    """
    judged: dict[tuple[str, str], set[str]] = {}
    for check in checks:
        if check.budget is not None:
            judged.setdefault((check.implementation, check.path), set()).add(check.configuration)
    wrong = session.mutants()
    return tuple(
        environment
        if environment.implementation in wrong
        else replace(
            environment, sizes=_sizes(environment.implementation, session.hellos[environment.implementation], judged)
        )
        for environment in header.environments
    )


def _sizes(name: str, hello: Hello, judged: Mapping[tuple[str, str], set[str]]) -> dict[str, dict[str, str]]:
    by_offer = {offer: map(configuration_called, judged.get((name, offer.path), ())) for offer in hello.offers}
    return {offer.path: mapped(offer, filter(None, configurations)) for offer, configurations in by_offer.items()}


def _environment(session: Session, name: str, hello: Hello) -> Environment:
    """What an implementation says of itself, and how much of what it could claim it is asked."""
    return Environment(
        implementation=name,
        python=hello.python,
        packages=dict(hello.versions),
        device=hello.device,
        threads=hello.threads,
        paths=hello.paths,
        claims=hello.claims,
        command=session.command(name),
        crossed=_crossed(hello, session.plan.tier),
        **_unclaimed(hello),
    )


def _crossed(hello: Hello, tier: str) -> dict[str, str]:
    """How far options are crossed on the paths on which not all of their pairs meet."""
    crossing = TIERS[tier].crossing
    met = {offer.path: crossing.met(offer) for offer in hello.offers if offer.cost in crossing.at_most}
    return {path: str(counts) for path, counts in met.items() if counts.pairs < counts.possible}


def _unclaimed(hello: Hello) -> dict[str, Any]:
    """What could be claimed in its layout and by its contract: how much there is of it, and what no path claims."""
    vain = inexpressible(hello.layout) | unpromised(hello.promised)
    possible = [word for word in REQUIREMENTS if word not in vain]
    by_path = {offer.path: tuple(word for word in possible if word not in offer.claims) for offer in hello.offers}
    return {"unclaimed": by_path, "requirements": len(possible)}


def _lost(planned: CheckFields, verdict: Verdict, why: str) -> Check:
    implementation, path, rule, configuration, case, nodeid = planned
    return Check(
        implementation=implementation,
        path=path,
        rule=rule,
        configuration=configuration,
        case=case,
        nodeid=nodeid,
        verdict=verdict,
        message=why,
        seconds=0,
    )


def _entry(recorded: Recorded) -> Deviation:
    return Deviation(
        reason=recorded.reason,
        link=recorded.link,
        first_seen=recorded.first_seen.isoformat(),
        review_by=recorded.review_by.isoformat(),
        cause=recorded.cause,
    )


def _commit() -> str | None:
    """The commit of a checkout; None for an installed wheel, or without git."""
    root = Path(__file__).resolve().parents[3]
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _cpu() -> str:
    """The name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
