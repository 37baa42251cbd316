"""Ids of configurations, read back."""

from __future__ import annotations

import pytest

from lstm_conformance.fixtures.cases.ids import configuration_called
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.suites.harness.plan.manifest import declared


@pytest.mark.parametrize("tier", TIERS)
def test_an_id_says_all_that_is_to_know(tier: str) -> None:
    """Of every configuration of a tier."""
    configurations = TIERS[tier].configurations

    assert [configuration_called(str(configuration)) for configuration in configurations] == list(configurations)


@pytest.mark.parametrize("name", ["torch.nn.LSTM", "keras.layers.Bidirectional"])
def test_also_where_many_flags_are_set(name: str) -> None:
    """Of those in which flags are crossed."""
    hello = declared(name)
    configurations = [configuration for offer in hello.offers for configuration in TIERS["quick"].crossed(offer)]

    assert [configuration_called(str(configuration)) for configuration in configurations] == configurations


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "T5-B3-I4-H7",
        "T5-B3-I4-H7-float32",
        "T5-B3-I4-H7-unrolled-float32-mild",
        "T5-B3-I4-H7-unroll-bidirectional-float32-mild",
        "T05-B3-I4-H7-float32-mild",
        "T5-B3-I4-H7-L1-float32-mild",
        "T5-B3-I4-H7-float32-wild",
        "T5-B3-I4-H7-float31-mild",
        "T5-B3-I4-H7-mask_none-float32-mild",
        "T5-B3-I4-H7-route_back-float32-mild",
        "T5-B3-I4-H7-dropout_half-float32-mild",
        "T5-B3-I4-H7-implementation_one-float32-mild",
    ],
)
def test_what_is_no_id_names_nothing(text: str) -> None:
    """Nor does one that no configuration would be given."""
    assert configuration_called(text) is None
