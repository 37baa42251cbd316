"""Tiers: what a run goes through, and that nothing that is promised is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.offers import COSTS
from lstm_conformance.fixtures.cases.regimes import REGIMES
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.implementations.adapter import Adapter, paths_of
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS as WRONG
from lstm_conformance.suites.harness.plan.manifest import declared
from lstm_conformance.suites.meta.adapters import ADAPTERS

CLAIMS = frozenset(word for adapter in ADAPTERS.values() for word in adapter.claims)
EVERY_TIER = pytest.mark.parametrize("tier", TIERS)


@EVERY_TIER
def test_ids_are_unique(tier: str) -> None:
    """Two configurations of a tier never share an id, and none stands in it twice."""
    ids = [str(called) for called in TIERS[tier].configurations]

    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        (configuration(5, 3, 10, 20), "T5-B3-I10-H20-float32-mild"),
        (
            configuration(4, 2, 6, 9, proj_size=5, bidirectional=True, num_layers=2, batch_first=True, dtype="float64"),
            "T4-B2-I6-H9-L2-P5-bidirectional-batch_first-float64-mild",
        ),
        (
            configuration(6, 3, 4, 9, return_sequences=False, return_state=False, initial_state=False, regime="huge"),
            "T6-B3-I4-H9-no_return_sequences-no_return_state-zero_state-float32-huge",
        ),
        (
            configuration(5, 1, 4, 9, unbatched=True, bias=False, recurrent_activation="hard_sigmoid"),
            "T5-B1-I4-H9-no_bias-recurrent_activation_hard_sigmoid-unbatched-float32-mild",
        ),
        (configuration(6, 3, 4, 9, go_backwards=True, unroll=True), "T6-B3-I4-H9-go_backwards-unroll-float32-mild"),
        (
            configuration(6, 3, 4, 9, bidirectional=True, merge_mode="mul", structure="nested", mask="left"),
            "T6-B3-I4-H9-bidirectional-merge_mode_mul-structure_nested-mask_left-float32-mild",
        ),
    ],
    ids=str,
)
def test_ids_are_readable_and_stable(called: Configuration, expected: str) -> None:
    """Recorded results, deviations and the streams of numbers hang on them."""
    assert str(called) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"dtype": "float64"}),
        ({}, {"regime": "huge"}),
        ({}, {"initial_state": False}),
        ({"unbatched": True}, {"batch_first": True}),
        ({"num_layers": 2}, {"proj_size": 2}),
        ({"return_state": False}, {"return_sequences": False}),
        ({"bidirectional": True}, {"bidirectional": True, "merge_mode": "none"}),
        ({"structure": "nested"}, {"structure": "shared"}),
        ({"activation": "relu"}, {"activation": "softsign"}),
        ({"activation": "softsign"}, {"recurrent_activation": "softsign"}),
        ({"activation": "sigmoid"}, {"recurrent_activation": "tanh", "activation": "sigmoid"}),
    ],
    ids=str,
)
def test_different_configurations_have_different_ids(one: dict[str, object], other: dict[str, object]) -> None:
    """Whatever is different stands in the id."""
    assert str(configuration(5, 1, 4, 9, **one)) != str(configuration(5, 1, 4, 9, **other))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"initial_state"}),
        ({"initial_state": False}, set()),
        ({"num_layers": 2}, {"initial_state", "layers"}),
        ({"bidirectional": True}, {"initial_state", "bidirectional"}),
        ({"bias": False}, {"initial_state", "no_bias"}),
        ({"proj_size": 2}, {"initial_state", "projection"}),
        ({"batch_first": True}, {"initial_state", "batch_first"}),
        ({"unbatched": True}, {"initial_state", "unbatched"}),
        ({"return_sequences": False}, {"initial_state", "return_sequences"}),
        ({"return_state": False}, {"initial_state", "return_state"}),
        ({"go_backwards": True}, {"initial_state", "go_backwards"}),
        ({"unroll": True}, {"initial_state", "unroll"}),
        ({"activation": "relu"}, {"initial_state", "activations"}),
        ({"recurrent_activation": "relu"}, {"initial_state", "activations"}),
        ({"bidirectional": True, "merge_mode": "sum"}, {"initial_state", "bidirectional", "merge_modes"}),
        ({"structure": "Sequential", "initial_state": False}, {"structures"}),
        ({"activation": "tanh", "recurrent_activation": "sigmoid"}, {"initial_state"}),
        ({"dtype": "float64", "regime": "huge"}, {"initial_state"}),
        (
            {"num_layers": 2, "bidirectional": True, "bias": False, "initial_state": False},
            {"layers", "bidirectional", "no_bias"},
        ),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),  # the same in every process
)
def test_requirements(options: dict[str, object], expected: set[str]) -> None:
    """An implementation is asked for what it claims, and for nothing else."""
    assert configuration(5, 1, 4, 9, **options).requirements == expected


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({}, "ordinary"),
        ({"mask": "left"}, "masked"),
        ({"stateful": True, "batch_size": 1}, "stateful"),
        ({"bidirectional": True, "merge_mode": "none"}, "ordinary"),
        ({"bidirectional": True, "merge_mode": "sum"}, "composed"),
        ({"bidirectional": True, "merge_mode": "mul", "mask": "left"}, "composed"),
        ({"merge_mode": "mul"}, "ordinary"),
        ({"go_backwards": True}, "ordinary"),
        ({"go_backwards": True, "num_layers": 2}, "composed"),
        ({"structure": "nested"}, "ordinary"),
        ({"invalid_input": "x_too_wide", "bidirectional": True, "merge_mode": "sum"}, "mistaken"),
    ],
    ids=str,
)
def test_kinds(options: dict[str, object], kind: str) -> None:
    """What the general rules cannot be asked about is of a kind of its own."""
    assert configuration(5, 1, 4, 9, **options).kind == kind


def test_an_unknown_option_is_refused() -> None:
    """A slip of the pen does not become a plain configuration."""
    with pytest.raises(TypeError, match="num_layer"):
        configuration(5, 1, 4, 9, num_layer=2)


@pytest.mark.parametrize("tier", ["full", "fuzz"])
def test_a_larger_tier_contains_the_quick_one(tier: str) -> None:
    """What is green on every push is asked again before a release."""
    assert set(TIERS["quick"].configurations) < set(TIERS[tier].configurations)
    assert TIERS["quick"].cases < TIERS[tier].cases


@EVERY_TIER
def test_dear_paths_go_through_configurations_of_their_tier(tier: str) -> None:
    """A configuration that stands nowhere would silently not be run."""
    affordable = TIERS[tier].affordable

    assert set(affordable) == set(COSTS) - {"call"}
    assert all(affordable.values())
    assert frozenset.union(*affordable.values()) <= set(TIERS[tier].configurations)


def quick(name: str) -> Iterator[Configuration]:
    """The configurations of the quick tier, and those that are crossed for an implementation."""
    tier, hello = TIERS["quick"], declared(name)
    yield from tier.configurations
    for offer in hello.offers:
        yield from tier.crossed(offer)


@pytest.mark.parametrize("word", sorted(CLAIMS))
def test_every_claim_is_put_to_the_test(word: str) -> None:
    """By at least one configuration of the quick tier that the implementation which claims it can run."""
    offers = {
        name: adapter for name, adapter in ADAPTERS.items() if word in adapter.claims and is_claimed(word, adapter)
    }

    assert all(any(asks(called, adapter, word) for called in quick(name)) for name, adapter in offers.items())


@EVERY_TIER
def test_every_configuration_is_run_on_somebody(tier: str) -> None:
    """None requires what no implementation of the suite's own claims and no wrong LSTM, in a dtype that none has."""
    idle = [
        str(called)
        for called in TIERS[tier].configurations
        if not any(asks(called, each) for each in (*ADAPTERS.values(), *WRONG.values()))
    ]

    assert idle == []


def dtypes_of(adapter: type[Adapter]) -> set[str]:
    """Those of all paths."""
    return {dtype for path in paths_of(adapter) for dtype in path.dtypes or ()}


def is_claimed(word: str, adapter: type[Adapter]) -> bool:
    """Some path claims it: what the adapter claims and no path of it does, is claimed nowhere."""
    return any(word in (path.claims or ()) for path in paths_of(adapter))


def asks(called: Configuration, adapter: type[Adapter], word: str | None = None) -> bool:
    """The implementation can run this, and shows by it that it meets the requirement."""
    offered = called.dtype in dtypes_of(adapter) and called.requirements <= set(adapter.claims)
    return offered and (word is None or word in called.requirements)


PROMISES: dict[str, Callable[[Configuration], bool]] = {
    "one step": lambda c: c.time == 1,
    "one row": lambda c: c.batch == 1 and not c.unbatched,
    "one unit": lambda c: c.layer.hidden_size == 1,
    "one feature": lambda c: c.layer.input_size == 1,
    "a batch of 128 and more": lambda c: c.batch >= 128,
    "a layer of 256 units and more": lambda c: c.layer.hidden_size >= 256,
    "tails of 8": lambda c: c.layer.hidden_size > 8 and c.layer.hidden_size % 8 > 0 and c.layer.input_size % 8 > 0,
    "tails of 16": lambda c: c.layer.hidden_size > 16 and c.layer.hidden_size % 16 > 0 and c.layer.input_size > 16,
    "sizes that all differ": lambda c: len({c.time, c.batch, c.layer.input_size, c.layer.hidden_size}) == 4,
    "float64": lambda c: c.dtype == "float64",
    "as many steps as rows": lambda c: c.time == c.batch > 1,
    "a square kernel": lambda c: c.layer.input_size == 4 * c.layer.hidden_size > 4,
    "one projected unit": lambda c: c.layer.proj_size == 1,
    "a way back of more than 64 steps": lambda c: c.trained and c.time > 64,
    **{f"regime {regime}": lambda c, regime=regime: c.regime == regime for regime in REGIMES},  # type: ignore[misc]
    "a way back of what is broadcast": lambda c: c.trained and c.strided and c.layer == configuration(5, 3, 4, 7).layer,
    "a way back to zeros": lambda c: c.trained and c.regime == "sparse",
    "an input of zeros in float64": lambda c: (c.regime, c.dtype) == ("zeros", "float64"),
}


@EVERY_TIER
@pytest.mark.parametrize("promise", PROMISES)
def test_a_size_or_regime_that_is_promised_is_there(promise: str, tier: str) -> None:
    """The sizes and numbers that implementations get wrong."""
    assert any(PROMISES[promise](called) for called in TIERS[tier].configurations)


def test_a_promise_can_be_broken() -> None:
    """A plain configuration keeps one of them only."""
    kept = [promise for promise, keeps in PROMISES.items() if keeps(configuration(5, 3, 8, 8))]

    assert kept == ["regime mild"]


def test_only_fuzzing_does_not_block() -> None:
    """New seeds are reported, and nobody's push is stopped by them."""
    assert [name for name, tier in TIERS.items() if not tier.blocks] == ["fuzz"]


@pytest.mark.parametrize(
    ("called", "size"), [(configuration(5, 3, 10, 20), 1200), (configuration(5, 3, 10, 20, bidirectional=True), 2400)]
)
def test_size_counts_pre_activations(called: Configuration, size: int) -> None:
    """4 T B H D."""
    assert called.size == size
