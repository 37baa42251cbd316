"""Modules of torch: `torch.nn.LSTM`, `torch.nn.LSTMCell`, and all whose parameters and calls are like theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np

from lstm_conformance.reference.arrays.conventions import Options
from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.arrays.layers import below
from lstm_conformance.reference.arrays.numbers import numbers
from lstm_conformance.suites.library.judging import check_unchanged
from lstm_conformance.suites.library.taking import Array, States, Taken, loaded

RATES = ("dropout", "p")
"""What modules of torch call the rate at which they drop."""

OF_A_CELL = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
"""The names of what a `torch.nn.LSTMCell` computes with."""

ENDS = ("ih", "hh", "hr")
"""The ends of names of weights and biases that a cell has without the number of a layer."""


def taken(module: Any, prefix: str = "") -> Taken:
    """A module as it is called in evaluation mode; prefix: of the names of the parameters of the LSTM in it."""
    if not callable(getattr(module, "forward", None)):
        raise BadInput(
            f"expected a module that can be called, came {type(module).__name__} without forward, which torch does not "
            "script of an LSTM: script a module that calls it, and say with prefix where it is in that"
        )
    plain, draws = _Module(module, prefix).taken(), _draws(module)
    return plain if draws else replace(plain, training=_Module(module, prefix, training=True).taken())


def _draws(module: Any) -> bool:
    """Whether a module, or one in it, drops something in training, or keeps statistics then."""
    return any(map(_has_a_rate, module.modules())) or any(True for _ in module.buffers())


def _has_a_rate(module: Any) -> bool:
    """Whether a module holds a rate: by name, or any number between 0 and 1 in one that is not of torch."""
    own = [kind for kind in reversed(type(module).__mro__) if not kind.__module__.startswith("torch.")]
    known = type(module).__module__.startswith("torch.")
    attributes = {name: a for of in (*own, module) for name, a in vars(of).items() if isinstance(a, (int, float))}
    return any(a and (name in RATES or (not known and 0 < a < 1)) for name, a in attributes.items())


def _part(module: Any, prefix: str) -> Any:
    """The module whose parameters have names that begin so; the whole one where that is none."""
    parts = dict(module.named_modules(remove_duplicate=False))
    return parts.get(prefix.removesuffix("."), module)


def _weights(part: Any) -> Mapping[str, Any]:
    """What an LSTM or a cell of torch computes with, also where it is made of other parameters, as by pruning.

    Nothing of other modules. What makes a weight before every call, as `torch.nn.utils.spectral_norm`, has made it only
    behind one.
    """
    is_cell = isinstance(part, loaded("torch").nn.LSTMCell)
    names = OF_A_CELL if is_cell else getattr(part, "_flat_weights_names", ())
    if names and vars(part).get("_forward_pre_hooks"):
        part(next(part.parameters()).new_zeros(*([1] if is_cell else [1, 1]), part.input_size))
    return {name: weight for name in names if (weight := getattr(part, name)) is not None}


class _Module:
    """A module and its parameters, under the names of `torch.nn.LSTM`."""

    def __init__(self, module: Any, prefix: str, *, training: bool = False) -> None:
        self.torch, self.module, self.training, self.seeds = loaded("torch"), module, training, count()
        self.is_cell = isinstance(module, self.torch.nn.LSTMCell)
        self.prefix, self.part = prefix, _part(module, prefix)
        with self.evaluated(), self.torch.no_grad():
            weights = _weights(self.part) or below(dict(module.named_parameters(remove_duplicate=False)), prefix)
        self.parameters = {f"{name}_l0" if name.endswith(ENDS) else name: weight for name, weight in weights.items()}
        if not self.parameters:
            raise BadInput(f"expected parameters whose names begin with {prefix!r}, came none: say which with prefix")
        self.like = next(iter(self.parameters.values()))

    def taken(self) -> Taken:
        """What is known of it."""
        options: Options = {"layout": "torch", "dtype": str(self.like.dtype).removeprefix("torch."), "accuracy": "S"}
        options["batch_first"] = bool(getattr(self.module, "batch_first", getattr(self.part, "batch_first", False)))
        return Taken(
            name=f"{type(self.module).__module__.removesuffix('.modules.rnn')}.{type(self.module).__qualname__}",
            options=options,
            weights={name: numbers(name, weight) for name, weight in self.parameters.items()},
            call=self.call,
            train=None if any(weight.is_inference() for weight in self.parameters.values()) else self.train,
            typed=True,
            renewed=self.renewed if self.is_plain else None,
            further=("unbatched", "lengths") if isinstance(self.module, self.torch.nn.LSTM) else (),
        )

    @property
    def is_plain(self) -> bool:
        """Whether its weights are parameters, each of them one, of a module that can be copied."""
        own = {id(parameter) for parameter in self.module.parameters()}
        known = [id(parameter) for parameter in self.parameters.values()]
        return len(set(known)) == len(known) and set(known) <= own and not any(a.is_inference() for a in self.values())

    def values(self) -> Sequence[Any]:
        """Its parameters."""
        return list(self.parameters.values())

    @contextmanager
    def renewed(self, x: Array, names: Collection[str]) -> Iterator[Taken]:
        """The module, called once more, with weights of half the size and the other sign; then they are what they were.

        What is recorded of calls before holds: a graph does not see that its parameters were others in between.
        """
        self.call(x, None)
        before = {name: self.parameters[name].detach().clone() for name in names}
        try:
            for name, values in before.items():
                self.parameters[name].data.copy_(-values / 2)
            yield self.taken()
        finally:
            for name, values in before.items():
                self.parameters[name].data.copy_(values)

    def call(self, x: Array, states: States | None, valid: Array | None = None) -> Sequence[Array]:
        """Outputs without gradients."""
        with self.evaluated(), self.torch.no_grad():
            given = [self.tensor(a) for a in (x, *(states or ()))]
            before = [a.clone() for a in given]
            outputs = self.forward(given[0], tuple(given[1:]) or None, valid)
        check_unchanged(before, given)
        return [numbers("an output", a) for a in outputs]

    def train(
        self, x: Array, states: States | None, cotangents: Sequence[Array], valid: Array | None = None
    ) -> tuple[Sequence[Array], Mapping[str, Array]]:
        """Outputs, and gradients by name; 0 where nothing depends on something."""
        with self.torch.inference_mode(False), self.torch.enable_grad(), self.evaluated():
            named = {"x": self.tensor(x), **dict(zip(("h_0", "c_0"), self.both(states) or (), strict=False))}
            for tensor in named.values():
                tensor.requires_grad_()
            outputs = self.forward(named["x"], (named["h_0"], named["c_0"]) if states else None, valid)
            by = named | {name: weight for name, weight in self.parameters.items() if self.has_gradient(weight)}
            due = [self.tensor(a) for a in cotangents]
            gradients = self.gradients(outputs, list(by.values()), due)
        return [numbers("an output", a) for a in outputs], {
            name: numbers(name, a) for name, a in zip(by, gradients, strict=True)
        }

    def has_gradient(self, each: Any) -> bool:
        """Of its own: not where it is made of others, or stands in two places."""
        alone = sum(each is other for other in self.parameters.values()) == 1
        return bool(each.is_leaf and each.requires_grad and alone)

    def gradients(self, outputs: Sequence[Any], by: Sequence[Any], due: Sequence[Any]) -> Sequence[Any]:
        """Of the sum of all outputs times those numbers; an output that records nothing depends on nothing."""
        pairs = [(a, weight) for a, weight in zip(outputs, due, strict=True) if a.requires_grad]
        if not pairs:
            return [self.torch.zeros_like(tensor) for tensor in by]
        recorded, weights = zip(*pairs, strict=True)
        gradients: Sequence[Any] = self.torch.autograd.grad(
            recorded, by, weights, allow_unused=True, materialize_grads=True
        )
        return gradients

    def forward(self, x: Any, states: Any, lengths: Array | None) -> list[Any]:
        """output, h_n, c_n."""
        if lengths is not None:
            return self.packed(x, states, lengths)
        if self.is_cell:
            return self.stepped(x, states)
        try:
            output, (h_n, c_n) = self.module(x) if states is None else self.module(x, states)
        except (TypeError, ValueError) as error:
            raise BadInput(
                f"expected a module that returns output, (h_n, c_n); {error}: hand over that LSTM"
            ) from error
        except RuntimeError as error:
            if not isinstance(self.module, self.torch.jit.TracedModule):
                raise
            raise BadInput(
                f"a traced module answers only calls that are made as the one it was traced with; "
                f"{str(error).splitlines()[0]}: hand over the module that was traced, or script it"
            ) from error
        return [output, h_n, c_n]

    def packed(self, x: Any, states: Any, lengths: Array) -> list[Any]:
        """The same of rows of which only some steps count."""
        if not isinstance(self.part, self.torch.nn.LSTM):
            raise BadInput("lengths: expected a torch.nn.LSTM, which takes packed rows: hand over that LSTM")
        rnn, first = self.torch.nn.utils.rnn, self.part.batch_first
        rows = rnn.pack_padded_sequence(x, self.torch.tensor(lengths), batch_first=first, enforce_sorted=False)
        output, (h_n, c_n) = self.module(rows, states)
        padded, _ = rnn.pad_packed_sequence(output, batch_first=first, total_length=x.shape[1 if first else 0])
        return [padded, h_n, c_n]

    def stepped(self, x: Any, states: Any) -> list[Any]:
        """The same of a cell, step by step."""
        state, outputs = None if states is None else (states[0][0], states[1][0]), []
        for step in x:
            state = self.module(step, state)
            outputs.append(state[0])
        return [self.torch.stack(outputs), *(a[None] for a in state or ())]

    def tensor(self, a: Array) -> Any:
        """In the dtype and on the device of the parameters, with the axes in the order in which they lie."""
        return self.torch.from_numpy(np.array(a, order="K")).to(self.like.device, self.like.dtype)

    def both(self, states: States | None) -> tuple[Any, Any] | None:
        """The states as tensors."""
        return None if states is None else (self.tensor(states[0]), self.tensor(states[1]))

    @contextmanager
    def evaluated(self) -> Iterator[None]:
        """The module in evaluation mode, or in training mode, which draws nothing that others miss; left as it was."""
        was = {part: part.training for part in self.module.modules()}
        self.module.train(self.training)
        try:
            with self.torch.random.fork_rng(devices=(), enabled=self.training):
                if self.training:
                    self.torch.default_generator.manual_seed(next(self.seeds))
                yield
        finally:
            self.module.train(was[self.module])
            for part, mode in was.items():
                part.training = mode
