"""Chapter 3: shapes and dtypes."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.arithmetic import PRECISIONS
from lstm_conformance.suites.harness.judge.assertions import Examined
from lstm_conformance.suites.harness.judge.comparison import Statement
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject


@rule("3.1", kinds=("ordinary", "masked"))
def test_shapes_of_outputs_and_states(subject: Subject, cases: Cases) -> Examined:
    """A call returns the documented outputs and states, in the documented order and shapes."""
    seen = subject.observe(cases)
    for call, native in (("call", seen.native), ("second call", seen.again)):
        yield _agree(f"shapes of the {call}", list(seen.documented_shapes.values()), [a.shape[1:] for a in native])


@rule("3.2", kinds=("ordinary", "masked"))
def test_dtypes_of_outputs_and_states(subject: Subject, cases: Cases) -> Examined:
    """Outputs and states have the dtype that the layer computes in."""
    seen = subject.run(cases)
    computed_in = PRECISIONS[cases.configuration.dtype].compute
    yield _agree("dtypes", [computed_in] * len(seen.dtypes), seen.dtypes)


@rule("3.3")
def test_names_shapes_and_dtypes_of_the_weights(subject: Subject, cases: Cases) -> Examined:
    """A freshly built layer has the documented weights in the dtype that it stores them in, and no others."""
    configuration = cases.configuration
    stored_in = PRECISIONS[configuration.dtype].weights
    documented = {name: (shape, stored_in) for name, shape in subject.layout.weight_shapes(configuration.layer).items()}
    yield _agree("weights", documented, subject.describe(configuration))


def _agree(measure: str, documented: object, found: object) -> Statement:
    return Statement(measure, None if documented == found else f"{found}, documented is {documented}")
