"""What a check sees of an implementation on one of its paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.cotangents import cotangents
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.cases.tangents import direction, rows_apart
from lstm_conformance.fixtures.hosting.client import Hello, Implementation, Message
from lstm_conformance.fixtures.hosting.lending import LEFT, SHARED
from lstm_conformance.fixtures.hosting.requests import (
    COTANGENTS,
    MANY,
    OBSERVATIONS,
    PENALTIES,
    TANGENTS,
    VALID,
    WEIGHTS,
    below,
)
from lstm_conformance.fixtures.hosting.wire import Arrays, Header, dtype_name
from lstm_conformance.reference.arithmetic import STORED, arithmetic_of
from lstm_conformance.reference.bfloat16 import from_float32, is_bfloat16, to_float32
from lstm_conformance.reference.cell import Cell, Coupled, cell_of
from lstm_conformance.reference.layouts import LAYOUTS, Layout
from lstm_conformance.reference.layouts.base import Inputs, Shape
from lstm_conformance.reference.lstm import Call, Outputs, layer, lstm
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.reference.tape import gates_along
from lstm_conformance.suites.harness.judge.dead_hosts import Casualties
from lstm_conformance.suites.harness.judge.expectations import Expectations
from lstm_conformance.suites.harness.judge.memory import Memory

WeightType = tuple[Shape, str]
"""Shape and dtype of a weight."""


class WrongOutputs(Exception):
    """The layer returned other outputs than documented: another number of them, or other shapes."""


@dataclass(frozen=True)
class Seen:
    """Everything observed in calls of one layer on the same inputs, in the framework's own axes; N cases first.

    `dtypes` are those of the outputs; bfloat16 numbers stand here as float32.
    `again`, `weights` and `after` are empty unless `Subject.observe` was asked for them.
    `penalties` are what each of two calls adds to a loss, (N, addends), where `Subject.penalized` was asked.
    """

    cases: Cases
    layout: Layout
    native: Sequence[Array]
    dtypes: Sequence[str]
    again: Sequence[Array]
    weights: Mapping[str, Array]
    before: Mapping[str, Array]
    after: Mapping[str, Array]
    penalties: Sequence[Array] = ()

    @cached_property
    def outputs(self) -> Outputs[Array]:
        """The outputs of the first call, canonical. Raises WrongOutputs."""
        return self._canonical(self.native)

    @cached_property
    def outputs_again(self) -> Outputs[Array]:
        """The outputs of the second call, canonical. Raises WrongOutputs."""
        return self._canonical(self.again)

    @property
    def documented_shapes(self) -> dict[str, Shape]:
        """Name and shape of every output, without the axis of cases."""
        return _documented_shapes(self.layout, self.cases.configuration)

    @cached_property
    def nbytes(self) -> int:
        """What it takes to keep this."""
        kept = [*self.native, *self.again, *self.weights.values(), *self.before.values(), *self.after.values()]
        return sum(a.nbytes for a in kept) + (self.cases.nbytes if self.cases.variation else 0)

    def _canonical(self, native: Sequence[Array]) -> Outputs[Array]:
        return canonical_outputs(self.layout, self.cases.configuration, native)


@dataclass(frozen=True)
class Trained:
    """What one step of training shows: outputs, and the gradients of the sum of all outputs times their cotangents.

    given: the cotangents, canonical. inputs: the gradients by x and, if states were given, by h_0 and c_0, canonical;
    weights: those by the weights, by the framework's own names and in its axes.
    after: inputs and weights behind the way back, empty unless they were asked for; before: as they were sent.
    """

    outputs: Outputs[Array]
    given: Outputs[Array]
    inputs: Inputs
    weights: Mapping[str, Array]
    before: Mapping[str, Array]
    after: Mapping[str, Array]

    @property
    def nbytes(self) -> int:
        """What it takes to keep this."""
        kept = (*self.outputs, *self.given, *self.inputs, *self.weights.values(), *self.after.values())
        return sum(a.nbytes for a in (*kept, *self.before.values()) if a is not None)


@dataclass
class Subject:
    """An implementation on one path. Everything it is asked goes through its host; answers are kept for other rules.

    model: the path of its family that it is compared with, where it is compared.
    memory: where answers are kept, that one call of a layer serves every rule; one for all subjects of a process.
    expectations: what such answers are held against; one for all, too.
    misunderstood: by verb, how often the answer was not understood.
    """

    implementation: Implementation
    hello: Hello
    path: str
    deadline: float = 60.0
    casualties: Casualties = field(default_factory=Casualties)
    misunderstood: Counter[str] = field(default_factory=Counter)
    model: Subject | None = None
    memory: Memory = field(default_factory=Memory)
    expectations: Expectations = field(default_factory=Expectations)
    _descriptions: dict[str, Header] = field(default_factory=dict)

    @property
    def where(self) -> tuple[str, str]:
        """What names it among others: the implementation and the path."""
        return self.hello.implementation, self.path

    @property
    def layout(self) -> Layout:
        """The conventions that the adapter declares."""
        return LAYOUTS[self.hello.layout]

    def run(self, cases: Cases) -> Seen:
        """Call the layer on these cases. Raises HostError where the host cannot.

        Of a few cases everything is observed at once, because other rules will ask for it; of many, only the outputs.
        """
        return self._answer(cases, observe=len(cases) < MANY and not cases.variation)

    def observe(self, cases: Cases) -> Seen:
        """Call the layer twice; see its weights before, and its weights and inputs between. Raises as `run` does."""
        return self._answer(cases, observe=True)

    def penalized(self, cases: Cases) -> Seen:
        """Call the layer twice, and see what each call adds to a loss. Raises as `run` does."""
        return self._ask(cases, ("again", PENALTIES))

    def go_on(self, cases: Cases) -> Seen:
        """Call the layer that the last request had for itself, as that has left it. Raises as `run` does."""
        return self._ask(cases, (), loan=LEFT)

    def gradients(self, cases: Cases, steps: int = 1, *, into: str = "", observe: bool = False) -> Trained:
        """The last of some steps of training, from a fresh or reset layer on. Raises as `run` does, and WrongOutputs.

        The weights stay as they are; what a stateful layer keeps goes from one step to the next.
        into: the outputs on which alone the loss depends, as in `cotangents`.
        observe: whether inputs and weights are shown behind the way back.
        """
        key = ("gradients", cases.key, steps, into, observe)
        return self.memory.recall(
            self.where, key, lambda: self._train(cases, steps, into, observe=observe), lambda trained: trained.nbytes
        )

    def ways_back(self, calls: Sequence[Cases], order: Sequence[int]) -> list[Trained]:
        """Several calls of one layer, and only then the ways back, in this order; what each shows. Raises as `run`.

        calls: of whatever sizes and with whatever inputs; the weights are those of the first.
        """
        first = calls[0].configuration
        arrays: dict[str, Array] = {}
        asked = [self._with_cotangents(cases, "") for cases in calls]
        for index, (_, given, _) in enumerate(asked):
            arrays |= {name if name.startswith(WEIGHTS) else f"{index}/{name}": a for name, a in given.items()}
        fields = self.fields(first) | {"cases": len(calls[0]), "ways_back": list(order)}
        _, answer = self.request("gradients", fields, sent(first, arrays))
        seen = as_numbers(answer)
        return [
            self._trained(configuration, below(seen, f"{index}/"), given, due)
            for index, (configuration, given, due) in enumerate(asked)
        ]

    def descended(self, cases: Cases, rate: float, *, again: bool) -> tuple[Trained, Outputs[Array] | None]:
        """One step of gradient descent: outputs from before it, and what is there after it. Raises as `run`.

        again: whether the layer is called once more behind the step; the outputs of that call come last.
        """
        configuration, given, due = self._with_cotangents(cases, "")
        fields = self.fields(configuration) | {"cases": len(cases), "rate": rate}
        fields |= {"observe": ["again"]} if again else {}
        _, answer = self.request("gradients", fields, sent(configuration, given))
        seen = as_numbers(answer)
        outputs = canonical_outputs(self.layout, configuration, numbered(seen, "output/"))
        given_to = canonical_outputs(self.layout, configuration, due)
        behind = canonical_outputs(self.layout, configuration, numbered(seen, "again/")) if again else None
        return Trained(outputs, given_to, cases.inputs, {}, given, below(seen, "after/")), behind

    def jvp(self, cases: Cases) -> tuple[Outputs[Array], Outputs[Array]]:
        """Outputs, and their derivatives in the direction of the case. Raises as `run` does, and WrongOutputs."""
        configuration, seen = cases.configuration, self._derived("jvp", cases, self._native(cases))
        return canonical_outputs(self.layout, configuration, numbered(seen, "output/")), canonical_outputs(
            self.layout, configuration, numbered(seen, TANGENTS)
        )

    def hvp(self, cases: Cases) -> Trained:
        """The products of the Hessian of a loss with the direction of the case, in the place of gradients."""
        configuration, arrays, due = self._with_cotangents(cases, "")
        return self._trained(configuration, self._derived("hvp", cases, arrays), arrays, due)

    def per_sample(self, cases: Cases) -> Trained:
        """The gradients by weights of every row, each row a case, as `rows_apart` has them; there are no others."""
        configuration, arrays, due = self._with_cotangents(cases, "")
        seen, apart = self._derived("per_sample", cases, arrays), rows_apart(cases)
        wrong = {
            name: a.shape[1:]
            for name, a in below(seen, "gradient/").items()
            if a.shape != (len(cases), configuration.batch, *arrays[name].shape[1:])
        }
        if wrong:
            raise WrongOutputs(
                f"gradients of {configuration.batch} rows have other shapes than theirs: {wrong}, "
                "expected is an axis of rows before those of each weight"
            )
        outputs, given = (
            canonical_outputs(self.layout, configuration, returned) for returned in (numbered(seen, "output/"), due)
        )
        weights = {name: a.reshape(-1, *a.shape[2:]) for name, a in below(seen, f"gradient/{WEIGHTS}").items()}
        return Trained(apart_of(outputs), apart_of(given), apart.inputs, weights, {}, {})

    def _derived(self, kind: str, cases: Cases, arrays: dict[str, Array]) -> dict[str, Array]:
        """What is seen where this derivative is asked for."""
        fields = self.fields(cases.configuration) | {"cases": len(cases), "derivative": kind}
        moved = self._native(direction(cases)) if kind != "per_sample" else {}
        tangents = {f"{TANGENTS}{name}": a for name, a in moved.items() if name not in VALID}
        _, answer = self.request("gradients", fields, sent(cases.configuration, arrays | tangents))
        return as_numbers(answer)

    def describe(self, configuration: Configuration) -> dict[str, WeightType]:
        """Shape and dtype of every weight of a freshly built layer, by name. Raises as `run` does."""
        weights = self._described(configuration)["weights"]
        return {weight["name"]: (tuple(weight["shape"]), weight["dtype"]) for weight in weights}

    def arguments(self, configuration: Configuration) -> dict[str, Any]:
        """What a freshly built layer says that it was constructed with, by the framework's names. Raises as `run`."""
        arguments: dict[str, Any] = self._described(configuration).get("arguments", {})
        return arguments

    def fresh(self, configuration: Configuration, seeds: Sequence[int]) -> list[dict[str, Array]]:
        """The weights of layers that are built one behind another, by name, with an axis of one case. Raises as `run`.

        seeds: of each layer the seed that is given before it, 0 for none. Numbers of half precision are float32.
        """
        return self.memory.recall(
            self.where,
            ("fresh", str(configuration), tuple(seeds)),
            lambda: self._built_anew(configuration, seeds),
            lambda layers: sum(a.nbytes for weights in layers for a in weights.values()),
        )

    def _built_anew(self, configuration: Configuration, seeds: Sequence[int]) -> list[dict[str, Array]]:
        _, answer = self.request("fresh", self.fields(configuration) | {"seeds": list(seeds)}, {})
        seen = {name: a[None] for name, a in as_numbers(answer).items()}
        return [below(seen, f"{index}/{WEIGHTS}") for index in range(len(seeds))]

    def request(self, verb: str, fields: Header, arrays: Arrays) -> Message:
        """Send a request to the host. Raises HostError: DeadlyRequest where a host dies of it, or is known to."""
        return self.casualties.request(self.implementation, verb, fields, arrays, self.deadline)

    def kernel(self, cases: Cases) -> str:
        """What computes the layer of these cases, as its profiler says; "" where nobody can know. Raises as `run`."""
        fields = self.fields(cases.configuration) | {"cases": len(cases)}
        header, _ = self.request("kernel", fields, sent(cases.configuration, self._native(cases)))
        return str(header["kernel"])

    def forget(self) -> None:
        """Ask again from now on, in a fresh host."""
        self.memory.forget(self.where)
        self._descriptions.clear()
        self.implementation.restart()

    def expected(self, cases: Cases, index: int, x: Array, observed: Array | None) -> Outputs[Rounded]:
        """What the layer at this index of the stack must return for x (T, N, B, ·), and the allowed error.

        observed (T, N, B, D P): its outputs as seen, which every next step is fed; None where they are hidden.
        h_n and c_n (D, N, B, ·) are those of this layer.
        """
        arithmetic = arithmetic_of(cases.configuration.dtype)
        h_0, c_0 = cases.states
        fill = self.layout.fill(cases.configuration.layer)
        cell = self.cell(cases.configuration)

        def compute() -> Outputs[Rounded]:
            inputs = (exactly(a, arithmetic) for a in (x, h_0[index], c_0[index]))
            return layer(cell, cases.weights[index], *inputs, observed=observed, mask=cases.mask, fill=fill)

        return self.expectations.recall((index, *self.alike(cases)), [*drawn(cases), x, observed], compute)

    def trajectory(self, cases: Cases, observed: Array | None) -> Outputs[Rounded]:
        """What the whole stack must return, and the allowed error; inner layers follow their own outputs.

        observed (T, N, B, D P): the outputs seen of the last layer; None where they are hidden. States (L, D, N, B, ·).
        """
        arithmetic = arithmetic_of(cases.configuration.dtype)
        fill = self.layout.fill(cases.configuration.layer)
        cell = self.cell(cases.configuration)

        def compute() -> Outputs[Rounded]:
            x, h_0, c_0 = (exactly(a, arithmetic) for a in (cases.inputs.x, *cases.states))
            return lstm(cell, cases.weights, x, h_0, c_0, observed=observed, mask=cases.mask, fill=fill)

        return self.expectations.recall(("all", *self.alike(cases)), [*drawn(cases), observed], compute)

    def gates(self, cases: Cases, index: int, x: Array, observed: Array) -> dict[str, Array]:
        """The reference's i, f, g, o of one forward layer, (N, T, B, H), fed the observed outputs (T, N, B, H)."""
        h_0, c_0 = (state[index : index + 1] for state in cases.states)
        call = Call(x, h_0, c_0, cases.mask)
        return gates_along(self.cell(cases.configuration), [cases.weights[index]], call, observed)

    def cell(self, configuration: Configuration) -> Cell:
        """The activations of the configuration's layer, as accurate as the adapter declares."""
        accuracy, always_added, coupled = self._declared
        cell = cell_of(configuration.layer, accuracy, STORED[configuration.dtype].compute, coupled)
        return cell._replace(forget_bias=cell.forget_bias + always_added)

    def alike(self, cases: Cases) -> tuple[object, ...]:
        """What else decides what must be returned: the cases, how steps that do not count are filled, and the cell."""
        configuration = cases.configuration
        return cases.key, str(configuration), self.layout.fill(configuration.layer), *self._declared

    @property
    def _declared(self) -> tuple[str, float, Coupled]:
        """Of the cell, what no configuration says.

        How accurate activations are, what the forget gate always adds, and the gate without weights.
        """
        accuracy, promised = self.hello.on(self.path).activations, self.hello.promised
        return accuracy, promised.fixed_forget_bias, self.layout.coupled

    def _described(self, configuration: Configuration) -> Header:
        key = str(configuration)
        if key not in self._descriptions:
            fields = self.fields(configuration)
            self._descriptions[key], _ = self.request("describe", fields, {})
        return self._descriptions[key]

    def _answer(self, cases: Cases, *, observe: bool) -> Seen:
        """An answer, kept or new."""
        asked = OBSERVATIONS if observe else ()
        key = ("run", cases.key, observe)
        return self.memory.recall(self.where, key, lambda: self._ask(cases, asked), lambda seen: seen.nbytes)

    def _ask(self, cases: Cases, observe: Sequence[str], loan: str = SHARED) -> Seen:
        configuration, before = cases.configuration, self._native(cases)
        fields = self.fields(configuration) | {"cases": len(cases), "observe": list(observe)}
        fields |= {} if loan == SHARED else {"loan": loan}
        _, answer = self.request("run", fields, sent(configuration, before))
        dtypes = [dtype_name(a, name) for name, a in answer.items() if name.startswith("output/")]
        arrays = as_numbers(answer)
        return Seen(
            cases=cases,
            layout=self.layout,
            dtypes=dtypes,
            native=numbered(arrays, "output/"),
            again=numbered(arrays, "again/"),
            weights=below(arrays, "weights/"),
            before=before,
            after=below(arrays, "after/"),
            penalties=numbered(arrays, "penalty/"),
        )

    def _train(self, cases: Cases, steps: int, into: str, *, observe: bool) -> Trained:
        configuration, arrays, due = self._with_cotangents(cases, into)
        given = {name: a for name, a in arrays.items() if not name.startswith("cotangent/")}
        fields = self.fields(configuration) | {"cases": len(cases), "steps": steps}
        fields |= {"observe": ["inputs"]} if observe else {}
        _, answer = self.request("gradients", fields, sent(configuration, arrays))
        return self._trained(configuration, as_numbers(answer), given, due)

    def _trained(
        self, configuration: Configuration, seen: dict[str, Array], given: dict[str, Array], due: list[Array]
    ) -> Trained:
        """What an answer shows; given: everything by which there must be a gradient; due: the cotangents."""
        by = below(seen, "gradient/")
        wrong = {name: a.shape[1:] for name, a in by.items() if a.shape != given[name].shape}
        if wrong:
            raise WrongOutputs(f"gradients have other shapes than what they are taken by: {wrong}")
        inputs = Inputs(by["x"], by.get("h_0"), by.get("c_0"))
        return Trained(
            canonical_outputs(self.layout, configuration, numbered(seen, "output/")),
            canonical_outputs(self.layout, configuration, due),
            self.layout.canonical_inputs(configuration.layer, inputs, unbatched=configuration.unbatched),
            below(by, "weights/"),
            given,
            below(seen, "after/"),
        )

    def _with_cotangents(self, cases: Cases, into: str) -> tuple[Configuration, dict[str, Array], list[Array]]:
        """What a step of training is given, and the cotangents once more, in the framework's own axes."""
        due = cotangents(cases, self.layout, into)
        arrays = self._native(cases) | {f"cotangent/{k}": a for k, a in enumerate(due)}
        return cases.configuration, arrays, due

    def _native(self, cases: Cases) -> dict[str, Array]:
        """Everything that a call is given, by name and in the framework's own axes."""
        configuration = cases.configuration
        weights = self.layout.native_weights(configuration.layer, cases.weights)
        inputs = self.layout.native_inputs(configuration.layer, cases.inputs, unbatched=configuration.unbatched)
        native = {name: a for name, a in inputs._asdict().items() if a is not None}
        native |= dict([self.layout.native_mask(configuration.layer, cases.mask)] if cases.mask is not None else [])
        native |= {f"weights/{name}": a for name, a in weights.items()}
        return {name: np.ascontiguousarray(a) for name, a in native.items()}

    def fields(self, configuration: Configuration) -> dict[str, Any]:
        """The fields of a request that say which layer is meant."""
        layer = {"layer": configuration.described, "dtype": configuration.dtype, "path": self.path}
        memory = {"strided": True} if configuration.strided else {}
        round_trip = {"round_trip": configuration.round_trip} if configuration.round_trip else {}
        return layer | memory | round_trip


def _documented_shapes(layout: Layout, configuration: Configuration) -> dict[str, Shape]:
    return layout.output_shapes(
        configuration.layer, configuration.time, configuration.batch, unbatched=configuration.unbatched
    )


def canonical_outputs(layout: Layout, configuration: Configuration, native: Sequence[Array]) -> Outputs[Array]:
    """The outputs of one call. Raises WrongOutputs where their shapes are not the documented ones."""
    shapes, documented = [a.shape[1:] for a in native], _documented_shapes(layout, configuration)
    if shapes != list(documented.values()):
        raise WrongOutputs(f"the outputs have shapes {shapes}, documented is {documented}")
    return layout.canonical_outputs(configuration.layer, native, unbatched=configuration.unbatched)


def apart_of(outputs: Outputs[Array]) -> Outputs[Array]:
    """Outputs of N cases of B rows (..., N, B, ·) as those of N B cases of one row."""
    return Outputs(*(a.reshape(*a.shape[:-3], -1, 1, a.shape[-1]) for a in outputs))


def drawn(cases: Cases) -> Iterator[NDArray[Any] | None]:
    """The numbers of cases that their key does not tell: of those that were varied, maybe by what was observed."""
    if cases.variation:
        yield from cases.arrays()
        yield cases.mask


def sent(configuration: Configuration, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays as they travel: in the dtype of the layer's weights, and cotangents in that of its outputs."""
    weights, outputs = STORED[configuration.dtype]
    stored = {name: _sent(a, outputs if name.startswith(COTANGENTS) else weights) for name, a in arrays.items()}
    return stored | (as_numpy_makes_them(arrays) if configuration.wide_input else {})


def as_numpy_makes_them(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Inputs in float64, and masks of 0 and 1."""
    masks: dict[str, NDArray[Any]] = {name: a.astype(np.int64) for name, a in arrays.items() if a.dtype == np.bool_}
    return {"x": arrays["x"].astype(np.float64), **masks}


def _sent(a: Array, dtype: str) -> Array:
    """Numbers of float32 that are exact in a dtype of half precision, as they travel in it; others as they are."""
    if a.dtype != np.float32 or dtype not in {"bfloat16", "float16"}:
        return a
    return from_float32(a) if dtype == "bfloat16" else a.astype(np.float16)


def as_numbers(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays as they are computed with: bfloat16 as float32. Answers are kept, so nobody may write into them."""
    numbers = {name: to_float32(a) if is_bfloat16(a) else a for name, a in arrays.items()}
    for array in numbers.values():
        array.setflags(write=False)
    return numbers


def numbered(arrays: Mapping[str, Array], prefix: str) -> list[Array]:
    """The arrays whose names begin like this, in the order of the numbers behind it."""
    outputs = below(arrays, prefix)
    return [outputs[str(k)] for k in range(len(outputs))]
