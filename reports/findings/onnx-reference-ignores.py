"""The reference evaluator of ONNX ignores what changes the equations of an LSTM, without a word.

Needs onnx: `make field` installs it in an environment of its own.
Rule 18.4; cause onnx-reference-ignores. Seen with onnx 1.23.2; the operator is
https://onnx.ai/onnx/operators/onnx__LSTM.html. No public issue about the evaluator was found; of another runtime that
does the same there is https://github.com/sonos/tract/issues/2751. Expected: every output differs from the plain one.
No control: a plain operator is what the others are compared with.
Actual:

    clip: the same as without
    input_forget: the same as without
    activations: the same as without
    sequence_lens: the same as without
"""

import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

random = np.random.RandomState(0)
given = {
    name: random.standard_normal(shape) for name, shape in {"X": (3, 1, 2), "W": (1, 8, 2), "R": (1, 8, 2)}.items()
}


def y(*more: str, **attributes: object) -> np.ndarray:
    """Return Y of the operator with these attributes, and with `sequence_lens` if it is among more."""
    names = ["X", "W", "R", *(["", "sequence_lens"] if more else [])]
    node = helper.make_node("LSTM", names, ["Y"], hidden_size=2, **attributes)
    kinds = {"sequence_lens": TensorProto.INT32}
    inputs = [helper.make_tensor_value_info(n, kinds.get(n, TensorProto.DOUBLE), None) for n in names if n]
    outputs = [helper.make_tensor_value_info("Y", TensorProto.DOUBLE, None)]
    model = helper.make_model(helper.make_graph([node], "lstm", inputs, outputs))
    lengths = {name: np.ones(1, np.int32) for name in more}
    return ReferenceEvaluator(model).run(None, {**given, **lengths})[0]


changed = {
    "clip": y(clip=0.1),
    "input_forget": y(input_forget=1),
    "activations": y(activations=["HardSigmoid", "Relu", "Relu"]),
    "sequence_lens": y("sequence_lens"),
}
for name, output in changed.items():
    print(f"{name}: {'the same as without' if np.array_equal(output, y()) else 'differs'}")
