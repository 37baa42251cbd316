"""What the constructors of a layout's frameworks call the arguments of `Layer`, and the values that they are given."""

from __future__ import annotations

from lstm_conformance.reference.layer import Layer

TORCH = {
    "input_size": "input_size",
    "hidden_size": "hidden_size",
    "num_layers": "num_layers",
    "bias": "bias",
    "batch_first": "batch_first",
    "bidirectional": "bidirectional",
    "proj_size": "proj_size",
}

KERAS = {
    "units": "hidden_size",
    "use_bias": "bias",
    "activation": "activation",
    "recurrent_activation": "recurrent_activation",
    "unroll": "unroll",
    "stateful": "stateful",
    "zero_output_for_mask": "zero_output_for_mask",
    "implementation": "implementation",
    "use_cudnn": "use_cudnn",
    "merge_mode": "merge_mode",
}
"""Those that are the same in every layer of a stack, and in both directions."""

ARGUMENTS = {"torch": TORCH, "keras": KERAS}

VALUES: dict[tuple[str, object], object] = {
    ("use_cudnn", "never"): False,
    ("merge_mode", "none"): None,
    ("recurrent_activation", "hard_sigmoid_0.2"): "hard_sigmoid",
}
"""Values that are called otherwise than in `Layer`."""


def constructed(layout: str, layer: Layer) -> dict[str, object]:
    """The arguments of the constructor that makes this layer, by the names that a framework of the layout has."""
    values = {name: getattr(layer, field) for name, field in ARGUMENTS.get(layout, {}).items()}
    return {name: VALUES.get((name, value), value) for name, value in values.items()}
