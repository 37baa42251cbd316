"""SPEC.md and the suites: every rule has its test, every test its rule, every sentence its source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from itertools import product
from pathlib import Path
from types import FunctionType

import pytest

from lstm_conformance import suites
from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.suites.harness.judge.assertions import Examined
from lstm_conformance.suites.harness.judge.rules import Check, Rule, _resolved, rule, specification
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.meta.tables import table

TEXT = files("lstm_conformance.reference").joinpath("SPEC.md").read_text("utf-8")
VERSION, RULES = specification()
SHORT, LONG = configuration(1, 2, 3, 4), configuration(5, 2, 3, 4)
EVERY_RULE = table(((each,) for each in RULES.values()), ids=lambda each: each.number)


def implementation_tests() -> Iterator[tuple[str, str, FunctionType]]:
    """Module, name and function of every test of an implementation."""
    for path in sorted(Path(next(iter(suites.__path__))).glob("test_*.py")):
        module = import_module(f"lstm_conformance.suites.{path.stem}")
        yield from ((path.stem, name, each) for name, each in vars(module).items() if name.startswith("test_"))


TESTS = list(implementation_tests())
CHECKS: list[tuple[str, Check]] = [(module, test.check) for module, _, test in TESTS]  # type: ignore[attr-defined]
EVERY_CHECK = table(CHECKS, ids=lambda part: getattr(part, "rule", part))


@EVERY_RULE
def test_every_rule_has_exactly_one_test(rule_: Rule) -> None:
    """A rule without a test would be a promise, one with two would be counted twice."""
    assert [check.rule for _, check in CHECKS].count(rule_.number) == 1


@EVERY_CHECK
def test_every_test_has_its_rule(module: str, check: Check) -> None:
    """It exists, and its chapter is the number of the file."""
    assert check.rule in RULES
    assert int(check.rule.split(".")[0]) == int(module.split("_")[1])


@table(TESTS)
def test_every_test_is_called_after_its_rule(module: str, name: str, test: FunctionType) -> None:
    """The title of the rule is its name, by which pytest finds it in its chapter."""
    check: Check = test.check  # type: ignore[attr-defined]
    title = re.sub(r"\W+", "_", RULES[check.rule].title.lower()).strip("_")

    assert name == f"test_{title}"
    assert check.examine.__module__.endswith(module)


@table(product((check for _, check in CHECKS), TIERS), ids=lambda part: getattr(part, "rule", part))
def test_every_test_has_a_configuration(check: Check, tier: str) -> None:
    """In every tier, there is something that it is run on."""
    assert any(check.where(called) for called in TIERS[tier].configurations)


@EVERY_CHECK
def test_every_test_says_what_holds(module: str, check: Check) -> None:
    """In a docstring of one sentence."""
    del module

    assert re.fullmatch(r"[^\n]+[.:]", check.examine.__doc__ or "")


def test_every_heading_is_read_as_a_rule() -> None:
    """A rule that is written down in another form than the others is not lost."""
    headings = re.findall(r"^### (\S+)", TEXT, re.MULTILINE)

    assert headings == list(RULES)


def test_no_id_is_used_twice() -> None:
    """Not even in headings that are not read."""
    assert [
        number for number, count in Counter(re.findall(r"^### (\S+)", TEXT, re.MULTILINE)).items() if count > 1
    ] == []


def test_chapters_and_rules_are_in_order() -> None:
    """Chapters one after the other, and in each of them rules that are numbered from 1."""
    headings = re.findall(r"^(?:## (\d+)|### (\d+)\.(\d+)) ", TEXT, re.MULTILINE)
    numbers = [(int(alone or chapter), int(rule_ or 0)) for alone, chapter, rule_ in headings]

    sizes = Counter(chapter for chapter, _ in numbers)
    assert numbers == [(chapter, k) for chapter in sorted(sizes) for k in range(sizes[chapter])]


@EVERY_RULE
def test_a_rule_is_a_sentence_with_a_source(rule_: Rule) -> None:
    """Both end with a full stop."""
    assert re.fullmatch(r"\S.*\.", rule_.sentence)
    assert re.fullmatch(r"\S.*\.", rule_.source)


DERIVED = (
    r"a consequence of (\d+\.\d+|the equations)|the definition of (σ|tanh)"
    r"|the contract of a function without documented side effects"
)
"""What needs no page in a manual."""


@EVERY_RULE
def test_every_source_can_be_looked_up(rule_: Rule) -> None:
    """An address, or what the rule follows from."""
    assert re.search(rf"https?://\S+|{DERIVED}", rule_.source)


@EVERY_RULE
def test_every_link_is_resolved(rule_: Rule) -> None:
    """No brackets of Markdown are left, and what a rule refers to exists."""
    assert "](" not in rule_.source
    assert "][" not in rule_.source
    assert set(re.findall(r"consequence of (\d+\.\d+)", rule_.source)) <= set(RULES)


def test_every_address_is_used() -> None:
    """And every one that is used is defined."""
    defined = set(re.findall(r"^\[(\w+)\]: \S+$", TEXT, re.MULTILINE))

    assert set(re.findall(r"\]\[(\w+)\]", TEXT)) == defined


def test_links_become_text() -> None:
    """Both forms of Markdown: the name, and the address in brackets."""
    source = _resolved("[a manual][m], `h`; [a paper](https://p).", {"m": "https://m"})

    assert source == "a manual (https://m), `h`; a paper (https://p)."


def test_an_address_that_is_not_defined_is_an_error() -> None:
    """It is not printed as it stands."""
    with pytest.raises(KeyError, match="nowhere"):
        _resolved("[a manual][nowhere].", {})


def test_the_version_is_a_number() -> None:
    """Rules are versioned as a whole."""
    assert VERSION >= 1


def test_a_test_carries_its_rule() -> None:
    """The decorator keeps the docstring, and says where the rule is checked."""

    @rule("1.1", where=lambda called: called.time > 1)
    def test_something(_subject: Subject, _cases: Cases) -> Examined:  # noqa: PT019  # no test of pytest's
        """What holds."""
        yield from ()

    assert test_something.__doc__ == "What holds."
    assert test_something.check.rule == "1.1"
    assert [test_something.check.where(called) for called in (SHORT, LONG)] == [False, True]
