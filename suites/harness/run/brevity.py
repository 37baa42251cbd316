"""How much is kept of what hosts say: all of the first texts of an implementation, the beginning of the others.

Verdicts do not depend on it. A run of 30,000 checks that all fail with a page of text is a few ten megabytes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from lstm_conformance.fixtures.hosting.quoting import cut
from lstm_conformance.suites.harness.judge.judge import Outcome

SHORT = 400
"""Characters that are always kept."""

ENOUGH = 300_000
"""Characters of long texts of one implementation after which the others are cut."""


@dataclass
class Brevity:
    """How many characters of long texts were kept of each implementation."""

    _said: Counter[str] = field(default_factory=Counter)

    def shortened(self, implementation: str, outcome: Outcome) -> Outcome:
        """The outcome, with its texts cut where enough was said."""
        message, detail = outcome.message or "", outcome.detail or {}
        text = detail.get("text")
        long = sum(len(part) for part in (message, text) if isinstance(part, str) and len(part) > SHORT)
        if not long:
            return outcome
        self._said[implementation] += long
        if self._said[implementation] <= ENOUGH:
            return outcome
        cut_detail = {**detail, "text": cut(text, SHORT)} if isinstance(text, str) else outcome.detail
        return replace(outcome, message=cut(message, SHORT), detail=cut_detail)
