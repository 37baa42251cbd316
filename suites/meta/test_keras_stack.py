"""How layers of Keras are given their states: in the list that the manual asks for, and in a tuple, as people do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from lstm_conformance.fixtures.implementations.keras.stack import Stack


class TakesLists(SimpleNamespace):
    """A layer that counts what it is given, and takes anything but a list for no states."""

    def __call__(self, x: Any, initial_state: Any, **how: Any) -> list[Any]:
        """Return how many states it started from, as its output."""
        del x, how
        return [len(initial_state) if isinstance(initial_state, list) else 0, "h", "c"]


class TakesSequences(TakesLists):
    """One that takes a tuple, too."""

    def __call__(self, x: Any, initial_state: Any, **how: Any) -> list[Any]:
        """The same of both."""
        return super().__call__(x, list(initial_state), **how)


def output(kind: type[TakesLists], *, training: bool | None, layers: int = 1) -> Any:
    """What the last layer returns."""
    stack = Stack([kind(trainable_variables=[], compute_dtype="float32") for _ in range(layers)], training)
    return stack.forward("x", ["h"] * layers, ["c"] * layers)[0]


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize(("training", "seen"), [(False, 2), (None, 2), (True, 0)])
def test_a_layer_that_takes_lists_alone_is_seen_in_training_mode(training: bool | None, seen: int, layers: int) -> None:
    """One that takes both is right in every mode."""
    assert output(TakesLists, training=training, layers=layers) == seen
    assert output(TakesSequences, training=training, layers=layers) == 2


def test_a_layer_that_is_not_told_its_mode_is_called_without_the_argument() -> None:
    """None is what it would be told else."""
    modes = [
        Stack([TakesLists(trainable_variables=[], compute_dtype="float32")], told).mode for told in (None, False, True)
    ]

    assert modes == [{}, {"training": False}, {"training": True}]
