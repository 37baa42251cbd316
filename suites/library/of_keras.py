"""Layers of Keras, 3 on any backend or 2: `LSTM`, `RNN` of an `LSTMCell`, and `Bidirectional` around one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from lstm_conformance.reference.arrays.conventions import Options
from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.arrays.numbers import numbers
from lstm_conformance.suites.library.judging import check_unchanged
from lstm_conformance.suites.library.keras_gradients import BY_BACKEND
from lstm_conformance.suites.library.taking import Array, States, Taken, framework_of, loaded

NAMES = ("kernel", "recurrent_kernel", "bias")


def taken(layer: Any) -> Taken:
    """A layer as it is called at inference. Raises BadInput for one without weights, or of another class."""
    inference = _Called(layer)
    plain = Taken(
        name=f"{framework_of(layer)}.layers.{type(layer).__name__}",
        options=_options(layer),
        weights=dict(_weights(layer)),
        call=inference,
        train=inference.train if inference.backend in BY_BACKEND else None,
        typed=True,
        renewed=inference.renewed,
        further=() if any(part.unroll for part in _parts(layer).values()) else ("masks",),
        rows=_rows(layer),
    )
    rates = ("dropout", "recurrent_dropout")
    if any(getattr(_cell(part), name, 0) for part in _parts(layer).values() for name in rates):
        return plain
    in_training = _Called(layer, training=True)
    return replace(plain, training=replace(plain, call=in_training, train=plain.train and in_training.train))


def _parts(layer: Any) -> Mapping[str, Any]:
    """The LSTM of each direction, by the beginning of the names of its weights."""
    if not hasattr(layer, "backward_layer"):
        return {"": layer}
    return {"forward/": layer.forward_layer, "backward/": layer.backward_layer}


def _cell(part: Any) -> Any:
    """What has the units and activations of a layer: the cell of an RNN."""
    return getattr(part, "cell", part)


def _kept(layer: Any) -> Sequence[Any]:
    """The states that a stateful layer keeps from call to call."""
    parts = [part for part in _parts(layer).values() if part.stateful]
    return [state for part in parts for state in part.states or () if state is not None]


def _rows(layer: Any) -> int | None:
    """Those for which a stateful layer is built."""
    return next((int(state.shape[0]) for state in _kept(layer)), None)


def _weights(layer: Any) -> Iterator[tuple[str, Array]]:
    for prefix, part in _parts(layer).items():
        arrays = part.get_weights()
        if not arrays:
            raise BadInput(
                f"expected a layer with weights, came {type(layer).__name__} without: call it once, or build it"
            )
        yield from ((f"{prefix}{name}", numbers(name, a)) for name, a in zip(NAMES, arrays, strict=False))


def _options(layer: Any) -> Options:
    """What the layer was constructed with."""
    parts = list(_parts(layer).values())
    part = parts[0]
    if not hasattr(_cell(part), "unit_forget_bias") or not hasattr(part, "return_sequences"):
        raise BadInput(
            f"expected an LSTM layer, RNN of one LSTMCell or Bidirectional around one, came {type(layer).__name__}: "
            "hand over the one that is in it"
        )
    if len({(_policy(direction), *_activations(direction)) for direction in parts}) > 1:
        raise BadInput("expected two directions of one dtype and the same activations: hand over each by itself")
    activation, recurrent_activation = _activations(part)
    merge_mode = getattr(layer, "merge_mode", "concat")
    return {
        "layout": "keras",
        "dtype": _policy(part),
        "activation": activation,
        "recurrent_activation": recurrent_activation,
        "return_sequences": part.return_sequences,
        "return_state": part.return_state,
        "go_backwards": part.go_backwards,
        "zero_output_for_mask": part.zero_output_for_mask,
        "merge_mode": "none" if merge_mode is None else merge_mode,
    }


def _policy(layer: Any) -> str:
    """The dtype, or the policy that mixes two."""
    policy = getattr(layer, "dtype_policy", layer.dtype)
    return str(getattr(policy, "name", policy))


def _activations(layer: Any) -> tuple[str, str]:
    """Names of both functions; Keras 2 means another one by `hard_sigmoid`."""
    cell = _cell(layer)
    activation, gate = (getattr(a, "__name__", repr(a)) for a in (cell.activation, cell.recurrent_activation))
    return activation, f"{gate}_0.2" if gate == "hard_sigmoid" and not _has_ops(layer) else gate


def _has_ops(layer: Any) -> bool:
    """Whether it is of Keras 3."""
    return hasattr(loaded(framework_of(layer)), "ops")


class _Called:
    """Calls of a layer; one that keeps its states forgets them first, and has them again behind the call."""

    def __init__(self, layer: Any, *, training: bool = False) -> None:
        self.layer, self.training = layer, training
        self.backend = loaded("keras").backend.backend() if _has_ops(layer) else "tensorflow"

    def __call__(self, x: Array, states: States | None, valid: Array | None = None) -> Sequence[Array]:
        """y and, if the layer returns them, h and c of each direction."""
        given = self._given(x, states)
        before = [numbers("an input", a).copy() for a in given[:3]]
        with self._keeping():
            outputs = self._forward(valid, *given)
        check_unchanged(before, given[:3])
        return [numbers("an output", a) for a in outputs]

    def train(
        self, x: Array, states: States | None, cotangents: Sequence[Array], valid: Array | None = None
    ) -> tuple[Sequence[Array], Mapping[str, Array]]:
        """Outputs, and gradients by name; those by the states of the directions stand one behind the other."""
        variables = {
            f"{prefix}{name}": variable
            for prefix, part in _parts(self.layer).items()
            for name, variable in zip(NAMES, part.weights, strict=False)
            if any(variable is weight for weight in part.trainable_weights)
        }
        given = self._given(x, states)
        with self._keeping():
            outputs, gradients = BY_BACKEND[self.backend](
                partial(self._forward, valid), given, list(variables.values()), cotangents
            )
        by = [numbers("a gradient", a) for a in gradients]
        inputs, weights = by[: len(given)], by[len(given) :]
        named = {"x": inputs[0], **dict(zip(variables, weights, strict=True))}
        if states is not None:
            named |= {"h_0": np.stack(inputs[1::2]), "c_0": np.stack(inputs[2::2])}
        return [numbers("an output", a) for a in outputs], named

    @contextmanager
    def renewed(self, x: Array, names: Collection[str]) -> Iterator[Taken]:
        """The layer itself, which was called once, with weights of half the size and the other sign for a while."""
        kept = self.layer.get_weights()
        self(x, None)
        own = [name for name, _ in _weights(self.layer)]
        self.layer.set_weights([-a / 2 if name in names else a for name, a in zip(own, kept, strict=True)])
        try:
            yield taken(self.layer)
        finally:
            self.layer.set_weights(kept)

    def _given(self, x: Array, states: States | None) -> list[Any]:
        """x, and h and c of each direction, as tensors."""
        pairs = () if states is None else zip(*states, strict=True)
        dtype = next(iter(_parts(self.layer).values())).compute_dtype
        return [self._tensor(x), *(self._tensor(a, dtype) for pair in pairs for a in pair)]

    def _forward(self, valid: Array | None, x: Any, *states: Any) -> Sequence[Any]:
        self._reset()
        mask = None if valid is None else self._tensor(valid)
        outputs = self.layer(x, initial_state=list(states) or None, mask=mask, training=self.training)
        return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """The states that the layer keeps are behind the call what they were before."""
        kept = [(state, numbers("a state", state).copy()) for state in _kept(self.layer)]
        try:
            yield
        finally:
            for state, values in kept:
                state.assign(values)

    def _reset(self) -> None:
        for part in _parts(self.layer).values():
            if part.stateful:
                (part.reset_state if hasattr(part, "reset_state") else part.reset_states)()

    def _tensor(self, a: Array, dtype: str | None = None) -> Any:
        """dtype: what the layer computes in, for states, which it does not cast."""
        by = loaded(framework_of(self.layer)).ops if _has_ops(self.layer) else loaded("tensorflow")
        tensor = by.convert_to_tensor(a)
        return tensor if dtype is None else by.cast(tensor, dtype)
