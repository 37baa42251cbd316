"""A test of many rows that is one item of pytest, where thousands of items would cost more than what they test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import update_wrapper
from typing import Any, TypeVarTuple

Row = TypeVarTuple("Row")

SHOWN = 20
"""How many rows that fail are named."""


def table(
    rows: Iterable[tuple[*Row]], ids: Callable[[Any], object] = str
) -> Callable[[Callable[[*Row], None]], Callable[[], None]]:
    """Hold a test to every row, whose parts are its arguments; what fails is told by row, the first with its traceback.

    ids: what a part is called.
    Raises ValueError if there is no row: that test could not fail.
    """
    listed = list(rows)
    if not listed:
        raise ValueError("expected a table with rows, came an empty one: its test would pass whatever it says")

    def of_all(test: Callable[[*Row], None]) -> Callable[[], None]:
        def every_row() -> None:
            failed = [(row, error) for row in listed if (error := what_fails(test, row))]
            if failed:
                names = ["-".join(str(ids(part)) for part in row) for row, _ in failed]
                errors = [error for _, error in failed]
                raise AssertionError(told(names, errors, len(listed))) from errors[0]

        update_wrapper(every_row, test)
        del every_row.__wrapped__  # type: ignore[attr-defined]  # pytest would take its arguments for fixtures
        return every_row

    return of_all


def what_fails(test: Callable[[*Row], None], row: tuple[*Row]) -> Exception | None:
    """What a row raises."""
    try:
        test(*row)
    except Exception as error:  # whatever it is, it is told with its row
        return error
    return None


def told(names: Sequence[str], errors: Sequence[Exception], rows: int) -> str:
    """How many rows fail, and a line for each of the first ones."""
    failed = zip(names, errors, strict=True)
    lines = [f"  [{name}] {type(error).__name__}: {error}".split("\n")[0] for name, error in failed]
    more = [f"  and {len(names) - SHOWN} others"] if len(names) > SHOWN else []
    return "\n".join([f"{len(names)} of {rows} rows fail:", *lines[:SHOWN], *more])
