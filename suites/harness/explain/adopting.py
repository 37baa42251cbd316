"""A file of deviations from a run: what fails today is written down, and from then on held to that.

It is for those who adopt the suite with failures that they know: each entry asks for a reason and a link.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from lstm_conformance.fixtures.deviations.values import Failure, without_numbers
from lstm_conformance.reports.records.results import RED, Check
from lstm_conformance.suites.harness.explain.deviations import UNDONE, WIDEST, is_as_recorded
from lstm_conformance.suites.harness.plan import smoke

REVIEW = timedelta(days=90)
"""How long an entry stands before somebody is asked whether it is mended."""

MARGIN = 4.0
"""How far a budget may move before a failure is another one: sums are added up in another order elsewhere."""

REASON = f"{UNDONE}: say why it fails, and who mends it."
LINK = f"https://your-issue-tracker.invalid/{UNDONE}"

_FATE = re.compile(r"SIG[A-Z]+|exit status -?\d+|no answer")
"""What is said of a host that died or hung, without what differs from run to run."""

_WHERE = re.compile(r" \([^() ]+:\d+(?: in \S+)?\)$")
"""Where an exception was raised, at the end of its message: a line that moves with every change."""

LONGEST = 60
"""How many letters of a message are held: further on it tells of the call."""

Known = Callable[[Check], bool]
Place = tuple[str, str, str]
"""Implementation, path and rule."""


@dataclass(frozen=True)
class Adopted:
    """The text of the file, how many entries it has, and the red checks that it cannot record."""

    text: str
    entries: int
    left: Sequence[Check]


def adopted(checks: Iterable[Check], is_covered: Known, today: date) -> Adopted:
    """Record what is red. is_covered: whether an entry is about a check already, and must be changed by hand.

    Left are checks of which cases of one configuration fail in different manners, what is not reproducible, and the
    smoke check, without which nothing is asked.
    """
    by_configuration: dict[tuple[Place, str], list[Check]] = {}
    for check in checks:
        if check.verdict in RED:
            place = check.implementation, check.path, check.rule
            by_configuration.setdefault((place, check.configuration), []).append(check)
    groups: dict[tuple[Place, str, Failure | tuple[int, ...]], list[Check]] = {}
    left: list[Check] = []
    for (place, _), red in by_configuration.items():
        failure = None if place[2] == smoke.RULE or any(map(is_covered, red)) else _failure(red)
        if failure is None:
            left += red
        else:
            groups.setdefault((place, failure.manner, _alike(failure)), []).extend(red)
    entries = [
        text for number, (key, red) in enumerate(groups.items(), 1) for text in _entries(number, key[0], red, today)
    ]
    return Adopted("\n".join([*_HEAD, *entries]), len(entries), left)


_HEAD = (
    "# Failures that are known. From now on a check that fails otherwise is red, and so is one that passes: its entry",
    "# is to be removed then. Replace each reason and link; the keys are explained in fixtures/deviations/__init__.py.",
    "",
)


def _failure(red: Sequence[Check]) -> Failure | None:
    """How all these checks fail, if it can be recorded in one entry."""
    first = red[0]
    detail = first.detail or {}
    budgets = [math.inf if math.isnan(check.budget) else check.budget for check in red if check.budget is not None]
    fate = _FATE.search(str(detail.get("text", "")))
    candidates = [
        Failure("value", budget=_band(budgets)) if len(budgets) == len(red) and _are_alike(budgets) else None,
        _exception(red) if "raised" in detail else None,
        Failure("crash", fate[0]) if fate else None,
        Failure("shape", same) if (same := _beginning([check.message or "" for check in red])) else None,
    ]
    return next((failure for failure in candidates if failure and all(_fits(failure, check) for check in red)), None)


def _exception(red: Sequence[Check]) -> Failure | None:
    """The kind of exception that all these raised and what it says, if it says the same, numbers apart."""
    raised = str((red[0].detail or {})["raised"])
    said = {_said(raised, check.message or "") for check in red}
    return Failure("exception", raised, says=said.pop()) if len(said) == 1 else None


def _said(raised: str, message: str) -> str:
    """How the message of an exception begins; "" where none was raised."""
    match = re.search(rf"raised {re.escape(raised)}\b[^:\n]*: (.+)", message)
    return without_numbers(_WHERE.sub("", match[1]))[:LONGEST].strip() if match else ""


def _beginning(messages: Sequence[str]) -> str:
    """How all of these begin; "" where that is less than half of one: it would be the beginning of much else."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*messages, strict=False))
    shared = "".join(letters[0] for letters in alike).strip()
    return shared if 2 * len(shared) >= max(map(len, messages)) else ""


def _are_alike(budgets: Sequence[float]) -> bool:
    """Whether a band of them leaves something out: numbers and what is none have no band in common."""
    return len(set(map(math.isfinite, budgets))) == 1


def _fits(failure: Failure, check: Check) -> bool:
    return check.verdict != "unstable" and is_as_recorded(failure, check)


def _band(budgets: Sequence[float]) -> tuple[float, float]:
    return max(1.0, min(budgets) / MARGIN), max(budgets) * MARGIN


def _alike(failure: Failure) -> Failure | tuple[int, ...]:
    """What the failures of one entry have in common: all of it, but of budgets only the size, at either end."""
    if failure.manner != "value":
        return failure
    return tuple(int(math.log10(budget)) // 2 if math.isfinite(budget) else -1 for budget in failure.budget)


def _entries(number: int, place: Place, red: Sequence[Check], today: date) -> Iterator[str]:
    """As many entries as the number of configurations takes."""
    names = list(dict.fromkeys(check.configuration for check in red))
    for part, start in enumerate(range(0, len(names), WIDEST), 1):
        some = names[start : start + WIDEST]
        of_part = [check for check in red if check.configuration in some]
        failure = _failure(of_part)
        if failure is not None:
            yield _entry(f"adopted-{number}-{part}", place, some, failure, of_part[0].message or "", today)


def _entry(name: str, place: Place, configurations: Iterable[str], failure: Failure, seen: str, today: date) -> str:
    implementation, path, rule = place
    lines = [
        "[[deviation]]",
        f"id = {_text(name)}",
        f"implementation = {_text(implementation)}",
        f"paths = [{_text(path)}]",
        'versions = ""',
        f"rule = {_text(rule)}",
        "configurations = [",
        *(f"    {_text(configuration)}," for configuration in configurations),
        "]",
        f"fails = {_fails(failure)}",
        f"reason = {_text(f'{REASON} Seen: {seen}')}",
        f"link = {_text(LINK)}",
        f"first_seen = {today}",
        f"review_by = {today + REVIEW}",
        "",
    ]
    return "\n".join(lines)


def _fails(failure: Failure) -> str:
    if failure.manner == "value":
        low, high = (f"{budget:.3g}" if math.isfinite(budget) else "inf" for budget in failure.budget)
        return f"{{ value = [{low}, {high}] }}"
    says = f", says = {_text(failure.says)}" if failure.says else ""
    return f"{{ {failure.manner} = {_text(failure.text)}{says} }}"


def _text(text: str) -> str:
    """A text as TOML has it, which escapes as JSON does."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
