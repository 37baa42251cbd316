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
def planned(kind: type[Plan]) -> list[Planned]:
    """All items of the quick tier, or of its sample, as the adapters declare themselves."""
    plan, hellos = kind(), [(name, manifest.declared(name)) for name in NAMES]
    return [each for check in all_checks().values() for each in plan.of(check, hellos)]


def test_every_rule_is_asked_once_on_every_path() -> None:
    """On which the tier asks it."""
    whole = {(each.implementation, each.path, each.check.rule) for each in planned(Plan)}
    part = [(each.implementation, each.path, each.check.rule) for each in planned(Sample)]

    assert len({place[:2] for place in whole}) == 5
    assert sorted(part) == sorted(whole)


@pytest.mark.parametrize("name", NAMES)
def test_every_dtype_is_asked(name: str) -> None:
    """In which the tier asks an implementation."""
    whole, part = (
        {each.configuration.dtype for each in planned(kind) if each.implementation == name} for kind in (Plan, Sample)
    )

    assert part == whole


def test_it_is_a_part_of_the_tier() -> None:
    """The same checks of the same cases, on far fewer configurations."""
    whole, part = (
        {(str(each), each.check.rule, each.numbers, each.model) for each in planned(k)} for k in (Plan, Sample)
    )
    configurations = [len({str(each) for each in planned(kind)}) for kind in (Plan, Sample)]

    assert part <= whole
    assert 4 * configurations[1] < configurations[0]
