"""Claims found by the words of a question, as the page finds them (`reports/page/template/js/claims.js`)."""

from __future__ import annotations

import re
from typing import NamedTuple

from lstm_conformance.fixtures.claims import Claim, claims
from lstm_conformance.suites.harness.judge.rules import specification

_EMPTY = """
a an and any are at be between by can did difference do does for from get give gives have how i if in into is it many
mean means much my need of on or should that the there this to versus vs what when where which why with you
"""

EMPTY = frozenset(_EMPTY.split())
"""Words of a question that say nothing of what is sought."""


class Found(NamedTuple):
    """The claims that are found, the best first; how many words of the question each has, of how many."""

    claims: list[Claim]
    have: int
    words: int


def searched(question: str) -> list[str]:
    """The words that a claim should have, without the marks around them."""
    return [_stem(word) for word in _plain(question) if word not in EMPTY]


def found(question: str) -> Found:
    """The claims that have as many of its words as any has, and those that it names.

    Those come first of which `words` has what it asks for, then those that have most of it in their sentence.
    """
    words, everything = searched(question), claims().claims
    counts = {claim.id: _number(words, _text(claim)) for claim in everything}
    most = max(counts.values(), default=0)
    named = {claim.id for claim in everything if _named(claim, question)}
    best = [claim for claim in everything if claim.id in named or (most and counts[claim.id] == most)]
    ranked = sorted(best, key=lambda claim: (claim.id not in named, -_number(words, _said(claim))))
    return Found(ranked, most, len(words))


def _plain(question: str) -> list[str]:
    plain = (re.sub(r"^[\"'`(]+|[\"'`?!.,;:()]+$", "", word).lower() for word in question.split())
    return [word for word in plain if word]


def _stem(word: str) -> str:
    """Without the s of a plural; a name with _ is left as it is."""
    return word if "_" in word else re.sub(r"(?<=[sx])es$|(?<=[^sauio])s$|(?<=o)s$", "", word)


def _named(claim: Claim, question: str) -> bool:
    """Whether the question has one of its `words`, all of it in a row."""
    asked, *phrases = (f" {' '.join(map(_stem, _plain(phrase)))} " for phrase in (question, *claim.words))
    return any(phrase in asked for phrase in phrases)


def _number(words: list[str], text: str) -> int:
    """How many of them a word of the text begins with; a name has words between its _."""
    return sum(bool(re.search(rf"(?<![a-z0-9]){re.escape(word)}", text)) for word in words)


def _said(claim: Claim) -> str:
    return " ".join([claim.question, claim.sentence, *claim.words]).lower()


def _text(claim: Claim) -> str:
    """All that is said of it in words, without its code."""
    source, rules = claims().source_of(claim), specification()[1]
    said = [claim.id, _said(claim), claim.condition, claim.why, source.title, source.speaks_of]
    return " ".join([*said, *claim.where, *(rules[number].title for number in claim.rules)]).lower()
