"""A command that is silent for more than two seconds says what it does, how far it is and how long it may take."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest

from lstm_conformance.commands import telling
from lstm_conformance.commands.telling import ERASED, meanwhile, of_run, one_by_one
from lstm_conformance.suites.harness.run import pace
from lstm_conformance.suites.meta.faking import Workshop, workshop
from lstm_conformance.suites.meta.test_upgrade import upgrade

__all__ = ["workshop"]

SOON, LATER = 0.05, 0.3
"""Seconds until something is said, and of what is waited for."""


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits is told at once."""
    monkeypatch.setattr(pace, "FIRST", SOON)


@pytest.fixture
def terminal(soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line is drawn anew."""
    del soon
    monkeypatch.setattr(pace, "REDRAWN", SOON)
    monkeypatch.setattr(telling, "is_terminal", lambda: True)


@pytest.mark.usefixtures("soon")
def test_what_takes_long_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Where errors go: what is printed stays what it was. And nothing is said afterwards."""
    with meanwhile("resolving"):
        time.sleep(LATER)

    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "resolving: 0 s so far\n")


def test_what_is_quick_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody has waited for it."""
    with meanwhile("resolving"):
        pass

    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("terminal")
def test_in_a_terminal_a_line_is_drawn_anew(capsys: pytest.CaptureFixture[str]) -> None:
    """With what is known first, no longer than the line, and erased at the end."""
    with meanwhile("counting " * 50, lambda: "half of it"):
        time.sleep(LATER)

    first, *others = capsys.readouterr().err.split(ERASED)[1:]
    assert len(others) > 1
    assert others[-1] == ""
    assert first.startswith("half of it: counting counting")
    assert len(first) < 300
    assert "\n" not in first


@pytest.mark.usefixtures("soon")
def test_what_cannot_be_found_out_ends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """As of a folder that is being written: the time so far is told."""

    def gone() -> str:
        raise FileNotFoundError

    with meanwhile("fetching", gone):
        time.sleep(LATER)

    assert "fetching: " in capsys.readouterr().err


@pytest.mark.usefixtures("soon")
def test_items_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """And the time that the others will take is said."""
    taken = []
    for item in one_by_one("resolving", ["a", "b", "c"], "cells"):
        taken.append(item)
        time.sleep(LATER * (item == "b"))

    assert taken == ["a", "b", "c"]
    assert capsys.readouterr().err.startswith("resolving: 33%  1 of 3 cells, about ")


def lines_of(log: Path, *lines: str) -> str:
    """What is told of a run that has printed these lines."""
    log.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return of_run(log)()


def test_a_run_says_itself_how_far_it_is(tmp_path: Path) -> None:
    """The last of these lines is what counts, whatever stands behind it."""
    said = partial(lines_of, tmp_path / "log")
    line = pace.how_far(250, 1000, 3, 10.0)

    assert of_run(tmp_path / "none")() == said() == said("50% of 3 checks") == ""
    assert said("x" * 9000, pace.how_far(9, 1000, 0, 1.0), line, "a warning") == line.strip()


@pytest.mark.usefixtures("terminal")
def test_its_bar_is_drawn(tmp_path: Path) -> None:
    """In a terminal."""
    assert lines_of(tmp_path / "log", pace.how_far(250, 1000, 0, 10.0)).startswith("[#####...............] 25%  250 of")


@pytest.fixture
def slow(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Releases whose tests take a while, of which half are done."""
    workshop.index({"some": {"1.0": "2025-01-01", "1.1": "2025-02-01"}})
    workshop.cell("one", "slow", "some")
    monkeypatch.setattr(pace, "FIRST", LATER)
    monkeypatch.setattr(pace, "EVERY", LATER)
    return workshop


def test_an_upgrade_says_how_far_its_tests_are(slow: Workshop) -> None:
    """From the log of the run, line by line, as in CI."""
    said = upgrade(slow, "some", "1.0", "1.1")

    assert said.status == 0
    assert "testing slow: 50%  500 of 1,000 checks, about 7 s left\n" in said.errors
