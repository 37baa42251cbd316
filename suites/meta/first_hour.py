"""A right adapter, and ten mistakes that authors make: what each replaces, and what a run must name."""

from __future__ import annotations

from typing import NamedTuple

RIGHT = """\
import sys

import numpy as np

from lstm_conformance.fixtures.implementations.adapter import Adapter


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Mine(Adapter):
    name, packages = "mine.LSTM", ()
    claims = ("initial_state", "batch_first", "lengths")

    def build(self, layer, dtype, path):
        gates = 4 * layer.hidden_size
        shapes = {
            "weight_ih_l0": (gates, layer.input_size),
            "weight_hh_l0": (gates, layer.hidden_size),
            "bias_ih_l0": (gates,),
            "bias_hh_l0": (gates,),
        }
        weights = {name: np.zeros(shape, dtype) for name, shape in shapes.items()}
        return {"batch_first": layer.batch_first, "weights": weights}

    def load(self, built, weights):
        built["weights"].update(weights)

    def weights(self, built):
        return {name: array.copy() for name, array in built["weights"].items()}

    def call(self, built, x, states):
        return self.run(built, x, states, None)

    def call_masked(self, built, x, states, valid):
        return self.run(built, x, states, valid)

    def run(self, built, x, states, lengths):
        w = built["weights"]
        x = np.swapaxes(x, 0, 1) if built["batch_first"] else x
        h = c = np.zeros((x.shape[1], w["weight_hh_l0"].shape[1]), x.dtype)
        if states is not None:
            h, c = states[0][0], states[1][0]
        outputs = []
        for t, x_t in enumerate(x):
            z = x_t @ w["weight_ih_l0"].T + h @ w["weight_hh_l0"].T + w["bias_ih_l0"] + w["bias_hh_l0"]
            i, f, g, o = np.split(z, 4, axis=-1)
            c_t = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h_t = sigmoid(o) * np.tanh(c_t)
            on = np.ones((len(h), 1), bool) if lengths is None else (t < lengths)[:, None]
            h, c = np.where(on, h_t, h), np.where(on, c_t, c)
            outputs.append(np.where(on, h_t, 0))
        output = np.stack(outputs)
        output = np.swapaxes(output, 0, 1) if built["batch_first"] else output
        return [output, h[None], c[None]]
"""
"""An LSTM of one layer in torch's layout, with `batch_first` and lengths."""


class Mistake(NamedTuple):
    """What is written in the place of what, and what the run says of it; nothing where it does no harm."""

    right: str
    wrong: str
    named: tuple[str, ...]


def at(text: str, function: str) -> str:
    """How a line is named, the first that has this text."""
    return f"mine.py:{RIGHT[: RIGHT.index(text)].count(chr(10)) + 1} in {function}"


CALL = at("    def call(", "call")

MISTAKES = {
    "gates in another order": Mistake(
        "i, f, g, o = np.split", "f, i, g, o = np.split", ("input and forget gate exchanged", CALL)
    ),
    "biases twice": Mistake(
        '+ w["bias_ih_l0"] + w["bias_hh_l0"]', '+ 2 * (w["bias_ih_l0"] + w["bias_hh_l0"])', ("bias", CALL)
    ),
    "states exchanged": Mistake(
        "h, c = states[0][0], states[1][0]", "c, h = states[0][0], states[1][0]", ("initial states exchanged", CALL)
    ),
    "states of another shape": Mistake(
        "[output, h[None], c[None]]",
        "[output, h, c]",
        (f"`call` ({CALL}) returned", "return 3: output (3, 2, 5), h_n (1, 2, 5)"),
    ),
    "batch_first ignored": Mistake(
        '"batch_first": layer.batch_first',
        '"batch_first": False',
        ("wherever batch_first", "mine.py:"),
    ),
    "a claim without its method": Mistake(
        '"lengths")',
        '"lengths", "gradients")',
        ("has no method `gradients`: expected `def gradients(", at("class Mine", "class Mine")),
    ),
    "a method without an argument": Mistake(
        "def build(self, layer, dtype, path)",
        "def build(self, layer, dtype)",
        (f"takes 3 positional arguments but 4 were given ({at('    def build(', 'build')})",),
    ),
    "an exception in every call": Mistake(
        "built, x, states, None)",
        "built.forward(x), states, None, None)",
        (f"no attribute 'forward' ({at('self.run(', 'call')})",),
    ),
    "an exception in most calls": Mistake(
        "            h, c = states",
        "            raise ValueError(x.sum())\n            h, c = states",
        ("ValueError", at("            h, c = states", "run"), "wherever initial_state"),
    ),
    "prints": Mistake("        w = built", '        print("called")\n        w = built', ()),
    "lists": Mistake(
        "h[None], c[None]]", "h[None].tolist(), c[None].tolist()]", ("dtypes: ['float32', 'float64'", CALL)
    ),
    "tensors of a class": Mistake(
        "[output, h[None]",
        "[memoryview(np.ascontiguousarray(output)), h[None]",
        (),
    ),
    "float32": Mistake(
        '        w = built["weights"]',
        '        w, x = {name: a.astype("f4") for name, a in built["weights"].items()}, x.astype("f4")',
        ("float32", "float64", CALL),
    ),
    "lengths ignored": Mistake(
        "self.run(built, x, states, valid)", "self.run(built, x, states, None)", ("lengths ignored", CALL)
    ),
}
