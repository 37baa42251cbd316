"""Inputs that lie in memory as a user's do: transposed, cut out of a larger array, broadcast."""

from __future__ import annotations

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.hosting.requests import in_memory, split_cases
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, MutantAdapter
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.meta.judging import CHECKS, subject_of

STRIDED = configuration(4, 3, 5, 7, strided=True)
BROADCAST = configuration(4, 3, 5, 7, strided=True, style="equal_rows")
X = np.arange(120.0).reshape(2, 4, 3, 5)


def verdicts(adapter: type[MutantAdapter], called: Configuration) -> list[str]:
    """What rule 20.1 says of two cases."""
    return [each.verdict for each in judge(CHECKS["20.1"], subject_of(adapter), draw(called, [0, 1], biases=2))]


def of_two_cases(x: np.ndarray) -> list[np.ndarray]:
    """How x lies in memory in a case and in the next one, as an adapter sees it that leaves `tensor` as it is."""
    return [Adapter().tensor(case["x"]) for case in split_cases(in_memory({"strided": True}, {"x": x}))]


@pytest.mark.parametrize(
    ("name", "called"),
    [("gaps_of_a_slice_read_as_numbers", STRIDED), ("broadcast_arrays_read_as_arrays", BROADCAST)],
)
def test_memory_that_is_read_wrong_is_red(name: str, called: Configuration) -> None:
    """In every second case: in the others, inputs are transposed."""
    assert verdicts(ADAPTERS[name], called) == ["pass", "fail"]


def test_one_case_is_transposed_and_the_next_one_a_slice() -> None:
    """The numbers are the same, and so is what lies between them: the slice is one of NaN."""
    transposed, part = of_two_cases(X)

    assert transposed.strides == (8, 32, 96)
    assert part.strides == (280, 56, 8)
    assert np.array_equal([transposed, part], X)
    assert isinstance(part.base, np.ndarray)
    assert np.isnan(part.base).sum() == part.base.size - part.size


def test_rows_that_are_equal_are_there_once() -> None:
    """As where one row is broadcast."""
    _, broadcast = of_two_cases(np.broadcast_to(X[:, :, :1], X.shape))

    assert broadcast.strides[1] == 0
    assert np.array_equal(broadcast, np.broadcast_to(X[1, :, :1], X.shape[1:]))


def test_arrays_that_are_not_to_be_strided_are_arrays_of_their_own() -> None:
    """Of every case."""
    cases = split_cases(in_memory({}, {"x": X}))

    assert all(case["x"].flags.c_contiguous for case in cases)


def test_what_is_a_part_of_no_array_in_order_is_copied_as_it_is() -> None:
    """As an array whose whole is transposed itself: only its numbers matter then."""
    whole = np.asfortranarray(X[0])[::2]
    part = whole[:, 1:]

    assert np.array_equal(Adapter().tensor(part), part)
