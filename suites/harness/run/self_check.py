"""Wrong LSTMs that every run tests first: a suite that does not catch them says nothing with a pass.

They go the whole way of an implementation under test: drawn cases, an adapter, the reference, the bound, the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.hosting.client import Hello
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.mutant_names import WORD
from lstm_conformance.suites.harness.plan.planning import Plan, Planned
from lstm_conformance.suites.harness.run.candidates import BY_NAME, Candidate
from lstm_conformance.suites.harness.run.session import Session

CONTROLS = ("input_and_forget_gate_exchanged", "state_kept", "outputs_off_by_hundred_thousandth")
"""A gross mistake, one that only a second call shows, and one in the sixth digit."""

CONFIGURATIONS = (configuration(5, 2, 4, 6), configuration(4, 3, 5, 7, initial_state=False))


def caught(names: Sequence[str] = CONTROLS) -> dict[str, str | None]:
    """The rule that catches each of these wrong LSTMs; None where none does."""
    session = Session(plan=Plan(), brief=True)
    session.greet([Candidate(BY_NAME, f"{WORD}:{name}") for name in names])
    return {name: _caught_by(session, *pair) for name, pair in zip(names, session.hellos.items(), strict=True)}


def missed(controls: Mapping[str, str | None]) -> Iterator[str]:
    """A sentence for every wrong LSTM that was not caught."""
    for name, rule in controls.items():
        if rule is None:
            yield f"the wrong LSTM {name} was not caught: no pass of this run means anything; mend the suite first"


def _caught_by(session: Session, name: str, hello: Hello) -> str | None:
    """The first rule that does not hold. An error catches nothing: it may come from the suite itself."""
    for planned in _planned(name, hello.paths[0]):
        if any(check.verdict == "fail" for check in session.perform(planned, "")):
            return planned.check.rule
    return None


def _planned(name: str, path: str) -> Iterator[Planned]:
    """Every rule about a single path, on the configurations that it is about."""
    for example in CONFIGURATIONS:
        for check in all_checks().values():
            if check.where(example) and not check.paired:
                yield Planned(implementation=name, path=path, check=check, configuration=example, numbers=(0,))
