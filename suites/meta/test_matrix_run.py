"""`lstm-conformance matrix run`: how cells end, what is kept, and what an interruption leaves behind."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from lstm_conformance.reports.records.files import Results
from lstm_conformance.suites.meta.faking import Workshop, wait_for, workshop

__all__ = ["workshop"]

ENDS = {
    "resolve-failed": ("fine", "unresolvable", "No solution found when resolving dependencies; there is none"),
    "install-failed": ("fine", "uninstallable", "Failed to install; a wheel is broken"),
    "import-failed": ("stillborn", "some", "it does not start"),
    "crashed": ("crashing", "some", "Fatal: the suite has met its end"),
    "tested": ("fine", "some", ""),
}


@pytest.mark.parametrize("outcome", ENDS)
def test_how_a_cell_ends(workshop: Workshop, outcome: str) -> None:
    """Its outcome and its reason are recorded; results are there only of what was tested."""
    implementation, package, reason = ENDS[outcome]
    workshop.cell("one", implementation, package)

    said = workshop.run()

    ended = workshop.ended["one"]
    assert (ended.outcome, said.status) == (outcome, int(outcome != "tested"))
    assert reason in ended.reason
    assert (workshop.night / "one.jsonl").exists() == (outcome == "tested")


def test_a_cell_that_writes_no_results_has_crashed(workshop: Workshop) -> None:
    """Whatever its exit status says."""
    workshop.cell("one", "lazy")

    workshop.run()

    assert workshop.ended["one"].outcome == "crashed"


@pytest.mark.deep
@pytest.mark.parametrize(
    ("implementation", "package", "seconds", "outcome"),
    [("hanging", "some", 12, "timed-out"), ("fine", "slow", 1, "install-failed")],
)
def test_a_cell_whose_time_is_over(
    workshop: Workshop, implementation: str, package: str, seconds: int, outcome: str
) -> None:
    """Tests and installations have their time; what runs then is ended. On a busy machine, installing takes seconds."""
    workshop.cell("one", implementation, package, minutes=str(seconds / 60))

    workshop.run()

    ended = workshop.ended["one"]
    assert ended.outcome == outcome
    assert f"it took more than {seconds} s" in ended.reason


def test_a_record_says_what_the_cell_was(workshop: Workshop) -> None:
    """Its packages with their versions, the Python, the time of each phase, and the command that repeats it."""
    workshop.cell("one")

    workshop.run()

    ended = workshop.ended["one"]
    assert (ended.packages, ended.python, {*ended.seconds}) == ({"some": "1.0"}, "3.11", {"resolve", "install", "test"})
    assert ended.command == ("lstm-conformance", "matrix", "run", "one", "--again")
    assert (workshop.night / "one.log").exists()


def test_one_failing_cell_does_not_stop_the_others(workshop: Workshop) -> None:
    """All of them end, and the summary names what is red."""
    for name, (implementation, package, _) in ENDS.items():
        workshop.cell(name, implementation, package)

    said = workshop.run()

    assert {name: result.outcome for name, result in workshop.ended.items()} == {name: name for name in ENDS}
    assert "red: resolve-failed, install-failed, import-failed, crashed\n" in said.output


@pytest.mark.parametrize(
    ("tier", "implementation", "status"),
    [
        ("supported", "fine", 0),
        ("supported", "red", 1),
        ("supported", "crashing", 1),
        ("historical", "red", 0),
        ("canary", "crashing", 0),
    ],
)
def test_only_supported_cells_are_red(workshop: Workshop, tier: str, implementation: str, status: int) -> None:
    """The others inform."""
    workshop.cell("one", implementation, tier=tier)

    assert workshop.run().status == status


def test_what_was_tested_is_not_tested_again(workshop: Workshop) -> None:
    """But what was not tested is, and so is what is asked for."""
    workshop.cell("one", "fine")
    workshop.cell("two", "crashing", tier="canary")

    said = [workshop.run(), workshop.run(), workshop.run("--again")]

    assert workshop.tested == ["fine", "crashing", "crashing", "fine", "crashing"]
    assert "tested before: 1" in said[1].output


def test_another_definition_is_another_cell(workshop: Workshop) -> None:
    """A cell that was changed, or other words for the tests, and it is tested again."""
    workshop.cell("one", minutes="1")
    workshop.run()
    workshop.cells.clear()
    workshop.cell("one", minutes="2")

    workshop.run()
    workshop.run("--options=-k some")

    assert workshop.tested == ["fine"] * 3


def test_results_that_are_gone_are_made_again(workshop: Workshop) -> None:
    """A record alone proves nothing."""
    workshop.cell("one")
    workshop.run()
    (workshop.night / "one.jsonl").write_text("", "utf-8")

    workshop.run()

    assert workshop.tested == ["fine"] * 2


def test_an_unchanged_environment_is_not_installed_again(workshop: Workshop) -> None:
    """Nor are there two where two cells resolve alike."""
    workshop.cell("one")
    workshop.cell("two")

    workshop.run()
    workshop.run("--again")

    assert len([line for line in workshop.asked if line.startswith("pip install")]) == 1
    assert len(workshop.tested) == 4


def test_a_cell_that_cannot_be_done_in_time_is_not_started(workshop: Workshop) -> None:
    """That it was not is said, and red."""
    workshop.cell("one")

    said = workshop.run("--minutes", "0.01")

    assert (said.status, workshop.tested) == (1, [])
    assert "not run, because the time is over: one\n" in said.output


def test_what_is_left_is_estimated_from_the_night_before(workshop: Workshop) -> None:
    """A cell takes as long as it took, one that is new as long as the others."""
    workshop.cell("one")
    workshop.run()
    path = workshop.night / "one.cell.json"
    path.write_text(re.sub(r'"test": [0-9.]+', '"test": 600', path.read_text("utf-8")), "utf-8")
    workshop.cell("two")

    said = workshop.matrix("run", "--night", "next")

    assert "cells: 2, tested before: 0, left: about 20 min\n" in said.output
    assert re.search(r"^\[2/2\] two: 0 of 1 checks red, .*; left: nothing$", said.output, re.MULTILINE)


@pytest.mark.parametrize(
    ("package", "words"),
    [
        ("huge", "the disk is full: free some space, or give less with --disk"),
        ("offline", "the package index cannot be reached"),
    ],
)
def test_what_no_cell_can_help(workshop: Workshop, package: str, words: str) -> None:
    """One clear message, status 2, and what is finished stays: the same command goes on from there."""
    workshop.cell("one")
    workshop.run()
    before = (workshop.night / "one.jsonl").read_bytes()
    workshop.cell("two", "fine", package)

    said = workshop.run()

    assert said.status == 2
    assert said.errors.startswith(f"lstm-conformance matrix: {words}")
    assert said.errors.count("\n") == 1
    assert (workshop.night / "one.jsonl").read_bytes() == before
    assert {*workshop.ended} == {"one"}
    assert workshop.tested == ["fine"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the operating system has no device that is always full")
def test_a_disk_that_is_full_when_a_record_is_written(workshop: Workshop) -> None:
    """It is said in the same way."""
    workshop.cell("one")
    workshop.run()
    (workshop.night / f"cells.json.{os.getpid()}.part").symlink_to("/dev/full")

    said = workshop.run("--again")

    assert said.status == 2
    assert "the disk is full" in said.errors
    assert workshop.ended["one"].tested


def test_a_terminated_run_ends_what_it_has_started(workshop: Workshop) -> None:
    """With the status that shells know, and what is finished stays."""
    workshop.cell("one")
    workshop.cell("two", "hanging")
    with workshop.start() as process:
        wait_for((workshop.folder / "hangs").exists)

        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)

    assert process.returncode == 143
    assert "interrupted; what is finished stays" in output
    assert {*workshop.ended} == {"one"}
    assert not (workshop.night / "unfinished").exists()
    assert is_gone(int((workshop.folder / "hangs").read_text("utf-8")))


def test_interruptions_lose_no_finished_cell_and_repeat_none(workshop: Workshop) -> None:
    """Terminated, then killed, then let go on: what was half done is made anew, and nothing else."""
    workshop.cell("one")
    workshop.cell("two", "hanging")
    workshop.cell("three", "fine", "other")
    for interruption in (signal.SIGTERM, signal.SIGKILL):
        with workshop.start() as process:
            wait_for((workshop.folder / "hangs").exists)
            process.send_signal(interruption)
        (workshop.folder / "hangs").unlink()
    (workshop.folder / "go").touch()

    said = workshop.run()

    assert workshop.tested == ["fine", "hanging", "hanging", "hanging", "fine"]
    assert {name: result.outcome for name, result in workshop.ended.items()} == dict.fromkeys(
        ("one", "two", "three"), "tested"
    )
    assert [Results.read(path).checked for path in sorted(workshop.night.glob("*.jsonl"))] == [1, 1, 1]
    assert "tested before: 1" in said.output
    assert not (workshop.night / "unfinished").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent was killed")
def test_a_killed_run_takes_its_process_with_it(workshop: Workshop) -> None:
    """Nobody would wait for its results."""
    workshop.cell("one", "hanging")
    with workshop.start() as process:
        wait_for((workshop.folder / "hangs").exists)

        process.kill()

    wait_for(lambda: is_gone(int((workshop.folder / "hangs").read_text("utf-8"))))


def test_an_installation_that_was_killed_is_not_taken_for_whole(workshop: Workshop) -> None:
    """It is cleared away, and made anew."""
    workshop.cell("one", "fine", "slow")
    with workshop.start() as process:
        wait_for((workshop.folder / "bin" / "slow").exists)
        process.kill()
    unfinished = list((workshop.folder / "build" / "environments").glob("*.part"))
    workshop.cells.clear()
    workshop.cell("one")

    workshop.run()

    assert len(unfinished) == 1
    assert not list((workshop.folder / "build" / "environments").glob("*.part"))


def test_words_for_the_tests_that_nobody_can_read(workshop: Workshop) -> None:
    """One sentence, and status 2."""
    workshop.cell("one")

    said = workshop.run("--options", "-k 'open")

    assert (said.status, said.errors.count("\n")) == (2, 1)
    assert "expected words as a shell takes them" in said.errors


def is_gone(process: int) -> bool:
    """Whether a process has ended, or only waits to be counted."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").split()[2] == "Z"
    except OSError:
        return True
