"""Right LSTMs in the layouts that no implementation here has, and one that takes the order of ONNX for torch's."""

from __future__ import annotations

from lstm_conformance.fixtures.implementations.mutants import MutantAdapter
from lstm_conformance.reference.mutants import MUTANTS


class Onnx(MutantAdapter):
    """As a node of ONNX is given its weights."""

    name, layout = "layouted_adapters.Onnx", "onnx"
    claims = ("bidirectional", "batch_first", "no_bias", "initial_state", "go_backwards", "activations")


class Tf1(MutantAdapter):
    """As a checkpoint of TensorFlow 1 holds them, without a forget bias at run time."""

    name, layout = "layouted_adapters.Tf1", "tf1"
    claims = ("layers", "bidirectional", "batch_first", "projection", "initial_state")


class Gates(MutantAdapter):
    """Gate by gate."""

    name, layout = "layouted_adapters.Gates", "gates"
    claims = ("batch_first", "unbatched", "no_bias", "initial_state")


class OnnxNotReordered(Onnx):
    """Its weights come in the order i, o, f, c, and are read as i, f, c, o."""

    name = "layouted_adapters.OnnxNotReordered"
    mutant = MUTANTS["onnx_weights_not_reordered"]
