"""Cells that torch and Keras lack, as onnxruntime and TensorFlow's BlockLSTM compute them, held to the bound.

    python -m lstm_conformance.suites.meta.bench.cells

Prints the largest budgets that are used and, in how many cases, wrong cells are excluded. What is not installed is left
out. The oracle judges the smallest of the cases, too.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import Cases, draw
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.mutants import MUTANTS
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array, Rounded, budget, exactly
from lstm_conformance.suites.meta import onnx_node
from lstm_conformance.suites.meta.numbers import start
from lstm_conformance.suites.meta.variants import VARIANTS, Variant, legal, misreading

EVERY_REGIME = ("mild", "saturated", "cancelling", "remembering", "forgetting", "lognormal", "zeros")
SIZES = ((1, 3, 10, 20), (5, 3, 4, 6), (5, 3, 10, 20), (50, 2, 16, 29), (20, 1, 40, 64))
NUMBERS = range(3)
SMALL = 5 * 3 * 6
"""T B H of what the oracle computes."""

FLOAT32 = uniform("float32")

Layer = Callable[[Variant, Cases, int], Outputs[Array]]
"""Computes one case of a batch: y (T, 1, B, D H), h_n and c_n (D, 1, B, H)."""


LARGEST = float(np.finfo(np.float32).max)

LOSES_SMALL_SIGNALS = {("onnxruntime", "scaled_tanh")}
"""Within class X alone, other than its tanh."""


class Found(NamedTuple):
    """The largest budgets of y, h_n and c_n over all cases; in how many of them each wrong cell was excluded.

    unusable: cases that overflow, and those whose bound does.
    """

    budgets: list[float]
    oracle: float
    cases: int
    unusable: int
    excluded: dict[str, int]


def onnxruntime(variant: Variant, cases: Cases, number: int) -> Outputs[Array]:
    """One node."""
    runtime: Any = importlib.import_module("onnxruntime")
    cells = [w.at(number) for w in cases.weights[0]]
    x, h_0, c_0 = cases.inputs.x[:, number], *(a[0, :, number] for a in cases.states)
    feeds = onnx_node.feeds_of(cells, x, h_0.astype(np.float32), c_0.astype(np.float32))
    model = onnx_node.model(feeds, hidden_size=cells[0].hidden_size, **_attributes(variant, len(cells)))
    session = runtime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    y, h_n, c_n = session.run(None, feeds)
    return Outputs(np.concatenate(np.moveaxis(y, 1, 0), -1)[:, None], h_n[:, None], c_n[:, None])


def block_lstm(variant: Variant, cases: Cases, number: int) -> Outputs[Array]:
    """`BlockLSTMV2`, gates in columns i, f, g, o, or `BlockLSTM` with a forget bias, gates in columns i, g, f, o."""
    tensorflow: Any = importlib.import_module("tensorflow")
    w = cases.weights[0][0].at(number)
    old = bool(variant.cell().forget_bias)
    order = [0, 2, 1, 3] if old else [0, 1, 2, 3]

    def columns(rows: Array) -> Array:
        return np.concatenate([np.split(rows, 4)[k] for k in order]).T

    x, h_0, c_0 = cases.inputs.x[:, number], *(a[0, 0, number].astype(np.float32) for a in cases.states)
    peepholes = np.zeros((3, w.hidden_size), np.float32) if w.peepholes is None else w.peepholes
    given: dict[str, Any] = {
        "seq_len_max": len(x),
        "x": x,
        "cs_prev": c_0,
        "h_prev": h_0,
        "w": np.concatenate([columns(w.kernel), columns(w.recurrent_kernel)]),
        "b": columns(w.biases[0]),
        "cell_clip": variant.cell().cell_clip or -1,
        "use_peephole": w.peepholes is not None,
        **dict(zip(("wci", "wcf", "wco"), peepholes, strict=True)),
    }
    given |= {"forget_bias": variant.cell().forget_bias} if old else {}
    _, c, _, _, _, _, h = (tensorflow.raw_ops.BlockLSTM if old else tensorflow.raw_ops.BlockLSTMV2)(**given)
    y, cs = h.numpy()[:, None], c.numpy()[:, None]
    return Outputs(y, y[-1:], cs[-1:])


def _attributes(variant: Variant, directions: int) -> dict[str, Any]:
    """Those of the node."""
    names = ["".join(word.capitalize() for word in name.split("_")) for name, *_ in variant.named]
    given: dict[str, Any] = {
        "direction": "bidirectional" if directions == 2 else "forward",
        "activations": names * directions,
    }
    parameters = [list(numbers) for _, *numbers in variant.named]
    given["activation_alpha"] = [float(each[0]) for each in parameters if each] * directions
    given["activation_beta"] = [float(each[1]) for each in parameters if len(each) > 1] * directions
    cell = variant.cell()
    given |= {"clip": cell.clip} if cell.clip else {}
    given |= {"input_forget": 1} if cell.coupled else {}
    return {name: value for name, value in given.items() if value != []}


ONNX = Variant(0.5, options={"clip": 0.5, "coupled": "f"})
RUNS: dict[str, tuple[Layer, dict[str, Variant], dict[str, Any]]] = {
    "onnxruntime": (
        onnxruntime,
        {
            **{name: VARIANTS[name] for name in ("plain", "peepholes", "large peepholes", "clip", "input_forget")},
            "peepholes, clip, input_forget": ONNX,
            **{
                name: variant
                for name, variant in VARIANTS.items()
                if not variant.options and not variant.peep and name != "plain"
            },
        },
        {"bidirectional": True, "biases": 2},
    ),
    "tensorflow": (
        block_lstm,
        {
            **{name: VARIANTS[name] for name in ("plain", "peepholes", "large peepholes", "cell clip", "forget bias")},
            "peepholes, cell clip": Variant(2, options={"cell_clip": 0.5}),
        },
        {"biases": 1},
    ),
}
"""What is asked of each, and of what layer."""


def judged(run: Layer, variant: Variant, options: dict[str, Any], accuracy: str) -> Found:
    """All sizes and regimes."""
    most, oracle, counts, excluded = [0.0] * 3, 0.0, [0, 0], dict.fromkeys(misreading(variant), 0)
    for case, number in drawn(variant, options):
        found = run(variant, case, 0)
        expected = legal(variant, case, found.y, FLOAT32, accuracy=accuracy)
        usable = all((np.abs(each.value) + each.bound < LARGEST).all() for each in expected)
        counts[usable] += 1
        if not usable:
            continue
        most = [max(a, b) for a, b in zip(most, used(found, expected), strict=True)]
        if case.configuration.layer.hidden_size * found.y.shape[0] * found.y.shape[2] <= SMALL and number == 0:
            oracle = max(oracle, by_oracle(variant, case, found, expected))
        for name in excluded:
            excluded[name] += excludes(MUTANTS[name], variant, case, found)
    return Found(most, oracle, counts[True], counts[False], excluded)


def drawn(variant: Variant, options: dict[str, Any]) -> Iterator[tuple[Cases, int]]:
    """A case at a time."""
    others = {name: each for name, each in options.items() if name != "biases"}
    for size, regime, number in product(SIZES, EVERY_REGIME, NUMBERS):
        called = configuration(*size, regime=regime, **others)
        yield variant.with_peepholes(draw(called, (number,), biases=options["biases"])), number


def used(found: Outputs[Array], expected: Outputs[Rounded]) -> list[float]:
    """The largest budgets."""
    return [float(budget(a, b).max()) for a, b in zip(found, expected, strict=True)]


def by_oracle(variant: Variant, case: Cases, found: Outputs[Array], expected: Outputs[Rounded]) -> float:
    """The largest share of the bound beside the oracle, whose steps are fed what was observed."""
    cells, (h_0, c_0) = [w.at(0) for w in case.weights[0]], (a[0, :, 0] for a in case.states)
    truth = variant.oracle().layer(cells, case.inputs.x[:, 0], h_0, c_0, observed=found.y[:, 0])
    pairs = zip(found, truth, expected, strict=True)
    errors = [(np.abs(a[:, 0].astype(np.float64) - b.astype(np.float64)), due.bound[:, 0]) for a, b, due in pairs]
    return max(float(np.where(error == 0, 0, error / bound).max()) for error, bound in errors)


def excludes(kind: type[LSTM], variant: Variant, case: Cases, found: Outputs[Array]) -> bool:
    """Whether what was observed lies outside the bound of a wrong cell."""
    x, h_0, c_0 = (exactly(a, FLOAT32) for a in start(case))
    wrong = kind(case.configuration.layer, variant.cell())(case.weights, Call(x, h_0, c_0), found.y)
    return max(used(found, Outputs(wrong.y, wrong.h_n[0], wrong.c_n[0]))) > 1


def main() -> None:
    """Print a table of each that is installed."""
    np.seterr(all="ignore")
    for name, (run, variants, options) in RUNS.items():
        if importlib.util.find_spec(name) is None:
            print(f"{name} is not installed")
            continue
        print(
            f"{name} {importlib.import_module(name).__version__}: largest budgets of y, h_n, c_n; of all by the oracle"
        )
        for label, variant in variants.items():
            began = time.monotonic()
            accuracy = "X" if (name, label) in LOSES_SMALL_SIGNALS else "N"
            budgets, oracle, cases, unusable, excluded = judged(run, variant, options, accuracy)
            shown = " ".join(f"{each:.3f}" for each in budgets)
            wrong = ", ".join(f"{each} {count}" for each, count in excluded.items())
            seconds = f"{time.monotonic() - began:.0f} s"
            print(
                f"  {label:<30} {cases:>4} cases, {unusable:>2} not usable  {shown}  {oracle:.3f}  {seconds}  {wrong}"
            )


if __name__ == "__main__":
    main()
