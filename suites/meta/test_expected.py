"""`lstm_conformance.expected`: values and bounds of the suite, in the axes of every layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from lstm_conformance import Allowed, BadInput, expected
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.merging import merged
from lstm_conformance.suites.meta.numbers import drawn, trajectory

Arrays = dict[str, Any]

OF_LAYOUTS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in LAYOUTS),
    ("torch", {"num_layers": 2, "bidirectional": True, "proj_size": 3, "batch_first": True}),
    ("torch", {"bias": False, "dtype": "float64"}),
    ("torch", {"dtype": "bfloat16"}),
    ("keras", {"bidirectional": True, "return_state": False}),
    ("keras", {"go_backwards": True}),
    ("keras", {"num_layers": 2}),
    ("onnx", {"bidirectional": True, "use_peepholes": True}),
    ("tf1", {"num_layers": 2, "batch_first": True, "proj_size": 2}),
    ("tf1.coupled", {"num_layers": 2, "batch_first": True, "proj_size": 2, "use_peepholes": True}),
    ("flax.linen", {"bidirectional": True}),
    ("brevitas", {"bidirectional": True, "input_forget": True}),
]

SAID = ("batch_first", "go_backwards", "return_state", "dtype")
"""Options that no array tells."""


def native(layout: str, cases: Cases) -> tuple[Arrays, Arrays]:
    """Weights, and x with the initial states, of the first case in the axes of a layout."""
    lays, layer = LAYOUTS[layout], cases.configuration.layer
    weights = {name: a[0] for name, a in lays.native_weights(layer, cases.weights).items()}
    inputs = lays.native_inputs(layer, cases.inputs)._asdict()
    return weights, {name: a[0] for name, a in inputs.items() if a is not None}


def of_layout(layout: str, **options: Any) -> tuple[Cases, Arrays, Arrays, Arrays]:
    """A case, its arrays, and what must be said of them."""
    options = {"dtype": "float32", "batch_first": layout.startswith("tf1")} | options
    cases = drawn(5, 3, 4, 8, biases=LAYOUTS[layout].biases, **options)
    said = {name: options[name] for name in SAID if name in options}
    said |= {"batch_first": None} if layout in {"keras", "mlx", "openvino"} else {}
    return cases, *native(layout, cases), said | {"layout": layout, "forget_bias": 0.0}


def first(layout: str, cases: Cases, outputs: Outputs[Any]) -> list[Any]:
    """The outputs of the first case, in the axes of the layout and in its order."""
    found = LAYOUTS[layout].native_outputs(cases.configuration.layer, outputs)
    return [a[0] for a in found]


@pytest.mark.parametrize(("layout", "options"), OF_LAYOUTS)
def test_values_and_bounds_are_those_of_the_reference(layout: str, options: dict[str, Any]) -> None:
    """By the names of the layout, in the order of a call and in its axes."""
    cases, weights, inputs, said = of_layout(layout, **options)
    due = trajectory(cases, arithmetic_of(cases.configuration.dtype), coupled=LAYOUTS[layout].coupled)

    found = expected(weights, **inputs, **said).outputs

    assert list(found) == LAYOUTS[layout].output_names(cases.configuration.layer)
    values, bounds = (Outputs(*(getattr(a, name) for a in due)) for name in ("value", "bound"))
    for a, value, bound in zip(found.values(), first(layout, cases, values), first(layout, cases, bounds), strict=True):
        np.testing.assert_array_equal(a.value, value)
        np.testing.assert_array_equal(a.error, bound)


@pytest.mark.parametrize("mode", ["sum", "ave", "mul"])
@pytest.mark.parametrize("whole", [True, False])
def test_directions_are_merged(mode: str, whole: bool) -> None:
    """The bound of a product is no product of bounds."""
    cases = drawn(4, 3, 5, 7, biases=1, bidirectional=True, merge_mode=mode)
    weights, inputs = native("keras", cases)
    due = merged(trajectory(cases, arithmetic_of("float32")).y[:, 0], mode)

    found = expected(weights, **inputs, layout="keras", merge_mode=mode, return_sequences=whole).outputs

    assert list(found) == ["y", "h_0_forward", "c_0_forward", "h_0_backward", "c_0_backward"]
    y = found["y"]
    if whole:
        np.testing.assert_array_equal(y.value, np.swapaxes(due.value, 0, 1))
        np.testing.assert_array_equal(y.error, np.swapaxes(due.bound, 0, 1))
    assert y.value.shape == ((3, 4, 7) if whole else (3, 7))


def test_a_forget_bias_is_that_of_the_class() -> None:
    """TensorFlow 1 and haiku add 1 at run time, and others nothing."""
    _, weights, inputs, said = of_layout("haiku", dtype="float64")
    index = [*range(16, 24)]  # of i, g, f, o
    by_hand = weights | {"lstm/linear/b": weights["lstm/linear/b"] + np.isin(np.arange(32), index)}

    found = expected(weights, **inputs, layout="haiku").outputs
    due = expected(by_hand, **inputs, **said).outputs

    assert found["output"].used(due["output"].value).max() <= 1


def test_lengths_and_masks_say_which_steps_count() -> None:
    """Behind the end torch puts out zeros, Keras what was there before."""
    cases = drawn(5, 3, 4, 8, biases=1, initial_state=False)
    weights, inputs = native("keras", cases)
    lengths = np.array([5, 2, 3])
    mask = np.arange(5) < lengths[:, None]

    by_lengths = expected(weights, **inputs, layout="keras", lengths=lengths).outputs["y"].value
    by_mask = expected(weights, **inputs, layout="keras", mask=mask).outputs["y"].value
    short = expected(weights, inputs["x"][1:2, :2], layout="keras").outputs

    np.testing.assert_array_equal(by_lengths, by_mask)
    np.testing.assert_allclose(by_mask[1:2, :2], short["y"].value, rtol=1e-12)  # of one row BLAS sums otherwise
    np.testing.assert_array_equal(by_mask[1, 2:], np.broadcast_to(by_mask[1, 1], (3, 8)))


def test_without_an_axis_of_rows_there_is_none_in_the_outputs() -> None:
    """Of layouts that have such calls."""
    _, weights, inputs, _ = of_layout("torch")
    alone = expected(weights, inputs["x"][:, 0]).outputs
    beside = expected(weights, inputs["x"][:, :1]).outputs

    assert {name: a.value.shape for name, a in alone.items()} == {"output": (5, 8), "h_n": (1, 8), "c_n": (1, 8)}
    np.testing.assert_array_equal(alone["output"].value, beside["output"].value[:, 0])


def test_what_was_seen_is_fed_to_the_next_step() -> None:
    """So that an error in the first step is one there, and not in those behind it."""
    _, weights, inputs, _ = of_layout("torch")
    y = expected(weights, **inputs).outputs["output"].value.astype(np.float32)
    wrong = y.copy()
    wrong[0] += 0.1
    zero = expected(weights, **inputs).outputs["output"].used(wrong)

    fed = expected(weights, **inputs, observed=wrong).outputs["output"]

    assert (zero[0] > 1).all()
    assert (fed.used(wrong)[0] > 1).all()
    assert not np.allclose(fed.value[1], y[1], atol=1e-4)
    assert fed.error[-1].max() < expected(weights, **inputs).outputs["output"].error[-1].max()


@pytest.mark.parametrize(
    ("layout", "options"),
    [
        ("torch", {"num_layers": 2, "bidirectional": True, "dtype": "float64"}),
        ("torch", {"proj_size": 3, "dtype": "float64"}),
        ("keras", {"bidirectional": True, "dtype": "float64"}),
        ("keras", {"go_backwards": True, "dtype": "float64"}),
        ("onnx", {"use_peepholes": True, "dtype": "float64"}),
        ("tf1", {"dtype": "float64"}),
        ("mlx", {"dtype": "float64"}),
    ],
)
def test_gradients_are_how_the_loss_changes(layout: str, options: dict[str, Any]) -> None:
    """Against differences of the values, for one element of everything that it is taken by."""
    _, weights, inputs, said = of_layout(layout, **options)
    random = np.random.RandomState(7)
    values = expected(weights, **inputs, **said).outputs
    given = {name: random.standard_normal(a.value.shape) for name, a in values.items()}

    found = expected(weights, **inputs, **said, cotangents=given).gradients

    assert set(found) == {*inputs, *weights}
    for name, a in found.items():
        at = tuple(random.randint(size) for size in a.value.shape)
        due = difference(weights, inputs, said, given, name, at)
        assert a.value.shape == (inputs | weights)[name].shape
        assert a.value[at] == pytest.approx(due, rel=1e-6, abs=1e-8), name
        assert 0 < a.error[at] < 1e-11


def difference(
    weights: Arrays, inputs: Arrays, said: Arrays, given: Mapping[str, Any], name: str, at: tuple[int, ...]
) -> float:
    """Of the loss, by a number, from both sides."""
    found = []
    for step in (1e-6, -1e-6):
        changed = {key: {name: a.copy() for name, a in each.items()} for key, each in (("w", weights), ("i", inputs))}
        changed["w" if name in weights else "i"][name][at] += step
        outputs = expected(changed["w"], **changed["i"], **said).outputs
        found.append(sum(float((outputs[key].value * a).sum()) for key, a in given.items()))
    return (found[0] - found[1]) / 2e-6


def test_cotangents_that_are_left_out_are_zero() -> None:
    """A loss of c_n alone."""
    _, weights, inputs, _ = of_layout("torch")
    c_n = np.ones((1, 3, 8), np.float32)
    nothing = {"output": np.zeros((5, 3, 8), np.float32), "h_n": np.zeros_like(c_n)}

    some, every = (
        expected(weights, **inputs, cotangents=each).gradients for each in ({"c_n": c_n}, {"c_n": c_n} | nothing)
    )

    assert all(np.array_equal(some[name].value, every[name].value) for name in every)
    assert (some["c_0"].value != 0).all()


def test_how_much_of_the_error_is_used() -> None:
    """1 at the bound, nothing for the value itself, infinitely much for NaN."""
    allowed = Allowed(np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, 0.0]))

    assert allowed.used([1.5, 2.0, 3.0]).tolist() == [1, 0, 0]
    assert allowed.used([np.nan, 3.0, 3.1]).tolist() == [np.inf, 2, np.inf]
    with pytest.raises(ValueError, match=r"expected an array of shape \(3,\), came \(1,\)"):
        allowed.used([1.0])


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a layout of nobody", {"layout": "theano"}, "expected a layout among torch, keras"),
    ("another layout", {"layout": "keras"}, "kernel (4, 4) is missing"),
    ("an option that it has not", {"merge_mode": "sum"}, "merge_mode='sum': the layout torch has no such layers"),
    ("an activation of nobody", {"activation": "swish"}, "no activation named 'swish'"),
    ("an accuracy of nobody", {"accuracy": "A"}, "class of accuracy N, S or X, came 'A'"),
    ("a dtype of nobody", {"dtype": "int8"}, "expected a dtype among"),
    ("h_0 alone", {"h_0": np.zeros((1, 3, 8))}, "h_0 is given alone, expected h_0 and c_0"),
    ("a mask", {"mask": np.ones((3, 5), bool)}, "came a mask: give lengths"),
    ("lengths of others", {"lengths": [1, 2]}, "lengths is int64 (2,), expected whole numbers (3,)"),
    ("lengths too long", {"lengths": [1, 2, 6]}, "expected lengths from 0 to 5"),
    ("cotangents of others", {"cotangents": {"y": np.zeros(1)}}, "expected cotangents among output, h_n, c_n, came y"),
    (
        "cotangents too small",
        {"cotangents": {"h_n": np.zeros((1, 2, 8))}},
        "h_n has shape (1, 2, 8), expected (1, 3, 8)",
    ),
    ("observed of others", {"observed": np.zeros((4, 3, 8))}, "y has shape (4, 3, 8), expected (5, 3, 8)"),
    ("a prefix of none", {"prefix": "net."}, "there are no weights"),
]


@pytest.mark.parametrize(("options", "sentence"), [pytest.param(*each, id=name) for name, *each in REFUSED])
def test_what_does_not_fit_is_told_in_a_sentence(options: dict[str, Any], sentence: str) -> None:
    """What was expected, what came, what to do."""
    _, weights, inputs, _ = of_layout("torch", initial_state=False)

    with pytest.raises(BadInput) as told:
        expected(weights, **(inputs | options))

    assert sentence in str(told.value)


def test_a_stack_that_reads_from_the_end_is_refused() -> None:
    """What each layer is handed on is read from its end again."""
    cases = drawn(4, 2, 3, 8, biases=1, num_layers=2)
    weights, inputs = native("keras", cases)

    with pytest.raises(BadInput, match="ask for its layers one by one"):
        expected(weights, **inputs, layout="keras", go_backwards=True)


def test_inputs_without_states_start_from_zeros() -> None:
    """As the layer does."""
    cases, weights, inputs, _ = of_layout("torch")
    zeros = Inputs(inputs["x"], np.zeros_like(inputs["h_0"]), np.zeros_like(inputs["c_0"]))._asdict()

    without, with_zeros = (expected(weights, **each).outputs["output"] for each in ({"x": inputs["x"]}, zeros))

    np.testing.assert_array_equal(without.value, with_zeros.value)
    assert cases.inputs.h_0 is not None


@pytest.mark.filterwarnings("error")
def test_a_bound_that_overflows_accuses_nobody() -> None:
    """It is infinite; and a test of one's own that takes warnings for errors has none of it."""
    random = np.random.RandomState(0)
    shapes = {"weight_ih_l0": (192, 4), "weight_hh_l0": (192, 48), "bias_ih_l0": (192,), "bias_hh_l0": (192,)}
    weights = {name: random.uniform(-0.5, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}

    found = expected(weights, random.standard_normal((130, 2, 4)), cotangents={"output": np.ones((130, 2, 48))})

    error = found.gradients["x"].error
    assert np.isinf(error).any()
    assert not np.isnan(error).any()
    assert found.gradients["x"].used(found.gradients["x"].value).max() == 0
