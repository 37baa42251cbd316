"""Causes of known deviations: read strictly, named by every entry, shown by script, counted by class."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lstm_conformance.fixtures.claims import Claim, claims
from lstm_conformance.fixtures.deviations import BadDeviation, bundled, parse
from lstm_conformance.fixtures.deviations.causes import BadCause, Cause, causes
from lstm_conformance.fixtures.deviations.causes import parse as parse_causes
from lstm_conformance.reports.publish.badge import badge
from lstm_conformance.reports.publish.console import summary
from lstm_conformance.reports.records.known import known
from lstm_conformance.reports.records.results import Cause as Told
from lstm_conformance.reports.records.results import Header
from lstm_conformance.suites.meta.findings import FINDINGS, cause_of
from lstm_conformance.suites.meta.records import a_check
from lstm_conformance.suites.meta.running import ROOT
from lstm_conformance.suites.meta.stories import ENTRY, full_header, page_of, report_of
from lstm_conformance.suites.meta.tables import table
from lstm_conformance.suites.meta.test_deviations import toml

KNOWN = causes()
EVERY_CAUSE = table(((cause,) for cause in KNOWN.values()), ids=lambda each: each.id)
FIELDS = {
    "id": '"some-cause"',
    "title": '"It is wrong."',
    "class": '"bug"',
    "effect": '"wrong numbers"',
    "affects": '"everybody"',
    "workaround": '""',
    "links": '[{ address = "https://example.org/1", state = "open" }]',
    "scripts": "[]",
}


def text(**changes: str | None) -> str:
    """The text of a cause, with other values, or without those that are None."""
    fields = {**FIELDS, **{"class" if key == "class_" else key: value for key, value in changes.items()}}
    return "\n".join(["[[cause]]", *(f"{key} = {value}" for key, value in fields.items() if value is not None), ""])


def told(cause_class: str = "bug", *, silent: bool = False) -> Told:
    """A cause as a results file has it."""
    return Told(
        title=f"A {cause_class}.",
        cause_class=cause_class,
        effect="wrong numbers",
        silent=silent,
        affects="everybody",
        workaround="something else",
        links=(),
        scripts=(),
    )


def header_of(**classes: Told) -> Header:
    """The header of a run with a deviation of each of these causes, called as the cause."""
    entries = {name: type(ENTRY)(**{**vars(ENTRY), "cause": name}) for name in classes}
    return full_header(deviations=entries | {"unnamed": ENTRY}, causes=classes)


@EVERY_CAUSE
def test_every_cause_shows_somewhere(cause: Cause) -> None:
    """An entry names it, or it names claims that are false, or it says what became of it."""
    shown = any(entry.cause == cause.id for entry in bundled())

    assert [shown, bool(cause.claims), bool(cause.became)].count(True) == 1


@EVERY_CAUSE
def test_a_cause_names_claims_where_the_manual_is_wrong(cause: Cause) -> None:
    """They are known, and false; no other class is shown by claims."""
    verdicts = {claim.id: claim.verdict for claim in claims().claims}

    assert (cause.class_ == "documentation") == bool(cause.claims)
    assert {verdicts[each] for each in cause.claims} <= {"false"}


@table(((claim,) for claim in claims().claims if claim.verdict == "false"), ids=lambda each: each.id)
def test_a_manual_that_is_wrong_is_told(claim: Claim) -> None:
    """A sentence of a manual that a run refutes is a cause; one of a tutorial is not."""
    of_a_manual = claims().source_of(claim).title.startswith("Manual of ")

    assert any(claim.id in cause.claims for cause in KNOWN.values()) == of_a_manual


@table(((deviation,) for deviation in bundled()), ids=lambda each: each.id)
def test_every_entry_names_its_cause(entry: object) -> None:
    """Those of the suite do; a user's own need not."""
    assert getattr(entry, "cause", "") in KNOWN


@EVERY_CAUSE
def test_a_cause_can_be_looked_up(cause: Cause) -> None:
    """By a script that shows it, at least; every script is there."""
    assert cause.scripts
    assert all((ROOT / script).is_file() for script in cause.scripts)


@pytest.mark.parametrize("script", sorted(FINDINGS.glob("*.py")), ids=lambda path: path.stem)
def test_scripts_and_causes_name_each_other(script: Path) -> None:
    """The docstring of a script says the ids of the causes that name it, and no other."""
    named = {cause.id for cause in KNOWN.values() if f"reports/findings/{script.name}" in cause.scripts}

    assert cause_of(script) == named


@pytest.mark.parametrize("key", FIELDS)
def test_nothing_may_be_missing(key: str) -> None:
    """The message names it."""
    with pytest.raises(BadCause, match=rf"some.toml, entry 1.*; {key} is missing: add it"):
        parse_causes(text(**{"class_" if key == "class" else key: None}), "some.toml")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"class_": '"fault"'}, "expected `class` to be one of bug, documentation, undocumented, choice, came 'fault'"),
        ({"effect": '"strange"'}, "expected `effect` to be one of wrong numbers, "),
        ({"title": '"It is wrong"'}, "expected `title` to be one sentence that ends with a full stop"),
        ({"links": '["https://example.org"]'}, "expected `links` to be a list of tables { address, state }"),
        ({"links": '[{ address = "x", state = "open" }]'}, "expected `address` of a link to be an address"),
        ({"links": '[{ address = "https://x" }]'}, "expected the fields address, state; state is missing"),
        ({"scripts": '["a.py"]'}, "expected `scripts` to be a list of paths reports/findings/NAME.py"),
        ({"workaround": "1"}, "expected `workaround` to be a text"),
        ({"claims": '"K2"'}, "expected `claims` to be a list of ids of claims"),
        ({"became": '""'}, "expected `became` to be a text that is not empty"),
        ({"severity": "1"}, "came severity: take it out"),
    ],
    ids=str,
)
def test_a_malformed_cause_is_refused(changes: dict[str, str], expected: str) -> None:
    """In one sentence."""
    with pytest.raises(BadCause, match=re.escape(expected)) as raised:
        parse_causes(text(**changes), "some.toml")

    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[[cause]", "some.toml: expected TOML"),
        ("[[causes]]\nid = 1", "expected tables [[cause]] and nothing else, came ['causes']"),
        (text() + text(), "two causes have the id 'some-cause'"),
    ],
)
def test_a_malformed_file_is_refused(content: str, expected: str) -> None:
    """Whatever it holds besides causes."""
    with pytest.raises(BadCause, match=re.escape(expected)):
        parse_causes(content, "some.toml")


def test_an_entry_names_a_cause_that_is_known() -> None:
    """Or none; a reason is needed then."""
    (entry,) = parse(toml(cause='"keras-no-rows"', reason=None), "some.toml")

    assert (entry.cause, entry.reason) == ("keras-no-rows", "")
    with pytest.raises(BadDeviation, match=r"expected `cause` to be the id of a cause in causes\.toml, or none"):
        parse(toml(cause='"x"'), "some.toml")


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        ({"a": told()}, "1 bug"),
        ({"a": told(silent=True), "b": told()}, "2 bugs, of which 1 silently gives wrong numbers"),
        ({"a": told("undocumented", silent=True)}, "1 undocumented"),
        ({"a": told("choice"), "b": told("choice")}, "2 where the suite's own rules are stricter than any manual"),
        ({"unnamed": None}, "1 deviation without a recorded cause"),
    ],
    ids=["bug", "silent", "undocumented", "choice", "unnamed"],
)
def test_causes_are_counted_by_class(seen: dict[str, Told | None], line: str) -> None:
    """A cause once, however many checks deviate; what is no bug is never counted as one."""
    told_by = header_of(**{name: cause for name, cause in seen.items() if cause})
    checks = [a_check(case, verdict="deviation", deviation=name) for name in seen for case in (1, 2)]

    assert str(known(checks, told_by.deviations, told_by.causes)) == line
    assert summary(checks, told_by)[-1] == f"causes of the deviations: {line}"


def test_a_run_without_deviations_counts_none() -> None:
    """No line, rather than zeros."""
    assert not any("causes" in line for line in summary([a_check()], header_of(a=told())))


@pytest.mark.parametrize(
    ("cause_class", "message"),
    [("bug", "conforms but for 1 known bug"), ("choice", "conforms but for what no manual settles")],
)
def test_the_badge_counts_bugs(tmp_path: Path, cause_class: str, message: str) -> None:
    """What rests on the suite's own choice does not read like a bug."""
    report = report_of(tmp_path, a_check(verdict="deviation", deviation="a"), header=header_of(a=told(cause_class)))

    assert badge(report)["message"] == message


def test_the_page_tells_causes_bugs_first(tmp_path: Path) -> None:
    """Title, class, who is affected and what to do instead."""
    checks = [a_check(n, verdict="deviation", deviation=name) for n, name in enumerate("ab")]
    html = page_of(tmp_path, *checks, header=header_of(a=told("choice"), b=told("bug")))

    assert "A choice." in html
    assert "the suite&#39;s own choice, stricter than any manual · wrong numbers · affects everybody" in html
    assert "instead: something else" in html
    assert html.index("A bug.") < html.index("A choice.")
