"""The reference, held to the oracle, which computes the same equations with 60 digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from mpmath import mpf  # type: ignore[import-untyped]

from lstm_conformance.fixtures.cases.data import Cases, only
from lstm_conformance.fixtures.cases.regimes import EVERY_REGIME
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.lstm import Engine, Gates, Outputs
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.oracle import Cell, Gate, Mask, Oracle, States, Vector, real
from lstm_conformance.reference.rounded import moved
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.meta import exactness
from lstm_conformance.suites.meta.exactness import ONE_ROUNDING, OPTIONS, budgets, largest, true_outputs
from lstm_conformance.suites.meta.numbers import cell_of, drawn, forced, layer_by_layer

LAYERS: dict[str, dict[str, Any]] = {
    **OPTIONS,
    **{name: {"regime": name} for name in EVERY_REGIME},
    "one bias": {"biases": 1},
    "both directions": {"bidirectional": True},
    "projection": {"proj_size": 2},
    "three layers": {"num_layers": 3},
    "relu": {"activation": "relu"},
    "linear": {"activation": "linear"},
    "two others": {"activation": "softsign", "recurrent_activation": "hard_sigmoid", "regime": "lognormal"},
}

MASKS: dict[str, Mask | None] = {
    "whole": None,
    "ragged": np.arange(5)[:, None, None] < np.array([5, 2, 0]),
    "holes": exactness.with_holes(5, 3),
}


def layer(name: str, dtype: str = "float64") -> Cases:
    """The small layer of this name."""
    return drawn(5, 3, 4, 6, dtype=dtype, **LAYERS[name])


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("name", LAYERS)
def test_the_reference_lies_within_one_rounding(name: str, mask: str) -> None:
    """Every output and state lies within the hard bound of the truth."""
    assert max(budgets(layer(name), MASKS[mask]).values()) <= 1


@pytest.mark.parametrize("size", [(100, 2, 8, 17), (2, 2, 33, 128)])
def test_the_reference_lies_within_one_rounding_at_larger_sizes(size: tuple[int, int, int, int]) -> None:
    """Long sequences and wide layers, with T·B·H·(I+H) near 10⁵."""
    assert max(budgets(drawn(*size, dtype="float64")).values()) <= 1


@pytest.mark.parametrize("name", LAYERS)
def test_one_rounding_is_at_most_half_of_the_bound(name: str) -> None:
    """The other half of what an implementation is allowed is its own; but for what may be flushed to zero."""
    cases = layer(name)
    observed = [each.y for each in layer_by_layer(cases)]
    one, two = (
        forced(cases, observed, replace(by, tiny=0, tiny_product=0))
        for by in (ONE_ROUNDING, uniform("float64", rigorous=True))
    )

    pairs = [(a, b) for parts in zip(one, two, strict=True) for a, b in zip(*parts, strict=True)]
    assert all(np.all(2 * a.bound <= b.bound) for a, b in pairs)


def test_float32_lies_within_its_hard_bound_of_the_truth() -> None:
    """An LSTM that computes in float32, in an order of its own, is no farther from the truth than it may be."""
    case = only(layer("plain", "float32"), 0)
    configuration = case.configuration
    found = LSTM(configuration.layer, cell_of(configuration))(case.weights, Call(*case.inputs))
    seen = Outputs(*found)._replace(h_n=found.h_n[0], c_n=found.c_n[0])

    expected = forced(case, [found.y], uniform("float32", rigorous=True))[0]
    shares = largest([(seen, expected, true_outputs(case, [found.y])[0])])
    assert found.y.dtype == np.float32
    assert 0 < max(shares.values()) <= 1


class GatesExchanged(Oracle):
    """Input and forget gate."""

    def step(self, cell: Cell, x: Vector, states: States) -> States:
        """Exchange them."""
        i, f, g, o = cell.gates
        return super().step(cell._replace(gates=[f, i, g, o]), x, states)


class SecondBiasForgotten(Oracle):
    """Adds the first bias alone."""

    def preactivation(self, gate: Gate, j: int, x: Vector, h: Vector) -> mpf:
        """Drop the others."""
        return super().preactivation(gate._replace(biases=gate.biases[:1]), j, x, h)


class RecurrenceSlightlyWrong(Oracle):
    """Reads an h that is larger by 10⁻¹² of itself."""

    def preactivation(self, gate: Gate, j: int, x: Vector, h: Vector) -> mpf:
        """Enlarge it."""
        return super().preactivation(gate, j, x, [a * (1 + real.mpf(10) ** -12) for a in h])


class OutputWithoutTanh(Oracle):
    """h is o ⊙ c."""

    def unit(self, cell: Cell, j: int, x: Vector, states: States) -> tuple[mpf, mpf]:
        """Undo the function, which is one to one here."""
        h, c = super().unit(cell, j, x, states)
        return h * c / real.tanh(c), c


class CellStateNotCarried(Oracle):
    """Every step starts from zero."""

    def step(self, cell: Cell, x: Vector, states: States) -> States:
        """Forget it."""
        return super().step(cell, x, states._replace(c=[real.zero] * len(states.c)))


class BackwardsForwards(Oracle):
    """Both directions read from the first step."""

    def order(self, counts: Sequence[int], direction: int) -> Iterable[int]:
        """Never turn round."""
        del direction
        return super().order(counts, 0)


class LastStepMissing(Oracle):
    """A row ends a step too soon."""

    def order(self, counts: Sequence[int], direction: int) -> Iterable[int]:
        """Stop early."""
        return super().order(counts[:-1], direction)


class ProjectionForgotten(Oracle):
    """The first units are put out as they are."""

    def step(self, cell: Cell, x: Vector, states: States) -> States:
        """Cut off the others."""
        h, c = super().step(cell._replace(projection=None), x, states)
        return States(h[: len(states.h)], c)


BROKEN: tuple[type[Oracle], ...] = (
    GatesExchanged,
    SecondBiasForgotten,
    RecurrenceSlightlyWrong,
    OutputWithoutTanh,
    CellStateNotCarried,
    BackwardsForwards,
    LastStepMissing,
    ProjectionForgotten,
)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_oracle_is_noticed(kind: type[Oracle], mask: str) -> None:
    """The reference is far from what an oracle with a single mistake says."""
    assert max(budgets(layer("stack"), MASKS[mask], kind).values()) > 10


def exchanged(gates: Callable[..., Gates[Any]]) -> Callable[..., Gates[Any]]:
    """Input and forget gate for each other."""

    def wrong(engine: Engine, z: Any) -> Gates[Any]:
        i, f, g, o = gates(engine, z)
        return Gates(f, i, g, o)

    return wrong


def slightly_wrong(new_h: Callable[..., Any]) -> Callable[..., Any]:
    """Outputs that are larger by 10⁻¹² of themselves."""
    return lambda *arguments: moved(new_h(*arguments), lambda a: a * (1 + 1e-12))


def never_frozen(_frozen: Callable[..., Any]) -> Callable[..., Any]:
    """Every step counts."""
    return lambda engine, counts, new, old: new  # noqa: ARG005  # as it is called


@pytest.mark.parametrize(
    ("piece", "wrong"), [("gates", exchanged), ("new_h", slightly_wrong), ("frozen", never_frozen)]
)
def test_a_broken_reference_is_noticed(
    piece: str, wrong: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reference with a single mistake is far from the truth."""
    monkeypatch.setattr(Engine, piece, wrong(getattr(Engine, piece)))

    assert max(budgets(layer("stack"), MASKS["holes"]).values()) > 10


def test_the_oracle_knows_an_lstm_by_heart() -> None:
    """With weights of zero: all gates 1/2, c halves, h = tanh(c) / 2."""
    zero = CellWeights(np.zeros((4, 1)), np.zeros((4, 1)))

    y, _, c_n = Oracle().layer([zero], np.ones((2, 1, 1)), c_0=np.full((1, 1, 1), 8.0))

    assert c_n.tolist() == [[[2]]]
    assert y.tolist() == [[[real.tanh(4) / 2]], [[real.tanh(2) / 2]]]


def test_the_sweep_exits_with_failure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`make oracle` is red if one budget is above 1, and prints which."""
    found = [("mild", "T1", "plain", {"y": 1.5}), ("mild", "T2", "stack", {"y": 0.5})]
    monkeypatch.setattr(exactness, "sweep", lambda: iter(found))

    with pytest.raises(SystemExit, match="True"):
        exactness.main()
    assert "mild          1.500  T1, plain" in capsys.readouterr().out
