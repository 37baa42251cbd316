"""The first question to an implementation: does it work at all?

One small plain layer is built, loaded and called, and its outputs are counted and measured; no number is looked at.
An implementation that cannot do this would fail every other rule for the same reason, so nothing else is asked of it.
"""

from __future__ import annotations

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.hosting.client import Hello
from lstm_conformance.reference.layouts.base import Shape
from lstm_conformance.suites.harness.judge.assertions import Examined
from lstm_conformance.suites.harness.judge.comparison import Statement
from lstm_conformance.suites.harness.judge.rules import Check
from lstm_conformance.suites.harness.judge.subject import Subject

RULE = "0.1"
USUAL = "float32"


def smallest(offer: Offer) -> Configuration:
    """The configuration that everybody must be able to run: it needs no claim, and is in float32 where a path has it.

    It is what a process computes first: of what it then keeps for good, a wider dtype shows that it is too narrow.
    """
    dtype = USUAL if USUAL in offer.dtypes else offer.dtypes[0]
    return configuration(3, 2, 4, 5, initial_state=False, dtype=dtype)


def examine(subject: Subject, cases: Cases) -> Examined:
    """The layer runs, and returns as many outputs as documented, in the documented shapes."""
    seen = subject.run(cases)
    documented, shapes = seen.documented_shapes, [a.shape[1:] for a in seen.native]
    failure = None if shapes == list(documented.values()) else _instead(subject.hello, documented, shapes)
    yield Statement("outputs", failure)


CHECK = Check(RULE, lambda _: True, examine)


def _instead(hello: Hello, documented: dict[str, Shape], shapes: list[Shape]) -> str:
    """What came, from which line, and what to return instead."""
    came = ", ".join(map(str, shapes)) or "nothing"
    expected = ", ".join(f"{name} {shape}" for name, shape in documented.items())
    place = f" ({hello.where})" if hello.where else ""
    return f"`call`{place} returned {len(shapes)} tensors: {came}; return {len(documented)}: {expected}"
