"""The rules of SPEC.md, and the decorator by which a test names its rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, Protocol

from lstm_conformance.fixtures.cases.configuration import Configuration, Kind
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.suites.harness.judge.comparison import Comparison, Statement
from lstm_conformance.suites.harness.judge.subject import Subject

Examination = Callable[[Subject, Cases], Iterator[Comparison | Statement]]
"""What a check is: a plain function from a subject and a batch of cases to what it compared."""

_RULE = re.compile(
    r"^### (?P<number>\d+\.\d+) (?P<title>.+)\n\n(?P<sentence>.+)\n\nSource: (?P<source>.+)"
    r"\n\nBasis: (?P<basis>(?:documented|equations|source|ours): .+\.)$",
    re.MULTILINE,
)
_CHAPTER = re.compile(r"^## (\d+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"^\[(\w+)\]: (\S+)$", re.MULTILINE)


class Rule(NamedTuple):
    """A numbered sentence of SPEC.md, its title, its source, and whose it is: `ours: why`."""

    number: str
    title: str
    sentence: str
    source: str
    basis: str


class Check(NamedTuple):
    """A rule, the configurations on which it is checked, and how.

    undocumented: of the calls that may be mistakes, it is about those of which a contract does not say so, instead of
    those of which it does. paired: it compares each path of a family of implementations with the first one.
    crossed: it is about the configurations in which flags are crossed, and one case of each.
    unclaimed: it asks a path for one thing that it does not claim and the first path of its implementation does.
    """

    rule: str
    where: Callable[[Configuration], bool]
    examine: Examination
    undocumented: bool = False
    paired: bool = False
    crossed: bool = False
    unclaimed: bool = False


class RuleTest(Protocol):
    """A pytest function that carries its check; `perform` is the plugin's fixture."""

    check: Check

    def __call__(self, planned: Any, perform: Callable[[Any], None]) -> None:
        """Run what is planned."""


@cache
def specification() -> tuple[int, dict[str, Rule]]:
    """The version of SPEC.md, and its rules by number."""
    text = _text()
    version = re.search(r"^SPEC version (\d+)$", text, re.MULTILINE)
    if version is None:
        raise ValueError("SPEC.md has no line 'SPEC version N'")
    links = dict(_LINK.findall(text))
    rules = (Rule(*groups) for groups in _RULE.findall(text))
    return int(version[1]), {rule.number: _plain(rule, links) for rule in rules}


def chapters() -> dict[str, str]:
    """The titles of the chapters of SPEC.md that hold rules, by number."""
    return dict(_CHAPTER.findall(_text()))


def rule(
    number: str,
    *,
    where: Callable[[Configuration], bool] = lambda _: True,
    kinds: tuple[Kind, ...] = ("ordinary",),
    undocumented: bool = False,
    paired: bool = False,
    crossed: bool = False,
    unclaimed: bool = False,
) -> Callable[[Examination], RuleTest]:
    """Make a check of a rule into a test: of every implementation, on every path, on the configurations `where`.

    kinds: the kinds of configurations that the check is asked about, and no others, unless it is one of crossed flags.
    undocumented, paired, crossed and unclaimed: see Check.
    """

    def decorate(examine: Examination) -> RuleTest:
        def test(planned: Any, perform: Callable[[Any], None]) -> None:
            perform(planned)

        test.__name__, test.__qualname__ = examine.__name__, examine.__qualname__
        test.__doc__, test.__module__ = examine.__doc__, examine.__module__

        def applies(configuration: Configuration) -> bool:
            return (crossed or configuration.kind in kinds) and where(configuration)

        check = Check(number, applies, examine, undocumented, paired, crossed, unclaimed)
        test.check = check  # type: ignore[attr-defined]
        return test  # type: ignore[return-value]

    return decorate


def _text() -> str:
    return files("lstm_conformance.reference").joinpath("SPEC.md").read_text("utf-8")


def _plain(rule: Rule, links: dict[str, str]) -> Rule:
    return rule._replace(source=_resolved(rule.source, links), basis=_resolved(rule.basis, links))


def _resolved(source: str, links: dict[str, str]) -> str:
    """Markdown links as plain text: `name (address)`."""
    source = re.sub(r"\[([^]]+)\]\[(\w+)\]", lambda m: f"{m[1]} ({links[m[2]]})", source)
    return re.sub(r"\[([^]]+)\]\((\S+?)\)", r"\1 (\2)", source)
