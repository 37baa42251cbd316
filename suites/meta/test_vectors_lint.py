"""`vectors lint`: vectors that test nothing, or accuse a right LSTM, are refused, whoever wrote them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.fixtures.vectors.collection import ARRAYS, FORMAT, INDEX, VERSION, VectorSet
from lstm_conformance.fixtures.vectors.judging import legal
from lstm_conformance.fixtures.vectors.lint import faults_of, lint
from lstm_conformance.fixtures.vectors.vector import Vector
from lstm_conformance.fixtures.vectors.ways_back import WayBack, due
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.mutants.base import Call
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.meta.vector_files import exported, quick, saved, vector, with_values

Change = Callable[[Vector], Vector]


def faults(*vectors: Vector) -> list[str]:
    """What is wrong with these vectors; their digests are right."""
    return list(lint(VectorSet(vectors=vectors, digests={each.name: each.digest for each in vectors})))


def judged_anew(of: Vector) -> Vector:
    """The vector with the expected values and allowed errors of its own weights and inputs."""
    legal_values = {each: legal(of.layer, of.weights, of.call, each) for each in of.allowed}
    return replace(
        of,
        expected=Outputs(*(a.value for a in legal_values["float64"])),
        allowed={each: Outputs(*(a.bound for a in found)) for each, found in legal_values.items()},
    )


def with_cell(change: Callable[[CellWeights], CellWeights], layer: int = 0, direction: int = 0) -> Change:
    """Change the weights of one cell."""

    def changed(of: Vector) -> Vector:
        cells = [list(directions) for directions in of.weights]
        cells[layer][direction] = change(cells[layer][direction])
        return judged_anew(replace(of, weights=cells))

    return changed


def with_call(**change: Callable[[Any], Any]) -> Change:
    """Change what the layer is called with."""

    def changed(of: Vector) -> Vector:
        given = {name: change.get(name, np.copy)(a.copy()) for name, a in of.call._asdict().items() if a is not None}
        return judged_anew(replace(of, call=Call(**given)))

    return changed


def repeated(a: Array) -> Array:
    """The first quarter of the rows, four times: the gates are the same."""
    return np.tile(a[: len(a) // 4], (4,) + (1,) * (a.ndim - 1))


def same_gates(w: CellWeights) -> CellWeights:
    """A cell whose gates have the same weights."""
    return w.map(repeated)._replace(projection=w.projection)


def second_like_first(a: Array, axis: int) -> Array:
    """The array with its second part along an axis equal to the first."""
    moved = np.moveaxis(a, axis, 0)
    moved[1] = moved[0]
    return a


def wider(factor: float) -> Change:
    """Allow errors that many times as large."""
    return lambda of: replace(
        of, allowed={each: Outputs(*(factor * a for a in errors)) for each, errors in of.allowed.items()}
    )


def way_back_of(of: Vector) -> WayBack:
    """That of a vector that has one."""
    assert of.back is not None
    return of.back


def going_back(of: Vector, **change: Any) -> Vector:
    """The vector with something else in its way back."""
    return replace(of, back=replace(way_back_of(of), **change))


def upstream(change: Callable[[Array], Array]) -> Change:
    """Other upstream gradients, with the gradients that follow from them."""

    def changed(of: Vector) -> Vector:
        given = Outputs(*(change(a) for a in way_back_of(of).given))
        found = {each: due(of.layer, of.weights, of.call, given, each) for each in of.allowed}
        allowed = {each: {name: a.bound for name, a in by.items()} for each, by in found.items()}
        expected = {name: a.value for name, a in found["float64"].items()}
        return replace(of, back=WayBack(given=given, expected=expected, allowed=allowed))

    return changed


def wider_gradients(factor: float) -> Change:
    """Allow errors of gradients that many times as large."""

    def changed(of: Vector) -> Vector:
        errors = way_back_of(of).allowed
        return going_back(of, allowed={each: {k: factor * a for k, a in by.items()} for each, by in errors.items()})

    return changed


FAULTS: dict[str, tuple[str, Change, str]] = {
    "gates": ("plain", with_cell(same_gates), "two gates of layer 0 direction 0 are interchangeable"),
    "biases": ("plain", with_cell(lambda w: w._replace(biases=w.biases[:1] * 2)), "the two biases of layer 0"),
    "tiled rows": (
        "plain",
        with_cell(lambda w: w._replace(kernel=second_like_first(w.kernel.copy(), 0))),
        "layer 0 forward: two rows of kernel are equal",
    ),
    "tiled columns": (
        "plain",
        with_cell(lambda w: w._replace(recurrent_kernel=second_like_first(w.recurrent_kernel.copy(), 1))),
        "layer 0 forward: two columns of recurrent_kernel are equal",
    ),
    "tiled bias": (
        "plain",
        with_cell(lambda w: w._replace(biases=(w.biases[0], 0 * w.biases[1]))),
        "two rows of bias_1 are equal",
    ),
    "rows": (
        "plain",
        with_call(
            x=lambda a: second_like_first(a, 1),
            h_0=lambda a: second_like_first(a, 2),
            c_0=lambda a: second_like_first(a, 2),
        ),
        "rows 0 and 1 are interchangeable",
    ),
    "directions": (
        "bidirectional",
        lambda of: judged_anew(replace(of, weights=[[of.weights[0][0]] * 2])),
        "layer 0 direction 0 and layer 0 direction 1 are interchangeable",
    ),
    "states of directions": (
        "bidirectional",
        with_call(h_0=lambda a: second_like_first(a, 1)),
        "states of two layers or directions are interchangeable",
    ),
    "states": (
        "plain",
        lambda of: judged_anew(replace(of, call=of.call._replace(c_0=of.call.h_0))),
        "h_0 and c_0 are interchangeable",
    ),
    "lengths": (
        "lengths",
        with_call(mask=lambda a: np.broadcast_to(np.arange(len(a))[:, None] < 4, a.shape)),
        "all lengths are 4",
    ),
    "length of a whole row": ("length_of_one_row", with_call(mask=np.ones_like), "all lengths are 5"),
    "vacuous": ("plain", wider(1e4), "the allowed error of y in float32 is up to"),
    "no bound": ("plain", wider(float("nan")), "the allowed error of y in float32 is up to nan"),
    "too tight": ("plain", wider(1e-3), "a right LSTM, in the plain form, fails in float32"),
    "wrong values": (
        "plain",
        lambda of: with_values(of, "c_n", -of.expected.c_n),
        "a right LSTM, in the plain form, fails in float64",
    ),
    "no upstream gradients": ("one_row", upstream(lambda a: 0 * a), "all upstream gradients are zero"),
    "upstream gradients of rows": (
        "one_step",
        upstream(lambda a: np.repeat(a[..., :1, :], a.shape[-2], -2)),
        "the upstream gradients of two rows are equal",
    ),
    "vacuous gradients": (
        "one_row",
        wider_gradients(1e4),
        "the allowed error of the gradient by x in float32 is up to",
    ),
    "gradients too tight": (
        "one_row",
        wider_gradients(1e-3),
        "a right way back, in the plain form, fails in float32",
    ),
    "wrong gradients": (
        "one_row",
        lambda of: going_back(of, expected={name: -a for name, a in way_back_of(of).expected.items()}),
        "a right way back, in the plain form, fails in float64",
    ),
    "false claim": (
        "plain",
        lambda of: replace(of, kills=("input_cleared",)),
        "it is said to kill the mutant input_cleared, which passes",
    ),
}


def test_the_quick_set_has_no_fault() -> None:
    """Its vectors together show every mutant that vectors can show."""
    assert faults(*quick().vectors) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str) -> None:
    """And not in the vector without it."""
    name, change, sentence = FAULTS[fault]

    found = list(faults_of(change(vector(name))))

    assert [each for each in found if sentence in each] != []
    assert list(faults_of(vector(name))) == []


def test_mutants_that_pass_are_named() -> None:
    """One direction without states cannot show what happens to directions and states."""
    (sentence,) = faults(vector("zero_state"))

    assert "mutants pass all vectors" in sentence
    assert "directions_exchanged" in sentence
    assert "input_and_forget_gate_exchanged" not in sentence


def test_arrays_that_were_changed_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The digest is that of other arrays; exit status 1, for the vectors are read and found wrong."""
    folder = exported(tmp_path, vector("plain"))
    arrays = {f"plain/{name}": np.ascontiguousarray(a) for name, a in vector("plain").arrays.items()}
    arrays["plain/x"] = arrays["plain/x"] * np.float32(1.5)
    saved(folder / ARRAYS, arrays)

    assert main(["vectors", "lint", str(folder)]) == 1
    assert "plain: its arrays are not those of its digest" in capsys.readouterr().out


def tiled() -> Vector:
    """The node case `lstm_defaults` of ONNX: every weight is 0.1.

    Re-created from https://github.com/onnx/onnx/blob/main/onnx/backend/test/case/node/lstm.py.
    """
    layer = Layer(input_size=2, hidden_size=3, bias=False)
    x = np.array([[[1, 2], [3, 4], [5, 6]]], np.float32)
    w = CellWeights(np.full((12, 2), 0.1, np.float32), np.full((12, 3), 0.1, np.float32))
    found = legal(layer, [[w]], Call(x), "float32")
    return Vector(
        name="lstm_defaults",
        layer=layer,
        weights=[[w]],
        call=Call(x),
        expected=Outputs(*(a.value for a in found)),
        allowed={"float32": Outputs(*(a.bound for a in found))},
    )


def test_a_set_of_somebody_else_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With nothing in its index but what must be there."""
    of = tiled()
    layer = {"input_size": 2, "hidden_size": 3, "bias": False}
    described = {"name": of.name, "layer": layer, "digest": of.digest}
    index = {"format": FORMAT, "version": VERSION, "vectors": [described]}
    (tmp_path / INDEX).write_text(json.dumps(index), "utf-8")
    saved(tmp_path / ARRAYS, {f"{of.name}/{name}": np.ascontiguousarray(a) for name, a in of.arrays.items()})

    status = main(["vectors", "lint", str(tmp_path)])

    said = capsys.readouterr().out
    assert status == 1
    assert "lstm_defaults: two gates of layer 0 direction 0 are interchangeable" in said
    assert "lstm_defaults: layer 0 forward: two rows of kernel are equal" in said
    assert "lstm_defaults: layer 0 forward: two columns of kernel are equal" in said
    assert "mutants pass all vectors: input_and_forget_gate_exchanged" in said


def test_a_folder_without_vectors_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2."""
    assert main(["vectors", "lint", str(tmp_path)]) == 2
    assert "name a folder that vectors were exported to" in capsys.readouterr().err
