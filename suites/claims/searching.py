"""Claims found by the words of a question, as the page finds them (`reports/page/template/js/claims.js`)."""

from __future__ import annotations

import re

from lstm_conformance.fixtures.claims import Claim, claims
from lstm_conformance.suites.harness.judge.rules import specification

_EMPTY = """
a an and any are at be between by can did do does for from get give gives have how i if in into is it many mean means
much my need of on or should that the there this to what when where which why with you
"""

EMPTY = frozenset(_EMPTY.split())
"""Words of a question that say nothing of what is sought."""


def searched(question: str) -> list[str]:
    """The words that a claim should have, without the marks around them."""
    plain = (re.sub(r"^[\"'`(]+|[\"'`?!.,;:()]+$", "", word).lower() for word in question.split())
    return [_stem(word) for word in plain if word and word not in EMPTY]


def _stem(word: str) -> str:
    """Without the s of a plural; a name with _ is left as it is."""
    return word if "_" in word else re.sub(r"(?<=[sx])es$|(?<=[^sauio])s$|(?<=o)s$", "", word)


def found(question: str) -> list[Claim]:
    """The claims that have as many of its words as any has, those first that have most of them in their sentence."""
    words = searched(question)
    counts = {claim.id: _number(words, _text(claim)) for claim in claims().claims}
    most = max(counts.values(), default=0)
    best = [claim for claim in claims().claims if most and counts[claim.id] == most]
    return sorted(best, key=lambda claim: -_number(words, f"{claim.question} {claim.sentence}".lower()))


def _number(words: list[str], text: str) -> int:
    return sum(word in text for word in words)


def _text(claim: Claim) -> str:
    """All that is said of it in words, without its code."""
    source, rules = claims().source_of(claim), specification()[1]
    said = [claim.id, claim.question, claim.sentence, claim.condition, claim.why, source.title, source.speaks_of]
    return " ".join([*said, *claim.where, *(rules[number].title for number in claim.rules)]).lower()
