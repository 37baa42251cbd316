"""Whatever an adapter claims, in whatever layout: the suite asks or does not ask, and never breaks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.invalid_inputs import INVALID_INPUTS
from lstm_conformance.fixtures.cases.requirements import REQUIREMENTS, inexpressible, unpromised
from lstm_conformance.fixtures.hosting.client import InProcess
from lstm_conformance.fixtures.implementations.mutants import MutantAdapter
from lstm_conformance.reference.contracts import CONTRACTS, contract_of
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import Plan, Planned
from lstm_conformance.suites.harness.run.candidates import unusable
from lstm_conformance.suites.meta.needing import in_part

OWN = {"call_errors": ["WrongShape"], "constructor_errors": ["ValueError"], "weights_errors": ["ValueError"]}
"""The contract of somebody's own LSTM."""

PROMISED = ("12.", "17.2", "17.8", "17.9", "21.", "22.2", "22.4", "24.")
"""The beginnings of the rules that ask what a contract says."""

DECLARED: dict[str, str | dict[str, Any]] = {"own": OWN, **{name: name for name in CONTRACTS}}

PAIRED = [
    (layout, contract) if (i - j) % len(DECLARED) == 0 else pytest.param(layout, contract, marks=pytest.mark.deep)
    for (i, layout), (j, contract) in product(enumerate(LAYOUTS), enumerate(DECLARED))
]
"""Every layout with a contract, and every contract with a layout; the others are left to `make deep`."""

EVERYTHING = [name if name in {"torch", "gates"} else pytest.param(name, marks=pytest.mark.deep) for name in LAYOUTS]
"""One of each kind of arrays, and those that are left to `make deep`."""


class Beginning(MutantAdapter):
    """Has a beginning, which is nobody's, and costs nothing."""

    def fresh(self, layer: Any, dtype: str, path: str, seed: int) -> Any:
        """Whatever the seed."""
        del seed
        return self.build(layer, dtype, path)

    def penalties(self, built: Any) -> list[float]:
        """Whatever is said of regularizers."""
        del built
        return []


def claiming(layout: str, *claims: str, contract: str | dict[str, Any] = "") -> type[MutantAdapter]:
    """An adapter that makes these claims, and keeps what it can of them."""
    attributes = {"name": f"test_claims.{layout}", "layout": layout, "claims": claims, "contract": contract}
    return type(layout, (Beginning,), attributes)


def one_of_each(subject: Subject, rules: tuple[str, ...]) -> Iterator[Planned]:
    """Of every check of rules that begin so the smallest configuration for each claim."""
    greeting = [(subject.hello.implementation, subject.hello)]
    for check in (check for number, check in all_checks().items() if number.startswith(rules)):
        smallest: dict[str, Planned] = {}
        for planned in sorted(Plan().of(check, greeting), key=lambda each: each.configuration.size):
            for claim in planned.configuration.requirements:
                smallest.setdefault(claim, planned)
        yield from {id(planned): planned for planned in smallest.values()}.values()


def verdicts(adapter: type[MutantAdapter], rules: tuple[str, ...] = ("",)) -> set[str]:
    """Of one of each. What the adapter cannot do is an error of its own; whatever the suite raises, the test raises."""
    with InProcess(adapter) as implementation:
        subject = Subject(implementation, implementation.hello(), "eager")
        asked = [
            (each.check, draw(each.configuration, each.numbers[:1], biases=subject.layout.biases))
            for each in one_of_each(subject, rules)
        ]
        return {outcome.verdict for check, cases in asked for outcome in judge(check, subject, cases, brief=True)}


def possible(layout: str, contract: str | dict[str, Any] = "") -> list[str]:
    """All requirements that can be claimed in a layout, under a contract."""
    known = contract_of(layout, REQUIREMENTS, contract)
    return [claim for claim in REQUIREMENTS if claim not in inexpressible(layout) | unpromised(known)]


@pytest.mark.parametrize("layout", EVERYTHING)
def test_everything_may_be_claimed_at_once(layout: str) -> None:
    """And is asked."""
    adapter = claiming(layout, *possible(layout))
    with InProcess(adapter) as implementation:
        assert unusable(implementation.hello()) is None

    assert "pass" in verdicts(adapter)


@pytest.mark.parametrize(("layout", "contract"), in_part(PAIRED, 3))
def test_every_contract_goes_with_every_layout(layout: str, contract: str) -> None:
    """Whatever it promises is asked, in the arrays of the layout."""
    declared = DECLARED[contract]
    adapter = claiming(layout, *possible(layout, declared), contract=declared)
    with InProcess(adapter) as implementation:
        assert unusable(implementation.hello()) is None

    assert "pass" in verdicts(adapter, PROMISED)


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if "layers" in possible(name)])
@pytest.mark.parametrize("mistake", ["states_of_one_layer", "states_of_more_layers"])
def test_states_of_other_layers_can_be_written(layout: str, mistake: str) -> None:
    """In the arrays of every layout: or a contract that refuses them could not be held to it."""
    cases = draw(configuration(4, 3, 5, 6, num_layers=2), (0,), biases=1)
    change = INVALID_INPUTS[mistake].canonical
    assert change is not None

    changed = change(cases.inputs)

    native = LAYOUTS[layout].native_inputs(cases.configuration.layer, changed)

    assert [a.size for a in native if a is not None] == [a.size for a in changed if a is not None]


@pytest.mark.deep
@pytest.mark.parametrize("layout", LAYOUTS)
def test_everything_but_states_may_be_claimed(layout: str) -> None:
    """Most configurations have them; others are asked then."""
    assert "pass" in verdicts(claiming(layout, *(each for each in possible(layout) if each != "initial_state")))


@pytest.mark.parametrize(
    ("layout", "claim"), [(name, word) for name in LAYOUTS for word in sorted(inexpressible(name))]
)
def test_what_a_layout_has_not_is_not_claimed(layout: str, claim: str) -> None:
    """The sentence names it, and what to do."""
    with InProcess(claiming(layout, "initial_state", claim)) as implementation:
        reason = unusable(implementation.hello())

    assert reason == f"`claims`: the layout {layout} has no {claim}: leave them out, or declare another layout"


@pytest.mark.parametrize(
    ("contract", "claim"), [(name, word) for name, known in CONTRACTS.items() for word in sorted(unpromised(known))]
)
def test_what_a_contract_is_silent_of_is_not_claimed(contract: str, claim: str) -> None:
    """The sentence names it, and what to do."""
    with InProcess(claiming("torch", "initial_state", claim, contract=contract)) as implementation:
        reason = unusable(implementation.hello())

    assert reason == (
        f"`claims`: the contract {contract} says nothing of {claim}: leave them out, or declare a `contract` that does"
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_requirement_has_a_name(layout: str) -> None:
    """A layout lacks nothing that there is not."""
    assert inexpressible(layout) <= set(REQUIREMENTS)
