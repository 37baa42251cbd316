"""A number that means nothing is refused before anything runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.reports.records.amounts import amount, count, duration, finite


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *((duration, text) for text in ("-1", "0", "nan", "inf", "", "ten", "1e-300", "0.0009", "1e7")),
        *((amount, text) for text in ("-1", "nan", "inf", "much")),
        *((finite, text) for text in ("nan", "-inf", "1e999", "one")),
        *((count, text) for text in ("-1", "1.5", "", "few")),
    ],
)
def test_a_number_that_means_nothing_is_refused(read: Callable[[str], float], text: str) -> None:
    """The sentence says what was expected, and what came."""
    with pytest.raises(argparse.ArgumentTypeError, match=r"expected a .*, got "):
        read(text)


@pytest.mark.parametrize(
    ("read", "text", "number"),
    [
        (duration, "0.5", 0.5),
        (duration, "0.001", 0.001),
        (duration, "1e6", 1e6),
        (amount, "0", 0),
        (finite, "-1", -1),
        (count, "0", 0),
        (count, "20", 20),
    ],
)
def test_others_are_read(read: Callable[[str], float], text: str, number: float) -> None:
    """Up to the least that there is."""
    assert read(text) == number


@pytest.mark.parametrize(
    "words",
    [
        ("test", "--deadline", "-1", "--list"),
        ("test", "--threads", "0", "--list"),
        ("diagnose", "a.npz", "--forget-bias", "nan"),
        ("matrix", "run", "--minutes", "-1"),
        ("matrix", "run", "--disk", "-1"),
        ("upgrade", "keras", "3.10.0", "3.15.1", "--disk", "nan"),
        ("track", "night", "--most", "-1"),
    ],
    ids=" ".join,
)
def test_a_command_says_which_option_it_was(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """With status 2, an error of use."""
    status = _status(words)

    option = next(word for word in reversed(words) if word.startswith("--") and word != "--list")
    assert status == 2
    assert f"argument {option}" in capsys.readouterr().err


def _status(words: tuple[str, ...]) -> object:
    try:
        return main(words)
    except SystemExit as ended:
        return ended.code
