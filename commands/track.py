"""`lstm-conformance track`: one issue for each rule and implementation that fails, opened, updated and closed."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.reports.changes.history import history, read_nights
from lstm_conformance.reports.publish.tracking import Action, Issue, actions, read_issue
from lstm_conformance.reports.records.amounts import count
from lstm_conformance.reports.records.errors import ResultsError
from lstm_conformance.reports.records.reading import read
from lstm_conformance.reports.records.visible import say

ABOUT = """\
Opens, updates and closes one issue for each rule and implementation that fails, through GitHub's command line `gh`, in
the repository that GH_REPO names, else in that of the current folder. Issues without its label are left alone.
"""

LABEL = "lstm-conformance"
PATIENCE = 120.0  # seconds for one call


def declare(subparsers: Subparsers) -> None:
    """The night, and what to do with it."""
    parser = subparsers.add_parser("track", help="keep an issue for what fails", description=ABOUT)
    parser.add_argument("results", metavar="RESULTS", type=Path, nargs="+", help="results, or the folder of a night")
    parser.add_argument("--history", metavar="DIR", type=Path, help="the nights before: since when it fails")
    parser.add_argument("--page", metavar="URL", default="", help="where the report is")
    parser.add_argument("--most", metavar="N", type=count, default=20, help="open at most N issues (default: 20)")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def run(arguments: argparse.Namespace) -> int:
    """Find out what is to be done, say it, do it."""
    try:
        report = read(arguments.results)
        nights = read_nights(arguments.history, report.started) if arguments.history else []
    except (OSError, ResultsError) as error:
        raise BadInput(f"no issue is touched: {error}") from error
    if report.problems:
        raise BadInput(f"no issue is touched: the night is not to be trusted: {report.problems[0]}")
    if report.interrupted:
        raise BadInput("no issue is touched: the run was interrupted, and says nothing of what it left out")
    wanted = actions(report, known_issues(), history(report, nights) if nights else None, arguments.page)
    chosen, left = _at_most(wanted, arguments.most)
    for action in chosen:
        say(f"{'would ' if arguments.dry_run else ''}{action}")
        if not arguments.dry_run:
            carry_out(action)
    if left:
        say(f"{left:,} more would be opened: more than {arguments.most} at once say that something else is wrong")
    return int(bool(left))


def known_issues() -> list[Issue]:
    """The open issues of the label. Raises BadInput."""
    said = _gh("issue", "list", "--label", LABEL, "--state", "open", "--limit", "1000", "--json", "number,title,body")
    try:
        issues = [read_issue(issue["number"], issue["title"], issue["body"]) for issue in json.loads(said)]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"expected a list of issues from `gh issue list`, got {said[:80]!r}; update gh") from error
    return [issue for issue in issues if issue]


def carry_out(action: Action) -> None:
    """Tell the tracker. Raises BadInput."""
    issue = action.issue
    if action.verb == "open":
        _gh("label", "create", LABEL, "--force", "--description", "A rule fails on an implementation.")
        _gh("issue", "create", "--title", issue.title, "--label", LABEL, "--body-file", "-", text=issue.body)
    elif action.verb == "update":
        _gh("issue", "edit", str(issue.number), "--title", issue.title, "--body-file", "-", text=issue.body)
    else:
        _gh("issue", "close", str(issue.number), "--comment", "It holds again wherever it failed.")


def _at_most(wanted: Sequence[Action], most: int) -> tuple[list[Action], int]:
    """What is done: everything, but of what is to be opened only the first."""
    opened = [action for action in wanted if action.verb == "open"]
    others = [action for action in wanted if action.verb != "open"]
    return [*others, *opened[:most]], len(opened[most:])


def _gh(*words: str, text: str = "") -> str:
    """What `gh` says. Raises BadInput with what it says when it fails."""
    program = shutil.which("gh")
    if program is None:
        raise BadInput("expected GitHub's command line `gh`, found none; install it from https://cli.github.com")
    try:
        done = subprocess.run(
            [program, *words], input=text, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BadInput(f"`gh {' '.join(words[:2])}` took more than {PATIENCE:.0f} s; try again") from error
    if done.returncode:
        raise BadInput(f"`gh {' '.join(words[:2])}` failed: {' '.join(done.stderr.split())[:300]}")
    return done.stdout
