"""The sample of a tier that `test_end_to_end.py` asks: nothing of it is a kind of check that it leaves out."""

from __future__ import annotations

from functools import cache

import pytest

from lstm_conformance.suites.harness.plan import manifest
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import Plan, Planned
from lstm_conformance.suites.meta.sampling import Sample

NAMES = ("torch.nn.LSTM", "keras.layers.LSTM")
"""Of every cost of a path, two layouts."""


@cache
def planned(*, part: bool) -> list[Planned]:
    """All items of the quick tier, or of its sample, as the adapters declare themselves."""
    plan, hellos = Sample() if part else Plan(), [(name, manifest.declared(name)) for name in NAMES]
    return [each for check in all_checks().values() for each in plan.of(check, hellos)]


def places(*, part: bool) -> list[tuple[str, str, str]]:
    """Implementation, path and rule of every item."""
    return [(each.implementation, each.path, each.check.rule) for each in planned(part=part)]


def test_every_rule_is_asked_once_on_every_cheap_path() -> None:
    """On which the tier asks it; of the others that an implementation has, on one."""
    dear = {(name, offer.path) for name in NAMES for offer in manifest.declared(name).offers if offer.cost != "call"}
    cheap = [place for place in places(part=True) if place[:2] not in dear]
    others = [(name, rule) for name, path, rule in places(part=True) if (name, path) in dear]

    assert len(dear) == 4
    assert sorted(cheap) == sorted({place for place in places(part=False) if place[:2] not in dear})
    assert sorted(others) == sorted({(name, rule) for name, path, rule in places(part=False) if (name, path) in dear})


def test_every_path_has_its_turn() -> None:
    """Of no path all rules are left out."""
    assert {place[:2] for place in places(part=True)} == {place[:2] for place in places(part=False)}


@pytest.mark.parametrize("name", NAMES)
def test_every_dtype_is_asked(name: str) -> None:
    """In which the tier asks an implementation."""
    whole, part = (
        {each.configuration.dtype for each in planned(part=part) if each.implementation == name}
        for part in (False, True)
    )

    assert part == whole


def test_it_is_a_part_of_the_tier() -> None:
    """The same checks of the same cases, on far fewer configurations."""
    whole, part = (
        {(str(each), each.check.rule, each.numbers, each.model) for each in planned(part=p)} for p in (False, True)
    )
    configurations = [len({str(each) for each in planned(part=part)}) for part in (False, True)]

    assert part <= whole
    assert 4 * configurations[1] < configurations[0]
