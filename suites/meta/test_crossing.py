"""Flags against flags: which of their values meet is counted here without what made them meet."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields

import pytest

from lstm_conformance.fixtures.choices import Choices, choices_of
from lstm_conformance.fixtures.configurations import Configuration
from lstm_conformance.fixtures.crossing import missing, rows
from lstm_conformance.fixtures.flags import (
    CONSTRAINTS,
    DROPPED,
    FLAGS,
    RATES,
    SIZES,
    TOGETHER,
    Constraint,
    Values,
    configuration_of,
    departures,
    legal,
    values_of,
)
from lstm_conformance.fixtures.hosts import Hello
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.fixtures.requirements import REQUIREMENTS
from lstm_conformance.fixtures.tiers import TIERS
from lstm_conformance.reference.layer import Layer
from lstm_conformance.suites.checks import all_checks
from lstm_conformance.suites.manifest import declared
from lstm_conformance.suites.planning import CaseId, Plan

QUICK, FULL = (TIERS[tier].crossing for tier in ("quick", "full"))

WIDEST = "keras.Model"
"""The implementation that claims most."""

SMALL = ("torch.nn.LSTM", "torch.nn.LSTMCell")
"""Those of which it is quickly counted which three values meet."""

CHECK = all_checks()["20.1"]

THREE = Choices({"a": [0, 1], "b": [0, 1], "c": [0, 1, 2]})


def choices_for(hello: Hello) -> Choices:
    """What an implementation can be asked on the paths that are crossed."""
    return choices_of(frozenset(hello.claims), {p: hello.dtypes[p] for p in hello.paths if p not in QUICK.without})


def asked(hello: Hello, tier: str) -> list[dict[str, object]]:
    """What it is asked in a tier."""
    planned = Plan(tier=tier).of(CHECK, [(hello.implementation, hello)])
    return [{"path": each.path, **values_of(each.configuration)} for each in planned]


def dropping(hello: Hello) -> list[dict[str, object]]:
    """What it is asked in the quick tier of layers that drop."""
    planned = Plan().of(all_checks()["21.7"], [(hello.implementation, hello)])
    return [{"path": each.path, **values_of(each.configuration)} for each in planned]


class TestStrength:
    """How many of the tuples of values that can meet do meet."""

    @pytest.mark.parametrize("name", IMPLEMENTATIONS)
    def test_every_two_values_meet_in_the_quick_tier(self, name: str) -> None:
        """All pairs of what an implementation claims."""
        hello = declared(name)

        lost, possible = missing(choices_for(hello), asked(hello, "quick"), 2)
        assert possible > 1000
        assert not lost

    @pytest.mark.parametrize("name", SMALL)
    def test_three_values_meet_in_the_full_tier(self, name: str) -> None:
        """At least 95 of a hundred."""
        hello = declared(name)

        lost, possible = missing(choices_for(hello), asked(hello, "full"), 3)
        assert len(lost) <= 0.05 * possible

    def test_a_pair_that_is_lost_is_seen(self) -> None:
        """Without the last of the configurations some pairs of it do not meet."""
        choices = choices_for(declared("torch.nn.LSTM"))
        *others, last = rows(choices, 2)

        lost, _ = missing(choices, others, 2)
        assert lost
        assert all(last[name] == value for pair in lost for name, value in pair)

    def test_an_implementation_that_lacks_a_flag_misses_no_pair_of_the_others(self) -> None:
        """The configurations are made for its claims, not left out."""
        hello = declared("torch.nn.LSTM")
        fewer = choices_of(frozenset(hello.claims) - {"bidirectional"}, {"eager": hello.dtypes["eager"]})

        assert fewer.values["bidirectional"] == [False]
        assert missing(fewer, rows(fewer, 2), 2)[0] == []

    def test_quick_stays_quick(self) -> None:
        """Every configuration costs a layer of every implementation."""
        counts = {name: len(asked(declared(name), "quick")) for name in ("torch.nn.LSTM", "keras.layers.LSTM", WIDEST)}

        assert counts["torch.nn.LSTM"] <= 30
        assert counts["keras.layers.LSTM"] <= 50
        assert counts[WIDEST] <= 70

    @pytest.mark.parametrize(
        ("name", "flags"), [("torch.nn.LSTM", TOGETHER[0]), ("keras.layers.LSTM", TOGETHER[1]), (WIDEST, TOGETHER[1])]
    )
    def test_some_meet_in_every_dtype(self, name: str, flags: Values) -> None:
        """On every path that is crossed; a product of flags and a dtype is a triple, which pairs do not promise."""
        hello, tier = declared(name), "quick"
        expected = {
            (p, d) for p in hello.paths if p not in QUICK.without for d in hello.dtypes[p] if d in FLAGS["dtype"]
        }

        found = {(row["path"], row["dtype"]) for row in asked(hello, tier) if flags.items() <= row.items()}
        assert found == expected
        assert len({dtype for _, dtype in found}) >= 4


class TestDropping:
    """Layers that drop are crossed by themselves."""

    @pytest.mark.parametrize("name", ["torch.nn.LSTM", "keras.layers.LSTM", WIDEST])
    def test_both_rates_meet_every_value_in_the_quick_tier(self, name: str) -> None:
        """In layers that drop, on the paths that are crossed there."""
        hello = declared(name)
        paths = {path: hello.dtypes[path] for path in hello.paths if path not in QUICK.without_dropping}

        lost, possible = missing(choices_of(frozenset(hello.claims), paths, DROPPED), dropping(hello), 1, RATES)
        assert possible > 30
        assert not lost

    def test_a_rate_that_is_lost_is_seen(self) -> None:
        """Without the last of the configurations."""
        hello = declared("torch.nn.LSTM")
        choices = choices_of(frozenset(hello.claims), {"eager": hello.dtypes["eager"]}, DROPPED)
        *others, last = rows(choices, 1, about=RATES)

        lost, _ = missing(choices, others, 1, RATES)
        assert lost
        assert all(last[name] == value for pair in lost for name, value in pair)

    @pytest.mark.parametrize("name", ["torch.nn.LSTM", "keras.layers.LSTM"])
    def test_chance_hides_nothing_else(self, name: str) -> None:
        """What is held to the equations does not drop, and what drops is asked for nothing but to run."""
        hello = declared(name)

        assert not any(configuration_of(row).drops for row in asked(hello, "quick"))
        assert dropping(hello)
        assert all(configuration_of(row).drops for row in dropping(hello))

    def test_who_claims_no_dropout_is_not_asked(self) -> None:
        """`torch.nn.LSTMCell` has none."""
        assert dropping(declared("torch.nn.LSTMCell")) == []


class TestCounting:
    """The count itself, on choices that can be counted by hand."""

    def test_all_that_can_meet_is_counted(self) -> None:
        """2 · 2 + 2 · 3 + 2 · 3 pairs, and 2 · 2 · 3 triples."""
        assert missing(THREE, [], 2)[1] == 16
        assert missing(THREE, [], 3)[1] == 12

    def test_what_meets_is_not_missing(self) -> None:
        """One row has three pairs."""
        assert len(missing(THREE, [{"a": 0, "b": 0, "c": 0}], 2)[0]) == 13

    def test_what_cannot_meet_is_not_counted(self) -> None:
        """Neither what a constraint forbids nor what two of them leave no value for."""
        choices = choices_of(frozenset({"bidirectional", "merge_modes", "layers"}), {"eager": ["float32"]})

        assert choices.can_meet({"merge_mode": "sum", "bidirectional": True})
        assert not choices.can_meet({"merge_mode": "sum", "bidirectional": False})
        assert choices.can_meet({"merge_mode": "sum", "num_layers": 2})
        assert not choices.can_meet({"merge_mode": "none", "num_layers": 2})


class TestTable:
    """The flags and what must hold of them."""

    def test_every_flag_is_an_argument(self) -> None:
        """Of the layer or of the call."""
        known = {each.name for kind in (Layer, Configuration) for each in fields(kind)}

        assert set(FLAGS) <= known

    def test_defaults_are_those_of_the_arguments(self) -> None:
        """But for sizes, which have none."""
        usual = values_of(Configuration(layer=Layer(input_size=4, hidden_size=7), time=5, batch=3))

        assert {name: values[0] for name, values in FLAGS.items()} == usual

    @pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda each: "-".join(each.names))
    def test_every_constraint_has_a_reason_and_known_flags(self, constraint: Constraint) -> None:
        """`path` is a flag whose values an implementation has."""
        assert set(constraint.names) <= {"path", *FLAGS}
        assert constraint.reason

    def test_every_value_requires_something_that_may_be_claimed(self) -> None:
        """Or nothing."""
        required = {
            word
            for name, values in FLAGS.items()
            for each in values
            for word in configuration_of({name: each}).requirements
        }

        assert required <= set(REQUIREMENTS)

    def test_values_and_configurations_are_the_same(self) -> None:
        """There and back, and only what departs from the defaults stands in `departures`."""
        values = {"stateful": True, "mask": "holes", "time": 1}
        made = configuration_of(values)

        assert made.layer.batch_size == made.batch == 3
        assert configuration_of(values_of(made)) == made
        assert departures(made) == {**values, "batch": 3, "input_size": 4, "hidden_size": 7}
        assert set(SIZES) <= set(departures(made))

    def test_what_does_not_go_together_is_not_legal(self) -> None:
        """And the same without the reason is."""
        assert legal({"unbatched": True, "batch": 1})
        assert not legal({"unbatched": True, "batch": 3})


@pytest.mark.parametrize("name", ["torch.nn.LSTM", "keras.layers.LSTM"])
def test_nothing_is_asked_that_is_not_claimed(name: str) -> None:
    """Nor a dtype that the path has not, and every path is asked that is not left out."""
    hello = declared(name)

    planned = Plan().of(CHECK, [(name, hello)])
    assert {each.path for each in planned} == set(hello.paths) - QUICK.without
    assert all(each.configuration.requirements <= set(hello.claims) for each in planned)
    assert all(each.configuration.dtype in hello.dtypes[each.path] for each in planned)
    assert {len(each.numbers) for each in planned} == {1}


def test_they_are_the_same_in_every_process() -> None:
    """Whatever Python's hashes of texts are."""
    program = (
        "from lstm_conformance.suites.manifest import declared\n"
        "from lstm_conformance.fixtures.tiers import TIERS\n"
        "hello = declared('torch.nn.LSTM')\n"
        "print(*TIERS['quick'].crossing.of(hello, 'eager'), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )

    assert done.stdout.split() == [str(each) for each in QUICK.of(declared("torch.nn.LSTM"), "eager")]


def test_any_configuration_can_be_asked_alone() -> None:
    """By its id, as a reduced one is, whether it stands in a tier or not."""
    hello = declared("torch.nn.LSTM")
    case = CaseId.parse("torch.nn.LSTM/eager/20.1/T2-B1-I1-H1-strided-unbatched-zero_state-float32-mild/0")

    assert [str(each.configuration) for each in Plan(case=case).of(CHECK, [(hello.implementation, hello)])] == []
    named = CaseId.parse("torch.nn.LSTM/eager/20.1/T2-B1-I1-H1-unbatched-strided-zero_state-float32-mild/0")
    assert [str(each.configuration) for each in Plan(case=named).of(CHECK, [(hello.implementation, hello)])] == [
        named.configuration
    ]
