"""How exact the reference is: `lstm.py` in float64 beside the oracle's 60 digits: `make oracle`.

    python -m lstm_conformance.suites.meta.exactness

The bound of an implementation counts two roundings, its own and the reference's: u' = u + 2⁻⁵³. The oracle does not
round. One rounding is left, and the reference is held to the hard bound for u' = 2⁻⁵³, at most half of that of float64.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import Cases, draw, only
from lstm_conformance.fixtures.cases.regimes import EVERY_REGIME
from lstm_conformance.reference.arithmetic import REFERENCE_ROUNDOFF, uniform
from lstm_conformance.reference.lstm import Mask, Outputs
from lstm_conformance.reference.oracle import Exact, Oracle
from lstm_conformance.reference.oracle import Outputs as Truth
from lstm_conformance.reference.rounded import Array, Rounded
from lstm_conformance.suites.meta.numbers import forced, layer_by_layer, worst

ONE_ROUNDING = replace(
    uniform("float64", rigorous=True),
    products=REFERENCE_ROUNDOFF,
    elementwise=REFERENCE_ROUNDOFF,
    activation=REFERENCE_ROUNDOFF,
)
"""The hard bound of float64 beside numbers that are exact."""

SIZES = ((1, 1, 1, 1), (5, 3, 4, 6), (50, 2, 3, 29), (10, 10, 8, 26), (20, 1, 64, 32), (2, 3, 30, 112))
"""T, B, I, H with T·B·H·(I+H) of at most 10⁵."""

OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "no bias, no state": {"bias": False, "initial_state": False},
    "stack": {"bidirectional": True, "num_layers": 2, "proj_size": 1},
    "other activations": {"recurrent_activation": "hard_sigmoid", "activation": "softsign"},
}
"""What changes the numbers of a layer."""


def budgets(cases: Cases, mask: Mask | None = None, kind: type[Oracle] = Oracle) -> dict[str, float]:
    """The largest budgets of the reference's outputs and final states in the first case, over all layers.

    Its own outputs are what is observed, and fed to both. Judged are these outputs, and those that it then expects.
    """
    case = only(cases, cases.numbers[0])
    found = layer_by_layer(case, mask)
    observed = [layer.y for layer in found]
    expected = forced(case, observed, ONE_ROUNDING, mask)
    told = [Outputs(*(part.value for part in layer)) for layer in expected]
    truth = true_outputs(case, observed, mask, kind)
    return largest([*zip(found, expected, truth, strict=True), *zip(told, expected, truth, strict=True)])


def true_outputs(
    case: Cases, observed: Sequence[Array], mask: Mask | None = None, kind: type[Oracle] = Oracle
) -> list[Truth]:
    """What the oracle says of every layer of a single case, fed these outputs (T, 1, B, D P)."""
    layer, (h_0, c_0) = case.configuration.layer, case.states
    weights = [[cell.at(0) for cell in cells] for cells in case.weights]
    oracle = kind(layer.activation, layer.recurrent_activation)
    fed = [y[:, 0] for y in observed]
    counts = None if mask is None else mask[:, 0]
    return oracle.stack(weights, case.inputs.x[:, 0], h_0[:, :, 0], c_0[:, :, 0], mask=counts, observed=fed)


def largest(layers: Sequence[tuple[Outputs[Array], Outputs[Rounded], Truth]]) -> dict[str, float]:
    """The largest share of the bound in each kind of output, of layers that were seen, are expected and are true."""
    shares = [[share(*parts) for parts in zip(*layer, strict=True)] for layer in layers]
    return dict(zip(Outputs._fields, np.max(shares, 0).tolist(), strict=True))


def share(seen: Array, expected: Rounded, true: Exact) -> float:
    """The largest share of its bound by which an element differs from the truth; the second axis is that of cases."""
    error, allowed = np.abs(seen[:, 0].astype(np.float64) - true).astype(np.float64), expected[:, 0]
    return worst(error, Rounded(np.zeros_like(error), allowed.err, allowed.var, allowed.arithmetic))


def with_holes(steps: int, rows: int) -> Mask:
    """Every third step of a row does not count, in every row another one (T, 1, B)."""
    return (np.arange(steps)[:, None, None] + 2 * np.arange(rows)) % 3 > 0


def sweep() -> Iterator[tuple[str, str, str, dict[str, float]]]:
    """Regime, size, options, and the largest budgets of every case; every second one has a mask with holes."""
    for number, (regime, size, options) in enumerate(product(EVERY_REGIME, SIZES, OPTIONS)):
        steps, rows = size[:2]
        mask = with_holes(steps, rows) if number % 2 else None
        cases = draw(configuration(*size, dtype="float64", regime=regime, **OPTIONS[options]), (number,), biases=2)
        yield regime, "T{} B{} I{} H{}".format(*size), options, budgets(cases, mask)


def main() -> None:
    """Print the largest budgets by regime. Exits with 1 if one is more than 1."""
    began, most = time.monotonic(), dict.fromkeys(EVERY_REGIME, (0.0, "", ""))
    cases = 0
    for regime, size, options, found in sweep():
        cases += 1
        most[regime] = max(most[regime], (max(found.values()), size, options))
    print(
        f"lstm.py beside the oracle, {cases} cases, {time.monotonic() - began:.0f} s. Largest share of the hard bound:"
    )
    for regime, (budget, size, options) in most.items():
        print(f"  {regime:<14}{budget:.3f}  {size}, {options}")
    raise SystemExit(any(not budget <= 1 for budget, _, _ in most.values()))


if __name__ == "__main__":
    main()
