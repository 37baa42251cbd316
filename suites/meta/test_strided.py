"""Inputs that lie in memory as a user's do: transposed, cut out of a larger array, broadcast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.hosting.requests import in_memory, split_cases
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, MutantAdapter
from lstm_conformance.reference.mutants.base import SINGLE
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.meta.judging import CHECKS, subject_of

STRIDED = configuration(4, 3, 5, 7, strided=True)
BROADCAST = configuration(4, 3, 5, 7, strided=True, regime="equal_rows")
X = np.arange(480.0).reshape(8, 4, 3, 5)


def verdicts(adapter: type[MutantAdapter], called: Configuration, numbers: list[int]) -> list[str]:
    """What rule 20.1 says of some cases."""
    return [outcome.verdict for outcome in judge(CHECKS["20.1"], subject_of(adapter), draw(called, numbers, biases=2))]


def as_they_lie(x: np.ndarray) -> list[np.ndarray]:
    """How x lies in memory in every case, as an adapter sees it that leaves `tensor` as it is."""
    return [Adapter().tensor(case["x"]) for case in split_cases(in_memory({"strided": True}, {"x": x}))]


@pytest.mark.parametrize("dtype", SINGLE)
@pytest.mark.parametrize(
    ("name", "called"),
    [("gaps_of_a_slice_read_as_numbers", STRIDED), ("broadcast_arrays_read_as_arrays", BROADCAST)],
)
def test_memory_that_is_read_wrong_is_red(name: str, called: Configuration, dtype: str) -> None:
    """In a batch and alone: a failure of one case is found again where that case is repeated."""
    called = replace(called, dtype=dtype)
    together = verdicts(ADAPTERS[name], called, [0, 1, 2])

    assert "fail" in together
    assert together == [verdict for number in range(3) for verdict in verdicts(ADAPTERS[name], called, [number])]


def test_some_arrays_are_transposed_and_some_are_slices() -> None:
    """The numbers are the same, and so is what lies between them: the slice is one of NaN."""
    found = as_they_lie(X)
    part = next(each for each in found if each.strides == (280, 56, 8))

    assert {each.strides for each in found} == {(8, 32, 96), (280, 56, 8)}
    assert np.array_equal(found, X)
    assert isinstance(part.base, np.ndarray)
    assert np.isnan(part.base).sum() == part.base.size - part.size


def test_what_an_array_is_hangs_on_its_numbers_alone() -> None:
    """In whatever batch it comes."""
    alone = [each.strides for k in range(len(X)) for each in as_they_lie(X[k : k + 1])]

    assert alone == [each.strides for each in as_they_lie(X)]


def test_rows_that_are_equal_are_there_once() -> None:
    """As where one row is broadcast."""
    rows = np.broadcast_to(X[:, :, :1], X.shape)
    found = as_they_lie(rows)

    assert [each.strides[1] for each in found] == [0] * len(X)
    assert np.array_equal(found, rows)


def test_arrays_that_are_not_to_be_strided_are_arrays_of_their_own() -> None:
    """Of every case."""
    cases = split_cases(in_memory({}, {"x": X}))

    assert all(case["x"].flags.c_contiguous for case in cases)


def test_what_is_a_part_of_no_array_in_order_is_copied_as_it_is() -> None:
    """As an array whose whole is transposed itself: only its numbers matter then."""
    whole = np.asfortranarray(X[0])[::2]
    part = whole[:, 1:]

    assert np.array_equal(Adapter().tensor(part), part)
