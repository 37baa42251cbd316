"""`lstm_conformance.convert`, judged by running the layer of the target on the converted weights."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from lstm_conformance import BadInput, convert, expected
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.bfloat16 import BFLOAT16, from_float32, to_float32
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.weights import Array
from lstm_conformance.suites.meta.needing import in_part
from lstm_conformance.suites.meta.numbers import drawn

COUPLED = "tf1.coupled"
PLAIN = {*LAYOUTS} - {COUPLED}
STACKS = {"torch", "keras", "tf1", "nnabla"}
TWO_WAYS = STACKS | {"onnx", "openvino", "flax.linen", "brevitas"}
KINDS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "plain": ({}, PLAIN),
    "no bias": ({"bias": False}, {"torch", "keras", "onnx", "gates", "equinox", "brevitas", "mlx", "nnabla"}),
    "two directions": ({"bidirectional": True}, TWO_WAYS),
    "a stack": ({"num_layers": 2}, STACKS),
    "a stack in two directions": ({"num_layers": 2, "bidirectional": True}, STACKS),
    "a projection": ({"proj_size": 3}, {"torch", "tf1"}),
    "peepholes": ({"use_peepholes": True}, {"onnx", "tf1", "block", "block_v2"}),
}
"""The options of a layer, and the layouts that have a place for its weights, from the manuals."""

PAIRS = [
    (kind, source, target)
    for kind, (_, able) in KINDS.items()
    for source, target in product(sorted(able), sorted(PLAIN))
    if target in able or kind == "no bias"
]
IMPOSSIBLE = [
    (kind, sorted(able)[0], target)
    for kind, (_, able) in KINDS.items()
    for target in sorted({*LAYOUTS} - able)
    if kind != "no bias"
]
TO_BE_COUPLED = [
    *(("plain", target) for target in sorted(PLAIN)),
    *((kind, target) for kind in ("two directions", "a stack", "a projection") for target in ("tf1", "torch")),
    *(("peepholes", target) for target in ("onnx", "tf1", "block")),
]
RUN_TIME = {"tf1": 1.0, COUPLED: 1.0, "block": 1.0, "haiku": 1.0, "dynet": 1.0}


def arrays(kind: str, layout: str, dtype: str = "float64") -> tuple[Cases, dict[str, Array]]:
    """A layer that many layouts have, and its weights in one."""
    cases = drawn(4, 2, 5, 8, biases=LAYOUTS[layout].biases, dtype=dtype, **KINDS[kind][0])
    native = LAYOUTS[layout].native_weights(cases.configuration.layer, cases.weights)
    return cases, {name: a[0] for name, a in native.items()}


def run(layout: str, weights: dict[str, Array], cases: Cases, dtype: str = "float64") -> tuple[Array, Array]:
    """y (T, B, D P) and its bound, as the layer of a layout computes it on the inputs of the cases."""
    lays, layer = LAYOUTS[layout], replace(cases.configuration.layer, bias=True)
    rows_first = layout in {"keras", "mlx", "openvino"}
    x = lays.native_inputs(layer, cases.inputs).x[0]
    found = expected(weights, x, layout=layout, dtype=dtype, batch_first=rows_first)
    both = ([a[part][None] for a in found.outputs.values()] for part in (0, 1))
    value, bound = (lays.canonical_outputs(layer, each).y[:, 0] for each in both)
    return value, bound


@pytest.mark.parametrize(("kind", "source", "target"), in_part(PAIRS, 3))
def test_the_layer_of_the_target_computes_the_same(kind: str, source: str, target: str) -> None:
    """Whatever was folded; and without a note, every number is where it was, and nothing else is there."""
    cases, weights = arrays(kind, source)

    found, notes = convert(weights, source, target)

    (due, bound), (seen, _) = (run(*each, cases) for each in ((source, weights), (target, found)))
    assert (np.abs(seen - due) <= bound).all()
    assert notes or np.array_equal(numbers(found), numbers(weights))
    assert bool(notes) or RUN_TIME.get(source) == RUN_TIME.get(target)
    assert {a.dtype.name for a in found.values()} == {"float64"}


@pytest.mark.parametrize(("kind", "source", "target"), IMPOSSIBLE)
def test_what_the_target_cannot_express_is_refused(kind: str, source: str, target: str) -> None:
    """In a sentence, and nothing comes out."""
    _, weights = arrays(kind, source)

    with pytest.raises(BadInput, match=rf"the layout {target} cannot express "):
        convert(weights, source, target)


@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back_are_the_very_numbers(kind: str) -> None:
    """Between layouts that have as many biases."""
    able = KINDS[kind][1]
    for source, target in product(sorted(able), sorted(able)):
        if LAYOUTS[source].biases == LAYOUTS[target].biases and RUN_TIME.get(source) == RUN_TIME.get(target):
            _, weights = arrays(kind, source, "float32")
            there = convert(weights, source, target)
            back = convert(there.weights, target, source)
            assert there.notes == back.notes == ()
            assert weights.keys() == back.weights.keys()
            assert all(np.array_equal(weights[name], back.weights[name]) for name in weights)


def numbers(weights: dict[str, Array]) -> Array:
    """All of them, in order."""
    return np.sort(np.concatenate([a.ravel() for a in weights.values()]))


def test_two_biases_are_added_up_and_it_is_said() -> None:
    """By how much they were rounded, too."""
    _, weights = arrays("plain", "torch", "float32")
    due = weights["bias_ih_l0"].astype(np.float64) + weights["bias_hh_l0"]

    found, notes = convert(weights, "torch", "keras")

    assert np.array_equal(found["bias"], due.astype(np.float32))
    error = np.abs(found["bias"] - due).max()
    assert notes == (
        "the two biases were added up: the target has one",
        f"biases were rounded to float32, by at most {error:.1e}",
    )


def test_a_second_bias_is_zeros() -> None:
    """So that nothing is rounded."""
    _, weights = arrays("plain", "keras", "float32")

    found, notes = convert(weights, "keras", "torch")

    assert np.array_equal(found["bias_ih_l0"], weights["bias"])
    assert not found["bias_hh_l0"].any()
    assert notes == ("the target has two biases: the second is zeros",)


def test_a_forget_bias_is_taken_off() -> None:
    """What the target adds at run time; a layer that is told to add nothing gets the bias as it is."""
    _, weights = arrays("plain", "keras", "float32")
    _, f, _, _ = np.split(weights["bias"], 4)

    found, notes = convert(weights, "keras", "tf1")
    told, _ = convert(weights, "keras", "tf1", target_forget_bias=0.0)

    _, _, of_tf1, _ = np.split(found["bias"], 4)
    assert np.array_equal(of_tf1, f - np.float32(1))
    assert "-1 was added to the bias of the forget gate: in every step, the source adds 0" in notes[0]
    assert np.array_equal(np.split(told["bias"], 4)[2], f)


def test_weights_of_cudnn_have_two_biases_in_one() -> None:
    """8H numbers, which Keras' LSTM takes the sum of."""
    _, weights = arrays("plain", "keras")
    second = np.arange(32) / 64.0

    found, notes = convert(weights | {"bias": np.concatenate([weights["bias"], second])}, "keras", "keras")

    assert np.array_equal(found["bias"], weights["bias"] + second)
    assert notes[0] == "the two biases were added up: the target has one"


def test_bfloat16_stays_bfloat16() -> None:
    """As patterns, which NumPy has no dtype for."""
    _, weights = arrays("plain", "torch", "bfloat16")
    patterns = {name: from_float32(a) for name, a in weights.items()}

    found, _ = convert(patterns, "torch", "keras")

    assert {a.dtype for a in found.values()} == {BFLOAT16}
    assert np.array_equal(to_float32(found["kernel"]), weights["weight_ih_l0"].T)


def test_what_comes_out_is_an_array_of_its_own() -> None:
    """Changing it changes nothing that came in."""
    _, weights = arrays("plain", "torch")
    kept = {name: a.copy() for name, a in weights.items()}

    for a in convert(weights, "torch", "torch").weights.values():
        a[...] = 0

    assert all(np.array_equal(weights[name], kept[name]) for name in kept)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda w: w | {"bias_hh_l0": w["bias_hh_l0"].astype(np.float16)}, "weights of one floating-point dtype"),
        (
            lambda w: {name: a.astype(np.int64) for name, a in w.items()},
            "weights of one floating-point dtype, came int64",
        ),
        (lambda w: w | {"weight_hh_l0": w["weight_hh_l0"].T}, "weight_hh_l0 has shape (8, 32), documented is (32, 8)"),
        (lambda w: {f"encoder.{name}": a for name, a in w.items()}, "say with prefix which are meant"),
        (lambda _: {}, "there are no weights"),
    ],
)
def test_other_weights_are_told_in_a_sentence(change: Any, sentence: str) -> None:
    """What was expected, what came, what to do."""
    _, weights = arrays("plain", "torch")

    with pytest.raises(BadInput) as told:
        convert(change(weights), "torch", "keras")

    assert sentence in str(told.value)


@pytest.mark.parametrize(("here", "there"), [(float("nan"), None), (None, float("nan"))])
def test_what_is_added_is_a_number(here: float | None, there: float | None) -> None:
    """Finite, that is."""
    _, weights = arrays("plain", "torch")

    with pytest.raises(BadInput, match="expected forget_bias to be a finite number, came nan"):
        convert(weights, "torch", "keras", forget_bias=here, target_forget_bias=there)


def test_a_prefix_says_which_weights_are_meant() -> None:
    """Others may be among them."""
    _, weights = arrays("plain", "torch")
    named = {f"encoder.{name}": a for name, a in weights.items()} | {"head": np.zeros(3)}

    assert convert(named, "torch", "keras", prefix="encoder.").weights.keys() == {"kernel", "recurrent_kernel", "bias"}


class TestAGateWithoutWeights:
    """The input gate of TensorFlow 1's coupled cells, which is 1 minus the forget gate."""

    @pytest.mark.parametrize(("kind", "target"), TO_BE_COUPLED)
    def test_it_gets_those_of_the_other_negated(self, kind: str, target: str) -> None:
        """The layer of the target has all four gates, and computes the same."""
        cases, weights = arrays(kind, COUPLED)

        found, notes = convert(weights, COUPLED, target)

        (due, bound), (seen, error) = (run(*each, cases) for each in ((COUPLED, weights), (target, found)))
        assert (np.abs(seen - due) <= bound + error).all()
        assert notes[0].startswith(
            "the gate i has no weights in the source: it was given those of f, negated, and 1 less"
        )

    @pytest.mark.parametrize(("kind", "target"), TO_BE_COUPLED)
    def test_what_was_coupled_can_be_coupled_again(self, kind: str, target: str) -> None:
        """There and back are the very numbers but for biases, from which what is added at run time was taken."""
        _, weights = arrays(kind, COUPLED)

        back, notes = convert(convert(weights, COUPLED, target).weights, target, COUPLED)

        assert back.keys() == weights.keys()
        assert all(np.allclose(back[name], a, rtol=0, atol=1e-15) for name, a in weights.items())
        assert all(np.array_equal(back[name], a) for name, a in weights.items() if not name.endswith("B"))
        assert notes[0] == "the weights of the gate i were left out: it is 1 - f in the source, too"

    @pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
    @pytest.mark.parametrize("target", ["tf1", "block", "haiku", "torch", "keras"])
    def test_biases_that_were_rounded_are_no_gate_of_its_own(self, target: str, dtype: str) -> None:
        """Whatever their last digits, and wherever something is added at run time: there and back, they round twice."""
        _, weights = arrays("plain", COUPLED)
        random = np.random.RandomState(1)
        drawn = {name: (3 * random.standard_normal(a.shape)).astype(dtype) for name, a in weights.items()}

        back, _ = convert(convert(drawn, COUPLED, target).weights, target, COUPLED)

        before, after = (weights["B"].astype(np.float64) for weights in (drawn, back))
        assert (np.abs(after - before) <= np.finfo(dtype).eps * (np.abs(before) + 1)).all()
        assert np.array_equal(back["W_0"], drawn["W_0"])

    def test_it_stays_without_where_it_has_none(self) -> None:
        """From a layout to itself, nothing is changed."""
        _, weights = arrays("peepholes", COUPLED)

        found, notes = convert(weights, COUPLED, COUPLED)

        assert notes == ()
        assert all(np.array_equal(found[name], a) for name, a in weights.items())

    @pytest.mark.parametrize("name", ["kernel", "bias", "w_i_diag"])
    def test_a_gate_of_its_own_is_refused(self, name: str) -> None:
        """One number of it is enough; and the layer without that number is not refused."""
        _, weights = arrays("peepholes", COUPLED)
        plain, _ = convert(weights, COUPLED, "tf1")
        own = plain | {name: plain[name] + np.eye(1, plain[name].size).reshape(plain[name].shape)}

        with pytest.raises(BadInput) as told:
            convert(own, "tf1", COUPLED)

        assert "cannot express a gate i of its own, which is 1 - f there" in str(told.value)
        assert convert(plain, "tf1", COUPLED).weights.keys() == weights.keys()

    def test_a_forget_gate_without_weights_is_1_minus_the_input_gate(self) -> None:
        """The other way round: Brevitas, told by the names of its weights."""
        cases = drawn(4, 2, 5, 8, biases=1, dtype="float64", input_forget=True)
        native = LAYOUTS["brevitas"].native_weights(cases.configuration.layer, cases.weights)
        weights = {name: a[0] for name, a in native.items()}

        found, notes = convert(weights, "brevitas", "keras")

        due, bound = run("brevitas", weights, cases)
        seen, error = run("keras", found, cases)
        assert not any("forget" in name for name in weights)
        assert (np.abs(seen - due) <= bound + error).all()
        assert notes[0].startswith("the gate f has no weights in the source: it was given those of i, negated: f is 1")
