"""A layer, or outputs of one, held to the reference in a test of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from lstm_conformance.reference.arrays.conventions import Conventions, Options
from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.arrays.expecting import case_of
from lstm_conformance.reference.arrays.numbers import numbers_of
from lstm_conformance.suites.library import of_keras, of_torch
from lstm_conformance.suites.library.asking import LARGE, SMALL, USUAL, WITH_STATES, asked, asked_at, drawn
from lstm_conformance.suites.library.judging import NotConforming, check_unchanged, flat, judge, outputs_of
from lstm_conformance.suites.library.taking import Array, States, Taken, framework_of


def assert_conforms(
    layer: Any,
    *,
    weights: Mapping[str, ArrayLike] | None = None,
    x: ArrayLike | None = None,
    h_0: ArrayLike | None = None,
    c_0: ArrayLike | None = None,
    lengths: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    seed: int = 0,
    gradients: bool = True,
    **options: Unpack[Options],
) -> None:
    """Raise NotConforming, an AssertionError, unless all numbers lie within the bound that the equations give.

    layer: one of these.

    - A module of torch that is called as `torch.nn.LSTM` or `LSTMCell` is, or a Keras layer, `LSTM`, `RNN` of one
      `LSTMCell` or `Bidirectional`, on any backend. Its weights and options are read out of it. It is asked inputs
      that follow from the seed, from one row and step to 130 rows and 300 steps, with and without initial states and
      twice each, or x if that is given; and its gradients at some of these sizes, unless gradients is False.
    - A function from x and None or (h_0, c_0) to all outputs, with its weights and, as options, its layout.
    - Outputs that are there already: one array y, or all in the order of the layout, or by name; with weights and x.

    lengths, mask: which steps of x count: of torch (B), which packs the rows, of Keras (B, T).
    options: those of `Conventions`; what is said goes before what is read out of a layer.
    Raises BadInput, a ValueError, where something is missing or does not fit.
    """
    inputs = {"x": x, "h_0": h_0, "c_0": c_0}
    if not callable(layer):
        if weights is None or x is None:
            raise BadInput("outputs alone: expected the weights and x that they were computed of, too")
        case = case_of(weights, inputs, Conventions(**options), lengths=lengths, mask=mask)
        _tell([judge(case, "the layer", outputs_of(case, layer), described="as given")])
        return
    if not isinstance(seed, (int, np.integer)):
        raise BadInput(f"expected seed to be a whole number, came {seed!r}: inputs follow from it")
    valid = {"lengths": lengths, "mask": mask}
    if any(array is not None for array in valid.values()) and (x is None or weights is not None):
        raise BadInput("lengths and mask go with x, and with a layer of a framework or outputs that are there already")
    taken = _taken(layer, weights, options)
    calls = asked(taken, Conventions(**taken.options), inputs, int(seed), valid)
    _tell([call.judge(taken, gradients=gradients) for call in calls])
    if x is None:
        for names in (list(taken.weights), *([name] for name in taken.weights)):
            _check_renewed(taken, int(seed), names)
        _check_training(taken, int(seed), gradients=gradients)


def _are_same(first: Sequence[Array], second: Sequence[Array]) -> bool:
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(first, second, strict=True))


def _check_renewed(taken: Taken, seed: int, names: Sequence[str]) -> None:
    """Raise NotConforming where a layer that was called once goes on with the weights of then, of these names."""
    if taken.renewed is None:
        return
    conventions = Conventions(**taken.options)
    first = drawn(taken, conventions, seed, WITH_STATES)
    with taken.renewed(first.native["x"], names) as renewed:
        which = names[0] if len(names) == 1 else "weights"
        other = replace(renewed, options=taken.options, name=f"{taken.name}, given other {which} after a call,")
        drawn(other, conventions, seed, WITH_STATES).judge(other, gradients=False)


def _check_training(taken: Taken, seed: int, *, gradients: bool) -> None:
    """Raise NotConforming where training mode changes numbers; what it draws anew in every call is dropout.

    A layer may refuse to be called in training mode.
    """
    if taken.training is None:
        return
    conventions, training = Conventions(**taken.options), replace(taken.training, options=taken.options)
    usual = drawn(training, conventions, seed, USUAL)
    if usual.is_taken_by(training) and _are_same(
        *(flat(training.call(usual.native["x"], usual.states, None)) for _ in range(2))
    ):
        training = replace(training, name=f"{taken.name}, in training mode,")
        for every, back in ((SMALL, gradients), (LARGE, False)):
            for call in asked_at(every, training, conventions, seed):
                call.judge(training, gradients=back)


def _tell(untold: Sequence[str]) -> None:
    """Raise NotConforming where no call could tell a right layer from an unrelated one: that is no pass."""
    if all(untold):
        raise NotConforming(f"it cannot be told whether the layer conforms: {untold[0]}")


def _called(function: Callable[..., Any], x: Array, states: States | None, valid: Array | None) -> Any:
    """What a function returns. Raises NotConforming where it writes to what it is given."""
    del valid  # there is none
    given = [x, *(states or ())]
    before = [a.copy() for a in given]
    outputs = function(x, states)
    check_unchanged(before, given)
    return outputs


def _taken(layer: Any, weights: Mapping[str, ArrayLike] | None, options: Options) -> Taken:
    """What is known of a layer or function; what is said of it goes before."""
    framework, prefix = framework_of(layer), options.get("prefix", "")
    if weights is not None:
        taken = Taken(
            name=getattr(layer, "__qualname__", type(layer).__name__),
            options={},
            weights=numbers_of(weights, prefix),
            call=partial(_called, layer),
        )
    elif framework == "torch":
        taken = of_torch.taken(layer, prefix)
    elif framework:
        taken = of_keras.taken(layer)
    else:
        raise BadInput(
            f"expected a module of torch, a Keras layer, or weights with a function, came {type(layer).__name__}"
        )
    said: Options = {**taken.options, **options, "prefix": ""}
    said["dtype"] = said.get("dtype") or next(iter(taken.weights.values())).dtype.name
    return replace(taken, options=said, weights={name: a.copy() for name, a in taken.weights.items()})
