"""A third witness: what the reference evaluator of ONNX computes in float64 lies within the bound of the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases import Cases, only
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.meta import onnx_node
from lstm_conformance.suites.meta.numbers import drawn, forced, worst

HARD = uniform("float64", rigorous=True)

LAYERS: dict[str, dict[str, Any]] = {
    "forward": {},
    "zero state": {"initial_state": False},
    "bidirectional": {"bidirectional": True},
    "saturated": {"style": "saturated"},
    "remembering": {"style": "remembering"},
    "cancelling": {"style": "cancelling", "bidirectional": True},
}


def layer(name: str) -> Cases:
    """One small case of the layer of this name."""
    return only(drawn(5, 3, 4, 6, dtype="float64", **LAYERS[name]), 0)


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
