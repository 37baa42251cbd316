"""The comparison with published suites: their numbers are reproduced, and what is counted depends on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import onnx.backend.test.case.node as published_nodes
import pytest
from onnx.backend.test.case.node import lstm as _published_lstm_nodes  # noqa: F401  # adds its cases to the list

from lstm_conformance.fixtures.vectors.drawing import vector_set
from lstm_conformance.reference.mutants import BENIGN, MUTANTS
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.meta import onnx_node
from lstm_conformance.suites.meta.compared import __main__ as command
from lstm_conformance.suites.meta.compared import onnx_nodes
from lstm_conformance.suites.meta.compared.published import Published, Suite, within, within_ulps
from lstm_conformance.suites.meta.compared.scores import (
    PUBLISHED,
    Score,
    by_family,
    names,
    noticed_by,
    own,
    score,
)

VECTORS = {f"{suite.name}: {vector.name}": (suite, vector) for suite in PUBLISHED for vector in suite.vectors}
NODES = {case.name: case for case in published_nodes._NodeTestCases if case.name.startswith("test_lstm_")}
FEW = ("layers_exchanged", "input_and_forget_gate_exchanged", "biases_missing", "projection_not_fed_back")
OUTPUTS_OF_ONNX = {"Y": "y", "Y_h": "h_n", "Y_c": "c_n"}


@pytest.mark.parametrize("name", VECTORS)
def test_published_outputs_are_reproduced(name: str) -> None:
    """A right LSTM passes every published test, at its own tolerance; and so do its right rewrites."""
    suite, vector = VECTORS[name]

    refused = [each for each, kind in BENIGN.items() if vector.shows(kind, suite.accepts)]
    assert all(suite.accepts(came, vector.expected[key]) for key, came in vector.outputs().items())
    assert refused == []


@pytest.mark.parametrize("vector", onnx_nodes.SUITE.vectors, ids=lambda vector: vector.name)
def test_inputs_of_onnx_are_its_own(vector: Published) -> None:
    """Every array that the package feeds a node is one of ours."""
    case = NODES[vector.name]
    given = dict(zip(filter(None, case.model.graph.node[0].input), case.data_sets[0][0], strict=True))
    ours = as_node(vector)

    assert {name for name in given if name not in ours} <= {"sequence_lens", "P"}
    assert all(np.array_equal(np.float32(ours[name]), a) for name, a in given.items() if name in ours)


@pytest.mark.parametrize("vector", onnx_nodes.SUITE.vectors, ids=lambda vector: vector.name)
def test_outputs_of_onnx_are_its_own(vector: Published) -> None:
    """Every array that the package expects of a node is what is expected here."""
    case = NODES[vector.name]
    outputs = dict(zip(filter(None, case.model.graph.node[0].output), case.data_sets[0][1], strict=True))

    assert {OUTPUTS_OF_ONNX[name] for name in outputs} == set(vector.looks_at)
    assert all(
        onnx_nodes.SUITE.accepts(np.ravel(a), np.ravel(vector.expected[OUTPUTS_OF_ONNX[name]]))
        for name, a in outputs.items()
    )


def test_onnx_has_no_other_tests() -> None:
    """All of them are scored."""
    assert set(NODES) == {vector.name for vector in onnx_nodes.SUITE.vectors}


def test_a_suite_that_accepts_nothing_notices_everything() -> None:
    """What counts is what a suite does not accept."""
    strict = replace(onnx_nodes.SUITE, accepts=lambda _came, _expected: False)

    assert names(strict.shows) == tuple(MUTANTS)
    assert names(replace(strict, accepts=lambda _came, _expected: True).shows, FEW) == ()


def test_a_suite_is_as_strong_as_its_numbers() -> None:
    """The same calls with weights of zero notice little, with weights that differ they notice more."""
    weak, as_it_is, strong = (len(names(with_weights(change).shows)) for change in (zeroed, kept, seeded))

    assert 0 < weak < 40 < as_it_is < strong


def test_what_a_suite_has_no_words_for_does_not_apply() -> None:
    """Stacks and projections have no place in a node of ONNX; exchanged gates have, and go unnoticed."""
    ours = [vector for vector in vector_set("quick", kills=False).vectors if vector.name in {"plain", "two_layers"}]

    found = score(onnx_nodes.SUITE, names(onnx_nodes.SUITE.shows, FEW), FEW, ours)
    assert found.noticed == ("biases_missing",)
    assert found.missed == ("input_and_forget_gate_exchanged",)
    assert found.not_applicable == ("layers_exchanged", "projection_not_fed_back")


def test_our_vectors_are_scored_like_the_others() -> None:
    """What more of our vectors would notice is missed, the rest does not apply."""
    quick, full = (
        [vector for vector in vector_set("quick", kills=False).vectors if vector.name in chosen]
        for chosen in ({"plain"}, {"plain", "two_layers"})
    )

    found = own(quick, noticed_by(quick, FEW), noticed_by(full, FEW), FEW)
    assert found.noticed == ("input_and_forget_gate_exchanged", "biases_missing")
    assert found.missed == ("layers_exchanged",)
    assert found.not_applicable == ("projection_not_fed_back",)
    assert by_family([found])["gates"] == [(1, 1)]


@pytest.mark.parametrize(
    ("accepts", "near", "far"),
    [
        (within(1e-3, 0), 1.0005, 1.002),
        (within(0, 1e-5), 1.000005, 1.00002),
        (within_ulps(1), np.nextafter(np.float32(1), np.float32(2)), 1.000001),
        (within_ulps(1), 1, np.nan),
        (within(1, 1), 1, np.nan),
    ],
)
def test_tolerances(accepts: Callable[[Array, Array], bool], near: float, far: float) -> None:
    """What is near 1 is accepted, what is farther is not, on both sides of zero."""
    one, close, distant = (np.array([a]) for a in (1.0, near, far))

    assert accepts(close, one)
    assert accepts(-close, -one)
    assert not accepts(distant, one)
    assert not accepts(-distant, -one)


def test_all_is_all() -> None:
    """Percentages are rounded down."""
    lacking = Score(suite="", link="", tolerance="", vectors=1, noticed=("a",) * 999, missed=("b",))

    assert command.share(lacking) == "99 %"
    assert command.share(replace(lacking, missed=())) == "100 %"


def as_node(vector: Published) -> dict[str, Array]:
    """The inputs of a node of ONNX, batch first where its test is."""
    h_0 = c_0 = np.zeros((len(vector.cells), vector.call.x.shape[1], vector.layer.hidden_size))
    cells = [cell if cell.biases else cell._replace(biases=(np.zeros(len(cell.kernel)),) * 2) for cell in vector.cells]
    feeds = onnx_node.feeds_of(cells, vector.call.x, h_0, c_0)
    return {**feeds, "X": feeds["X"].swapaxes(0, 1)} if vector.layer.batch_first else feeds


def with_weights(change: Callable[[CellWeights], CellWeights]) -> Suite:
    """The calls of ONNX with other weights."""
    vectors = [replace(each, cells=[change(cell) for cell in each.cells]) for each in onnx_nodes.SUITE.vectors]
    return replace(onnx_nodes.SUITE, vectors=vectors)


def zeroed(cell: CellWeights) -> CellWeights:
    """All weights zero."""
    return cell.map(np.zeros_like)


def kept(cell: CellWeights) -> CellWeights:
    """The published weights."""
    return cell


def seeded(cell: CellWeights) -> CellWeights:
    """No two weights alike."""
    numbers = np.random.RandomState(len(cell.kernel))
    return cell.map(lambda a: numbers.uniform(-1, 1, a.shape))
