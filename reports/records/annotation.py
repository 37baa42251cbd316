"""Lines of a log that GitHub Actions shows at the top of a run."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_conformance.reports.records.visible import harmless

LONGEST = 400
"""Characters of an annotation."""

ANNOTATIONS = 9
"""GitHub shows ten of a step."""


def annotation(title: str, message: str) -> str:
    """Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions."""
    return f"::error title={_escaped(title, ',:')}::{_escaped(message)}"


def at_most(annotations: Sequence[str], what: str) -> list[str]:
    """As many as are shown; the last one counts the others. what: what more of them do, and where they are told."""
    more = len(annotations) - (ANNOTATIONS - 1)
    if more <= 1:
        return list(annotations)
    return [*annotations[: ANNOTATIONS - 1], annotation("more", f"{more} more {what}")]


def _escaped(text: str, others: str = "") -> str:
    """A text within one line of a workflow command, which it cannot end."""
    plain = " ".join(harmless(text).split())[:LONGEST]
    return "".join(f"%{ord(character):02X}" if character in f"%{others}" else character for character in plain)
