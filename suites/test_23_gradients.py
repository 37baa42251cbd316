"""Chapter 23: gradients, every number of the way back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstm_conformance.fixtures.cases.configuration import HALF, Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.suites.harness.judge import derivatives, descent, way_back
from lstm_conformance.suites.harness.judge.assertions import Examined, unchanged
from lstm_conformance.suites.harness.judge.comparison import same
from lstm_conformance.suites.harness.judge.dropout_enumeration import gradients_of_what_was_kept, guessed
from lstm_conformance.suites.harness.judge.dropout_masks import seeded
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.stacks import computed, legal_call
from lstm_conformance.suites.harness.judge.subject import Subject

DRAWS = 3
"""Of a single number, each of which keeps or drops it: one alone may not show what is wrong with the other."""


def _plain(configuration: Configuration) -> bool:
    """What a rule says that is asked here alone hangs on no style or activation, and on no way to loop."""
    layer = configuration.layer
    return layer.activation == "tanh" and not layer.unroll and not layer.stateful and configuration.regime == "mild"


def _simple(configuration: Configuration) -> bool:
    """Nor does it hang on any size."""
    return _plain(configuration) and configuration.batch <= 3


def _of_every_loss(configuration: Configuration) -> bool:
    """Small layers without a mask or with one that has holes, and those of ordinary sizes, some of which have lengths.

    Not in half precision: a large loss and a small one are beyond what float16 holds.
    """
    asked = _plain(configuration) and configuration.dtype not in HALF
    return asked and (configuration.mask in {"", "holes"} or configuration.batch > 3)


def _in_one_direction(configuration: Configuration) -> bool:
    """What is put out first is put out at the first step, and of every step."""
    layer = configuration.layer
    return (
        way_back.shown(configuration) and layer.return_sequences and not layer.bidirectional and not configuration.mask
    )


@rule("23.1", kinds=("trained",))
def test_gradients_are_those_of_the_equations(subject: Subject, cases: Cases) -> Examined:
    """Every gradient by inputs, states and weights lies within the bound of the whole way back."""
    yield from way_back.all_of(subject, cases, subject.gradients(cases))


@rule("23.2", where=way_back.shown, kinds=("trained",))
def test_every_step_back_follows_from_the_step_behind_it(subject: Subject, cases: Cases) -> Examined:
    """The gradient of every pre-activation follows from what was seen of those of the step behind it."""
    trained = subject.gradients(way_back.showing(cases))
    z = way_back.shown_by(trained, cases)
    yield way_back.of_pre_activations(cases, z, way_back.gradients(subject, cases, trained, z))


@rule("23.3", where=way_back.shown, kinds=("trained",))
def test_inputs_and_states_get_their_share(subject: Subject, cases: Cases) -> Examined:
    """The gradients by x, h_0 and c_0 follow from what was seen of those of the pre-activations."""
    trained = subject.gradients(way_back.showing(cases))
    due = way_back.gradients(subject, cases, trained, way_back.shown_by(trained, cases))
    yield from way_back.of_inputs(trained, due)


@rule("23.4", where=way_back.shown, kinds=("trained",))
def test_weights_get_the_sum_over_all_steps_and_rows(subject: Subject, cases: Cases) -> Examined:
    """The gradients by every weight follow from what was seen of those of the pre-activations."""
    trained = subject.gradients(way_back.showing(cases))
    due = way_back.gradients(subject, cases, trained, way_back.shown_by(trained, cases))
    yield from way_back.of_weights(subject, cases, trained, due)


@rule("23.5", where=lambda c: c.layer.return_state and _plain(c), kinds=("trained",))
def test_every_output_hands_its_gradient_back(subject: Subject, cases: Cases) -> Examined:
    """Of a loss that depends on y, on h_n or on c_n alone, every gradient lies within its bound."""
    for into in ("y", "h_n", "c_n"):
        yield from way_back.of_loss(subject, cases, into, f" of {into} alone")


@rule("23.6", where=_in_one_direction, kinds=("trained",))
def test_what_nothing_depends_on_has_no_gradient(subject: Subject, cases: Cases) -> Examined:
    """Of a loss that depends on the first output alone, the gradients by the inputs of all other steps are 0."""
    later = subject.gradients(cases, into="first y").inputs.x[1:]
    yield same("gradient by x of later steps", later, np.zeros_like(later), way_back.X_AXES)


@rule("23.7", where=_simple, kinds=("trained",))
def test_the_way_back_leaves_no_trace(subject: Subject, cases: Cases) -> Examined:
    """Weights and inputs are the same behind two steps of training, and the second has the gradients of one."""
    trained = subject.gradients(cases, 2, observe=True)
    yield from unchanged(trained.before, trained.after)
    yield from way_back.all_of(subject, cases, trained)


@rule("23.8", where=lambda c: c.trained and not c.drops, crossed=True)
def test_flags_together_change_no_gradient(subject: Subject, cases: Cases) -> Examined:
    """Whatever the flags of a layer, every gradient is that of the equations."""
    yield from way_back.all_of(subject, cases, subject.gradients(cases))
    if way_back.is_long(cases.configuration):
        yield from way_back.step_by_step(subject, cases)


@rule("23.9", where=_of_every_loss, kinds=("trained",))
def test_the_loss_may_be_any(subject: Subject, cases: Cases) -> Examined:
    """Of the sum of all outputs, of the last output, of a large and of a small loss, gradients lie within the bound."""
    for into in ("sum of y", "last y", "large", "small"):
        name = into if into.endswith(" y") else f"a {into} loss"
        yield from way_back.of_loss(subject, cases, into, f" of {name}")


@rule("23.10", kinds=("optimized",))
def test_a_step_of_descent_goes_down_the_gradient(subject: Subject, cases: Cases) -> Examined:
    """Every weight behind the step is the one before it, less the rate times its gradient; inputs are as they were."""
    for rate in (0.5, 0.03125):
        yield from descent.descended(subject, cases, rate)


@rule("23.11", kinds=("evaluated",))
def test_nothing_is_dropped_on_the_way_back_in_evaluation(subject: Subject, cases: Cases) -> Examined:
    """Every gradient lies within the bound of the equations, whatever the rates of dropout."""
    trained = subject.gradients(cases)
    yield from legal_call(subject, cases, "", trained.outputs)
    yield from way_back.all_of(subject, cases, trained)


@rule("23.12", kinds=("recorded",))
def test_every_way_back_is_that_of_its_own_call(subject: Subject, cases: Cases) -> Examined:
    """Of several calls before the first way back, in their order and in the reverse, all is legal that is seen."""
    calls = way_back.several(subject, cases)
    for order in (range(len(calls)), range(len(calls))[::-1]):
        for index, trained in enumerate(subject.ways_back(calls, order)):
            loss = f" of call {index} on way back {order.index(index)}"
            yield from legal_call(subject, calls[index], f" of call {index}", trained.outputs)
            yield from way_back.all_of(subject, calls[index], trained, loss)


def _of(kind: str) -> Callable[[Configuration], bool]:
    return lambda configuration: configuration.derivative == kind


@rule("23.13", where=_of("jvp"), kinds=("derived",))
def test_outputs_move_as_the_equations_say(subject: Subject, cases: Cases) -> Examined:
    """The derivatives of all outputs in a direction of inputs, states and weights lie within their bound."""
    yield from derivatives.moving_outputs(subject, cases)


@rule("23.14", where=_of("hvp"), kinds=("derived",))
def test_gradients_move_as_the_equations_say(subject: Subject, cases: Cases) -> Examined:
    """The Hessian of a loss times a direction lies within the bound of how the gradients move along it."""
    yield from derivatives.hessian_times_direction(subject, cases)


@rule("23.15", where=_of("per_sample"), kinds=("derived",))
def test_every_row_has_gradients_of_its_own(subject: Subject, cases: Cases) -> Examined:
    """The gradients by weights of the loss of a row lie within the bound of those of a batch in which it is alone."""
    yield from derivatives.of_every_row(subject, cases)


@rule("23.16", where=lambda c: c.trained and c.drops, kinds=("dropped",))
def test_what_is_dropped_has_no_gradient(subject: Subject, cases: Cases) -> Examined:
    """Outputs and every gradient are those of the numbers that were kept, scaled; of few numbers, a few times drawn."""
    for number in range(DRAWS):
        drawn = seeded(cases, number)
        yield from computed(subject, drawn, guessed)
        yield from gradients_of_what_was_kept(subject, drawn, f" of draw {number}")
