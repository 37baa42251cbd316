"""What people do to the numbers of a right layer is named, and is not taken for another arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.arrays.diagnosing import WORK
from lstm_conformance.reference.diagnosis import Evidence, diagnose, reason, remedy
from lstm_conformance.reference.diagnosis.hypotheses import single
from lstm_conformance.reference.diagnosis.remedies import REMEDIES, WORDS
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.layouts.gate_order import reordered
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.meta.calls_by_hand import (
    PLAIN,
    STREAM,
    changed,
    drawn,
    evidence,
    in_float32,
    last_alone,
    of_weights,
    plain,
    shown,
    with_y,
    x_of,
    y_of,
)
from lstm_conformance.suites.meta.needing import in_part

BIG = 1e12
"""Work enough for everything."""


def in_half(a: Array) -> Array:
    """Rounded to float16."""
    return a.astype(np.float16).astype(np.float64)


def saved(digits: int) -> Evidence:
    """The file holds an input with a few digits, the layer read all of them."""
    right = plain()
    return replace(right, call=right.call._replace(x=in_float32(np.round(right.call.x, digits))))


def weights_saved(digits: int) -> Evidence:
    """The file holds weights with a few digits."""
    right = plain()
    return replace(right, weights=changed(right.weights, *2 * [lambda a: in_float32(np.round(a, digits))]))


def in_another_order(order: str, *, first_alone: bool = False) -> Evidence:
    """Only the biases of the layer are in another order."""
    right = plain()
    ((w,),) = right.weights
    biases = [reordered(bias, "ifgo", order, -1) for bias in w.biases]
    if first_alone:
        biases[1] = w.biases[1]
    return of_weights(right, [[w._replace(biases=tuple(biases))]])


def dropped(rate: float) -> Evidence:
    """Dropout behind the layer."""
    right = plain()
    kept = STREAM(3).uniform(size=right.outputs.y.shape) >= rate
    return with_y(right, lambda y: np.where(kept, y / (1 - rate), 0))


def dropped_between(rate: float, hidden_size: int) -> Evidence:
    """Dropout between two layers, in training mode."""
    stack, lower = (Layer(input_size=6, hidden_size=hidden_size, num_layers=layers) for layers in (2, 1))
    upper = Layer(input_size=hidden_size, hidden_size=hidden_size)
    weights, x = drawn(stack), x_of(stack)
    below = y_of(lower, weights[:1], x)
    read = np.where(STREAM(3).uniform(size=below.shape) >= rate, below / (1 - rate), 0)
    return evidence(stack, weights, x, y_of(upper, weights[1:], in_float32(read)))


def packed() -> Evidence:
    """Rows of 7, 5 and 2 steps."""
    counts = np.arange(7)[:, None] < np.array([7, 5, 2])
    return with_y(plain(), lambda y: np.where(counts[:, None, :, None], y, 0))


def standardised() -> Evidence:
    """The layer read another input."""
    right = plain()
    x = right.call.x
    return with_y(right, lambda _: y_of(PLAIN, right.weights, in_float32((x - x.mean()) / x.std() * 1.5)))


def at_the_last_place() -> Evidence:
    """`output[-1]` of a bidirectional layer."""
    return with_y(shown(Layer(input_size=6, hidden_size=8, bidirectional=True)), lambda y: y[-1:])


NAMED: dict[str, tuple[Evidence, str]] = {
    "y printed with 6 digits": (with_y(plain(), lambda y: np.round(y, 6)), "outputs saved with 6 decimal digits"),
    "y saved in float16": (with_y(plain(), in_half), "outputs saved with the digits of float16"),
    "x printed with 4 digits": (saved(4), "input saved with 4 decimal digits"),
    "weights printed with 5 digits": (weights_saved(5), "weights saved with 5 decimal digits"),
    "y + 1e-5": (with_y(plain(), lambda y: y + 1e-5), "outputs shifted by 1e-05"),
    "y / 2": (with_y(plain(), lambda y: y / 2), "outputs scaled by 0.5"),
    "tanh again": (with_y(plain(), np.tanh), "tanh applied again to the outputs"),
    "weights in float16": (of_weights(plain(), changed(drawn(PLAIN), in_half, in_half)), "weights rounded to float16"),
    "biases in ONNX's order": (in_another_order("iofg"), "gates of the biases in the order i, g, o, f"),
    "a bias in TensorFlow 1's order": (
        in_another_order("igfo", first_alone=True),
        "gates of the input bias in the order i, g, f, o",
    ),
    "rows 1, 0, 2": (with_y(plain(), lambda y: y[:, :, [1, 0, 2]]), "rows returned in the order 1, 0, 2"),
    "dropout behind the layer": (dropped(0.3), "dropout of the outputs left on, at the rate 0.3"),
    "dropout between layers of 8 units": (
        dropped_between(0.5, 8),
        "dropout between the layers left on, at the rate 0.5",
    ),
    "dropout between layers of 20 units": (
        dropped_between(0.2, 20),
        "dropout between the layers left on, at the rate 0.2",
    ),
    "a packed sequence": (packed(), "lengths not in the file, which are 7, 5, 2"),
    "another input": (standardised(), "input scaled by "),
    "the last place": (at_the_last_place(), "last place of both directions"),
}


@pytest.mark.parametrize(("seen", "name"), in_part(NAMED.values(), 2), ids=NAMED)
def test_what_was_done_to_the_numbers_is_named(seen: Evidence, name: str) -> None:
    """First, and with a sentence of how one gets there, and one of what to change."""
    (named,) = diagnose(seen, work=BIG).fits[0].names

    assert named.startswith(name)
    assert reason(named).endswith(".")
    assert remedy(named, "torch")


@pytest.mark.parametrize(("seen", "name"), in_part(NAMED.values(), 4), ids=NAMED)
def test_the_right_layer_is_not_called_less_accurate(seen: Evidence, name: str) -> None:
    """Whatever else fits as well."""
    del name
    others = " ".join(" ".join(fit.names) for fit in diagnose(seen, work=BIG).fits)

    assert "accumulation" not in others
    assert "accurate" not in others


def test_a_layer_of_float32_saved_in_float64_is_right_in_float32() -> None:
    """All its outputs are numbers of float32; said to compute in float64, it is not."""
    diagnosis = diagnose(replace(plain(), arithmetic=arithmetic_of("float64")), work=BIG)

    assert any("arithmetic of float32" in name for fit in diagnosis.fits for name in fit.names)


def test_small_errors_that_nobody_knows_have_no_name() -> None:
    """They are not those of another arithmetic, and it is said where they begin."""
    diagnosis = diagnose(with_y(plain(), lambda y: y + 1e-4 * STREAM(5).standard_normal(y.shape)), work=BIG)

    assert diagnosis.fits == ()
    assert diagnosis.begins is not None
    assert (diagnosis.begins.step, diagnosis.begins.row, diagnosis.begins.unit) == (0, 0, 0)


@pytest.mark.parametrize(("gate", "unit"), [("g", 3), ("o", 5)])
def test_where_it_begins(gate: str, unit: int) -> None:
    """A gate of one unit that is wrong by itself is among those that could be."""
    right = plain()
    ((w,),) = right.weights
    row = "ifgo".index(gate) * 8 + unit
    kernel = w.kernel.copy()
    kernel[:, row] *= -0.7
    begins = diagnose(of_weights(right, [[w._replace(kernel=kernel)]]), work=0).begins

    assert begins is not None
    assert (begins.step, begins.unit, begins.units) == (0, unit, (1, 8))
    assert gate in begins.gates
    assert f"it begins at step 0, row 0, unit {unit}: expected " in begins.sentence()


@pytest.mark.deep
def test_the_last_output_of_another_call_names_no_arithmetic() -> None:
    """The state that it began from is not known, and the last output cannot tell it."""
    right = plain()
    x = np.concatenate([x_of(PLAIN, seed=8), right.call.x])
    diagnosis = diagnose(with_y(last_alone(right), lambda _: y_of(PLAIN, right.weights, x)[-1:]), work=BIG)

    assert diagnosis.fits == ()
    assert diagnosis.begins is not None
    assert "return_sequences=True" in diagnosis.begins.then


@pytest.mark.deep
@pytest.mark.parametrize("scale", [2.0, 4.0])
def test_the_last_output_of_a_long_call_cannot_tell(scale: float) -> None:
    """The bound lets everything pass, the right layer and any other."""
    layer = Layer(input_size=6, hidden_size=16)
    weights, x = drawn(layer, scale=scale), x_of(layer, steps=100)

    for seed in (0, 1):
        y = y_of(layer, drawn(layer, seed, scale), x)
        diagnosis = diagnose(last_alone(evidence(layer, weights, x, y)), work=1e8)

        assert diagnosis.fits == ()
        assert "return_sequences=True" in diagnosis.undecided


@pytest.mark.parametrize("hidden_size", [128, 256])
def test_a_mistake_of_a_large_layer_is_named(hidden_size: int) -> None:
    """With the work that the command has, whatever else the machine does."""
    layer = Layer(input_size=32, hidden_size=hidden_size)
    right = shown(layer, steps=50)
    ((w,),) = right.weights
    diagnosis = diagnose(of_weights(right, [[w._replace(biases=w.biases[:1])]]), work=WORK)

    assert [fit.names for fit in diagnosis.fits] == [("recurrent_bias_missing",)]
    assert diagnosis.complete


def test_every_name_of_a_remedy_is_known() -> None:
    """What is renamed in the catalogue is renamed there."""
    known = {hypothesis.names[0] for hypothesis in single()}

    assert [name for name in known if remedy(name, "torch")]
    assert {name for name in REMEDIES if name not in known} == set()


@pytest.mark.parametrize("layout", WORDS)
def test_a_remedy_speaks_the_language_of_the_framework(layout: str) -> None:
    """It names its arrays."""
    assert WORDS[layout].recurrent_bias in remedy("recurrent_bias_missing", layout)
    assert "add both biases" in remedy("recurrent_bias_missing", layout)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_there_is_a_remedy_in_every_layout(layout: str) -> None:
    """In words that hold for any, where its arrays have no names of their own."""
    assert {name for name in REMEDIES if not remedy(name, layout)} == set()
    assert remedy("recurrent_kernel_transposed", layout).startswith("transpose ")


def test_a_reordering_says_what_the_layer_holds() -> None:
    """Block by block."""
    assert remedy("onnx_weights_not_reordered", "torch").startswith("reorder the gates of every array")
    assert remedy("gates of the input bias in the order i, g, f, o", "torch") == (
        "reorder the gates of bias_ih alone: where the layer reads i, f, g, o it holds i, g, f, o"
    )
