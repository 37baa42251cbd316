"""What is made of a layer to be shipped: where it differs from the layer it is caught, and what it has not is refused.

Compilers take seconds for a configuration, so such paths are asked a part: here is what that part must still find.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.offers import Cost
from lstm_conformance.fixtures.hosting.client import InProcess
from lstm_conformance.fixtures.implementations.adapter import Path
from lstm_conformance.fixtures.implementations.lowered import Lowered
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, MutantAdapter
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan import smoke
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import Plan

Caught = tuple[str, str]
"""The rules that catch it where a new configuration is traced, and where it is compiled."""

SHIPPED_WRONG: Mapping[str, Mapping[str, Caught]] = {
    "rows of the example baked in": {"rows_of_the_first_call": ("11.5", "11.5")},
    "steps of the example baked in": {"steps_of_the_first_call": ("11.5", "11.5")},
    "weights of export time kept": {"weights_of_the_first_call": ("1.1", "1.1")},
    "dropout kept": {"dropout_in_evaluation": ("20.1", "20.1")},
    "dropout lost": {"dropout_missing": ("21.1", "21.1")},
    "projection dropped": {
        "first_units_for_projection": ("9.2", "20.1"),
        "projection_not_fed_back": ("9.2", "20.1"),
    },
    "states not returned": {
        "states_left_out": ("0.1", "0.1"),
        "initial_states_returned": ("2.1", "2.1"),
        "final_hidden_state_of_the_previous_step": ("2.1", "2.1"),
        "final_states_of_the_last_layer": ("6.2", "20.1"),
        "final_states_direction_major": ("20.1", "20.1"),
    },
    "states not taken": {
        "backward_direction_starts_from_zeros": ("7.1", "14.1"),
        "initial_states_of_layers_reversed": ("6.1", "20.1"),
        "state_kept": ("1.1", "11.4"),
    },
    "a direction lost": {
        "backward_uses_forward_weights": ("7.1", "14.1"),
        "backward_direction_reads_forwards": ("7.1", "14.1"),
        "directions_averaged": ("7.1", "14.1"),
    },
    "biases lost": {
        "biases_missing": ("1.1", "1.1"),
        "biases_only_at_first_step": ("1.1", "1.1"),
        "biases_of_first_layer": ("6.1", "20.1"),
    },
    "lengths ignored": {
        "lengths_ignored": ("14.1", "14.1"),
        "lengths_of_the_first_row": ("14.1", "14.1"),
        "mask_inverted": ("14.1", "14.1"),
        "mask_of_the_next_step": ("14.1", "14.1"),
    },
    "numbers less accurate": {
        "int8_weights": ("1.1", "1.1"),
        "float16_cell_state": ("1.1", "1.1"),
        "outputs_off_by_hundred_thousandth": ("1.1", "1.1"),
    },
}
"""What converters and compilers get wrong: what is baked in, dropped, kept, or taken from another place.

What cannot be written on a path is not claimed there, and rule 18.4 sees that it is refused or right: a projection as
ONNX and in `quantizable`, lengths in `torch.export`, in a program of ExecuTorch and in ONNX' evaluator, dropout in
training where a model is for inference. Sizes cannot be baked in where another size is another export: in `export`,
TFLite and LiteRT; in `export.batch`, `onnxruntime.dynamo`, AOTInductor and a program of ExecuTorch the number of steps,
and where Keras unrolls. The scale of another matrix is a mistake of `quantising`, beside this file.
"""


def of_benign(name: str, returned: Callable[[list[Any], Any], list[Any]]) -> type[MutantAdapter]:
    """A right LSTM of which other outputs are returned, made of all of them and the states that were given."""

    def call_masked(self: MutantAdapter, built: Any, x: Any, states: Any, valid: Any) -> list[Any]:
        return returned(MutantAdapter.call_masked(self, built, x, states, valid), states)

    return type(name, (ADAPTERS["summed_backwards"],), {"call_masked": call_masked})


EXPORTERS = ADAPTERS | {
    "states_left_out": of_benign("states_left_out", lambda outputs, _: outputs[:1]),
    "initial_states_returned": of_benign(
        "initial_states_returned", lambda outputs, states: [outputs[0], *(states or map(np.zeros_like, outputs[1:]))]
    ),
}
WRITTEN = [(name, rules) for kind in SHIPPED_WRONG.values() for name, rules in kind.items()]


def catches(name: str, rule: str, cost: Cost) -> bool:
    """Whether a rule finds a wrong LSTM of float32 in the quick tier, on a path that costs this much."""
    path = Path("shipped", dtypes=("float32",), cost=cost, only=EXPORTERS[name].mutant.only)
    check = smoke.CHECK if rule == smoke.RULE else all_checks()[rule]
    with InProcess(type(name, (EXPORTERS[name],), {"paths": (path,)})) as implementation:
        hello = implementation.hello()
        subject = Subject(implementation, hello, "shipped")
        for planned in Plan(tier="quick").of(check, [(name, hello)]):
            cases = draw(planned.configuration, planned.numbers, biases=subject.layout.biases)
            if any(outcome.verdict == "fail" for outcome in judge(check, subject, cases, brief=True)):
                return True
    return False


@pytest.mark.parametrize("cost", ["trace", "compile"])
@pytest.mark.parametrize(("name", "rules"), WRITTEN, ids=[name for name, _ in WRITTEN])
def test_what_is_shipped_wrong_is_caught(name: str, rules: Caught, cost: Literal["trace", "compile"]) -> None:
    """By the rule that says what is wrong, also where only a part is asked."""
    assert catches(name, rules[cost == "compile"], cost)


@pytest.mark.parametrize("cost", ["trace", "compile"])
@pytest.mark.parametrize("rule", sorted({each for _, rules in WRITTEN for each in rules}))
def test_what_is_shipped_right_is_not(rule: str, cost: Literal["trace", "compile"]) -> None:
    """By none of these rules."""
    assert not catches("dropout_of_torch", rule, cost)


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
