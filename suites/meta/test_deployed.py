"""What is made of a layer to be shipped: where it differs from the layer it is caught, and what it has not is refused.

Compilers take seconds for a configuration, so such paths are asked a part: here is what that part must still find.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.offers import Cost
from lstm_conformance.fixtures.hosting.client import AdapterError, InProcess
from lstm_conformance.fixtures.implementations.adapter import Path
from lstm_conformance.fixtures.implementations.lowered import Lowered
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.meta.adapters import adapter_of
from lstm_conformance.suites.meta.needing import needs

SHIPPED_WRONG = (
    *("rows_of_the_first_call", "steps_of_the_first_call"),  # sizes of the example are baked in
    *("weights_of_the_first_call", "biases_only_at_first_step", "biases_missing"),
    *("dropout_in_evaluation", "first_units_for_projection", "projection_not_fed_back"),
    *("final_hidden_state_of_the_previous_step", "final_states_of_the_last_layer", "final_states_direction_major"),
    *("backward_direction_reads_forwards", "backward_direction_starts_from_zeros", "directions_averaged"),
    *("initial_states_of_layers_reversed", "state_kept", "biases_of_first_layer"),
    *("lengths_ignored", "lengths_of_the_first_row", "mask_inverted", "mask_of_the_next_step"),
    *("int8_weights", "float16_cell_state", "outputs_off_by_hundred_thousandth"),
)
"""What converters and compilers get wrong: what is baked in, dropped, kept, or taken from another place."""


def is_caught(name: str, cost: Cost) -> bool:
    """Whether the quick tier finds a wrong LSTM of float32 on a path that costs this much."""
    path = Path("shipped", dtypes=("float32",), cost=cost, only=ADAPTERS[name].mutant.only)
    adapter = type(name, (ADAPTERS[name],), {"paths": (path,)})
    with InProcess(adapter) as implementation:
        hello, plan = implementation.hello(), Plan(tier="quick")
        subject = Subject(implementation, hello, "shipped")
        for check in all_checks().values():
            for planned in plan.of(check, [(name, hello)]) if not check.paired else ():
                cases = draw(planned.configuration, planned.numbers, biases=subject.layout.biases)
                if any(outcome.verdict != "pass" for outcome in judge(check, subject, cases, brief=True)):
                    return True
    return False


@pytest.mark.parametrize("cost", ["trace", "compile"])
@pytest.mark.parametrize("name", SHIPPED_WRONG)
def test_what_is_shipped_wrong_is_caught(name: str, cost: Literal["trace", "compile"]) -> None:
    """Also where only a part is asked."""
    assert is_caught(name, cost)


class TestLowered:
    """What serves calls of one kind."""

    def test_a_copy_follows_the_weights_once_it_is_told(self) -> None:
        """And is made once for all calls of a kind; what is no copy is not made again."""
        for copies, made_for in ((True, [7, 8, 7]), (False, [7, 8])):
            made: list[int] = []
            lowered = Lowered(partial(made_by, made), lambda given: given, copies=copies)

            assert [lowered(7), lowered(7), lowered(8)] == [7, 7, 8]
            lowered.follow()
            assert lowered(7) == 7
            assert made == made_for

    def test_what_is_none_is_not_given(self) -> None:
        """States that are left out are no argument."""
        assert Lowered(lambda *_: lambda *given: given, len_of, copies=False)(1, None) == (1,)


def made_by(made: list[int], given: int) -> Callable[[int], int]:
    """Write down for what something is made that returns what it is given."""
    made.append(given)
    return abs


def len_of(*given: object) -> int:
    """How much is given."""
    return len(given)


@needs("torch", "onnx")
def test_a_converter_refuses_what_its_format_has_not() -> None:
    """No smaller model: torch's exporter says that ONNX has no projections."""
    asked = configuration(5, 3, 6, 11, proj_size=4)
    with InProcess(adapter_of("lstm_conformance.fixtures.implementations.torch.deployed:TorchDeployed")) as shipped:
        subject = Subject(shipped, shipped.hello(), "onnx")

        with pytest.raises(AdapterError, match="LSTMs with projections"):
            subject.run(draw(asked, (0,), biases=subject.layout.biases))
