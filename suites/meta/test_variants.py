"""Options that torch and Keras lack: peepholes, limits, coupled gates, a forget bias, activations with α and β."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from mpmath import mpf  # type: ignore[import-untyped]

from lstm_conformance.fixtures.cases.data import Cases, only
from lstm_conformance.reference import lstm
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.lstm import Engine, Outputs
from lstm_conformance.reference.mutants import MUTANTS
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.oracle import Cell, Mask, Matrix, Oracle, States, Vector
from lstm_conformance.reference.parametric import with_parameters
from lstm_conformance.reference.rounded import Array, Rounded, budget, exactly, limited, scaled
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.meta.exactness import ONE_ROUNDING, share, with_holes
from lstm_conformance.suites.meta.numbers import drawn, start
from lstm_conformance.suites.meta.variants import VARIANTS, Variant, legal, misreading, values

EVERY = pytest.mark.parametrize("name", VARIANTS)
MASKS: dict[str, Mask | None] = {"whole": None, "holes": with_holes(5, 3)}
EVERY_MASK = pytest.mark.parametrize("mask", MASKS)

CASES = {
    "both directions": drawn(5, 3, 4, 6, dtype="float64", bidirectional=True),
    "projection": drawn(5, 3, 4, 6, dtype="float64", proj_size=2),
    "lognormal": drawn(5, 3, 4, 6, dtype="float64", regime="lognormal"),
}


def case_of(variant: Variant, cases: str) -> Cases:
    """The first of the cases, with the peepholes of the variant."""
    return variant.with_peepholes(only(CASES[cases], 0))


def shares(variant: Variant, case: Cases, mask: Mask | None, kind: type[Oracle] = Oracle) -> list[float]:
    """The shares of the hard bound of the reference's outputs and states beside the oracle, which is fed the same."""
    found = values(variant, case, mask)
    expected = legal(variant, case, found.y, ONE_ROUNDING, mask)
    h_0, c_0 = (a[0, :, 0] for a in case.states)
    counts, cells = None if mask is None else mask[:, 0], [w.at(0) for w in case.weights[0]]
    truth = variant.oracle(kind).layer(cells, case.inputs.x[:, 0], h_0, c_0, mask=counts, observed=found.y[:, 0])
    return [share(*parts) for parts in zip(found, expected, truth, strict=True)]


@EVERY_MASK
@pytest.mark.parametrize("cases", CASES)
@EVERY
def test_reference_agrees_with_the_oracle(name: str, cases: str, mask: str) -> None:
    """Outputs and final states lie within the hard bound of one rounding."""
    assert max(shares(VARIANTS[name], case_of(VARIANTS[name], cases), MASKS[mask])) <= 1


@EVERY
def test_every_option_changes_the_numbers(name: str) -> None:
    """No option is lost on the way: a plain cell with the same weights gives other outputs."""
    variant = VARIANTS[name]
    plain = values(Variant(), only(CASES["projection"], 0))

    assert (name == "plain") == bool((values(variant, case_of(variant, "projection")).y == plain.y).all())


class PeepholesExchanged(Oracle):
    """Reads the peepholes of i and f in the other order."""

    def unit(self, cell: Cell, j: int, x: Vector, states: States) -> tuple[mpf, mpf]:
        """Exchange them."""
        i, f, *others = cell.gates
        gates = [i._replace(peephole=f.peephole), f._replace(peephole=i.peephole), *others]
        return super().unit(cell._replace(gates=gates), j, x, states)


class OutputSeesTheOldCellState(Oracle):
    """Has no peephole of o."""

    def unit(self, cell: Cell, j: int, x: Vector, states: States) -> tuple[mpf, mpf]:
        """Clear it."""
        *others, o = cell.gates
        return super().unit(
            cell._replace(gates=[*others, o._replace(peephole=[0 * p for p in o.peephole])]), j, x, states
        )


def without(option: str) -> type[Oracle]:
    """An oracle that does not know an option."""
    defaults: dict[str, Any] = {each.name: each.default for each in fields(Oracle)}
    changed = {option: defaults[option]}

    class Without(Oracle):
        def unit(self, cell: Cell, j: int, x: Vector, states: States) -> tuple[mpf, mpf]:
            return Oracle.unit(replace(self, **changed), cell, j, x, states)

        def projected(self, projection: Matrix, h: Vector) -> Vector:
            return Oracle.projected(replace(self, **changed), projection, h)

    return Without


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("peepholes", PeepholesExchanged),
        ("peepholes", OutputSeesTheOldCellState),
        *((name, without(option)) for name in VARIANTS for option in VARIANTS[name].options if name != "all at once"),
    ],
)
def test_a_broken_oracle_is_noticed(name: str, kind: type[Oracle]) -> None:
    """The reference is far from an oracle that misreads the option."""
    assert max(shares(VARIANTS[name], case_of(VARIANTS[name], "projection"), None, kind)) > 10


def computed(kind: type[LSTM], variant: Variant, case: Cases, mask: Mask | None) -> Outputs[Array]:
    """What an implementation of this kind returns that computes in float32."""
    layer = case.configuration.layer
    x, h_0, c_0 = (a.astype(np.float32) for a in start(case))
    weights = [[w.map(lambda a: a.astype(np.float32)) for w in directions] for directions in case.weights]
    return kind(layer, variant.cell())(weights, Call(x, h_0, c_0, mask))


def largest(kind: type[LSTM], variant: Variant, case: Cases, mask: Mask | None = None) -> float:
    """The largest budget that it uses; its outputs are fed to the steps of the reference."""
    found = computed(kind, variant, case, mask)
    y, h_n, c_n = legal(variant, case, found.y, uniform("float32"), mask)
    return max(float(budget(*pair).max()) for pair in ((found.y, y), (found.h_n[0], h_n), (found.c_n[0], c_n)))


@EVERY_MASK
@EVERY
def test_float32_stays_within_the_bound(name: str, mask: str) -> None:
    """A right layer that rounds is not accused, whatever its options."""
    variant, case = VARIANTS[name], only(drawn(5, 3, 4, 6, bidirectional=True), 0)

    assert largest(LSTM, variant, variant.with_peepholes(case), MASKS[mask]) <= 1


ALONE = {name: variant for name, variant in VARIANTS.items() if len(variant.set) == 1}


@pytest.mark.parametrize(
    ("name", "mutant"), [(name, wrong) for name, variant in ALONE.items() for wrong in misreading(variant)]
)
def test_wrong_options_are_noticed(name: str, mutant: str) -> None:
    """A layer that misreads an option is far outside the bound; where there is no option it is right."""
    variant, case = VARIANTS[name], only(drawn(5, 3, 4, 6, proj_size=2), 0)

    assert largest(MUTANTS[mutant], variant, variant.with_peepholes(case)) > 10
    assert largest(MUTANTS[mutant], Variant(), case) <= 1


def test_all_steps_at_once_are_step_by_step() -> None:
    """With peepholes the scan through the gates gives value and bound of the steps one by one."""
    variant = VARIANTS["large peepholes"]
    case = variant.with_peepholes(only(drawn(6, 3, 4, 5), 0))
    observed = values(variant, case).y

    together = legal(variant, case, observed, uniform("float32"))
    alone = by_steps(variant, case, observed)

    assert np.allclose(together.y.value, alone.y.value, rtol=1e-14, atol=0)
    assert np.allclose(together.y.bound, alone.y.bound, rtol=1e-6, atol=0)


def by_steps(variant: Variant, case: Cases, observed: Array) -> Outputs[Rounded]:
    """Step after step, fed the same."""
    engine = StepByStep(variant.cell())
    x, h_0, c_0 = (exactly(a, uniform("float32")) for a in start(case))
    return engine.layer(case.weights[0], x, (h_0[0], c_0[0]), None, observed)


class StepByStep(Engine):
    """The engine in its other schedule."""

    at_once = False


STEPS = 20


def unstable(peephole: float, c_0: float) -> Outputs[Rounded]:
    """c' = σ(p (c - 1)) c + 1/2 on its own, from c_0: with p = 4 the fixed point 1 has the slope 1/2 + 4/4."""
    biases = (np.array([0, -peephole, 40, 0]),)
    peepholes = np.array([[0], [peephole], [0]])
    cell = CellWeights(np.zeros((4, 1)), np.zeros((4, 1)), biases, peepholes=peepholes)
    zeros = np.zeros((STEPS, 1, 1))
    x, state, c = (exactly(a, uniform("float32")) for a in (zeros, zeros[:1], zeros[:1] + c_0))
    free = lstm.layer(lstm.Cell(), [cell], x, state, c)
    return lstm.layer(lstm.Cell(), [cell], x, state, c, observed=free.y.value)


def test_errors_may_grow_through_peepholes() -> None:
    """Where |∂c_t/∂c_{t-1}| is 3/2, a difference grows by (3/2)^T, and so does the bound; without peepholes neither."""
    steep, flat = unstable(4, 1), unstable(0, 1)
    moved = unstable(4, 1 + 1e-9)

    assert moved.c_n.value - steep.c_n.value == pytest.approx(1e-9 * 1.5**STEPS, rel=0.01)
    assert 0.1 < steep.c_n.bound / (uniform("float32").elementwise * 1.5**STEPS) < 100
    assert flat.c_n.bound < 100 * uniform("float32").elementwise


@pytest.mark.parametrize("options", [{"clip": 0.3}, {"cell_clip": 0.1}, {"projection_clip": 0.02}], ids=str)
def test_limits_that_no_dtype_holds_exactly(options: dict[str, float]) -> None:
    """They are rounded once, where they are kept: a right layer in float32 is not accused."""
    case = only(drawn(5, 3, 4, 6, proj_size=2), 0)

    assert largest(LSTM, Variant(options=options), case) <= 1


def test_limits_leave_no_error_far_beyond() -> None:
    """Inside a limit the error is what it was, beyond the bound it is none, between it is kept."""
    a = Rounded(np.array([0.5, 0.99, 1.01, 3]), np.full(4, 0.1), np.zeros(4), uniform("float32"))

    assert limited(a, 1).value.tolist() == [0.5, 0.99, 1, 1]
    assert limited(a, 1).err.tolist() == [0.1, 0.1, 0.1, 0]
    assert limited(a, 1.1).err[3] == pytest.approx(1.1 * 2**-24, rel=1e-6)


def test_scaled_numbers_take_part_in_a_sum() -> None:
    """A product with an exact number is one more term of an inner product, not a number that is rounded by itself."""
    by = uniform("float32")
    a = scaled(exactly(np.array([3.0]), by), np.array([2.0]))
    two = a + scaled(exactly(np.array([-3.0]), by), np.array([2.0]))

    assert two.value.tolist() == [0]
    assert two.bound == pytest.approx(2**0.5 * 12 * by.products)


def test_unknown_activations_are_refused() -> None:
    """With the names that are known, or the number of parameters."""
    with pytest.raises(ValueError, match="no activation with parameters named 'swish'; known: affine"):
        with_parameters("swish")
    with pytest.raises(ValueError, match="elu has 1 parameters, came 2"):
        with_parameters("elu", 1, 2)
    assert with_parameters("hard_sigmoid").function(np.array([1.0])).tolist() == [0.7]
