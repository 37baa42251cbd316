"""A MultiRNNCell of three cells of different sizes, in a process of its own: what it is given and what it gives.

`python -m lstm_conformance.suites.meta.multi_rnn_cell FILE.npz` calls it once on 10 rows of 128 features, from states
that are not zero, and writes x, the weights, the states before and after, and the output.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import numpy as np

ROWS, FEATURES, SIZES = 10, 128, (100, 200, 300)


def called(tf: Any) -> dict[str, Any]:
    """The arrays of one call, by name."""
    random = np.random.RandomState(0)
    stack = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(size) for size in SIZES])
    given = {f"{name}_0_{k}": _drawn(random, size) for k, size in enumerate(SIZES) for name in ("c", "h")}
    states = tuple(
        tf.nn.rnn_cell.LSTMStateTuple(*(tf.constant(given[f"{name}_0_{k}"]) for name in ("c", "h"))) for k in range(3)
    )
    x = _drawn(random, FEATURES)
    output, after = stack(tf.constant(x), states)
    found = {f"{name}_n_{k}": getattr(after[k], name).numpy() for k in range(3) for name in ("c", "h")}
    kernels, biases = stack.trainable_variables[::2], stack.trainable_variables[1::2]
    weights = {
        f"{name}_{k}": v.numpy() for name, all_ in (("kernel", kernels), ("bias", biases)) for k, v in enumerate(all_)
    }
    return {"x": x, "output": output.numpy(), **given, **found, **weights}


def _drawn(random: np.random.RandomState, width: int) -> Any:
    return random.uniform(-1, 1, (ROWS, width)).astype(np.float32)


def main() -> None:
    """Write the arrays."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    tf = importlib.import_module("tensorflow").compat.v1
    tf.enable_eager_execution()
    np.savez(sys.argv[1], **called(tf))


if __name__ == "__main__":
    main()
