"""One issue for each rule and implementation: opened, updated and closed by what a night found."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.reports.changes.history import history
from lstm_conformance.reports.changes.nights import night_of
from lstm_conformance.reports.publish.tracking import LIMIT, Action, Issue, actions, read_issue
from lstm_conformance.reports.records.cells import Tier
from lstm_conformance.reports.records.combine import Report
from lstm_conformance.reports.records.reading import read
from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites.meta.matrices import a_cell, a_night
from lstm_conformance.suites.meta.records import a_check, a_failure, written
from lstm_conformance.suites.meta.stories import an_environment, full_header, report_of

TORCH = "torch.nn.LSTM"
VERSIONS = {"new": "2.15.0", "old": "2.6.0"}
KEY = ("1.1", TORCH)
BAD, GOOD = a_failure(rule="1.1"), a_check(rule="1.1")

FAKE = f"""#!{sys.executable}
import json, pathlib, sys

folder = pathlib.Path(__file__).parent
calls = folder / "calls.jsonl"
text = "" if sys.argv[2] == "list" else sys.stdin.read()
with calls.open("a") as file:
    file.write(json.dumps([sys.argv[1:], text]) + "\\n")
if sys.argv[2] == "list":
    print((folder / "issues.json").read_text())
sys.exit((folder / "broken").exists())
"""


def night(folder: Path, *, new: Sequence[Check] = (GOOD,), old: Sequence[Check] = (GOOD,)) -> Report:
    """The report of a night with two cells."""
    return read([a_night(folder / str(len(list(folder.iterdir()))), VERSIONS, {"new": new, "old": old})])


def opened(report: Report, number: int = 7) -> Issue:
    """The issue that a night opens, as the tracker gives it back."""
    (action,) = actions(report, [], None, "")
    found = read_issue(number, action.issue.title, action.issue.body.replace("\n", "\r\n"))
    assert found
    return found


def told(found: Sequence[Action]) -> list[tuple[str, int | None, tuple[str, ...]]]:
    """Verb, number and cells of every action."""
    return [(action.verb, action.issue.number, action.issue.cells) for action in found]


# What is to be done


def test_what_fails_in_many_cells_is_one_issue(tmp_path: Path) -> None:
    """Whatever versions fail; every rule and every implementation has its own."""
    found = actions(night(tmp_path, new=[BAD, a_failure(rule="1.2")], old=[BAD]), [], None, "")

    assert [(action.verb, action.issue.key, action.issue.cells) for action in found] == [
        ("open", KEY, ("new", "old")),
        ("open", ("1.2", TORCH), ("new",)),
    ]


def test_a_good_night_needs_no_issue(tmp_path: Path) -> None:
    """Nor does a recorded deviation."""
    assert actions(night(tmp_path, new=[a_check(rule="1.1", verdict="deviation")]), [], None, "") == []


@pytest.mark.parametrize(("tier", "verbs"), [("supported", ["open"]), ("canary", ["open"]), ("historical", [])])
def test_a_release_of_years_ago_needs_no_issue(tmp_path: Path, tier: Tier, verbs: list[str]) -> None:
    """Nobody is going to mend it; one that is yet to come can be mended."""
    found = night(tmp_path, old=[BAD])
    report = replace(found, cells=tuple(replace(cell, tier=tier) for cell in found.cells))

    assert [action.verb for action in actions(report, [], None, "")] == verbs


def test_what_has_not_changed_is_left_alone(tmp_path: Path) -> None:
    """Though the tracker ends lines in its own way."""
    report = night(tmp_path, new=[BAD])

    assert actions(report, [opened(report)], None, "") == []


def test_what_fails_elsewhere_is_updated(tmp_path: Path) -> None:
    """In the same issue."""
    issue = opened(night(tmp_path, new=[BAD]))

    assert told(actions(night(tmp_path, new=[BAD], old=[BAD]), [issue], None, "")) == [("update", 7, ("new", "old"))]
    assert told(actions(night(tmp_path, old=[BAD]), [issue], None, "")) == [("update", 7, ("old",))]


def test_what_holds_again_is_closed(tmp_path: Path) -> None:
    """Where it failed."""
    issue = opened(night(tmp_path, new=[BAD]))

    assert told(actions(night(tmp_path), [issue], None, "")) == [("close", 7, ())]


@pytest.mark.parametrize("checks", [[], [a_check(rule="1.1", verdict="not-run")], [a_check(rule="1.2")]])
def test_what_was_not_checked_stays_open(tmp_path: Path, checks: list[Check]) -> None:
    """Nothing says that it is mended."""
    issue = opened(night(tmp_path, new=[BAD]))

    (action,) = actions(night(tmp_path, new=checks), [issue], None, "")

    assert told([action]) == [("update", 7, ("new",))]
    assert "Not tested this night, and failing before: new." in action.issue.body


def test_a_cell_that_was_not_tested_keeps_its_issue(tmp_path: Path) -> None:
    """Also when all other cells are good."""
    issue = opened(night(tmp_path, new=[BAD], old=[BAD]))
    lost = [a_cell("new", outcome="timed-out")]
    report = read([a_night(tmp_path / "lost", {"old": "2.6.0"}, {"old": [GOOD]}, lost=lost)])

    assert told(actions(report, [issue], None, "")) == [("update", 7, ("new",))]


@pytest.mark.parametrize(
    "body",
    ["", "no mark", "<!-- lstm-conformance {} -->", "<!-- lstm-conformance {a} -->", "<!-- lstm-conformance 7 -->"],
)
def test_issues_of_others_are_not_ours(body: str) -> None:
    """Whatever is in them."""
    assert read_issue(1, "title", body) is None


# What an issue says


@pytest.mark.parametrize(
    "text",
    [
        "> c\\_t = f ⊙ c\\_(t-1)",
        "| torch.nn.LSTM 2.15.0 eager | new | 1 of 1 | 12.00 | c\\_n: 12x the bound, first at t=1 | newly fails |",
        "To see it in new:",
        "    lstm-conformance test --implementation torch.nn.LSTM --case torch.nn.LSTM/eager/1.1/",
        "[The report](https://example.org/report)",
    ],
)
def test_an_issue_says(tmp_path: Path, text: str) -> None:
    """What must hold, where it does not, since when, how to see it, and where all the rest is."""
    report = night(tmp_path, new=[BAD])

    (action,) = actions(report, [], history(report, [night_of(night(tmp_path))]), "https://example.org/report")

    assert text.replace("\\_", "&#95;").replace("(t-1)", "&#40;t-1&#41;") in action.issue.body.replace("'", "")
    assert action.issue.title == "Rule 1.1 fails on torch.nn.LSTM: one step"


def test_a_body_has_a_limited_size(tmp_path: Path) -> None:
    """However much fails, and however it says so."""
    versions = {f"cell-{number}": f"2.{number}.0" for number in range(60)}
    bad = a_failure(rule="1.1", message="|&" * 5000, path="p" * 3000, nodeid="n" * 100_000)
    report = read([a_night(tmp_path, versions, {name: [bad] for name in versions})])

    (action,) = actions(report, [], None, "")

    assert len(action.issue.body) <= LIMIT == 60_000
    assert len(action.issue.title) <= 200
    assert read_issue(1, "", action.issue.body)


def test_text_of_others_is_text_in_an_issue(tmp_path: Path) -> None:
    """It mentions nobody, links to nothing, and does not end the mark."""
    hostile = "--> @everyone https://e.org <img src=x> `c`\n    code"
    report = night(tmp_path, new=[a_failure(rule="1.1", implementation=hostile, message=hostile, path=hostile)])

    (action,) = actions(report, [], None, "")

    mark, *rest = action.issue.body.splitlines()
    assert mark.count("-->") == 1
    assert not any("<img" in line or "@everyone" in line for line in rest if not line.startswith("    "))
    assert read_issue(1, "", action.issue.body).key == ("1.1", hostile)  # type: ignore[union-attr]


# The command


@pytest.fixture
def gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a `gh` that knows no issue and writes down what it is told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "gh"
    program.write_text(FAKE, "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (folder / "issues.json").write_text("[]", "utf-8")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def known(gh: Path, *issues: Issue) -> None:
    """Let the tracker have these issues, and one of somebody else."""
    every = [{"number": issue.number, "title": issue.title, "body": issue.body} for issue in issues]
    others: list[Mapping[str, Any]] = [{"number": 1, "title": "mine", "body": "about something else"}]
    (gh / "issues.json").write_text(json.dumps([*every, *others]), "utf-8")


def calls(gh: Path) -> list[tuple[list[str], str]]:
    """What `gh` was told, but for the questions that change nothing, and what it was given to read."""
    lines = (gh / "calls.jsonl").read_text("utf-8").splitlines()
    return [(words, text) for words, text in map(json.loads, lines) if words[1] not in {"list"}]


def track(tmp_path: Path, *words: str, **checks: Sequence[Check]) -> int:
    """Run the command on a night."""
    folder = a_night(tmp_path / "night", VERSIONS, {"new": [GOOD], "old": [GOOD], **checks})
    return main(["track", str(folder), *words])


def test_the_command_opens_an_issue(gh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its label, which is made if it is not there."""
    assert track(tmp_path, new=[BAD]) == 0

    (label, _), (words, body) = calls(gh)
    assert label[:4] == ["label", "create", "lstm-conformance", "--force"]
    title = "Rule 1.1 fails on torch.nn.LSTM: one step"
    assert words == ["issue", "create", "--title", title, "--label", "lstm-conformance", "--body-file", "-"]
    assert body.startswith('<!-- lstm-conformance {"rule": "1.1"')
    assert capsys.readouterr().out == f"open: {title}\n"


def test_the_command_updates_and_closes(gh: Path, tmp_path: Path) -> None:
    """By the numbers of the issues; those of others are left alone."""
    known(gh, opened(night(tmp_path, new=[BAD]), 7), opened(night(tmp_path, new=[a_failure(rule="1.2")]), 8))

    assert track(tmp_path, old=[BAD, a_check(rule="1.2")], new=[GOOD, a_check(rule="1.2")]) == 0

    edit, close = [words for words, _ in calls(gh)]
    assert edit[:3] == ["issue", "edit", "7"]
    assert close == ["issue", "close", "8", "--comment", "It holds again wherever it failed."]


def test_a_dry_run_changes_nothing(gh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what would be done."""
    known(gh, opened(night(tmp_path, new=[a_failure(rule="1.2")]), 8))

    assert track(tmp_path, "--dry-run", new=[BAD, a_check(rule="1.2")]) == 0

    assert calls(gh) == []
    assert capsys.readouterr().out.splitlines() == [
        "would close #8: Rule 1.2 fails on torch.nn.LSTM: the last state",
        "would open: Rule 1.1 fails on torch.nn.LSTM: one step",
    ]


def test_not_too_many_are_opened_at_once(gh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken suite must not flood the tracker; the status says that something is left."""
    assert track(tmp_path, "--most", "2", new=[a_failure(rule=f"3.{n}") for n in range(5)]) == 1

    assert sum(words[1] == "create" and words[0] == "issue" for words, _ in calls(gh)) == 2
    assert "3 more would be opened" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("broken", "", "`gh issue list` failed"),
        ("issues.json", "[7]", "expected a list of issues from `gh issue list`"),
        ("issues.json", "", "expected a list of issues from `gh issue list`"),
    ],
)
def test_a_tracker_that_does_not_answer_is_one_sentence(
    gh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, content: str, sentence: str
) -> None:
    """Status 2."""
    (gh / file).write_text(content, "utf-8")

    assert track(tmp_path, new=[BAD]) == 2

    (said,) = capsys.readouterr().err.splitlines()
    assert sentence in said


def test_without_gh_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert track(tmp_path, new=[BAD]) == 2
    assert "expected GitHub's command line `gh`, found none" in capsys.readouterr().err


def test_a_night_that_is_not_to_be_trusted_touches_no_issue(
    gh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it found may be wrong."""
    results = written(tmp_path / "results.jsonl", BAD, header=full_header(problems=("the suite is blind",)))

    assert main(["track", str(results)]) == 2

    assert not (gh / "calls.jsonl").exists()
    assert "not to be trusted: the suite is blind" in capsys.readouterr().err


def test_no_command_of_a_file_is_advice(tmp_path: Path) -> None:
    """What a results file says is the command may be anything: what an issue shows is made of the check's id."""
    header = full_header(an_environment(command=("sh", "-c", "touch /tmp/hit")))
    report = report_of(tmp_path, a_failure(rule="1.1", nodeid="--results=/etc/passwd"), header=header)

    (action,) = actions(report, [], None, "")

    assert action.issue is not None
    assert not [word for word in ("touch", "/etc/passwd") if word in action.issue.body]
