"""What a reviewer of an upgrade is told: known causes that appear or disappear are never "nothing"."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.commands.compare import FAIL_ON
from lstm_conformance.reports.changes.changed import cause_facts, lines
from lstm_conformance.reports.changes.compare import Changes, compare
from lstm_conformance.reports.changes.verdict import news
from lstm_conformance.reports.page.document import Story
from lstm_conformance.reports.page.page import render
from lstm_conformance.reports.publish.markdown import changes_summary
from lstm_conformance.reports.records.results import Cause, Check, Header, Link
from lstm_conformance.suites.meta.records import a_check, a_failure, written
from lstm_conformance.suites.meta.stories import ENTRY, an_environment, full_header, report_of

SINCE = "since 2026-11-20 00:00"
CAUSES = {
    name: Cause(
        title=f"The {name} is wrong.",
        cause_class=cause_class,
        effect="wrong numbers" if silent else "exception",
        silent=silent,
        affects="layers of float64 under a mask",
        workaround="cast",
        links=(Link(address="https://example.org/1", state="open"),),
        scripts=(f"reports/findings/{name}.py",),
    )
    for name, cause_class, silent in (
        ("output", "bug", True),
        ("call", "bug", False),
        ("order", "undocumented", False),
        ("sum", "choice", True),
    )
}


def header(version: str = "2.13.0", *, causes: bool = True, day: int = 20) -> Header:
    """The header of a run in which every cause has a deviation of its name; in an older suite, entries name none."""
    entries = {name: type(ENTRY)(**{**vars(ENTRY), "cause": name if causes else ""}) for name in CAUSES}
    started = f"2026-11-{day}T00:00:00Z"
    return full_header(
        an_environment(version=version), deviations=entries, causes=CAUSES if causes else {}, started=started
    )


def shown(*names: str) -> list[Check]:
    """Checks that deviate by these names, in pairs, of six; the others pass."""
    wrong = [a_check(2 * n + m, verdict="deviation", deviation=name) for n, name in enumerate(names) for m in (0, 1)]
    return [*wrong, *(a_check(n) for n in range(len(wrong), 10))]


def changes(folder: Path, before: list[Check], after: list[Check], *, causes: bool = True) -> Changes:
    """What is told of an upgrade."""
    return compare(
        report_of(folder, *before, header=header("2.12.0", causes=causes)),
        report_of(folder, *after, header=header(day=21)),
    )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((), (), f"Nothing newly fails {SINCE}."),
        (("output",), ("output",), f"Nothing newly fails {SINCE}."),
        ((), ("output",), f"1 known bug appears {SINCE}. Nothing else newly fails."),
        ((), ("output", "call"), f"2 known bugs appear {SINCE}. Nothing else newly fails."),
        (("output",), (), f"1 known bug disappears {SINCE}. Nothing else newly fails."),
        (("output",), ("call",), f"1 known bug appears, 1 known bug disappears {SINCE}. Nothing else newly fails."),
        ((), ("order",), f"1 known difference appears {SINCE}. Nothing else newly fails."),
        (
            ("order", "sum"),
            ("output", "call"),
            f"2 known bugs appear, 2 known differences disappear {SINCE}. Nothing else newly fails.",
        ),
        (
            (),
            ("output", "order"),
            f"1 known bug and 1 other known difference appear {SINCE}. Nothing else newly fails.",
        ),
    ],
)
def test_the_news(tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...], told: str) -> None:
    """Bugs and the rest are counted apart, causes rather than checks."""
    assert news(changes(tmp_path, shown(*before), shown(*after))) == told


def test_failures_come_before_causes(tmp_path: Path) -> None:
    """And nothing says that nothing fails."""
    after = [a_failure(9), *shown("output")[:-1]]

    told = news(changes(tmp_path, shown(), after))

    assert told == f"1 rule newly fails on torch.nn.LSTM 2.13.0, and 1 known bug appears {SINCE}."


def test_more_checks_of_a_cause_that_was_there_are_told(tmp_path: Path) -> None:
    """Though no cause appears."""
    before = [a_check(0, verdict="deviation", deviation="output"), a_check(1)]
    after = [a_check(n, verdict="deviation", deviation="output") for n in (0, 1)]

    found = changes(tmp_path, before, after)

    assert found.causes == ()
    assert news(found) == f"1 check newly deviates as recorded {SINCE}. Nothing else newly fails."


@pytest.mark.parametrize(("before", "after"), [(0, 1), (1, 0)])
def test_what_was_not_made_in_both_neither_appears_nor_disappears(tmp_path: Path, before: int, after: int) -> None:
    """Nobody knows whether it was, or is, there."""
    one = [a_check(0, verdict="deviation", deviation="output")]
    found = changes(tmp_path, [*one * before, a_check(5)], [*one * after, a_check(5)])

    assert found.causes == ()


def test_what_fails_now_has_not_disappeared(tmp_path: Path) -> None:
    """A deviation that became a failure is one thing, and it is told as a failure."""
    found = changes(tmp_path, shown("output"), [a_failure(0), a_failure(1), *shown("output")[2:]])

    assert found.causes == ()
    assert found.worse


def test_a_run_of_an_older_suite_names_no_causes(tmp_path: Path) -> None:
    """The later one knows them."""
    assert changes(tmp_path, shown("output"), shown("output"), causes=False).causes == ()


def test_a_deviation_without_a_cause_is_named(tmp_path: Path) -> None:
    """By its id."""
    found = changes(tmp_path, shown(), [a_check(0, verdict="deviation", deviation="mine"), *shown()[1:]])

    assert [(cause_change.name, cause_change.cause) for cause_change in found.causes] == [("mine", None)]
    assert "  ~ recorded as mine" in lines(found)[2]


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([(0.5, 0.50000004), (0.1, 0.1)], "absolute error up to 4e-08; "),
        ([("nan", 1.0), (0.5, 0.75)], "absolute error up to 0.2; "),
        ([("nan", 1.0)], ""),
    ],
)
def test_how_large_it_is(tmp_path: Path, pairs: list[tuple[object, object]], told: str) -> None:
    """In numbers that a user has, not in bounds alone."""
    first, *others = ({"expected": then, "observed": now} for then, now in pairs)
    wrong = a_check(0, verdict="deviation", deviation="output", detail={"worst": first, "others": others})

    (change,) = changes(tmp_path, shown(), [wrong, *shown()[1:]]).causes

    assert (
        cause_facts(change)["seen"] == f"{told}{'in the first check to look at: ' if told else ''}no message recorded"
    )


def test_silently_wrong_numbers_come_first(tmp_path: Path) -> None:
    """Then other bugs, then what nobody settles, then the suite's own; what disappears is last."""
    found = changes(tmp_path, shown("sum"), shown("order", "call", "output"))

    assert [(cause_change.name, cause_change.appears) for cause_change in found.causes] == [
        ("output", True),
        ("call", True),
        ("order", True),
        ("sum", False),
    ]


TOLD = (
    "bug, wrong numbers: The output is wrong.",
    "affects: layers of float64 under a mask",
    "until it is fixed: cast",
    "where: torch.nn.LSTM 2.13.0, eager: 2 checks of rule 2.1",
    "public: https://example.org/1 (open)",
    "script: reports/findings/output.py",
)


@pytest.mark.parametrize("fact", TOLD)
def test_the_terminal_says_whom_it_affects_and_what_helps(tmp_path: Path, fact: str) -> None:
    """Before the rules."""
    told = lines(changes(tmp_path, shown(), shown("output")))

    assert told[1] == "known causes that appear"
    assert fact in told[2]


def test_the_page_and_the_summary_say_it_too(tmp_path: Path) -> None:
    """On the first screen: the heading, then the causes."""
    found = changes(tmp_path, shown(), shown("output"))
    page = render(Story(report=report_of(tmp_path, *shown("output"), header=header(day=21)), changes=found))

    heading, *_ = page.partition('id="failures"')
    assert "<h1>1 known bug appears" in heading
    assert all(fact.partition(": ")[2] in changes_summary(found).replace(":&#8203;//", "://") for fact in TOLD[1:3])
    assert "until it is fixed: cast" in heading


def test_below_the_verdict_stand_the_worst_causes_that_appear(tmp_path: Path) -> None:
    """The others are counted; what disappears is no warning."""
    after = shown("sum", "order", "call", "output")
    report = report_of(tmp_path, *after, header=header(day=21))
    pages = [
        render(Story(report=report, changes=changes(tmp_path, *each))).partition('id="changes"')[0]
        for each in ((shown(), after), (after, shown()))
    ]

    assert [page.count('href="#change-') for page in pages] == [3, 0]
    assert pages[0].index("The output is wrong.") < pages[0].index("The call is wrong.")
    assert '<a href="#changes">1 more cause</a>' in pages[0]


@pytest.mark.parametrize("fail_on", FAIL_ON)
@pytest.mark.parametrize("after", ["pass", "deviation", "fail"])
def test_the_status(tmp_path: Path, fail_on: str, after: str) -> None:
    """A reviewer says what is bad."""
    last = {"pass": shown(), "deviation": shown("output"), "fail": [a_failure(0), *shown()[1:]]}[after]
    files = [written(tmp_path / "then.jsonl", *shown(), header=header()), tmp_path / "now.jsonl"]
    written(files[1], *last, header=header(day=21))

    status = main(["compare", *map(str, files), "--fail-on", fail_on])

    bad = {"fail": {"fail"}, "deviation": {"fail", "deviation"}, "never": set[str]()}[fail_on]
    assert status == int(after in bad)
