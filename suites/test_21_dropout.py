"""Chapter 21: what is dropped in training mode, and that nothing is in evaluation.

What was dropped is read from the outputs of layers whose weights are made for it:
`suites/harness/judge/dropout_masks.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.hosting.requests import WEIGHTS
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.harness.judge.assertions import Y_AXES, Examined, unchanged
from lstm_conformance.suites.harness.judge.binomial import as_often
from lstm_conformance.suites.harness.judge.comparison import Statement, same
from lstm_conformance.suites.harness.judge.dropout_enumeration import can_be_guessed, guessed
from lstm_conformance.suites.harness.judge.dropout_masks import (
    Mask,
    Read,
    is_readable,
    promised,
    rate_of,
    read,
    readable,
    seeded,
    sources,
)
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.stacks import calls, computed
from lstm_conformance.suites.harness.judge.subject import Subject


def _by_chance(configuration: Configuration) -> bool:
    return is_readable(configuration) and rate_of(configuration.layer) < 1


def _in_time(configuration: Configuration) -> bool:
    return _by_chance(configuration) and configuration.time > 1


def _all(configuration: Configuration) -> bool:
    return is_readable(configuration) and rate_of(configuration.layer) == 1


@rule("21.1", where=_by_chance, kinds=("dropped",))
def test_what_is_dropped_is_zero_what_is_kept_is_scaled(subject: Subject, cases: Cases) -> Examined:
    """Outputs and states are those of numbers that are 0 or divided by 1 - rate, where the layer drops at all."""
    yield from _compared(subject, cases)


@rule("21.2", where=_by_chance, kinds=("dropped",))
def test_the_rate_is_the_share_that_is_dropped(subject: Subject, cases: Cases) -> Examined:
    """As many numbers are dropped as chance drops at this rate."""
    for each in _dropping(subject, cases):
        for source in sources(cases.configuration.layer):
            drawn = source.of(_drawn(subject, each.dropped))
            yield as_often(f"dropped{source.name} in layer {each.index}", int(drawn.sum()), drawn.size, source.chance)


@rule("21.3", where=_by_chance, kinds=("dropped",))
def test_every_number_is_dropped_by_itself(subject: Subject, cases: Cases) -> Examined:
    """Two rows, two units, two directions, two layers, two calls, inputs and states agree as often as by chance."""
    layer = cases.configuration.layer
    first = [_drawn(subject, each.dropped) for each in _dropping(subject, cases)]
    again = [_drawn(subject, each.dropped) for each in _dropping(subject, cases, again=True)]
    for source in sources(layer):
        for index, (drawn, other) in enumerate(zip(map(source.of, first), map(source.of, again), strict=True)):
            where = f"of dropping{source.name} in layer {index}"
            for name, a, b in _pairs(cases.configuration, drawn):
                yield _agree(f"{name} {where}", a, b, source.chance)
            yield _agree(f"two calls {where}", drawn, other, source.chance)
        for index, (below, above) in enumerate(pairwise(map(source.of, first))):
            name = f"dropping{source.name} in layers {index} and {index + 1}"
            yield _agree(name, below[:1], above[:1], source.chance)
    for index, drawn in enumerate(first):
        for inputs, states in pairwise(sources(layer)):
            both = inputs.of(drawn), states.of(drawn)
            yield _agree(f"inputs and states of layer {index}", *both, inputs.chance, states.chance)


@rule("21.4", where=_in_time, kinds=("dropped",))
def test_every_step_drops_as_documented(subject: Subject, cases: Cases) -> Examined:
    """The same numbers at every step of a sequence, or at every step others."""
    for each in _dropping(subject, cases):
        if promised(subject).constant:
            due = np.broadcast_to(each.dropped[:1], each.dropped.shape)
            yield same(f"dropped in layer {each.index}", each.dropped, due, Y_AXES)
        else:
            for source in sources(cases.configuration.layer):
                drawn = source.of(each.dropped)
                yield _agree(f"steps{source.name} of layer {each.index}", drawn[::2], drawn[1::2], source.chance)


@rule("21.5", where=lambda c: _in_time(c) and not c.layer.unroll and c.layer.implementation == 2, kinds=("dropped",))
def test_what_is_dropped_follows_from_the_seed(subject: Subject, cases: Cases) -> Examined:
    """A new layer with the same seed drops the same, one with another seed drops others."""
    for each, alike in zip(_dropping(subject, cases), _anew(subject, cases, 0), strict=True):
        yield same(f"dropped in layer {each.index}", alike.dropped, each.dropped, Y_AXES)
    for each, other in zip(_dropping(subject, cases), _anew(subject, cases, 1), strict=True):
        a, b = (_drawn(subject, which.dropped) for which in (each, other))
        for source in sources(cases.configuration.layer):
            name = f"two seeds{source.name} in layer {each.index}"
            yield _agree(name, source.of(a), source.of(b), source.chance)


@rule("21.6", where=lambda c: bool(c.layer.dropout or c.layer.recurrent_dropout), kinds=("ordinary",))
def test_nothing_is_dropped_in_evaluation(subject: Subject, cases: Cases) -> Examined:
    """Whatever the rates, outputs and states are those of the equations."""
    yield from computed(subject, cases)


@rule("21.7", where=lambda c: c.drops, crossed=True)
def test_dropout_goes_together_with_every_flag(subject: Subject, cases: Cases) -> Examined:
    """The layer can be called and keeps its weights; outputs are numbers, where few may drop those of the equations."""
    cases = seeded(cases, 0)
    if not (cases.configuration.trained or cases.configuration.layer.stateful):
        seen = subject.observe(cases)
        yield from unchanged({name: a for name, a in seen.before.items() if name.startswith(WEIGHTS)}, seen.after)
    if can_be_guessed(subject, cases.configuration):
        yield from computed(subject, cases, guessed)
        return
    for call in calls(subject, cases):
        outputs = call.outputs._asdict().items()
        wrong = [name for name, a in outputs if not np.isfinite(a).all()]
        yield Statement(f"outputs{call.name}", f"{', '.join(wrong)}: not finite" if wrong else None)


@rule("21.8", where=_all, kinds=("dropped",))
def test_a_rate_of_1_drops_all(subject: Subject, cases: Cases) -> Examined:
    """Outputs and states are those of numbers that are 0."""
    yield from _compared(subject, cases)


def _compared(subject: Subject, cases: Cases) -> Examined:
    """What two calls of readable cases return, held against what it may be."""
    made = readable(cases, 0)
    seen = subject.observe(made)
    for outputs in (seen.outputs, seen.outputs_again):
        for each in read(subject, made, outputs):
            yield from each.compared


def _dropping(subject: Subject, cases: Cases, *, again: bool = False) -> list[Read]:
    """The layers that drop, and what they dropped in the first call of a new layer, or in the second."""
    made = readable(cases, 0)
    seen = subject.observe(made)
    return _by_chance_alone(subject, made, seen.outputs_again if again else seen.outputs)


def _anew(subject: Subject, cases: Cases, seed: int) -> list[Read]:
    """The same of another new layer."""
    made = readable(cases, seed)
    return _by_chance_alone(subject, made, subject.run(made.varied("once more")).outputs)


def _by_chance_alone(subject: Subject, cases: Cases, outputs: Outputs[Array]) -> list[Read]:
    return [each for each in read(subject, cases, outputs) if each.by_chance]


def _drawn(subject: Subject, dropped: Mask) -> Mask:
    """What chance has drawn: where all steps drop the same, that of the first."""
    return dropped[:1] if promised(subject).constant else dropped


def _pairs(configuration: Configuration, drawn: Mask) -> Iterator[tuple[str, Mask, Mask]]:
    """What must not hang together, (S, N, B, D P)."""
    rows, units = (size // 2 for size in drawn.shape[-2:])
    yield "neighbouring rows", drawn[..., ::2, :], drawn[..., 1::2, :]
    yield "first and later rows", drawn[..., :rows, :], drawn[..., rows:, :]
    yield "neighbouring units", drawn[..., ::2], drawn[..., 1::2]
    if configuration.layer.bidirectional:
        yield "directions", drawn[..., :units], drawn[..., units:]


def _agree(measure: str, a: Mask, b: Mask, chance: Fraction, other: Fraction | None = None) -> Statement:
    """Both drop or both keep as often as if neither knew of the other; other: the chance of b, if it has its own."""
    other = chance if other is None else other
    due = chance * other + (1 - chance) * (1 - other)
    return as_often(f"agreement of {measure}", int((a == b).sum()), a.size, due)
