"""A run that is interrupted, by Ctrl-C or at a failure, says how far it came, and nothing of what it left out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.fixtures.hosting import children
from lstm_conformance.reports.changes.compare import compare
from lstm_conformance.reports.changes.verdict import news, sentence
from lstm_conformance.reports.mutation_score import kills
from lstm_conformance.reports.publish.badge import badge
from lstm_conformance.reports.publish.console import last_line
from lstm_conformance.reports.records.combine import combine
from lstm_conformance.reports.records.files import UNENDED, Results, Writer
from lstm_conformance.reports.records.journals import BeingWritten
from lstm_conformance.reports.records.results import INTERRUPTED, Check
from lstm_conformance.suites.harness.run.recording import Record
from lstm_conformance.suites.meta import fakes, troubles
from lstm_conformance.suites.meta.needing import in_part
from lstm_conformance.suites.meta.outside import PATIENCE, SUITE, Done, conformance
from lstm_conformance.suites.meta.records import a_check, a_failure, a_header, written
from lstm_conformance.suites.meta.running import untouched
from lstm_conformance.suites.meta.stories import an_environment, full_header, page_of, report_of

SLOW = f"""\
import pathlib, sys, time

sys.path.insert(0, {os.fspath(Path(fakes.__file__).parent)!r})
from lstm_conformance.suites.meta.fakes import NumpyLSTM


class Slow(NumpyLSTM):
    name = "slow.LSTM"

    def call(self, built, x, states):
        pathlib.Path("called").touch()
        time.sleep(0.1)
        return super().call(built, x, states)
"""

WORKERS = [(), ("-n", "2", "--dist", "loadgroup")]
OPTIONS = [pytest.param(WORKERS[0], id="alone"), pytest.param(WORKERS[1], id="workers", marks=pytest.mark.deep)]


def undone(case: int, **changes: object) -> Check:
    """A check that an interrupted run left out."""
    return a_check(case, **{"verdict": "not-run", "budget": None, "measure": None, "message": INTERRUPTED} | changes)


def interrupted(folder: Path, *options: str, end: Callable[[children.Child], object] = children.interrupt) -> Done:
    """A run that is ended once it has called a layer: by Ctrl-C, as a terminal sends it, to all of its processes."""
    (folder / "slow.py").write_text(SLOW, encoding="utf-8")
    command = [*SUITE, "test", "-q", "--implementation", "slow.py:Slow", "--results", "results.jsonl", *options]
    with children.start(command, env=untouched(), cwd=folder, stderr=subprocess.STDOUT, bound=True) as process:
        until = time.monotonic() + PATIENCE
        while not (folder / "called").exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(2)
        end(process)
        output, _ = process.communicate(timeout=PATIENCE)
    return Done(process.returncode, output.decode())


def told(done: Done) -> tuple[int, int, int]:
    """The last line of a run that was interrupted: checks that were done, all of them, and how many of them failed."""
    last = done.output.splitlines()[-1]
    found = re.fullmatch(r"interrupted: ([\d,]+) of ([\d,]+) checks done, ([\d,]+) failed", last)
    assert found, done.output
    done_, total, failed = (int(each.replace(",", "")) for each in found.groups())
    return done_, total, failed


def agrees(folder: Path, done: Done) -> Results:
    """The results of an interrupted run, which say what the last line says, and nothing of what was left out."""
    results = Results.read(folder / "results.jsonl")
    made, total, failed = told(done)
    left_out = [check for check in results.checks if check.interrupted]
    assert done.status == 2
    assert (len(results.checks) - len(left_out), len(results.checks), results.failing) == (made, total, failed)
    assert 0 < made < total
    assert results.header.partial
    assert results.header.problems == ()
    assert "Traceback" not in done.output
    assert "manifest" not in done.output
    return results


@pytest.mark.parametrize("options", OPTIONS)
def test_ctrl_c(tmp_path: Path, options: tuple[str, ...]) -> None:
    """What was done is kept, and the rest is not run."""
    done = interrupted(tmp_path, *options)

    results = agrees(tmp_path, done)
    assert results.failing == 0
    assert re.search(r"slow\.LSTM .* eager +partial +[\d,]+ checks, [\d,]+ not-run", done.output)


@pytest.mark.deep
@pytest.mark.skipif(sys.platform == "win32", reason="there, a process that is asked to end is killed")
@pytest.mark.parametrize("options", OPTIONS)
def test_a_run_that_is_asked_to_end(tmp_path: Path, options: tuple[str, ...]) -> None:
    """By SIGTERM, as from `timeout` and `docker stop`: what was done is kept, and no journal is left."""
    done = interrupted(tmp_path, *options, end=lambda process: process.terminate())

    assert agrees(tmp_path, done).failing == 0
    assert not list(tmp_path.glob("*.journal"))


@pytest.mark.parametrize("options", OPTIONS)
def test_a_run_that_is_killed_leaves_its_journal(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Which is read as partial, and is red."""
    interrupted(tmp_path, *options, end=lambda process: process.kill())

    assert not (tmp_path / "results.jsonl").exists()
    (journal,) = tmp_path.glob("results.jsonl.*.journal")
    results = Results.read(journal)
    assert results.header.partial
    assert results.header.problems == (UNENDED,)
    assert {check.verdict for check in results.checks} == {"pass"}
    assert results.red
    assert main(["report", str(journal), str(tmp_path / "page.html")]) == 0
    assert UNENDED in (tmp_path / "page.html").read_text("utf-8")


def test_two_runs_cannot_write_the_same_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one would be kept: the second is told before its first check, and what the first has is untouched."""
    path = tmp_path / "results.jsonl"
    with Writer(path, a_header(problems=(UNENDED,)), journal=True) as first:
        monkeypatch.setattr("os.getpid", lambda: 1)
        with pytest.raises(BeingWritten, match=r"process \d+ is writing them: wait for it, or name another file"):
            Writer(path, a_header(problems=(UNENDED,)), journal=True)

        assert list(tmp_path.iterdir()) == [first.unfinished]
        assert len(Results.read(first.unfinished).checks) == 0


def test_what_a_killed_run_has_left_is_in_nobodys_way(tmp_path: Path) -> None:
    """Its journal stays beside that of the next."""
    left = tmp_path / "results.jsonl.1.journal"
    left.write_text("{}\n", "utf-8")

    with Writer(tmp_path / "results.jsonl", a_header(problems=(UNENDED,)), journal=True) as writer:
        assert {*tmp_path.iterdir()} == {left, writer.unfinished}


def test_a_journal_may_end_within_a_line(tmp_path: Path) -> None:
    """What stands before is kept."""
    with Writer(tmp_path / "results.jsonl", a_header(problems=(UNENDED,)), journal=True) as journal:
        journal.write(a_check(0))
        journal.write(a_check(1))
        text = journal.unfinished.read_text("utf-8")
    (tmp_path / "cut").write_text(text[:-9], encoding="utf-8")

    assert Results.read(tmp_path / "cut").checks == (a_check(0),)


def test_nothing_is_run_where_results_cannot_be_written(tmp_path: Path) -> None:
    """Before the first check."""
    (tmp_path / "file").touch()

    done = conformance(tmp_path, "--implementation", f"{fakes.__file__}:NumpyLSTM", "--results", "file/results.jsonl")

    assert done.status == 2
    assert "nothing is run: the results cannot be written to file" in done.output
    assert "Traceback" not in done.output


def test_results_that_cannot_be_written_take_no_verdict_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full at the end: the journal stays, and a sentence says so."""

    def full(*_given: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    record = Record()
    record.begin(tmp_path / "results.jsonl", a_header())
    record.extend([a_check(0)])
    monkeypatch.setattr(Writer, "finish", full)

    record.write(tmp_path / "results.jsonl", a_header())

    assert [path.suffix for path in tmp_path.iterdir()] == [".journal"]
    assert re.search(r"could not be written to .*No space left on device; .*\.journal has them", record.unwritten)
    record.end_journal()


def test_a_journal_that_cannot_be_written_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the midst of a run: its checks are kept, the rest of the disk is left to others."""

    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    record = Record()
    record.begin(tmp_path / "results.jsonl", a_header())
    monkeypatch.setattr(Writer, "write", full)

    record.extend([a_check(0), a_check(1)])

    assert len(record.checks) == 2
    assert record.unwritten == "the journal of this run ends before its end: [Errno 28] No space left on device"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "options",
    [("-x",), *(pytest.param(each, marks=pytest.mark.deep) for each in (("-x", *WORKERS[1]), ("--maxfail=2",)))],
    ids=["alone", "workers", "two of them"],
)
def test_an_end_at_a_failure(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Its failures are told, and what it left out is none."""
    words = ["--implementation", f"{troubles.__file__}:Raising", "--results", "results.jsonl"]

    done = conformance(tmp_path, *words, *options)

    results = agrees(tmp_path, done)
    assert results.failing >= 1
    assert re.search(r"troubles\.Raising .* eager +FAIL +[\d,]+ checks, \d+ error, [\d,]+ not-run", done.output)


@pytest.mark.parametrize(("option", "times"), in_part([("--maxfail=2", 2), ("-x", 1)], 2))
def test_a_failure_that_ends_the_run_is_told_once(tmp_path: Path, option: str, times: int) -> None:
    """Though its configuration has several cases."""
    words = ["--implementation", "mutants:outputs_off_by_hundred_thousandth", "-k", "follows_from", option]

    done = conformance(tmp_path, *words)

    assert done.output.count("reproduce  lstm-conformance test") == times, done.output


def test_a_failure_at_the_end_interrupts_nothing(tmp_path: Path) -> None:
    """With `-x` as well."""
    words = ["--implementation", f"{troubles.__file__}:NeverComputing", "-k", "small_plain", "-x"]

    done = conformance(tmp_path, *words)

    assert done.status == 1
    assert done.output.splitlines()[-1].startswith("1 check: 1 error (pytest counts items")


def test_the_last_line_counts_checks() -> None:
    """One number, by verdict, and what pytest's own number is."""
    assert last_line([a_check(0), a_check(1), a_failure(2)]) == (
        "3 checks: 2 pass, 1 fail "
        "(pytest counts items, of one or more checks each, and a red check of several once more)"
    )
    assert last_line([a_check(0), a_failure(1), undone(2), undone(3)]) == "interrupted: 2 of 4 checks done, 1 failed"
    assert last_line([]) == "no checks"
    assert last_line([], begun=False) == "interrupted: no check was planned yet"


class TestReports:
    """What is made of the results of an interrupted run."""

    def test_the_page_says_partial(self, tmp_path: Path) -> None:
        """In its heading, and that nothing is known of the rest."""
        page = page_of(tmp_path, a_check(0), undone(1), undone(2))

        assert "<h1>The run is partial: interrupted, 1 of 3 checks done, 0 failed.</h1>" in page
        assert "Partial: the run was interrupted, so this page says nothing of 2 checks." in page
        assert "conform:" not in page

    def test_failures_are_failures(self, tmp_path: Path) -> None:
        """However early the run ended."""
        report = report_of(tmp_path, a_failure(0), undone(1), header=full_header(an_environment()))

        assert sentence(report) == (
            "The run is partial: interrupted, 1 of 2 checks done, 1 failed, and 1 of 1 implementation does not conform."
        )

    def test_it_is_not_green(self, tmp_path: Path) -> None:
        """Although nothing failed."""
        report = report_of(tmp_path, a_check(0), undone(1), header=full_header(an_environment()))

        assert report.red
        assert badge(report)["message"] == "incomplete"

    @pytest.mark.parametrize("earlier", [False, True])
    def test_what_both_have_is_compared(self, tmp_path: Path, earlier: bool) -> None:
        """Whichever of the two was interrupted."""
        header = full_header(an_environment())
        whole = report_of(tmp_path, a_check(0), a_failure(1), a_check(2), header=header)
        part = report_of(tmp_path, a_check(0), undone(1), undone(2), header=header)

        changes = compare(part, whole) if earlier else compare(whole, part)

        assert changes.changes == ()
        assert news(changes).endswith("Compared is what both runs have: one was interrupted, 2 checks left out.")

    def test_what_newly_fails_before_the_end_is_told(self, tmp_path: Path) -> None:
        """It is what both have."""
        header = full_header(an_environment())
        before = report_of(tmp_path, a_check(0), a_check(1), header=header)
        after = report_of(tmp_path, a_failure(0), undone(1), header=header)

        assert [change.kind for change in compare(before, after).changes] == ["newly failing"]

    def test_whole_runs_leave_nothing_out(self, tmp_path: Path) -> None:
        """What could not be run for another reason vanished."""
        header = full_header(an_environment())
        before = report_of(tmp_path, a_check(0), header=header)
        after = report_of(tmp_path, undone(0, message="three hosts died"), header=header)

        changes = compare(before, after)

        assert [change.kind for change in changes.changes] == ["vanished"]
        assert "left out" not in news(changes)

    def test_no_wrong_lstm_survives_an_interrupted_run(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Nothing is said of them."""
        path = written(tmp_path / "results.jsonl", a_check(0), undone(1))

        assert kills.main([str(path), str(tmp_path / "kills.json")]) == 2
        assert "this one was interrupted; run it again" in capsys.readouterr().err
        assert not (tmp_path / "kills.json").exists()

    def test_no_issue_is_touched(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """What was left out might fail still."""
        path = written(tmp_path / "results.jsonl", a_check(0), undone(1), header=full_header(an_environment()))

        assert main(["track", str(path), "--dry-run"]) == 2
        assert "no issue is touched: the run was interrupted" in capsys.readouterr().err
        assert combine({"a": Results.read(path)}).interrupted == 1
