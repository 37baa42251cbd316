"""What the constructors of frameworks call the arguments of `Layer`, and the values that they are given."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from lstm_conformance.reference.layer import Layer


class Arguments(NamedTuple):
    """The field of `Layer` by the name of the argument, and the values that are called otherwise there.

    They are the arguments that are the same in every layer of a stack, and in both directions.
    """

    fields: Mapping[str, str] = MappingProxyType({})
    values: Mapping[tuple[str, object], object] = MappingProxyType({})

    def of(self, layer: Layer) -> dict[str, object]:
        """The arguments that make a layer."""
        given = {name: getattr(layer, field) for name, field in self.fields.items()}
        return {name: self.values.get((name, value), value) for name, value in given.items()}


TORCH = Arguments(
    {
        "input_size": "input_size",
        "hidden_size": "hidden_size",
        "num_layers": "num_layers",
        "bias": "bias",
        "batch_first": "batch_first",
        "bidirectional": "bidirectional",
        "proj_size": "proj_size",
    }
)

TORCH_CELL = Arguments({"input_size": "input_size", "hidden_size": "hidden_size", "bias": "bias"})

KERAS = Arguments(
    {
        "units": "hidden_size",
        "use_bias": "bias",
        "activation": "activation",
        "recurrent_activation": "recurrent_activation",
        "unroll": "unroll",
        "stateful": "stateful",
        "zero_output_for_mask": "zero_output_for_mask",
        "implementation": "implementation",
        "use_cudnn": "use_cudnn",
    },
    {("use_cudnn", "never"): False, ("recurrent_activation", "hard_sigmoid_0.2"): "hard_sigmoid"},
)

KERAS_BIDIRECTIONAL = Arguments(
    {**KERAS.fields, "merge_mode": "merge_mode"}, {**KERAS.values, ("merge_mode", "none"): None}
)
"""Those of the wrapper, and of the layers in it."""
