"""However much a host says, results stay small; what it says first is kept."""

from __future__ import annotations

from lstm_conformance.suites.harness.judge.judge import Outcome
from lstm_conformance.suites.harness.run.brevity import ENOUGH, SHORT, Brevity

LONG = "x" * 5000


def outcome(text: str) -> Outcome:
    """An error that says this."""
    return Outcome(case=0, verdict="error", message=text, detail={"error": "AdapterError", "text": text})


def test_the_first_texts_are_kept_and_the_others_cut() -> None:
    """Of each implementation."""
    brevity = Brevity()
    many = [brevity.shortened("one", outcome(LONG)) for _ in range(30_000)]
    kept = [each for each in many if each == outcome(LONG)]

    assert len(kept) == ENOUGH // (2 * len(LONG))
    assert many[: len(kept)] == kept
    assert all(len(each.message or "") < SHORT + 50 for each in many[len(kept) :])
    assert all(len((each.detail or {})["text"]) < SHORT + 50 for each in many[len(kept) :])
    assert {each.verdict for each in many} == {"error"}
    assert brevity.shortened("another", outcome(LONG)) == outcome(LONG)


def test_short_texts_are_never_cut() -> None:
    """Nor is what has no text."""
    brevity = Brevity()
    short, silent = outcome("x" * SHORT), Outcome(case=0, verdict="pass")

    assert all(brevity.shortened("one", short) is short for _ in range(ENOUGH // SHORT))
    assert brevity.shortened("one", silent) is silent
