"""What a report says in one sentence."""

from __future__ import annotations

from lstm_conformance.reports.changes.compare import Change, Changes
from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.results import RED, Verdict
from lstm_conformance.reports.records.summary import SEVERITY

_PHRASES: dict[Verdict, tuple[str, str]] = {
    "fail": ("fails", "fail"),
    "error": ("ends in an error", "end in an error"),
    "unstable": ("is unstable", "are unstable"),
    "deviation": ("deviates as recorded", "deviate as recorded"),
    "not-run": ("was not run", "were not run"),
    "pass": ("passes", "pass"),
}


LEFT_OUT = " Compared is what both runs have: one was interrupted, {} left out."


def sentence(report: Report) -> str:
    """Say how a run ended; what makes it red whatever its checks say comes first."""
    if report.problems:
        return f"The run is not to be trusted: {report.problems[0]}."
    return conformity(report)


def conformity(report: Report) -> str:
    """Say how the checks of a run ended."""
    checked = subjects(list(report.checks))
    bad = report.failing
    verb = "does" if len(bad) == 1 else "do"
    failing = f"{len(bad)} of {checked} {verb} not conform"
    if report.interrupted:
        return f"{_cut_short(report)}{f', and {failing}' if bad else ''}."
    if bad:
        return f"{failing}: {_tally(report)}."
    if report.total != report.planned:
        return f"The run is incomplete: {_tally(report)}."
    if not any(run.checked for run in report.runs.values()):
        return f"Nothing was checked: {_tally(report)}."
    return f"{checked} checked: {_tally(report)}."


def news(changes: Changes) -> str:
    """Say what newly fails, and which known causes appear or disappear; since when."""
    since = f"since {day(changes.since)}"
    worse = [*_failing(changes), *_lost(changes)]
    told = [*worse, *_causes(changes)] or _deviating(changes)
    first = f"{', and '.join(told)} {since}." if told else f"Nothing newly fails {since}."
    rest = " Nothing else newly fails." if told and not worse else ""
    return first + rest + (LEFT_OUT.format(several(changes.left_out, "check")) if changes.left_out else "")


def _failing(changes: Changes) -> list[str]:
    failing = changes.of("newly failing")
    return [_newly_failing(failing)] if failing else []


def _lost(changes: Changes) -> list[str]:
    lost = [cell for cell in changes.cells if cell.lost]
    return [f"{several(len(lost), 'cell')} {'is' if len(lost) == 1 else 'are'} no longer tested"] if lost else []


def _causes(changes: Changes) -> list[str]:
    """`2 known bugs and 1 other known difference appear, 3 known bugs disappear`."""
    told = []
    for appears, verb in ((True, "appear"), (False, "disappear")):
        cause_changes = [change for change in changes.causes if change.appears is appears]
        bugs = sum(change.is_bug for change in cause_changes)
        named = [several(bugs, "known bug")] if bugs else []
        if others := len(cause_changes) - bugs:
            named.append(several(others, "other known difference" if bugs else "known difference"))
        if named:
            told.append(f"{' and '.join(named)} {verb}{'s' if len(cause_changes) == 1 else ''}")
    return [", ".join(told)] if told else []


def _deviating(changes: Changes) -> list[str]:
    """Deviations that are new, of causes that are not."""
    number = sum(len(change.checks) for change in changes.of("newly deviating"))
    verb = "deviates" if number == 1 else "deviate"
    return [f"{several(number, 'check')} newly {verb} as recorded"] if number else []


def _newly_failing(failing: list[Change]) -> str:
    rules, bad = len({change.rule for change in failing}), {change.subject for change in failing}
    where = str(next(iter(bad))) if len(bad) == 1 else subjects(list(bad))
    return f"{several(rules, 'rule')} newly {'fails' if rules == 1 else 'fail'} on {where}"


def heading(report: Report, changes: Changes | None) -> str:
    """The first sentence to read: what is new, where that can be said of a run to be trusted, else how it ended."""
    return news(changes) if changes and not report.problems else sentence(report)


def below(report: Report, changes: Changes | None) -> list[str]:
    """The sentences to read after the heading."""
    told = [news(changes)] if changes else []
    return [line for line in [*told, conformity(report), *_matrix(report)] if line != heading(report, changes)]


def subjects(found: list[Subject]) -> str:
    """Count implementations, or their versions where one comes in several."""
    names = {subject.implementation for subject in found}
    return several(len(found), "implementation" if len(names) == len(found) else "implementation version")


def several(number: int, noun: str) -> str:
    """Count something: `1 check`, `2,000 checks`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def day(started: str) -> str:
    """The date and the minute of a time in ISO 8601."""
    return started[:16].replace("T", " ")


def _cut_short(report: Report) -> str:
    """How far an interrupted run came."""
    failed = sum(report.counts[verdict] for verdict in RED)
    done = f"{report.total - report.interrupted:,} of {several(report.total, 'check')}"
    return f"The run is partial: interrupted, {done} done, {failed:,} failed"


def _matrix(report: Report) -> list[str]:
    """How many cells of a version matrix were tested, and which were not."""
    if not report.cells:
        return []
    lost = report.untested
    tested = f"{len(report.cells) - len(lost)} of {several(len(report.cells), 'cell')} tested"
    return [
        f"{tested}; not tested: {', '.join(f'{cell.id} ({cell.outcome})' for cell in lost)}." if lost else f"{tested}."
    ]


def _tally(report: Report) -> str:
    counts = report.counts
    told = [f"{counts[verdict]:,} {_PHRASES[verdict][counts[verdict] != 1]}" for verdict in SEVERITY if counts[verdict]]
    missing = report.planned - report.total
    if missing > 0:
        told.append(f"{missing:,} of {report.planned:,} planned without a record")
    if missing < 0:
        told.append(f"{-missing:,} more than planned")
    if counts["pass"] == report.planned > 1:
        return f"all {counts['pass']:,} checks pass"
    return ", ".join([f"of {several(report.total, 'check')}", *told])
