"""Right LSTMs of another make are green: a layer that divides its work in another way is not accused."""

from __future__ import annotations

import random

import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.meta.judging import subject_of
from lstm_conformance.suites.meta.rewrites import ADAPTERS, IN_LAYOUTS, REWRITES

QUICK = TIERS["quick"]
FEW, MANY = 3, 60
"""Configurations of each, by each."""


def asked(subject: Subject, *, crossed: bool) -> list[Configuration]:
    """What the quick tier asks of it, but for what draws: those have dropout of their own."""
    offer = subject.hello.on("eager")
    every = QUICK.crossed(offer) if crossed else QUICK.on(offer)
    return [
        configuration
        for configuration in every
        if offer.runs(configuration)
        and not configuration.drops
        and configuration.applies_to(subject.hello.promised, subject.hello.layout)
    ]


def red(name: str, count: int) -> set[str]:
    """Of so many configurations, chosen and crossed, drawn by the name: what is neither passed nor left out."""
    subject, found = subject_of(ADAPTERS[name]), set()
    for crossed in (False, True):
        every = asked(subject, crossed=crossed)
        checks = [each for each in all_checks().values() if each.crossed == crossed]
        for configuration in random.Random(name).sample(every, min(count, len(every))):
            cases = draw(configuration, (0,), biases=subject.layout.biases)
            for check in checks:
                if check.where(configuration) and not check.paired and not check.unclaimed:
                    verdicts = {outcome.verdict for outcome in judge(check, subject, cases)}
                    found |= {f"{check.rule} {configuration}"} if verdicts - {"pass", "not-run"} else set()
    return found


@pytest.mark.parametrize("name", [f"{name}In{IN_LAYOUTS[k % 2].title()}" for k, name in enumerate(REWRITES)])
def test_they_are_green(name: str) -> None:
    """In a few configurations that the quick tier has."""
    assert red(name, FEW) == set()


@pytest.mark.deep
@pytest.mark.parametrize("name", ADAPTERS)
def test_they_are_green_in_many_configurations(name: str) -> None:
    """In both layouts."""
    assert red(name, MANY) == set()
