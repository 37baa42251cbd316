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
from lstm_conformance.fixtures.cases.options import FLAGS, SIZES
from lstm_conformance.fixtures.cases.requirements import REQUIREMENTS, inexpressible, unpromised
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.deviations import Deviation as Recorded
from lstm_conformance.fixtures.deviations.causes import causes
from lstm_conformance.fixtures.hosting.client import Hello
from lstm_conformance.reports.records.files import UNENDED, Writer
from lstm_conformance.reports.records.results import (
    INTERRUPTED,
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
from lstm_conformance.suites.harness.run.session import Session

LOST = "no record: the check itself raised, or its worker died"


@dataclass
class Record:
    """Planned and finished checks. A planned check without a record becomes an error: nothing is lost silently."""

    planned: Agenda = field(default_factory=Agenda)
    checks: list[Check] = field(default_factory=list)
    partial: bool = False
    started: float = field(default_factory=perf_counter)
    journal: Writer | None = None
    unwritten: str = ""
    """Why there is no journal any more, or no results, though they are wanted."""

    def begin(self, path: Path, header: Header) -> None:
        """Write from now on every check to a journal beside this file, which stays if the run is killed.

        Raises OSError where it cannot be written.
        """
        self.journal = Writer(path, replace(header, partial=True, problems=(UNENDED,)), journal=True)

    def extend(self, checks: Iterable[Check]) -> None:
        """Take finished checks; where the journal cannot be written any more, `unwritten` says so."""
        for check in checks:
            self.checks.append(check)
            if self.journal is not None:
                try:
                    self.journal.write(check)
                except OSError as error:
                    self.unwritten = f"the journal of this run ends before its end: {error}"
                    self.end_journal()

    def end_journal(self) -> None:
        """Remove it: there is something better, or it cannot be written."""
        journal, self.journal = self.journal, None
        if journal is not None:
            with suppress(OSError):
                journal.abandon()

    def handed_over(self) -> dict[str, object]:
        """What a worker tells the controlling process of what is planned."""
        return {"planned": self.planned.handed_over(), "partial": self.partial}

    def add(self, check: Check) -> None:
        """Add a check, unless it is there already."""
        if any(check.id == each.id for each in self.checks):
            return
        self.planned.put(Place(check.implementation, check.path, check.rule, ""), {check.configuration: (check.case,)})
        self.checks.append(check)

    def complete(self, *, interrupted: bool) -> list[Check]:
        """Add a record for every planned check that has none, and return these.

        It is an error; but where the run was interrupted, it says so, was not run, and the run is partial.
        """
        found = {(c.implementation, c.path, c.rule, c.configuration, c.case) for c in self.checks}
        kind: tuple[Verdict, str] = ("not-run", INTERRUPTED) if interrupted else ("error", LOST)
        lost = [_lost(fields, *kind) for fields in self.planned if fields[:5] not in found]
        self.checks += lost
        self.partial |= interrupted and bool(lost)
        return lost

    def configurations(self) -> dict[str, dict[str, object]]:
        """The flags of the planned configurations that are not at their defaults, but for mistakes."""
        called = {name: configuration_called(name) for name in sorted(self.planned.configurations())}
        return {name: departures(each) for name, each in called.items() if each is not None and not each.mistake}

    def write(self, path: Path, header: Header) -> None:
        """Write `results.jsonl`, which takes the place of the journal; else `unwritten` says why there is none."""
        try:
            with Writer(path, header) as writer:
                for check in sorted(self.checks, key=lambda check: check.id):
                    writer.write(check)
                writer.finish(planned=len(self.planned), seconds=perf_counter() - self.started)
        except OSError as error:
            kept = f"; {self.journal.unfinished} has them" if self.journal is not None else ""
            self.unwritten = f"the results could not be written to {path}: {error}{kept}"
        else:
            self.end_journal()


def header_of(session: Session, controls: Mapping[str, str | None] | None = None) -> Header:
    """What was run, where, with what and by which rules; controls: which rule caught the wrong LSTMs of before."""
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
        deviations={each.id: _entry(each) for each in applicable},
        causes={
            name: told_of(found) for name, found in causes().items() if name in {each.cause for each in applicable}
        },
        mutants={name: described(mutant) for name, mutant in session.mutants().items()},
        controls=controls or {},
        flags={name: values[0] for name, values in FLAGS.items() if name not in SIZES},
    )


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
    return {path: str(each) for path, each in met.items() if each.pairs < each.possible}


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
