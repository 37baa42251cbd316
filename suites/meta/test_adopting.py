"""Known failures are written down, and held to that from then on."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.fixtures.deviations import parse
from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites.harness.explain.adopting import REVIEW, adopted
from lstm_conformance.suites.harness.explain.deviations import UNDONE, WIDEST, is_as_recorded
from lstm_conformance.suites.meta.first_hour import MISTAKES, RIGHT
from lstm_conformance.suites.meta.outside import Done, conformance
from lstm_conformance.suites.meta.records import a_check

TODAY = date(2026, 11, 29)
MISTAKE = MISTAKES["lengths ignored"]


def failing(case: int = 0, **changes: Any) -> Check:
    """A check that used twice its bound, with some fields changed."""
    return a_check(case, **{"verdict": "fail", "budget": 2.0, "message": "y uses 2 × the bound"} | changes)


def raising(case: int = 0, **changes: Any) -> Check:
    """A check that ended in an exception."""
    said = "mine.LSTM: 'run' raised TypeError: row 3 of lstm_2 at 0x7f does not fit (mine.py:3 in call)"
    told = {"verdict": "error", "budget": None, "message": said, "detail": {"raised": "TypeError"}}
    return a_check(case, **told | changes)


OTHER = "mine.LSTM: 'run' raised TypeError: 'int' object is not callable (mine.py:9 in call)"


DIED = {"error": "HostDied", "text": "the host was ended by SIGABRT at 0x3f"}


@pytest.mark.parametrize(
    ("red", "manner"),
    [
        ([failing(0), failing(1, budget=900.0)], "value [1, 3600]"),
        ([failing(0, budget=math.nan)], "value [inf, inf]"),
        ([raising(0), raising(1)], "exception 'TypeError' that says 'row  of lstm at  does not fit'"),
        ([failing(0, budget=None, detail={"raised": "none"})], "exception 'none'"),
        ([raising(0, detail=DIED)], "crash 'SIGABRT'"),
        (
            [failing(k, budget=None, message=f"the outputs have the shapes [3], case {k}") for k in range(2)],
            "shape 'the outputs have the shapes [3], case'",
        ),
    ],
    ids=["budgets", "NaN", "exceptions", "no exception", "a crash", "shapes"],
)
def test_what_is_written_is_what_was_seen(red: list[Check], manner: str) -> None:
    """The file can be read, and all checks are as it says."""
    found = adopted(red, lambda _: False, TODAY)

    (entry,) = parse(found.text, "file")
    assert found.left == []
    assert found.entries == 1
    assert str(entry.fails) == manner
    assert all(entry.covers(check.implementation, check.path, check.rule, check.configuration) for check in red)
    assert all(is_as_recorded(entry.fails, check) for check in red)
    assert entry.reason.startswith(UNDONE)
    assert (entry.first_seen, entry.review_by) == (TODAY, TODAY + REVIEW)


@pytest.mark.parametrize(
    "red",
    [
        [failing(0), raising(1)],
        [raising(0), raising(1, detail={"raised": "ValueError"})],
        [raising(0), raising(1, message=OTHER)],
        [failing(0), failing(1, budget=math.nan)],
        [failing(k, budget=None, message=f"y {name}") for k, name in enumerate(["differs where", "has a shape"])],
        [failing(0, verdict="unstable")],
        [failing(0, rule="0.1")],
        [raising(0, detail={"error": "BadAnswer", "text": "?"})],
    ],
    ids=[
        "two manners",
        "two kinds",
        "two messages",
        "numbers and none",
        "other words",
        "unstable",
        "smoke",
        "no answer",
    ],
)
def test_what_cannot_be_held_is_left_red(red: list[Check]) -> None:
    """And counted."""
    found = adopted([*red, failing(9, configuration="another")], lambda _: False, TODAY)

    assert (found.entries, found.left) == (1, red)


def test_a_failure_that_grows_is_as_recorded_nowhere() -> None:
    """Also where another configuration fails as badly today."""
    red = [failing(0), failing(1, budget=1e12), failing(2, configuration="another")]
    found = adopted(red, lambda _: False, TODAY)

    worse = replace(red[2], budget=1e12)
    covering = [
        deviation
        for deviation in parse(found.text, "file")
        if deviation.covers("torch.nn.LSTM", "eager", "2.1", "another")
    ]
    assert [is_as_recorded(deviation.fails, worse) for deviation in covering] == [False]


def test_another_exception_of_the_same_kind_is_another_failure() -> None:
    """One of another size, in another line and another run is not."""
    (entry,) = parse(adopted([raising(0)], lambda _: False, TODAY).text, "file")
    moved = str(raising(0).message).replace("3", "44").replace("lstm_2", "lstm").replace("0x7f", "0xab")

    assert is_as_recorded(entry.fails, raising(0, message=moved))
    assert not is_as_recorded(entry.fails, raising(0, message=OTHER))


def test_what_an_entry_covers_is_left_alone() -> None:
    """One of the two would be wrong."""
    assert adopted([failing()], lambda _: True, TODAY).left == [failing()]


def test_an_entry_is_as_wide_as_it_may_be() -> None:
    """And a budget that is far from others is in an entry of its own."""
    many = [failing(configuration=f"c{k}") for k in range(2 * WIDEST + 1)]
    far = failing(configuration="far", budget=1e9)

    entries = parse(adopted([*many, far, a_check(3)], lambda _: False, TODAY).text, "file")

    assert len(entries) == 4
    assert {entry.id for entry in entries} == {"adopted-1-1", "adopted-1-2", "adopted-1-3", "adopted-2-1"}


def masks(folder: Path, text: str, *options: str) -> Done:
    """Chapter 14 asked of an adapter with this text."""
    (folder / "mine.py").write_text(text, "utf-8")
    return conformance(folder, "--implementation", "mine.py:Mine", "-k", "14_masks", *options)


@pytest.mark.deep
def test_the_same_command_accepts_the_file_and_nothing_else(tmp_path: Path) -> None:
    """What was red is a deviation; once it is mended, the entries are stale, and that is red."""
    wrong = RIGHT.replace(MISTAKE.right, MISTAKE.wrong)

    first = masks(tmp_path, wrong, "--write-deviations", "known.toml")
    again = masks(tmp_path, wrong, "--deviations", "known.toml")
    mended = masks(tmp_path, RIGHT, "--deviations", "known.toml")

    assert (first.status, again.status, mended.status) == (1, 0, 1)
    assert "give each a reason, and add --deviations known.toml" in first.output
    assert f"deviations say {UNDONE} in the place of a reason" in again.output
    assert "remove the entry or narrow it" in mended.output


@pytest.mark.parametrize(
    ("options", "sentence"), [((), "there is such a file"), (("--brief",), "how each check fails; leave out --brief")]
)
def test_nothing_is_run_in_vain(tmp_path: Path, options: tuple[str, ...], sentence: str) -> None:
    """A file that exists is not written over."""
    (tmp_path / "known.toml").write_text("# mine", "utf-8")

    done = masks(tmp_path, RIGHT, "--write-deviations", "known.toml", *options)

    assert done.status == 2
    assert sentence in done.output
    assert (tmp_path / "known.toml").read_text("utf-8") == "# mine"
