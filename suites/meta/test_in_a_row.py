"""Several calls in a row: which layer each goes to, with which weights, and what the caller's memory is used for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.hosting.answers import understood
from lstm_conformance.fixtures.hosting.client import AdapterError, InProcess
from lstm_conformance.fixtures.hosting.process import BadAnswer
from lstm_conformance.fixtures.hosting.wire import Arrays, Header
from lstm_conformance.suites.meta.asking import DEADLINE, batch, layer
from lstm_conformance.suites.meta.fakes import NumpyLSTM


class Watching(NumpyLSTM):
    """Tells of every call the layer, its input, and the weights that it has."""

    name = "test_in_a_row.Watching"

    def __init__(self) -> None:
        self.seen: list[tuple[Any, Any, float]] = []

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Look, then compute."""
        self.seen.append((built, x, float(built["weight_ih_l0"][0, 0])))
        return super().call(built, x, states)


class SameMemory(NumpyLSTM):
    """Returns its outputs in the same memory, whatever their shape was."""

    name = "test_in_a_row.SameMemory"

    def __init__(self) -> None:
        self.memory: list[Any] = []

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Write over what was returned before."""
        outputs = super().call(built, x, states)
        self.memory = self.memory or [np.empty_like(a) for a in outputs]
        for own, array in zip(self.memory, outputs, strict=True):
            own[...] = array
        return self.memory


class AsItIs(Watching):
    """Takes arrays of NumPy that nobody may write to."""

    name = "test_in_a_row.AsItIs"

    def tensor(self, array: Any) -> Any:
        """Lock a copy."""
        copy = array.copy()
        copy.setflags(write=False)
        return copy


def calls(adapter: NumpyLSTM, count: int, arrays: Arrays | None = None, **fields: Any) -> Arrays:
    """Call a layer several times with one case, which is another one in every call."""
    cases = batch()
    sent = {name: a[:1] for name, a in cases.items() if name.startswith("weights/")} | (arrays or {})
    for index in range(count):
        sent |= {f"{index}/{name}": cases[name][index : index + 1] for name in ("x", "h_0", "c_0")}
    asked = {**layer(), "cases": 1, "resets": [False] * count, **fields}
    _, answer = InProcess(lambda: adapter).request("calls", asked, sent, DEADLINE)
    return answer


@pytest.mark.parametrize(
    ("adapter", "observe", "tensors"),
    [(Watching, [], 3), (Watching, ["kept"], 1), (AsItIs, ["kept"], 3)],
    ids=["new", "used again", "cannot be used again"],
)
def test_the_memory_of_the_inputs_is_used_again(
    adapter: Callable[[], Watching], observe: list[str], tensors: int
) -> None:
    """Where that is asked for, and can be done."""
    watching = adapter()
    calls(watching, 3, observe=observe)

    assert len({id(x) for _, x, _ in watching.seen}) == tensors
    assert np.any(watching.seen[0][1]) == (observe == [] or tensors > 1)


def test_what_is_kept_is_what_the_outputs_hold_in_the_end() -> None:
    """Those of the last call, where they are all in the same memory; and else those that were returned."""
    same, own = (calls(adapter, 2, observe=["kept"]) for adapter in (SameMemory(), Watching()))

    assert np.array_equal(same["0/kept/0"], same["1/output/0"])
    assert not np.array_equal(same["0/kept/0"], same["0/output/0"])
    assert all(np.array_equal(a, own[name.replace("output", "kept")]) for name, a in own.items())


def test_each_layer_has_its_own_weights() -> None:
    """Those that all begin with, until others are loaded."""
    watching = Watching()
    first, *others = batch()["weights/weight_ih_l0"]
    given = {f"2/{name}": a[1:2] for name, a in batch().items() if name.startswith("weights/")}
    calls(watching, 4, given, layers=[0, 1, 0, 1])

    assert [number for _, _, number in watching.seen] == [first[0, 0], first[0, 0], others[0][0, 0], first[0, 0]]
    layers = [id(built) for built, _, _ in watching.seen]
    assert layers[0] == layers[2] != layers[1] == layers[3]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"layers": [0]}, "expected `layers` to list a whole number for each of 2 calls, came .0."),
        ({"layers": [0, True]}, "expected `layers` to list a whole number for each of 2 calls"),
        ({"layers": [0, 2]}, "expected `layers` to be counted from 0, came .0, 2."),
        ({"layers": [0, -1]}, "expected `layers` to be counted from 0"),
        ({"observe": ["again"]}, "expected `observe` of several calls to list 'kept' or nothing, came .'again'."),
        ({"observe": "kept"}, "expected `observe` of several calls"),
    ],
    ids=str,
)
def test_requests_that_say_nothing(fields: dict[str, Any], sentence: str) -> None:
    """What was expected and what came is said."""
    with pytest.raises(AdapterError, match=sentence):
        calls(Watching(), 2, **fields)


def test_answers_without_what_was_kept() -> None:
    """They are refused."""
    fields: Header = {"cases": 1, "resets": [False], "observe": ["kept"]}
    answer = {"0/output/0": np.zeros((1, 2)), "0/kept/0": np.zeros((1, 2))}

    assert understood("mine", "calls", fields, {}, ({}, answer)) == ({}, answer)
    with pytest.raises(BadAnswer, match=r"expected the arrays 0/kept/0, \.\.\. too, came .'0/output/0'"):
        understood("mine", "calls", fields, {}, ({}, {"0/output/0": np.zeros((1, 2))}))
    with pytest.raises(BadAnswer, match=r"came .*'0/kept/0'"):
        understood("mine", "calls", {**fields, "observe": []}, {}, ({}, answer))
