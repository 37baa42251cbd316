"""A run that was ended goes on where it was: what it had judged is kept, the rest is asked, the end is the same."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from lstm_conformance.reports.records.files import UNENDED, Results, Writer
from lstm_conformance.reports.records.journals import BeingWritten, hold
from lstm_conformance.reports.records.results import INTERRUPTED, LOST, Check, Header, Machine
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.harness.run.candidates import BY_COMMAND, BY_NAME, Candidate
from lstm_conformance.suites.harness.run.controller import Controller, Run
from lstm_conformance.suites.harness.run.recording import Record
from lstm_conformance.suites.harness.run.resuming import CannotResume, Kept, goes_into, inputs
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta import fakes
from lstm_conformance.suites.meta.killing import Killing
from lstm_conformance.suites.meta.outside import Done, conformance
from lstm_conformance.suites.meta.records import a_check, a_failure, a_header, written

KILLS = 50

COUNTING = f"""\
import pathlib, sys

sys.path.insert(0, {str(Path(fakes.__file__).parent)!r})
from lstm_conformance.suites.meta.fakes import NumpyLSTM


class Counting(NumpyLSTM):
    name = "counting.LSTM"
    wrong = WRONG

    def call(self, built, x, states):
        with pathlib.Path("calls").open("a") as file:
            file.write("x")
        output, h, c = super().call(built, x, states)
        return [output, h, c * (1 + self.wrong * (len(x) > 3))]
"""

SOME = ("-k", "test_the_final_cell_state or test_smoke or small_plain or final")


def asked(folder: Path, *options: str, wrong: float = 0) -> tuple[Done, int]:
    """Run some rules on an adapter that counts its calls; how the run ended, and how many calls there were."""
    (folder / "counting.py").write_text(COUNTING.replace("WRONG", str(wrong)), encoding="utf-8")
    (folder / "calls").write_text("", encoding="utf-8")
    done = conformance(folder, "--implementation", "counting.py:Counting", *options)
    return done, len((folder / "calls").read_text("utf-8"))


def ended_early(whole: Path, to: Path, kept: Callable[[int], bool], *, journal: bool) -> Results:
    """A file that a run would have left that was ended when it had judged these checks, by their numbers."""
    results = Results.read(whole)
    undone: dict[str, Any] = {
        "verdict": "not-run",
        "budget": None,
        "measure": None,
        "message": INTERRUPTED,
        "detail": None,
    }
    header = replace(results.header, partial=True, problems=(UNENDED,) if journal else ())
    with Writer(to, header) as writer:
        for number, check in enumerate(results.checks):
            if kept(number):
                writer.write(check)
            elif not journal:
                writer.write(replace(check, **undone))
        writer.finish(planned=len(results.checks), seconds=1)
    if journal:
        to.write_text("".join(to.read_text("utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    return results


@pytest.mark.deep
@pytest.mark.parametrize(
    ("journal", "wrong"),
    [
        pytest.param(True, 1e-3, id="killed"),
        pytest.param(True, 0, id="killed, right"),
        pytest.param(False, 1e-3, id="interrupted"),
    ],
)
def test_only_the_rest_is_asked(tmp_path: Path, journal: bool, wrong: float) -> None:
    """The results are those of a run that nobody disturbed, and its status is the same."""
    first, every_call = asked(tmp_path, "--results", "whole.jsonl", *SOME, wrong=wrong)
    left = tmp_path / ("results.jsonl.1.journal" if journal else "results.jsonl")
    results = ended_early(tmp_path / "whole.jsonl", left, lambda number: number % 3 > 0, journal=journal)

    done, calls = asked(tmp_path, "--resume", left.name, *SOME, wrong=wrong)

    resumed = Results.read(tmp_path / "results.jsonl")
    before = {check.id: check for check in results.checks}
    assert resumed.footer.digest == results.footer.digest
    assert done.status == first.status == int(bool(wrong))
    assert (resumed.header.partial, resumed.header.started) == (True, results.header.started)
    assert sum(before[check.id] == check for check in resumed.checks) >= len(before) * 2 // 3
    assert 0 < calls < every_call
    assert not list(tmp_path.glob("*.journal"))


@pytest.mark.deep
def test_nothing_is_asked_where_nothing_is_left(tmp_path: Path) -> None:
    """But who answers there, and the wrong LSTMs of every beginning."""
    asked(tmp_path, "--results", "results.jsonl", *SOME)
    before = Results.read(tmp_path / "results.jsonl")

    done, calls = asked(tmp_path, "--resume", "results.jsonl", *SOME)

    assert (done.status, calls) == (0, 0)
    assert Results.read(tmp_path / "results.jsonl").checks == before.checks


@pytest.mark.parametrize(
    ("options", "wrong", "differs"),
    [
        (("--brief", "-k", "final"), 1, "file counting.py, options, selected tests"),
        pytest.param((*SOME, "--seed", "1"), 0, "base seed", marks=pytest.mark.deep),
    ],
)
def test_another_run_is_not_resumed(tmp_path: Path, options: tuple[str, ...], wrong: float, differs: str) -> None:
    """Nothing is run, and the file stays as it is."""
    asked(tmp_path, "--results", "results.jsonl", *SOME)
    before = (tmp_path / "results.jsonl").read_bytes()

    done, calls = asked(tmp_path, "--resume", "results.jsonl", *options, wrong=wrong)

    assert (done.status, calls) == (2, 0)
    assert f"it differs in {differs}; run without --resume" in done.output
    assert "Traceback" not in done.output
    assert (tmp_path / "results.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"suite_commit": "89abcdef"}, "suite commit"),
        ({"numpy": "3.0.0"}, "numpy"),
        ({"machine": Machine(cpu="another", cores=2, platform="Linux")}, "machine"),
        ({"environments": ()}, "torch.nn.LSTM, or how it is started"),
        ({"inputs": {"tree": "2"}}, "tree"),
    ],
)
def test_all_must_be_the_same(tmp_path: Path, changes: dict[str, Any], differs: str) -> None:
    """What the two have not in common is named."""
    header = a_header(inputs={"tree": "1"})
    kept = Kept.read(written(tmp_path / "results.jsonl", a_check(0), header=header))

    kept.check_goes_with(replace(header, started="2026-11-22T00:00:00Z", partial=True))
    with pytest.raises(CannotResume, match=f"differs in {differs};"):
        kept.check_goes_with(replace(header, **changes))


@pytest.mark.parametrize(
    "named",
    [
        (Candidate(BY_NAME, "one/adapter.py:A"), Candidate(BY_NAME, "two/adapter.py:A")),
        (Candidate(BY_NAME, "two.adapter:A"),),
        (Candidate(BY_COMMAND, "python -m two.adapter"),),
        (Candidate(BY_COMMAND, "python two/adapter.py"),),
    ],
    ids=str,
)
def test_every_adapter_that_is_named_must_be_the_same(
    named: tuple[Candidate, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file or a module; several may have one name."""
    monkeypatch.chdir(tmp_path)
    for folder in ("one", "two"):
        Path(folder).mkdir()
        Path(folder, "adapter.py").write_text("WRONG = 0\n", "utf-8")
    before = inputs(named, {"deviations": []}, [])

    Path("two", "adapter.py").write_text("WRONG = 1\n", "utf-8")

    now = inputs(named, {"deviations": []}, [])
    assert [name for name in now if now[name] != before[name]] == ["file adapter.py"]


@pytest.mark.parametrize("value", ["torch.nn.LSTM", "mutants:gates", ":A", "..:A", "absent.module:A"])
def test_names_that_are_no_files(value: str) -> None:
    """They are of the suite itself, or nobody's."""
    assert set(inputs([Candidate(BY_NAME, value)], {"deviations": []}, [])) == {"tree", "selected tests", "options"}


def test_what_has_no_verdict_is_not_kept(tmp_path: Path) -> None:
    """What was interrupted, and what a worker lost."""
    lost = a_check(1, verdict="error", budget=None, message=LOST)
    undone = a_check(2, verdict="not-run", budget=None, message=INTERRUPTED)
    kept = Kept.read(written(tmp_path / "results.jsonl", a_check(0), lost, undone, a_failure(3)))

    assert [check.case for check in kept] == [0, 3]
    assert a_check(0) in kept
    assert lost not in kept


def test_a_journal_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    """Its run has not ended."""
    header: Header = a_header(problems=(UNENDED,))
    with Writer(tmp_path / "results.jsonl", header, journal=True) as journal:
        kept = Kept.read(journal.unfinished)
        with pytest.raises(CannotResume, match="it is being written: wait for the end of that run"):
            kept.check_goes_with(header)


class TestRecord:
    """What is kept is never lost again."""

    @pytest.fixture
    def left(self, tmp_path: Path) -> Path:
        """The journal of a run that was killed."""
        return self.journal(tmp_path, a_check(0), a_failure(1))

    @staticmethod
    def journal(folder: Path, *checks: Check) -> Path:
        """A journal of a process that is gone."""
        with Writer(folder / "results.jsonl", a_header(problems=(UNENDED,)), journal=True) as writer:
            for check in checks:
                writer.write(check)
            writer.unfinished.rename(folder / "results.jsonl.1.journal")
        return folder / "results.jsonl.1.journal"

    def test_one_journal_has_all(self, tmp_path: Path, left: Path) -> None:
        """That of the run that goes on, from its first moment."""
        record = Record()
        record.keep(Kept.read(left))
        record.begin(tmp_path / "results.jsonl", a_header())
        record.extend([a_check(0), a_check(2)])

        (journal,) = tmp_path.iterdir()
        assert Results.read(journal).checks == (a_check(0), a_failure(1), a_check(2))
        assert record.checks == [a_check(0), a_failure(1), a_check(2)]
        record.end_journal(written=True)

    def test_what_is_of_an_earlier_run_stays(self, tmp_path: Path, left: Path) -> None:
        """Where this one cannot write more, or has not begun."""
        record = Record()
        record.keep(Kept.read(left))
        record.begin(tmp_path / "results.jsonl", a_header())
        record.end_journal()

        (journal,) = tmp_path.iterdir()
        assert Results.read(journal).checks == (a_check(0), a_failure(1))

    def test_a_torn_line_is_not_gone_on_with(self, tmp_path: Path, left: Path) -> None:
        """What follows would be a part of it."""
        left.write_bytes(left.read_bytes()[:-9])
        record = Record()
        record.keep(Kept.read(left))
        record.begin(tmp_path / "results.jsonl", a_header())
        record.extend([a_check(2)])
        record.end_journal()

        (journal,) = tmp_path.iterdir()
        assert Results.read(journal).checks == (a_check(0), a_check(2))

    def test_results_that_are_partial_stay(self, tmp_path: Path) -> None:
        """Until better ones are there; the journal has them all."""
        written(tmp_path / "results.jsonl", a_check(0))
        record = Record()
        record.keep(Kept.read(tmp_path / "results.jsonl"))
        record.begin(tmp_path / "results.jsonl", a_header())
        record.extend([a_check(2)])
        record.end_journal()

        journal, results = sorted(tmp_path.iterdir(), key=lambda path: path.suffix)
        assert Results.read(journal).checks == (a_check(0), a_check(2))
        assert Results.read(results).checks == (a_check(0),)

    def test_what_another_run_writes_takes_nothing_away(self, tmp_path: Path, left: Path) -> None:
        """Another is writing the same results: what was left stays where it is."""
        with (tmp_path / "results.jsonl.2.journal").open("w") as other:
            hold(other)
            record = Record()
            record.keep(Kept.read(left))
            with pytest.raises(BeingWritten):
                record.begin(tmp_path / "results.jsonl", a_header())

        assert Results.read(left).checks == (a_check(0), a_failure(1))

    def test_what_this_run_does_not_plan_is_told(self, left: Path) -> None:
        """Somebody has edited the file, or the suite has changed without a sign."""
        record = Record()
        record.keep(Kept.read(left))

        assert record.strangers() == [a_check(0).id, a_failure(1).id]


def test_results_go_where_they_were_to_go(tmp_path: Path) -> None:
    """A journal names the file that it was kept for."""
    assert goes_into(tmp_path / "a.jsonl.12.journal") == tmp_path / "a.jsonl"
    assert goes_into(tmp_path / "a.jsonl") == tmp_path / "a.jsonl"


@pytest.mark.deep
def test_workers_go_on_as_well(tmp_path: Path) -> None:
    """They find what is kept in the journal, which has another name by then."""
    workers = ("-n", "2", "--dist", "loadgroup")
    asked(tmp_path, "--results", "whole.jsonl", *SOME, *workers, wrong=1e-3)
    left = tmp_path / "results.jsonl.1.journal"
    results = ended_early(tmp_path / "whole.jsonl", left, lambda number: number % 3 > 0, journal=True)

    done, _ = asked(tmp_path, "--resume", left.name, *SOME, *workers, wrong=1e-3)

    resumed = Results.read(tmp_path / "results.jsonl")
    before = {check.id: check for check in results.checks}
    assert resumed.footer.digest == results.footer.digest
    assert (done.status, resumed.missing) == (1, 0)
    assert sum(before[check.id] == check for check in resumed.checks) >= len(before) * 2 // 3


def test_where_nothing_is_planned_the_journal_stays(tmp_path: Path) -> None:
    """The workers did not start, say: what was judged is not written as if it were all."""
    left = TestRecord.journal(tmp_path, a_check(0))
    session = Session(plan=Plan(), kept=Kept.read(left))
    run = Run(session, header=a_header())
    run.record.keep(session.kept)
    run.record.begin(tmp_path / "results.jsonl", a_header())

    Controller(run)._finish(
        cast("pytest.Session", SimpleNamespace(exitstatus=0, shouldstop="", shouldfail="")), a_header()
    )

    (journal,) = tmp_path.iterdir()
    assert Results.read(journal).checks == (a_check(0),)


@pytest.mark.deep
@pytest.mark.skipif(sys.platform != "linux", reason="the processes of a run are told by /proc")
def test_fifty_kills(tmp_path: Path) -> None:
    """At random moments: no process is left, nothing is lost that was judged, and the end is that of another run."""
    killing = Killing.of(tmp_path)
    for _ in range(KILLS):
        killing.kill()
    killing.finish()

    assert killing.wrong == []
    assert killing.ended >= 1
    assert not list(tmp_path.glob("*.part")), "the last run removes what those before had begun to write"


def test_a_lost_record_is_noticed(tmp_path: Path) -> None:
    """The negative twin of the fifty kills."""
    killing = Killing(tmp_path, Random(0), 1, "")
    TestRecord.journal(tmp_path, a_check(0), a_check(1))
    killing._look(-9)
    TestRecord.journal(tmp_path, a_check(0, seconds=2.0))
    killing._look(-9)

    assert [each.partition(":")[0] for each in killing.wrong] == ["2 records are lost or others"]
