"""What SPEC.md quotes of a manual stands in it, word for word."""

from __future__ import annotations

import pytest

from lstm_conformance.suites.harness.judge.rules import Rule, specification
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.quotations import PACKAGES, Quotation, asked, quotations, stands
from lstm_conformance.suites.meta.tables import table

RULES = specification()[1]
EVERY_RULE = table(((rule,) for rule in RULES.values()), ids=lambda each: each.number)
KINDS = ("documented", "equations", "source", "ours")


@pytest.mark.deep
@needs(*PACKAGES)
def test_every_quotation_stands_in_its_docstring() -> None:
    """Of the installed versions; lines may end elsewhere."""
    assert asked(quotation for rule in RULES.values() for quotation in quotations(rule.basis)) == []


@pytest.mark.deep
@needs("torch")
def test_words_that_nobody_wrote_are_told() -> None:
    """By the name of the object."""
    (sentence,) = asked([Quotation("becomes a bidirectional GRU", "torch.nn.LSTM")])

    assert sentence == "torch.nn.LSTM: no docstring has 'becomes a bidirectional GRU'"


@EVERY_RULE
def test_every_rule_has_a_basis(rule: Rule) -> None:
    """A kind, and words."""
    kind, _, words = rule.basis.partition(": ")

    assert kind in KINDS
    assert words.endswith(".")


@EVERY_RULE
def test_what_is_documented_is_quoted(rule: Rule) -> None:
    """At least once, from an object of a package that is tested, and in nothing but quotations."""
    if not rule.basis.startswith("documented: "):
        return
    quoted = quotations(rule.basis)

    assert quoted
    assert {quotation.name.split(".")[0] for quotation in quoted} <= set(PACKAGES)
    told = "; ".join(f'"{words}" (`{name}`)' for words, name in quoted)
    assert rule.basis == f"documented: {told}."


@EVERY_RULE
def test_the_suites_own_rules_say_why(rule: Rule) -> None:
    """In a sentence of its own: the first says what is documented, another who is better off."""
    assert not rule.basis.startswith("ours: ") or ". " in rule.basis


@pytest.mark.parametrize(
    ("words", "found"), [("one two", True), ("two  one", False), ("one", True)], ids=["lines", "order", "part"]
)
def test_lines_may_end_elsewhere(words: str, found: bool) -> None:
    """Of the text."""
    assert stands(words, "one\n        two") == found
