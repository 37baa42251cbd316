"""Options against options: which of their values meet is counted here without what made them meet."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases import constraints, crossing, extending
from lstm_conformance.fixtures.cases.configuration import Configuration, configuration_of, values_of
from lstm_conformance.fixtures.cases.constraints import Choices, choices_of
from lstm_conformance.fixtures.cases.covering_array import completed, missing
from lstm_conformance.fixtures.cases.crossing import projected, stored
from lstm_conformance.fixtures.cases.extending import EVERYTHING
from lstm_conformance.fixtures.cases.masks import PATTERNS
from lstm_conformance.fixtures.cases.offers import Cost, Offer
from lstm_conformance.fixtures.cases.option import Constraint
from lstm_conformance.fixtures.cases.options import DROPPED, FLAGS, RATES, TOGETHER, has_effect, legal
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.hosting.client import InProcess
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.fixtures.implementations.adapter import COSTS, NEEDED, Path
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.manifest import declared
from lstm_conformance.suites.harness.plan.planning import CaseId, Plan
from lstm_conformance.suites.meta.fakes import NumpyLSTM

QUICK, FULL = (TIERS[tier].crossing for tier in ("quick", "full"))

OFFERS = {f"{name} {offer.path}": offer for name in IMPLEMENTATIONS for offer in declared(name).offers}
"""Of all paths of all implementations."""

SMALL = ("torch.nn.LSTM autocast", "torch.nn.LSTMCell eager")
"""Those of which it is quickly counted which three values meet."""

TORCH, CELL, KERAS = (OFFERS[f"{name} eager"] for name in ("torch.nn.LSTM", "torch.nn.LSTMCell", "keras.layers.LSTM"))

CHECK = all_checks()["20.1"]

THREE = Choices({"a": [0, 1], "b": [0, 1], "c": [0, 1, 2]})


def rows(configurations: list[Configuration]) -> list[dict[str, object]]:
    """The values of each."""
    return [values_of(configuration) for configuration in configurations]


@cache
def asked(offer: Offer) -> tuple[str, ...]:
    """What a path is asked of rule 20.1 in the quick tier."""
    hello = replace(declared("torch.nn.LSTM"), offers=(offer,))
    return tuple(str(each.configuration) for each in Plan().of(CHECK, [("some.LSTM", hello)]))


def projection(offer: Offer, listed: list[Configuration]) -> set[str]:
    """The ids of what a path would be asked if this were the list."""
    found = projected(choices_of(offer), rows(listed), 2, 2, 1.0)
    return {str(configuration_of(each)) for each in found}


class TestStrength:
    """How many of the tuples of values that can meet do meet."""

    @pytest.mark.parametrize("name", [name for name, offer in OFFERS.items() if offer.cost != "compile"])
    def test_every_two_values_meet_in_the_quick_tier(self, name: str) -> None:
        """All pairs of what a path claims, on each path by itself."""
        met = QUICK.met(OFFERS[name])

        assert met.possible > 900
        assert met.pairs == met.possible

    @pytest.mark.parametrize("name", [name for name, offer in OFFERS.items() if offer.cost == "compile"])
    def test_where_they_are_dear_there_are_as_many_as_there_is_time_for(self, name: str) -> None:
        """They meet more than the first ones of any order would by chance, and it is known how many."""
        met = QUICK.met(OFFERS[name])

        assert met.rows == QUICK.at_most["compile"]
        assert 0.3 * met.possible < met.pairs < met.possible

    @pytest.mark.parametrize("name", SMALL)
    def test_three_values_meet_in_the_full_tier(self, name: str) -> None:
        """At least 95 of a hundred."""
        lost, possible = missing(choices_of(OFFERS[name]), rows(FULL.computing(OFFERS[name])), 3)

        assert len(lost) <= 0.05 * possible

    def test_the_full_tier_has_what_the_quick_one_has(self) -> None:
        """And more."""
        assert set(QUICK.of(TORCH)) < set(FULL.of(TORCH))

    def test_a_pair_that_is_lost_is_seen(self) -> None:
        """Without the last of the configurations some pairs of it do not meet."""
        *others, last = rows(QUICK.computing(TORCH))

        lost, _ = missing(choices_of(TORCH), others, 2)
        assert lost
        assert all(last[name] == value for pair in lost for name, value in pair)

    @pytest.mark.parametrize("name", [name for name, offer in OFFERS.items() if offer.only])
    def test_a_path_that_is_narrowed_is_asked_for_nothing_else(self, name: str) -> None:
        """Everything needs what it is there for."""
        offer = OFFERS[name]

        assert all(configuration.requirements & set(offer.only) for configuration in QUICK.of(offer))

    @pytest.mark.parametrize("values", TOGETHER, ids=str)
    def test_some_meet_in_every_dtype(self, values: Mapping[str, object]) -> None:
        """Where there is time; values of two options and a dtype are a triple, which pairs do not promise."""
        needed = configuration_of(values).requirements
        whole = [each for each in OFFERS.values() if each.cost != "compile" and not each.only]
        asked_of = [offer for offer in whole if needed <= set(offer.claims)]

        for offer in asked_of:
            found = {row["dtype"] for row in rows(QUICK.of(offer)) if values.items() <= row.items()}
            assert found == set(offer.dtypes) & set(FLAGS["dtype"])
        assert max(len(offer.dtypes) for offer in asked_of) >= 4

    @pytest.mark.parametrize("change", [{"cost": "compile"}, {"only": ("bidirectional",)}], ids=str)
    def test_dear_and_narrowed_paths_are_not_asked_for_those(self, change: dict[str, Any]) -> None:
        """A narrowed one is there for something else."""
        assert QUICK.in_every_dtype(TORCH)
        assert QUICK.in_every_dtype(replace(TORCH, **change)) == []

    def test_nothing_is_asked_twice(self) -> None:
        """What meets in every dtype may have met where all options are crossed."""
        assert all(len(set(QUICK.of(offer))) == len(QUICK.of(offer)) for offer in OFFERS.values())


EVERY_TIER = [pytest.param(tier, marks=[pytest.mark.deep] if tier in {"full", "fuzz"} else []) for tier in TIERS]
"""These take long to plan."""


class TestStability:
    """Which configurations a path is asked hangs on what it offers, and on nothing else."""

    @pytest.mark.parametrize("tier", EVERY_TIER)
    def test_other_paths_change_nothing(self, tier: str) -> None:
        """Neither an id nor a number of them, of any rule."""
        name, hello = "torch.nn.LSTM", declared("torch.nn.LSTM")
        dummies = (replace(TORCH, path="one"), replace(TORCH, path="two", dtypes=("float32",), cost="trace"))
        more = replace(hello, offers=(*hello.offers, *dummies))
        without, among = Plan(tier=tier), Plan(tier=tier)  # which remember what they planned

        for check in all_checks().values():
            planned = without.of(check, [(name, hello)])
            assert planned == [each for each in among.of(check, [(name, more)]) if each.path in hello.paths]

    @pytest.mark.parametrize("words", [("eager", "jit"), ("eager", "model"), ("eager", "tf.function")], ids=str)
    def test_the_name_of_a_path_means_nothing(self, words: tuple[str, str]) -> None:
        """The same layer is asked the same, whatever its path is called."""
        of_each = []
        for word in words:
            hello = replace(declared("torch.nn.LSTM"), offers=(replace(KERAS, path=word),))
            planned = [each for check in all_checks().values() for each in Plan().of(check, [("mine", hello)])]
            of_each.append([(each.check.rule, str(each.configuration), each.numbers) for each in planned])

        assert len(of_each[0]) > 300
        assert of_each[0] == of_each[1]

    @pytest.mark.parametrize("tier", EVERY_TIER)
    @pytest.mark.parametrize("cost", COSTS)
    def test_an_adapter_of_ones_own_is_asked_the_same_whatever_its_paths_are_called(
        self, cost: Cost, tier: str
    ) -> None:
        """In every tier: from what its class says, as a host tells it."""

        def asked_on(word: str) -> list[tuple[str, str, tuple[int, ...]]]:
            methods = {method: lambda *_: None for method in NEEDED.values()}  # which nobody calls
            said = {"claims": CELL.claims, "paths": (Path(word, cost=cost),), "batch_paths": (word,), **methods}
            with InProcess(type("Mine", (NumpyLSTM,), said)) as implementation:
                greeting = [("mine", implementation.hello())]
            planned = [each for check in all_checks().values() for each in Plan(tier=tier).of(check, greeting)]
            assert {each.path for each in planned} == {word}
            return [(each.check.rule, str(each.configuration), each.numbers) for each in planned]

        first, *others = (asked_on(word) for word in ("eager", "model", "call", "jit", "layer", "tf.function", "αβ"))
        assert len(first) > 50
        assert all(each == first for each in others)

    @pytest.mark.parametrize("word", ["bidirectional", "projection", "lengths", "strided"])
    def test_a_claim_the_less_leaves_what_does_not_need_it(self, word: str) -> None:
        """At least two in three of those that did not need it; before there was a list, hardly any was left."""
        fewer = replace(TORCH, claims=tuple(each for each in TORCH.claims if each != word))
        kept = {str(configuration) for configuration in QUICK.of(TORCH) if word not in configuration.requirements}

        assert len(kept & set(asked(fewer))) >= 2 / 3 * len(kept)

    @pytest.mark.parametrize("name", ["activation", "hidden_size", "mask"])
    def test_a_new_value_leaves_nine_in_ten(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """The list is extended from itself: what stood there stays, and so does what a path is asked of it."""
        monkeypatch.setattr(extending, "STEPS", extending.STEPS[:1])
        monkeypatch.setattr(extending, "TRIES", 1)
        with monkeypatch.context() as before:
            older = {each: values[:-1] if each == name else values for each, values in FLAGS.items()}
            before.setattr(constraints, "FLAGS", older)
            first = extending.extended([])
            asked_before = projection(KERAS, first)
        then = extending.extended(first)
        asked_then = projection(KERAS, then)

        assert then[: len(first)] == first
        assert len(then) > len(first)
        assert len(asked_then) > len(asked_before)
        assert len(asked_before & asked_then) >= 0.9 * len(asked_before)

    def test_the_list_lacks_nothing(self) -> None:
        """All pairs of all options meet in it, whoever claims them; else `make crossing` extends it.

        Layers that drop are counted to the end; three values of the others, of which there are most, are not.
        """
        for among, strength, share, about in (*extending.STEPS[:2], extending.STEPS[3]):
            found = rows([configuration for configuration in stored() if extending.is_among(configuration, among)])
            lost, possible = missing(choices_of(extending.EVERYTHING, among), found, strength, about)

            assert len(lost) <= (1 - share) * possible

    def test_every_line_of_the_list_is_a_configuration(self) -> None:
        """That stands there once, and whose options go together."""
        lines = crossing.LIST.read_text("utf-8").splitlines()

        assert [str(configuration) for configuration in stored()] == lines
        assert len(set(lines)) == len(lines)
        assert all(legal(values_of(configuration)) for configuration in stored())

    def test_it_is_the_same_in_every_process(self) -> None:
        """Whatever Python's hashes of texts are."""
        program = (
            "from lstm_conformance.suites.harness.plan.manifest import declared\n"
            "from lstm_conformance.fixtures.cases.tiers import TIERS\n"
            "print(*TIERS['quick'].crossing.of(declared('torch.nn.LSTM').on('eager')), sep='\\n')"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": "7"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=60,
        )

        assert done.stdout.split() == [str(configuration) for configuration in QUICK.of(TORCH)]


class TestEffects:
    """A tuple counts where each of its values has an effect."""

    @pytest.mark.parametrize("pattern", FLAGS["mask"][1:])
    def test_a_mask_that_counts_hides_a_step_and_leaves_one(self, pattern: str) -> None:
        """In every size that is crossed and in which it is said to have an effect."""
        for time, batch in ((t, b) for t in FLAGS["time"] for b in FLAGS["batch"]):
            values = values_of(configuration_of({"mask": pattern, "time": time, "batch": batch}))
            drawn = [PATTERNS[pattern].draw(np.random.RandomState(seed), time, batch) for seed in range(20)]
            if has_effect("mask", values):
                assert all(not mask.all() and mask.any() for mask in drawn)

    @pytest.mark.parametrize(
        ("values", "shown"),
        [
            ({"mask": "left"}, True),
            ({"mask": "left", "time": 1}, False),
            ({"mask": "left", "batch": 1}, False),
            ({"zero_output_for_mask": True, "mask": "left"}, True),
            ({"zero_output_for_mask": True}, False),
            ({"zero_output_for_mask": True, "mask": "left", "time": 1}, False),
            ({"go_backwards": True}, True),
            ({"go_backwards": True, "time": 1}, False),
            ({"regime": "forgetting", "time": 1}, True),
            ({"regime": "forgetting", "time": 1, "initial_state": False}, False),
            ({"strided": True, "time": 1, "batch": 1}, False),
            ({"bidirectional": True, "time": 1}, True),
        ],
        ids=str,
    )
    def test_what_has_no_effect_has_not_met(self, values: dict[str, object], shown: bool) -> None:
        """The first of the values, among these and defaults."""
        row, name = values_of(configuration_of(values)), next(iter(values))

        assert ((name, row[name]) in choices_of(EVERYTHING).shown(row)) is shown
        assert any((name, row[name]) in each for each in choices_of(EVERYTHING).met(row, 2)) is shown

    def test_what_never_has_an_effect_together_cannot_meet(self) -> None:
        """A mask and a single step."""
        crossed = choices_of(EVERYTHING)

        assert crossed.can_meet({"mask": "left", "time": 1})
        assert not crossed.can_meet({"mask": "left", "time": 1}, (("mask", "left"), ("time", 1)))
        assert crossed.can_meet({"mask": "left", "time": 5}, (("mask", "left"), ("time", 5)))
        assert not any({("mask", "left"), ("time", 1)} == set(pair) for pair in crossed.tuples(2))


class TestDropping:
    """Layers that drop are crossed by themselves."""

    @pytest.mark.parametrize("name", ["torch.nn.LSTM eager", "keras.layers.LSTM eager", "keras.Model model"])
    def test_both_rates_meet_every_value_in_the_quick_tier(self, name: str) -> None:
        """In layers that drop, on the paths that are crossed there."""
        lost, possible = missing(choices_of(OFFERS[name], DROPPED), rows(QUICK.dropped(OFFERS[name])), 1, RATES)

        assert possible > 30
        assert not lost

    def test_a_rate_that_is_lost_is_seen(self) -> None:
        """Without the last of the configurations."""
        *others, last = rows(QUICK.dropped(TORCH))

        lost, _ = missing(choices_of(TORCH, DROPPED), others, 1, RATES)
        assert lost
        assert all(last[name] == value for pair in lost for name, value in pair)

    @pytest.mark.parametrize("offer", [TORCH, KERAS], ids=["torch", "keras"])
    def test_chance_hides_nothing_else(self, offer: Offer) -> None:
        """What is held to the equations does not drop, and what drops is asked for nothing but to run."""
        assert not any(configuration.drops for configuration in QUICK.computing(offer))
        assert QUICK.dropped(offer)
        assert all(configuration.drops for configuration in QUICK.dropped(offer))

    def test_who_claims_no_dropout_is_not_asked(self) -> None:
        """`torch.nn.LSTMCell` has none."""
        assert QUICK.dropped(CELL) == []

    def test_dear_paths_are_not_asked(self) -> None:
        """In the quick tier."""
        assert QUICK.dropped(replace(TORCH, cost="trace")) == []


class TestCounting:
    """The count itself, on choices that can be counted by hand."""

    def test_all_that_can_meet_is_counted(self) -> None:
        """2 · 2 + 2 · 3 + 2 · 3 pairs, and 2 · 2 · 3 triples."""
        assert missing(THREE, [], 2)[1] == 16
        assert missing(THREE, [], 3)[1] == 12

    def test_what_meets_is_not_missing(self) -> None:
        """One row has three pairs."""
        assert len(missing(THREE, [{"a": 0, "b": 0, "c": 0}], 2)[0]) == 13

    def test_a_value_without_effect_is_missing(self) -> None:
        """Of b = 1, which shows where a = 1 alone, no pair with a = 0 can meet, and none with c where a = 0."""
        acts = {("b", 1): Constraint(("a",), lambda a: a == 1, "it acts there")}
        some = Choices(THREE.values, (), acts)

        assert missing(some, [], 2)[1] == 15
        assert len(missing(some, [{"a": 0, "b": 1, "c": 0}], 2)[0]) == 14
        assert len(missing(some, [{"a": 1, "b": 1, "c": 0}], 2)[0]) == 12

    def test_what_cannot_meet_is_not_counted(self) -> None:
        """Neither what a constraint forbids nor what two of them leave no value for."""
        offer = Offer(path="any", dtypes=("float32",), claims=("bidirectional", "merge_modes", "layers"))
        some = choices_of(offer)

        assert some.can_meet({"merge_mode": "sum", "bidirectional": True})
        assert not some.can_meet({"merge_mode": "sum", "bidirectional": False})
        assert some.can_meet({"merge_mode": "sum", "num_layers": 2})
        assert not some.can_meet({"merge_mode": "none", "num_layers": 2})

    def test_the_rows_of_a_path_that_the_list_does_not_serve_are_completed(self) -> None:
        """Whatever the list: here there is none."""
        found = list(projected(THREE, [], 2, 2, 1.0))

        assert missing(THREE, found, 2)[0] == []
        assert list(completed(THREE, found, 2)) == []

    def test_what_a_path_cannot_be_asked_is_replaced(self) -> None:
        """By the first value that it can, so that everything goes together."""
        some = choices_of(Offer(path="any", dtypes=("float64",), claims=("merge_modes",)))
        near = some.nearest(values_of(configuration_of({"bidirectional": True, "merge_mode": "sum", "unroll": True})))

        assert (near["bidirectional"], near["merge_mode"], near["unroll"]) == (False, "concat", False)
        assert (near["dtype"], near["initial_state"]) == ("float64", False)

    def test_a_path_without_a_crossed_dtype_is_asked_in_its_own(self) -> None:
        """And not left alone."""
        offer = Offer(path="any", dtypes=("mixed_float16",), claims=("bidirectional",))

        assert {configuration.dtype for configuration in QUICK.of(offer)} == {"mixed_float16"}

    def test_a_path_that_can_be_asked_nothing_is_asked_nothing(self) -> None:
        """It is there for the sake of what it does not claim."""
        assert QUICK.of(Offer(path="any", dtypes=("float32",), only=("bidirectional",))) == []


@pytest.mark.parametrize("offer", [TORCH, KERAS], ids=["torch", "keras"])
def test_nothing_is_asked_that_is_not_claimed(offer: Offer) -> None:
    """Nor a dtype that the path has not; and one case of each."""
    hello = replace(declared("torch.nn.LSTM"), offers=(offer,))

    planned = Plan().of(CHECK, [("mine", hello)])
    assert all(offer.runs(each.configuration) for each in planned)
    assert {len(each.numbers) for each in planned} == {1}


def test_any_configuration_can_be_asked_alone() -> None:
    """By its id, as a reduced one is, whether it stands in a tier or not."""
    hello = declared("torch.nn.LSTM")
    case = CaseId.parse("torch.nn.LSTM/eager/20.1/T2-B1-I1-H1-strided-unbatched-zero_state-float32-mild/0")

    assert [str(each.configuration) for each in Plan(case=case).of(CHECK, [(hello.implementation, hello)])] == []
    named = CaseId.parse("torch.nn.LSTM/eager/20.1/T2-B1-I1-H1-unbatched-strided-zero_state-float32-mild/0")
    assert [str(each.configuration) for each in Plan(case=named).of(CHECK, [(hello.implementation, hello)])] == [
        named.configuration
    ]
