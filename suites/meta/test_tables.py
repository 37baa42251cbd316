"""A test of a table fails where one row does, and says which."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from lstm_conformance.suites.meta.tables import SHOWN, table


def halves(rows: Iterable[tuple[int, int]]) -> None:
    """A table of numbers and their halves."""

    @table(rows)
    def test_halves(number: int, half: int) -> None:
        assert 2 * half == number
        assert 1 / number

    test_halves()


def test_rows_that_hold_pass() -> None:
    """All of them are asked."""
    asked: list[int] = []
    table([(1,), (2,)])(asked.append)()

    assert asked == [1, 2]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(2, 1), (4, 3)], r"^1 of 2 rows fail:\n  \[4-3\] AssertionError: assert"),
        ([(4, 3), (2, 1), (6, 4)], r"^2 of 3 rows fail:\n  \[4-3\] AssertionError: .*\n  \[6-4\] AssertionError: "),
        ([(0, 0), (2, 1)], r"^1 of 2 rows fail:\n  \[0-0\] ZeroDivisionError: division by zero$"),
    ],
    ids=["one", "two", "another error"],
)
def test_a_row_that_fails_is_named(rows: list[tuple[int, int]], message: str) -> None:
    """Whatever it raises, and the rows behind it are asked."""
    with pytest.raises(AssertionError, match=message) as caught:
        halves(rows)
    assert caught.value.__cause__ is not None


def test_a_message_stays_short() -> None:
    """However many rows fail."""
    with pytest.raises(AssertionError) as caught:
        halves((number, 0) for number in range(1, 1001))
    assert len(str(caught.value).splitlines()) == SHOWN + 2
    assert str(caught.value).endswith("and 980 others")


def test_an_empty_table_is_refused() -> None:
    """Its test could not fail."""
    with pytest.raises(ValueError, match="expected a table with rows"):
        halves([])


def test_it_is_still_the_test() -> None:
    """By name and docstring, and without arguments that pytest would look for."""

    @table([(1,)])
    def test_something(number: int) -> None:
        """What holds."""
        assert number

    assert (test_something.__name__, test_something.__doc__) == ("test_something", "What holds.")
    test_something()
