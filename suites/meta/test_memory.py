"""What a run keeps in memory: as much for hundreds of implementations as for one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.suites.harness.judge.expectations import TRUSTED, Expectations
from lstm_conformance.suites.harness.judge.memory import STATUS, Memory, peak, told
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.harness.run.candidates import BY_NAME, candidates
from lstm_conformance.suites.harness.run.controller import HANDOVER, Controller, Run
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta.records import a_check
from lstm_conformance.suites.meta.running import adapters, conformance

RIGHT, WRONG = np.arange(6.0).reshape(2, 3), np.ones((2, 3))


class Counting:
    """Makes a number, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> int:
        """The next one."""
        self.made += 1
        return self.made


class TestMemory:
    """One room for all owners."""

    def test_what_is_kept_is_not_made_again(self) -> None:
        """Under its owner and its key."""
        memory, make = Memory(), Counting()

        assert [memory.recall("a", key, make, lambda _: 1) for key in (1, 1, 2, 1)] == [1, 1, 2, 1]
        assert memory.recall("b", 1, make, lambda _: 1) == 3

    def test_the_room_is_that_of_all_owners(self) -> None:
        """What was used least recently goes first, whoever owns it."""
        memory, make = Memory(room=20), Counting()
        for owner in ("a", "b", "a", "c"):
            memory.recall(owner, 1, make, lambda _: 10)

        assert (memory.nbytes, len(memory), make.made) == (20, 2, 3)
        assert memory.recall("a", 1, make, lambda _: 10) == 1
        assert memory.recall("b", 1, make, lambda _: 10) == 4

    def test_what_is_larger_than_the_room_is_kept_alone(self) -> None:
        """Until something else is asked: it lies in memory anyway."""
        memory, make = Memory(room=20), Counting()

        assert [memory.recall("a", 1, make, lambda _: 30) for _ in range(2)] == [1, 1]
        memory.recall("a", 2, make, lambda _: 1)
        assert memory.nbytes == 1

    def test_an_owner_is_forgotten(self) -> None:
        """And no other."""
        memory, make = Memory(), Counting()
        for owner in ("a", "b"):
            memory.recall(owner, 1, make, lambda _: 10)
        memory.forget("a")

        assert (memory.nbytes, len(memory)) == (10, 1)
        assert memory.recall("b", 1, make, lambda _: 10) == 2


class TestExpectations:
    """Those who return the same are held against the same."""

    def asked(self, kept: Expectations, *observed: Array, place: str = "a case") -> list[bool]:
        """Whether the expectation was computed, for each of these outputs."""
        computed = []
        for each in observed:
            before = len(made := [])  # type: ignore[var-annotated]
            found = kept.recall(place, [each], lambda each=each, made=made: made.append(1) or _expected(each))  # type: ignore[misc]
            assert np.array_equal(found.y.value, each)
            computed.append(len(made) > before)
        return computed

    def test_the_same_is_computed_once(self) -> None:
        """Bit for bit: -0 is not 0."""
        assert self.asked(Expectations(), RIGHT, RIGHT.copy()) == [True, False]
        assert self.asked(Expectations(), 0 * RIGHT, -0.0 * RIGHT) == [True, True]
        assert self.asked(Expectations(), RIGHT, RIGHT.astype(np.float32)) == [True, True]

    def test_cases_do_not_share(self) -> None:
        """Each place has its own."""
        kept = Expectations()

        assert self.asked(kept, RIGHT) == self.asked(kept, RIGHT, place="another case") == [True]

    def test_what_most_return_outlives_what_some_return(self) -> None:
        """And a wrong one that came first does not stand in the way of the others."""
        kept = Expectations()

        assert self.asked(kept, WRONG, RIGHT, RIGHT, WRONG, RIGHT) == [True, True, False, True, False]

    def test_what_nobody_returns_any_more_makes_room(self) -> None:
        """After as many others as it may outlive."""
        kept = Expectations()
        self.asked(kept, *[WRONG] * 100)

        assert self.asked(kept, *[RIGHT] * (TRUSTED + 2)) == [True] * (TRUSTED + 1) + [False]

    def test_there_is_a_room(self) -> None:
        """What does not fit is computed again."""
        assert self.asked(Expectations(room=3 * 3 * RIGHT.nbytes - 1), RIGHT, RIGHT) == [True, True]
        assert self.asked(Expectations(room=3 * 3 * RIGHT.nbytes), RIGHT, RIGHT) == [True, False]


def _expected(value: Array) -> Outputs[Rounded]:
    numbers = exactly(value, uniform("float64"))
    return Outputs(numbers, numbers, numbers)


class TestLettingGo:
    """With its last item, nothing is left of an implementation."""

    def test_the_last_item_lets_go(self) -> None:
        """Its answers are forgotten, and not before; those of others stay."""
        session = Session(plan=Plan(), brief=True)
        names = ("state_kept", "outputs_scaled")
        session.greet([candidate for name in names for candidate in candidates(BY_NAME, f"mutants:{name}")])
        planned = session.plan.of(all_checks()["1.1"], session.hellos.items())
        session.expect([{each.implementation} for each in planned])
        left = []
        for each in planned:
            session.perform(each, "")
            session.done({each.implementation})
            left.append({owner[0] for owner, _ in session._memory._kept})  # type: ignore[index]

        assert left[0] == left[len(planned) // 2 - 2] == {"mutants.state_kept"}
        assert left[-2] == {"mutants.outputs_scaled"}
        assert left[-1] == set()
        assert session._subjects == {}

    def test_one_that_is_asked_again_answers_again(self) -> None:
        """A worker may have to take over what another one leaves undone."""
        session = Session(plan=Plan())
        session.greet(candidates(BY_NAME, "mutants:summed_backwards"))
        (first, *_) = session.plan.of(all_checks()["1.1"], session.hellos.items())
        session.expect([{first.implementation}])
        before = session.perform(first, "")
        session.done({first.implementation})

        assert [check.verdict for check in session.perform(first, "")] == [each.verdict for each in before]


def test_what_a_worker_reports_is_taken_out_of_its_report() -> None:
    """Pytest keeps all reports to the end of the run."""
    run = Run(Session(plan=Plan()))
    report = pytest.TestReport("a", ("a", 1, "a"), {}, "passed", None, "call")
    vars(report)[HANDOVER] = json.dumps([a_check(0).to_json(), a_check(1).to_json()])

    Controller(run).pytest_runtest_logreport(report)

    assert run.record.checks == [a_check(0), a_check(1)]
    assert HANDOVER not in vars(report)


@pytest.mark.parametrize(
    ("own", "workers", "lines"),
    [
        (None, [], []),
        (123_456_789, [], ["peak memory: 123 MB"]),
        (1e9, [2e9, 3e9], ["peak memory: 1,000 MB; of 2 workers 2,000 MB, 3,000 MB"]),
    ],
)
def test_the_peak_is_told(own: int | None, workers: list[int], lines: list[str]) -> None:
    """Of this process, and of its workers."""
    assert told(own, workers) == lines


@pytest.mark.deep
def test_the_peak_is_that_of_this_process() -> None:
    """In bytes."""
    before = peak()
    assert before is not None
    kept = np.ones(before // 4)
    assert kept.nbytes < (peak() or 0) < 20 * before


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells the peak of what runs now")
def test_the_peak_is_not_that_of_the_process_that_started_this_one() -> None:
    """A small one that a large one starts takes little."""
    large = np.ones(2**25)
    program = "from lstm_conformance.suites.harness.judge.memory import peak\nprint(peak())"
    told_of_itself = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert int(told_of_itself.stdout) < large.nbytes < (peak() or 0)


def test_where_no_file_tells_the_peak_the_system_does(tmp_path: Path) -> None:
    """In the same unit; what it says may be that of the process that started this one."""
    own, by_the_system = peak(), peak(tmp_path / "status")

    assert own is not None
    assert by_the_system is not None
    assert own <= by_the_system < 1000 * own


@pytest.mark.deep
def test_a_run_ends_with_its_peaks(tmp_path: Path) -> None:
    """Items of one implementation follow each other, whatever the number of files."""
    named = adapters("reference_adapter.py", "ReferenceLSTM", "ReferenceKerasLSTM")
    files = ("suites/test_03_shapes.py", "suites/test_09_options.py")

    run = conformance(tmp_path, *named, "-n", "2", "--dist", "loadgroup", of=files)
    alone = conformance(tmp_path, *named, "-vv", "-p", "no:xdist", of=files)

    assert re.search(r"^peak memory: [\d,]+ MB; of 2 workers [\d,]+ MB, [\d,]+ MB$", run.output, re.MULTILINE)
    assert re.search(r"^peak memory: [\d,]+ MB$", alone.output, re.MULTILINE)
    asked = re.findall(r"\[reference_adapter\.(\w+)/", alone.output)
    assert len({*asked}) == 2
    assert sum(one != other for one, other in pairwise(asked)) == 1
