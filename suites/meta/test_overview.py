"""The table of rules and causes is that of SPEC.md and of the recorded causes."""

from __future__ import annotations

from lstm_conformance.fixtures.deviations.causes import causes
from lstm_conformance.suites.harness.judge.rules import specification
from lstm_conformance.suites.meta import findings_page
from lstm_conformance.suites.meta.overview import DOCUMENT, document


def test_the_table_is_up_to_date() -> None:
    """`make overview` writes it."""
    assert DOCUMENT.read_text("utf-8") == document(), "run `make overview`"


def test_every_rule_and_every_cause_has_a_row() -> None:
    """One each."""
    lines = document().splitlines()

    for number, rule in specification()[1].items():
        assert sum(line.startswith(f"| {number} {rule.title} |") for line in lines) == 1
    for name in causes():
        assert sum(line.startswith(f"| `{name}`: ") for line in lines) == 1


def test_the_findings_are_up_to_date() -> None:
    """`make overview` writes them, too."""
    assert findings_page.DOCUMENT.read_text("utf-8") == findings_page.document(), "run `make overview`"


def test_every_cause_is_a_finding_of_a_framework() -> None:
    """But those that were retired."""
    text = findings_page.document()

    assert [cause.id for cause in causes().values() if not cause.became and f"`{cause.id}`: " not in text] == []
