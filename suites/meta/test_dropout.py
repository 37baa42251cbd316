"""Dropout: what is read from the outputs is what was drawn, right layers pass, and every wrong one is noticed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, Built, MutantAdapter, adapter_of
from lstm_conformance.reference.contracts import CONTRACTS, contract_of
from lstm_conformance.reference.mutants import BENIGN, MUTANTS, family_of
from lstm_conformance.reference.mutants.dropping import LSTMWithDropout
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.harness.judge.dropout_masks import is_readable, rate_of, read, readable, seeded, sources
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.meta.judging import subject_of

RIGHT = {name: kind for name, kind in BENIGN.items() if issubclass(kind, LSTMWithDropout)}

WRONG = {name: kind for name, kind in MUTANTS.items() if family_of(kind) == "dropout"}

ONLY = {
    "dropout_of_what_is_kept": "21.2",
    "dropout_repeated_in_the_batch": "21.3",
    "dropout_the_same_in_every_call": "21.3",
    "dropout_the_same_in_all_layers": "21.3",
    "dropout_of_states_as_of_inputs": "21.3",
    "dropout_the_same_at_every_step": "21.4",
    "dropout_without_seed": "21.5",
    "dropout_with_one_seed": "21.5",
    "dropout_in_evaluation": "21.6",
    "dropout_ignored_at_rate1": "21.8",
    "trains_by_default": "21.6",
    "infers_by_default": "21.8",
}
"""Those that one rule alone notices, and which."""

CHAPTER = {number: check for number, check in all_checks().items() if number.startswith("21.")}


@cache
def failing(name: str) -> set[str]:
    """The rules that an adapter of the catalogue breaks in the small tier."""
    subject = subject_of(ADAPTERS[name])
    asked = [*TIERS["small"].configurations, *TIERS["small"].crossed(subject.hello.on("eager"))]
    planned = [
        (number, configuration)
        for (number, check), configuration in product(CHAPTER.items(), asked)
        if check.where(configuration)
        and subject.hello.on("eager").runs(configuration)
        and configuration.applies_to(subject.hello.promised, subject.hello.layout)
    ]
    with np.errstate(all="ignore"):
        return {number for number, configuration in planned if not passes(subject, number, configuration)}


def passes(subject: Any, number: str, called: Configuration) -> bool:
    """Whether a rule holds."""
    cases = draw(called, [0], biases=subject.layout.biases)
    return judge(CHAPTER[number], subject, cases, brief=True)[0].verdict == "pass"


@pytest.mark.parametrize("name", RIGHT)
def test_right_layers_pass(name: str) -> None:
    """In every configuration of the small tier."""
    assert failing(name) == set()


@pytest.mark.parametrize(
    "name", [name if name in (*ONLY,)[::5] else pytest.param(name, marks=pytest.mark.deep) for name in WRONG]
)
def test_wrong_layers_are_noticed(name: str) -> None:
    """By a rule of the chapter; by one alone, if it is the only one that is about it."""
    assert failing(name)
    assert failing(name) == {ONLY.get(name)} or name not in ONLY


@pytest.mark.deep
def test_every_rule_notices_something() -> None:
    """There is no rule of the chapter that could go."""
    assert set().union(*map(failing, WRONG)) == CHAPTER.keys()


class _Raising(LSTMWithDropout):
    """Cannot drop where there are no biases."""

    def factors(self, shape: tuple[int, ...], rate: float) -> Array:
        """Divide by nothing."""
        return super().factors(shape, rate) if self.constructed.bias else super().factors(shape, rate / 0)


class _Infinite(LSTMWithDropout):
    """Multiplies kept numbers by infinity."""

    def scale(self, rate: float) -> float:
        """Without end, so that outputs are not numbers."""
        return float("nan") * rate


@pytest.mark.parametrize(("kind", "verdict"), [(LSTMWithDropout, "pass"), (_Raising, "error"), (_Infinite, "fail")])
def test_what_dropout_does_not_go_together_with_is_noticed(kind: type[LSTMWithDropout], verdict: str) -> None:
    """An exception, and outputs that are no numbers."""
    subject = subject_of(adapter_of("crossed", kind))
    crossed = [
        configuration for configuration in TIERS["small"].crossed(subject.hello.on("eager")) if configuration.drops
    ]
    cases = [draw(configuration, [0], biases=2) for configuration in crossed]

    assert verdict in {judge(CHAPTER["21.7"], subject, each, brief=True)[0].verdict for each in cases}


class _Known(LSTMWithDropout):
    """Remembers what it has drawn."""

    drawn: list[Array]

    def kept(self, shape: tuple[int, ...], rate: float) -> Array:
        """Keep it."""
        _Known.drawn = [*getattr(_Known, "drawn", []), super().kept(shape, rate)]
        return _Known.drawn[-1]


class _KnownOfKeras(_Known):
    """The same in the axes of Keras."""

    layout = "keras"
    claims = ("dropout", "recurrent_dropout")


READABLE = [c for c in TIERS["small"].configurations if c.drops and is_readable(c) and rate_of(c.layer) < 1]

KNOWN = [
    (kind, configuration)
    for kind in (_Known, _KnownOfKeras)
    for configuration in READABLE
    if subject_of(adapter_of("known", kind)).hello.on("eager").runs(configuration)
    and not configuration.layer.bidirectional
]


@pytest.mark.parametrize(("kind", "called"), KNOWN, ids=str)
def test_what_is_read_is_what_was_drawn(kind: type[_Known], called: Configuration) -> None:
    """Of the layer that is read last, unit by unit and step by step."""
    subject = subject_of(adapter_of("known", kind))
    made = readable(draw(called, [0], biases=subject.layout.biases), 0)
    _Known.drawn = []
    with np.errstate(over="ignore"):
        found = read(subject, made, subject.run(made).outputs)
    dropped, read_from = [each.dropped for each in found if each.by_chance], sources(called.layer)
    for each in dropped[-1:]:
        latest = zip(read_from, _Known.drawn[-len(read_from) :], strict=True)
        drawn = np.concatenate([kept[..., : source.units] for source, kept in latest], -1)
        assert np.array_equal(each, np.broadcast_to(drawn == 0, each.shape))


def test_seeds_follow_from_the_case() -> None:
    """They are the same in every run, others of other cases and of other numbers, and never 0."""
    first, second = (draw(READABLE[0], [number], biases=1) for number in (0, 1))
    seeds = [seeded(cases, number).configuration.layer.seed for cases in (first, second) for number in (0, 1)]

    assert seeds == [seeded(cases, number).configuration.layer.seed for cases in (first, second) for number in (0, 1)]
    assert len(set(seeds)) == 4
    assert min(seeds) > 0


TRAINS = configuration(1, 128, 16, 16, num_layers=2, dropout=1.0, by_default="trains")
INFERS = configuration(5, 3, 4, 7, return_sequences=False, dropout=0.5, recurrent_dropout=0.5, by_default="infers")


@pytest.mark.parametrize(
    ("name", "rule", "called", "verdict"),
    [
        ("dropout_of_torch", "21.8", TRAINS, "pass"),
        ("infers_by_default", "21.8", TRAINS, "fail"),
        ("infers_by_default", "21.8", replace(TRAINS, by_default="", training=True), "pass"),
        ("dropout_of_keras", "21.6", INFERS, "pass"),
        ("trains_by_default", "21.6", INFERS, "fail"),
        ("trains_by_default", "21.6", replace(INFERS, by_default=""), "pass"),
    ],
)
def test_a_layer_that_is_not_told_its_mode_is_in_the_documented_one(
    name: str, rule: str, called: Configuration, verdict: str
) -> None:
    """One that is in the other is right where it is told."""
    subject = subject_of(ADAPTERS[name])

    found = judge(CHAPTER[rule], subject, draw(called, range(2), biases=subject.layout.biases))

    assert {outcome.verdict for outcome in found} == {verdict}


def test_no_contract_is_asked_for_another_mode_than_the_documented_one() -> None:
    """Where nothing is documented, for none."""
    asked = {
        called.by_default: {name for name, contract in CONTRACTS.items() if called.applies_to(contract, "torch")}
        for called in (TRAINS, INFERS)
    }

    assert asked["trains"] == {name for name in CONTRACTS if name.startswith("torch.nn.")}
    assert asked["infers"] == {name for name in CONTRACTS if name.startswith("keras.layers.")}


class _Counting(MutantAdapter):
    """Counts the layers that it builds."""

    built = 0

    def build(self, layer: Any, dtype: str, path: str) -> Built:
        """One more."""
        _Counting.built += 1
        return super().build(layer, dtype, path)


@pytest.mark.parametrize(("seed", "built"), [(0, 1), (7, 2)])
def test_a_layer_with_a_seed_is_built_for_every_request(seed: int, built: int) -> None:
    """And one without is kept."""
    subject, cases = subject_of(_Counting), draw(READABLE[0], [0], biases=2)
    layer = replace(READABLE[0].layer, dropout=0.0, seed=seed)
    cases = cases.varied("seed", configuration=replace(READABLE[0], layer=layer))
    _Counting.built = 0
    for name in ("first", "second"):
        subject.run(cases.varied(name))

    assert _Counting.built == built


def test_what_is_not_documented_is_not_asked() -> None:
    """A contract without dropout has no layers that drop."""
    asked = {name for name, contract in CONTRACTS.items() if READABLE[0].applies_to(contract, "torch")}

    assert asked == {name for name in CONTRACTS if name.startswith(("torch.nn.", "keras.layers."))}
    assert not READABLE[0].applies_to(contract_of("onnx"), "onnx")
