"""Red checks that have one cause, as far as their records tell: thousands of failures may be one mistake."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from lstm_conformance.reports.records.results import RED, Check
from lstm_conformance.reports.records.summary import numbers_in

_PLACE = re.compile(r"\(([^()\s]+:\d+(?: in [^()\s]+)?)\)$")
"""Where an exception was raised, at the end of a message: `(lstm.py:40 in call)`."""

AGAIN = "; not sent again, it is a request of "
"""What a message ends with, and the rule, where a host is known to die of what a check asks."""

_NUMBER = re.compile(r"-?\d[\d.]*(?:e[+-]?\d+)?")


def by_cause(checks: Iterable[Check]) -> list[list[Check]]:
    """The red checks of one implementation and path, apart by cause; the cause of most of them comes first.

    One cause: what the same mistake explains; exceptions of one type from one line; else, failures of one rule.
    Where most diagnoses name the same mistake, what was measured and has no other name is counted there.
    """
    red = [check for check in checks if check.verdict in RED]
    sole = _sole(red)
    causes: dict[str, list[Check]] = {}
    for check in red:
        causes.setdefault(_cause(check, sole), []).append(check)
    return sorted(causes.values(), key=len, reverse=True)


def example(cause: Sequence[Check]) -> Check:
    """The check that tells most of a cause: one that was diagnosed, of the first rule, in few words."""
    return min(cause, key=lambda check: (not _named(check), numbers_in(check.rule), len(check.configuration), check.id))


def _cause(check: Check, sole: str) -> str:
    """What is the same in all checks of a cause."""
    if check.budget is not None:
        return _named(check) or sole or f"rule {check.rule}"
    message = (check.message or "").partition(AGAIN)[0]
    place = _PLACE.search(message)
    raised = (check.detail or {}).get("raised", "")
    return f"{raised} {place[1]}" if place else _NUMBER.sub("#", message)


def _sole(red: Sequence[Check]) -> str:
    """The mistake that most diagnoses name; "" where they name none."""
    named = Counter(_named(check) for check in red if "diagnosis" in (check.detail or {}))
    (name, count), *_ = named.most_common(1) or [("", 0)]
    return name if 2 * count > named.total() else ""


def _named(check: Check) -> str:
    diagnosis = (check.detail or {}).get("diagnosis")
    return str(diagnosis.get("named") or "") if isinstance(diagnosis, dict) else ""
