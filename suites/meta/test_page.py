"""The report says all that a reader needs, in order; test_page_safety.py is about how it says it."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from lstm_conformance.reports.files import Results
from lstm_conformance.reports.page import SHOWN, main, render, write
from lstm_conformance.reports.results import Check, Rule
from lstm_conformance.reports.summary import rule_ids, sentence
from lstm_conformance.suites.meta.parsed import Page
from lstm_conformance.suites.meta.records import a_check, a_failure, a_header, results_of, written

KERAS = "keras.layers.LSTM"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the results file goes."""
    return tmp_path / "results.jsonl"


@pytest.fixture
def mixed(path: Path) -> Results:
    """Return a run with every verdict, two implementations and two paths."""
    return results_of(
        path,
        a_check(0),
        a_failure(1),
        a_check(2, verdict="error", budget=None, measure=None, message="the host died"),
        a_check(0, path="torch.compile", verdict="deviation", budget=33.0, deviation="torch-1", message="known"),
        a_check(0, implementation=KERAS, verdict="not-run", budget=None, message="three hosts died"),
        a_check(1, implementation=KERAS, rule="3.1", verdict="unstable", message="passed when repeated"),
    )


def section(html: str, name: str) -> str:
    """Return the text of one section of the page."""
    found = re.search(f'<section class="card" id="{name}".*?(?=<section class="card"|</main>)', html, re.DOTALL)
    assert found, f"the page has no section {name}"
    return Page(found[0]).shown


# What it says


@pytest.mark.parametrize(
    ("checks", "planned", "expected"),
    [
        ([a_check(0), a_check(1)], 2, "1 implementation checked: all 2 checks pass."),
        ([a_check(0)], 1, "1 implementation checked: of 1 check, 1 passes."),
        (
            [a_check(0), a_check(1, verdict="deviation"), a_check(0, implementation=KERAS, verdict="not-run")],
            3,
            "2 implementations checked: of 3 checks, 1 deviates as recorded, 1 was not run, 1 passes.",
        ),
        (
            [a_check(0, implementation=KERAS), a_failure(1), a_check(2, verdict="error")],
            3,
            "1 of 2 implementations does not conform: of 3 checks, 1 fails, 1 ends in an error, 1 passes.",
        ),
        (
            [a_failure(0, implementation=KERAS), a_check(0, verdict="unstable"), a_check(1, verdict="unstable")],
            3,
            "2 of 2 implementations do not conform: of 3 checks, 1 fails, 2 are unstable.",
        ),
        ([a_check(0)], 1200, "The run is incomplete: of 1 check, 1 passes, 1,199 of 1,200 planned without a record."),
        ([a_check(0), a_check(1)], 1, "The run is incomplete: of 2 checks, 2 pass, 1 more than planned."),
        ([a_check(0, verdict="not-run")], 1, "Nothing was checked: of 1 check, 1 was not run."),
        ([], 0, "Nothing was checked: of 0 checks."),
    ],
)
def test_the_verdict_is_one_sentence(path: Path, checks: list[Check], planned: int, expected: str) -> None:
    """It tells good from bad and leaves no verdict out."""
    assert sentence(results_of(path, *checks, planned=planned)) == expected


def test_the_title_and_the_heading_are_the_verdict(mixed: Results) -> None:
    """Whoever sees only the tab of the browser knows how the run ended."""
    html = render(mixed)

    assert f"<title>{sentence(mixed)} LSTM conformance</title>" in html
    assert f"<h1>{sentence(mixed)}</h1>" in html


def test_the_parts_come_in_order(mixed: Results) -> None:
    """The verdict is first, the environments are last."""
    parts = re.findall('<section class="card[^"]*"(?: id="([^"]*)")?', render(mixed))

    assert parts == ["", "implementations", "rules", "failures", "deviations", "not-run", "environments"]


def test_every_verdict_is_counted(mixed: Results) -> None:
    """The counters show a symbol, a word and a number for each."""
    assert "✓ pass 1 ~ deviation 1 ✗ fail 1 ! error 1 ± unstable 1 – not-run 1" in Page(render(mixed)).shown


def test_implementations_show_checks_failures_and_the_largest_budget(mixed: Results) -> None:
    """A row for each implementation and path: worst verdict, checks, failures, not run, budget, quantity."""
    table = section(render(mixed), "implementations")

    assert "torch.nn.LSTM eager ✗ fail 3 2 0 12.00 c_n" in table
    assert "keras.layers.LSTM eager ± unstable 2 1 1 0.25 c_n" in table


def test_an_announced_path_without_checks_is_seen(path: Path) -> None:
    """A path that nobody checked has a row that says so."""
    assert "torch.compile no check 0 0 0 –" in section(render(results_of(path, a_check())), "implementations")


def test_the_matrix_shows_every_rule_on_every_path(mixed: Results) -> None:
    """Cells hold the worst verdict and the largest budget; a cell without checks says so to those who listen."""
    matrix = section(render(mixed), "rules")

    assert "✗ fail 12.00 2 of 3 ~ deviation 33.00 – not-run 3.1 no check no check ± unstable 0.25 1 of 1" in matrix


def test_a_rule_without_a_check_has_a_row(path: Path) -> None:
    """What a run did not cover is seen in its report."""
    rule = Rule(title="nobody checks this", sentence="It holds.", source="a paper")
    results = results_of(path, a_check(), header=a_header(rules={"9.9": rule}))

    assert "9.9 nobody checks this It holds. a paper no check no check" in section(render(results), "rules")


def test_rules_are_in_the_order_of_their_numbers(path: Path) -> None:
    """2.10 comes after 2.9, and a letter does not break the order."""
    rules = ["10.1", "2.10", "2.9", "2.a", "2"]
    checks = [a_check(rule=rule) for rule in rules]

    assert rule_ids(results_of(path, *checks, header=a_header(rules={}))) == ["2", "2.a", "2.9", "2.10", "10.1"]


def test_a_failure_has_all_that_is_needed_to_act(mixed: Results) -> None:
    """Rule, sentence, source, message, budget, detail and the command that repeats it."""
    failures = section(render(mixed), "failures")

    assert (
        "2.1 one step torch.nn.LSTM eager · 2 checks c_t = f ⊙ c_(t-1) + i ⊙ g. https://example.org/paper" in failures
    )
    assert "c_n: 12x the bound, first at t=1 budget used 12.00 by c_n" in failures
    assert "first bad t=1, row=0, expected=0.5, got=-0.5 reproduce" in failures
    assert f"reproduce {mixed.checks[1].reproduction(mixed.header.command(mixed.checks[1].implementation))}" in failures


def test_failures_come_worst_first(path: Path) -> None:
    """Unstable checks come after failing ones, and within a rule the largest budget is first, NaN before all."""
    budgets = [2.0, math.nan, 5.0]
    failing = [a_failure(case, rule="3.1", budget=budget) for case, budget in enumerate(budgets)]
    html = render(results_of(path, a_check(9, verdict="unstable"), *failing))

    shown = re.findall("budget used (\\S+)", section(html, "failures"))

    assert shown == ["NaN", "5.00", "2.00", "0.25"]


def test_many_failures_of_one_rule_are_shown_in_part(path: Path) -> None:
    """The worst are in full, the others are counted: nothing is left out in silence."""
    failures = section(render(results_of(path, *[a_failure(case) for case in range(SHOWN + 1000)])), "failures")

    assert failures.count("reproduce") == SHOWN
    assert f"The {SHOWN} worst are shown; the other 1,000 are in the results file." in failures


def test_deviations_show_their_id(mixed: Results) -> None:
    """A deviation can be looked up by its id."""
    deviations = section(render(mixed), "deviations")

    assert "torch-1 2.1 one step torch.nn.LSTM torch.compile 1 33.00 known" in deviations


def test_what_was_not_run_has_its_reason(mixed: Results) -> None:
    """Single checks and whole implementations."""
    not_run = section(render(mixed), "not-run")

    assert "keras.layers.LSTM as a whole: keras is not installed" in not_run
    assert "keras.layers.LSTM eager 1 check: three hosts died" in not_run


def test_a_good_run_says_that_nothing_is_wrong(path: Path) -> None:
    """Empty parts are sentences, not holes."""
    html = render(results_of(path, a_check(), header=a_header(not_installed={})))

    assert section(html, "failures") == "Failures None."
    assert section(html, "deviations") == "Known deviations None."
    assert section(html, "not-run") == "Not run Every planned check was run."


@pytest.mark.parametrize(("partial", "times"), [(True, 1), (False, 0)])
def test_a_partial_run_says_so_at_the_top(path: Path, partial: bool, times: int) -> None:
    """A run of one test must not look like a run of the tier."""
    html = render(results_of(path, a_check(), header=a_header(partial=partial)))

    assert html.count("Partial: something was deselected") == times


def test_the_provenance_is_complete(mixed: Results) -> None:
    """Versions, seed, machine, digest: what one needs to make the run again."""
    shown = section(render(mixed), "environments")

    assert "packages torch 2.13.0 python 3.11.7 device cpu, 1 thread paths eager, torch.compile claims layers" in shown
    assert "lstm-conformance 0.1.0, commit 0123abcd, SPEC.md version 1 tier quick base seed 7" in shown
    assert "a processor, 2 cores, Linux judge NumPy 2.4.6 records 6 of 6 planned, schema version 1" in shown
    assert mixed.footer.digest in shown


def test_passes_do_not_make_the_page_grow(path: Path) -> None:
    """A page is for reading: 2,000 passing checks need a few digits more than 2."""
    few = render(results_of(path, a_check(0), a_check(1)))
    many = render(results_of(path, *[a_check(case) for case in range(2000)]))

    assert len(many) < len(few) + 100


# Files and the command line


def test_the_command_writes_the_page(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It makes the folder, says where the page is, and leaves nothing else."""
    out = tmp_path / "deep" / "report.html"

    status = main([str(written(path, a_failure())), str(out)])

    assert (status, capsys.readouterr().out) == (0, f"report: {out}\n")
    assert out.read_text(encoding="utf-8") == render(Results.read(path))
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize(("content", "message"), [(None, "No such file"), ("{}", "line 1 is none")])
def test_the_command_refuses_what_it_cannot_read(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, message: str
) -> None:
    """One sentence and exit status 2, and no page that could be taken for one."""
    path.with_name("results.jsonl" if content else "else").write_text(content or "", encoding="utf-8")
    out = tmp_path / "report.html"

    status = main([str(path), str(out)])

    assert status == 2
    assert re.match(f"no report: .*{message}", capsys.readouterr().err)
    assert not out.exists()


def test_an_older_page_stays_when_the_new_one_cannot_be_made(
    mixed: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is replaced as a whole or not at all."""
    out = tmp_path / "report.html"
    out.write_text("older", encoding="utf-8")
    monkeypatch.setattr("lstm_conformance.reports.page.render", lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        write(mixed, out)

    assert out.read_text(encoding="utf-8") == "older"
