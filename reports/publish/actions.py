"""What GitHub Actions shows of a run: an annotation for every cause, and the summary of its step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lstm_conformance.reports.changes.verdict import several
from lstm_conformance.reports.publish.markdown import escaped, table
from lstm_conformance.reports.records.alike import by_cause, example
from lstm_conformance.reports.records.annotation import annotation, at_most
from lstm_conformance.reports.records.results import RED, VERDICTS, Check, Header
from lstm_conformance.reports.records.summary import grouped, numbers_in

Cause = tuple[str, str, Sequence[Check]]
"""An implementation, one of its paths, and red checks that have one cause."""


def annotation_lines(checks: Sequence[Check], header: Header) -> list[str]:
    """Lines of the log: what is wrong with the run itself, then a line for every cause."""
    lines = [annotation("lstm-conformance", problem) for problem in header.problems]
    lines += [annotation(f"{name} {path}", _sentence(cause, header)) for name, path, cause in _causes(checks)]
    return at_most(lines, "fail; the summary has them")


def step_summary(checks: Sequence[Check], header: Header) -> str:
    """The Markdown of a step: what was asked and came of it, and what is red, by cause."""
    failing = sum(check.verdict in RED for check in checks)
    word = (
        f"{several(failing, 'check')} of {len(checks):,} red"
        if failing
        else f"{several(len(checks), 'check')}, none red"
    )
    lines = [f"## {escaped(f'lstm-conformance: {word}')}", ""]
    lines += [f"- {escaped(problem)}" for problem in header.problems]
    lines += [*table(["Tested", "Path", *VERDICTS], list(_counted(checks)))]
    rows = [
        [f"{name} {path}", f"{len(cause):,}", _rules(cause), example(cause).message or "", example(cause).id]
        for name, path, cause in _causes(checks)
    ]
    return "\n".join(
        [*lines, *table(["Where", "Red checks", "Rules", "What is seen", "One of them, for --case"], rows), ""]
    )


def _causes(checks: Sequence[Check]) -> Iterator[Cause]:
    for (name, path), group in grouped(checks, lambda check: (check.implementation, check.path)).items():
        yield from ((name, path, cause) for cause in by_cause(group.checks))


def _sentence(cause: Sequence[Check], header: Header) -> str:
    """The message of the clearest check; how many there are like it, and how to repeat it."""
    clearest = example(cause)
    title = header.rules[clearest.rule].title if clearest.rule in header.rules else ""
    diagnosis = ((clearest.detail or {}).get("diagnosis") or {}).get("sentence", "")
    told = [
        f"{clearest.rule} {title}: {clearest.message}",
        diagnosis,
        f"{several(len(cause), 'check')} of rules {_rules(cause)}",
    ]
    return "; ".join([*filter(None, told), f"repeat it with --case {clearest.id}"])


def _rules(cause: Sequence[Check]) -> str:
    return ", ".join(sorted({check.rule for check in cause}, key=numbers_in))


def _counted(checks: Sequence[Check]) -> Iterator[list[str]]:
    for (name, path), group in grouped(checks, lambda check: (check.implementation, check.path)).items():
        yield [name, path, *(f"{group.counts[verdict]:,}" for verdict in VERDICTS)]
