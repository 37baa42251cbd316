"""Chapter 19: layers in training mode, and whether their gradients come from what counts."""

from __future__ import annotations

import numpy as np

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Y_AXES, Examined
from lstm_conformance.suites.harness.judge.comparison import Statement, same, within
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject, Trained

X_AXES = "step case row feature"


@rule("19.1", where=lambda c: bool(c.mask), kinds=("trained",))
def test_what_stands_where_no_step_counts_changes_no_gradient(subject: Subject, cases: Cases) -> Examined:
    """Every gradient is exactly as it is with other numbers there, and 0 in these places."""
    by_x = subject.gradients(cases).inputs.x
    yield same("gradient by x where no step counts", np.where(_counts(cases), 0, by_x), 0 * by_x, X_AXES)
    yield from _unmoved(subject, cases, "other numbers", -3 * np.abs(cases.inputs.x) - 1)


@rule("19.2", where=lambda c: c.layer.stateful and c.layer.return_state, kinds=("trained",))
def test_a_stateful_layer_can_be_trained(subject: Subject, cases: Cases) -> Examined:
    """Two steps of training, the second from the states of the first, have legal outputs and finite gradients."""
    first, second = subject.gradients(cases), subject.gradients(cases, steps=2)
    yield from _legal(subject, cases, first)
    begun = Inputs(cases.inputs.x, first.outputs.h_n, first.outputs.c_n)
    yield from _legal(subject, cases.varied("second step", inputs=begun), second)


@rule("19.3", where=lambda c: not c.layer.stateful, kinds=("trained",))
def test_training_mode_changes_nothing_without_dropout(subject: Subject, cases: Cases) -> Examined:
    """The outputs of a call in training mode are legal for the same numbers."""
    yield from _legal(subject, cases, subject.gradients(cases))


@rule("19.4", where=lambda c: bool(c.mask), kinds=("trained",))
def test_nan_where_no_step_counts_reaches_no_gradient(subject: Subject, cases: Cases) -> Examined:
    """Every gradient is exactly as it is with NaN there."""
    yield from _unmoved(subject, cases, "NaN", np.full_like(cases.inputs.x, np.nan))


def _unmoved(subject: Subject, cases: Cases, name: str, rubbish: Array) -> Examined:
    """The gradients are the same with rubbish (T, N, B, I) where no step counts."""
    x = np.where(_counts(cases), cases.inputs.x, rubbish)
    soiled = subject.gradients(cases.varied(name, inputs=Inputs(x, *cases.inputs[1:])))
    for (each, due), seen in zip(
        _gradients(subject.gradients(cases)).items(), _gradients(soiled).values(), strict=True
    ):
        axes = " ".join(["case", *(f"axis_{k}" for k in range(1, due.ndim))])
        yield same(f"gradient by {each}, with {name}", seen, due, axes)


def _legal(subject: Subject, cases: Cases, trained: Trained) -> Examined:
    """Outputs within the bound of a trajectory of the whole stack, and gradients that are numbers."""
    outputs, shows = trained.outputs, cases.configuration.layer.return_sequences
    expected = subject.trajectory(cases, outputs.y if shows else None)
    last = expected.y if shows else expected.y[-1:]
    yield within("y", outputs.y, last, Y_AXES)
    if cases.configuration.layer.return_state:
        yield within("h_n", outputs.h_n, expected.h_n, f"layer {STATE_AXES}")
        yield within("c_n", outputs.c_n, expected.c_n, f"layer {STATE_AXES}")
    wrong = [name for name, a in _gradients(trained).items() if not np.isfinite(a).all()]
    yield Statement("gradients", f"those by {', '.join(wrong)} are not finite" if wrong else None)


def _gradients(trained: Trained) -> dict[str, Array]:
    """By name, the axis of cases first."""
    x, *states = trained.inputs
    given = {"x": np.moveaxis(x, 1, 0)}
    given |= {name: np.moveaxis(a, 2, 0) for name, a in zip(("h_0", "c_0"), states, strict=True) if a is not None}
    return given | dict(trained.weights)


def _counts(cases: Cases) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Where x (T, N, B, I) counts."""
    if cases.mask is None:
        raise ValueError("expected a configuration with a mask")
    return np.broadcast_to(cases.mask[..., None], cases.inputs.x.shape)
