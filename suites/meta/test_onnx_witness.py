"""A third witness: what the reference evaluator of ONNX computes in float64 lies within the bound of the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.data import Cases, only
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.meta import onnx_node
from lstm_conformance.suites.meta.numbers import drawn, forced, worst
from lstm_conformance.suites.meta.variants import Variant

HARD = uniform("float64", rigorous=True)

LAYERS: dict[str, dict[str, Any]] = {
    "forward": {},
    "zero state": {"initial_state": False},
    "bidirectional": {"bidirectional": True},
    "saturated": {"regime": "saturated"},
    "remembering": {"regime": "remembering"},
    "cancelling": {"regime": "cancelling", "bidirectional": True},
    "peepholes": {"peep": 0.5},
    "large peepholes": {"peep": 2, "bidirectional": True},
}


def layer(name: str) -> Cases:
    """One small case of the layer of this name."""
    options = dict(LAYERS[name])
    variant = Variant(options.pop("peep", 0))
    return variant.with_peepholes(only(drawn(5, 3, 4, 6, dtype="float64", **options), 0))


def evaluated(case: Cases, direction: str) -> Outputs[Array]:
    """The outputs of the node in the axes of the reference, with an axis of one case."""
    cells, states = [cell.at(0) for cell in case.weights[0]], [a[0, :, 0] for a in case.states]
    feeds = onnx_node.feeds_of(cells, case.inputs.x[:, 0], *states)
    y, h_n, c_n = onnx_node.evaluator(feeds, case.configuration.layer.hidden_size, direction)(feeds)
    return Outputs(np.concatenate(np.moveaxis(y, 1, 0), -1)[:, None], h_n[:, None], c_n[:, None])


def largest(case: Cases, found: Outputs[Array]) -> float:
    """The largest budget of outputs and states."""
    expected = forced(case, [found.y], HARD)[0]
    return max(worst(a, b) for a, b in zip(found, expected, strict=True))


def direction_of(case: Cases) -> str:
    """As ONNX names it."""
    return "bidirectional" if case.configuration.layer.bidirectional else "forward"


@pytest.mark.parametrize("name", LAYERS)
def test_onnx_agrees(name: str) -> None:
    """Outputs and final states, each step fed what the evaluator put out before."""
    case = layer(name)

    assert largest(case, evaluated(case, direction_of(case))) <= 1


def test_onnx_agrees_backwards() -> None:
    """A reverse node is a forward layer on the reversed input, with its outputs reversed."""
    case = layer("forward")
    found = evaluated(case, "reverse")

    turned = case.varied("reversed", inputs=case.inputs._replace(x=case.inputs.x[::-1]))
    assert largest(turned, found._replace(y=found.y[::-1])) <= 1
    assert largest(case, found) > 1e3


@pytest.mark.parametrize("name", LAYERS)
def test_onnx_with_the_gates_of_torch_does_not_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows i, f, g, o read as i, o, f, c."""
    monkeypatch.setattr(onnx_node, "reordered", lambda rows: rows)
    case = layer(name)

    assert largest(case, evaluated(case, direction_of(case))) > 1e3


def test_onnx_with_peepholes_in_our_order_does_not_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Peepholes of i, f and o read as those of i, o and f."""
    case = layer("peepholes")
    feeds_of = onnx_node.feeds_of

    def wrong(cells: Any, *others: Any) -> dict[str, Array]:
        swapped = [cell._replace(peepholes=cell.peepholes[[0, 2, 1]]) for cell in cells]
        return feeds_of(swapped, *others)

    monkeypatch.setattr(onnx_node, "feeds_of", wrong)
    assert largest(case, evaluated(case, direction_of(case))) > 1e3
