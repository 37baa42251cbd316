"""The order of the checks: what `--order` does, and that `make orders` finds a verdict that depends on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.suites.harness.run.ordering import OF_FILES, REVERSED, in_order, order
from lstm_conformance.suites.meta.fakes import NumpyLSTM
from lstm_conformance.suites.meta.orders import ORDERS, differing, in_all_orders
from lstm_conformance.suites.meta.running import META

ITEMS = list("abcdefgh")
ONE_RULE = ("--in-process", "-k", "test_every_output")
ONE_FILE = ("suites/test_01_outputs.py",)


class Tiring(NumpyLSTM):
    """Is right ten times, and no more."""

    name = "test_orders.Tiring"

    def __init__(self) -> None:
        self.calls = 0

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Compute, at last something else."""
        self.calls += 1
        output, h_n, c_n = super().call(built, x, states)
        return [output * (1 if self.calls <= 10 else 2), h_n, c_n]


@pytest.mark.parametrize(("name", "expected"), [(OF_FILES, ITEMS), (REVERSED, ITEMS[::-1])])
def test_orders_with_a_name(name: str, expected: list[str]) -> None:
    """As they come, and backwards."""
    assert in_order(ITEMS, name) == expected


def test_a_random_order_follows_from_its_seed() -> None:
    """All items are there, in another order for another seed."""
    one, again, two = (in_order(ITEMS, seed) for seed in ("1", "1", "2"))

    assert one == again
    assert sorted(one) == sorted(two) == ITEMS
    assert len({tuple(each) for each in (one, two, ITEMS)}) == 3


@pytest.mark.parametrize("text", ["", "-1", "random", "1.5"])
def test_another_order_is_refused(text: str) -> None:
    """With those that there are."""
    with pytest.raises(ValueError, match="expected files, reversed or a whole number"):
        order(text)


def test_what_differs_is_named() -> None:
    """Also what has no record in one of the orders."""
    verdicts = {"files": {"a": "pass", "b": "pass"}, "reversed": {"a": "fail"}, "1": {"a": "pass", "b": "pass"}}

    assert list(differing(verdicts)) == [
        "a: pass in the order files, fail in the order reversed",
        "b: pass in the order files, no record in the order reversed",
    ]


@pytest.mark.deep
@pytest.mark.parametrize(("adapter", "depends"), [("fakes.py:NumpyLSTM", False), ("test_orders.py:Tiring", True)])
def test_a_verdict_that_depends_on_the_order_is_found(adapter: str, depends: bool, tmp_path: Path) -> None:
    """Of an implementation that remembers what it was asked, and of no other."""
    runs = in_all_orders(["--implementation", f"{META / adapter}", *ONE_RULE], tmp_path, ONE_FILE)

    assert set(runs) == set(ORDERS)
    assert any(differing({name: run.verdicts() for name, run in runs.items()})) is depends
