"""Known deviations: read strictly, held strictly."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.cases.options import legal
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.deviations import BadDeviation, Deviation, bundled, known, parse, read
from lstm_conformance.fixtures.deviations.scope import Flags, Ids, Paths
from lstm_conformance.fixtures.hosting.client import Hello
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.suites.harness.explain.deviations import (
    ENOUGH,
    Deviations,
    Place,
    held_against,
    problems,
    warnings,
)
from lstm_conformance.suites.harness.judge.judge import Outcome
from lstm_conformance.suites.harness.judge.rules import specification
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.manifest import declared
from lstm_conformance.suites.harness.plan.planning import PER_SEED, CaseId, Plan, Planned
from lstm_conformance.suites.meta import refusing_adapters

ROOT = Path(__file__).resolve().parent.parent.parent
HELLO = Hello(
    implementation="some.LSTM",
    layout="torch",
    offers=(Offer(path="eager", dtypes=("float32",)), Offer(path="compiled", dtypes=("float32",), cost="compile")),
    versions={"some": "2.13.0+cpu", "numpy": "1.0"},
    python="3.11.7",
    threads=1,
)
ENTRY = {
    "id": '"some-entry"',
    "implementation": '"some.LSTM"',
    "paths": '["eager"]',
    "versions": '"==2.13.0"',
    "rule": '"1.1"',
    "configurations": '["T6-*-float32-mild"]',
    "fails": "{ value = [2.0, 50.0] }",
    "reason": '"It rounds twice."',
    "link": '"https://example.org/1"',
    "first_seen": "2026-01-01",
    "review_by": "2026-07-01",
}
CONFIGURATION = "T6-B3-I10-H20-float32-mild"
PLACE: Place = ("some.LSTM", "eager", "1.1", CONFIGURATION)


def toml(**changes: str | None) -> str:
    """The text of an entry, with other values, or without those that are None."""
    lines = [f"{key} = {value}" for key, value in {**ENTRY, **changes}.items() if value is not None]
    return "\n".join(["[[deviation]]", *lines, ""])


def entry(**changes: str | None) -> Deviation:
    """An entry, with other values."""
    return parse(toml(**changes), "some.toml")[0]


def found(*entries: Deviation, planned: list[Place] | None = None, tier: str = "quick", partial: bool = False) -> str:
    """The problems of entries in a run, one a line."""
    places = [PLACE] if planned is None else planned
    return "\n".join(problems(Deviations(entries), places, {"some.LSTM": HELLO}, tier=tier, partial=partial))


def test_an_entry_is_read() -> None:
    """Every value in the type in which it is used."""
    read_ = entry()

    assert (read_.id, read_.implementation, read_.paths) == (
        "some-entry",
        ("some.LSTM",),
        Paths(("eager",), excepted=False),
    )
    assert (str(read_.versions), read_.rule) == ("==2.13.0", ("1.1",))
    assert (read_.fails.manner, read_.fails.budget) == ("value", (2.0, 50.0))
    assert (read_.first_seen, read_.review_by) == (date(2026, 1, 1), date(2026, 7, 1))


def test_an_entry_may_be_about_several() -> None:
    """One cause may show in several implementations of a package, and under several rules."""
    read_ = entry(implementation='["some.LSTM", "some.RNN"]', rule='["1.1", "14.3"]')

    assert (read_.implementation, read_.rule) == (("some.LSTM", "some.RNN"), ("1.1", "14.3"))


@pytest.mark.parametrize("key", [key for key in ENTRY if key != "paths"])
def test_nothing_may_be_missing(key: str) -> None:
    """Each key but `paths` is needed; the message names it, and the entry."""
    with pytest.raises(BadDeviation, match=rf"some.toml, entry 1.*: expected the fields .*; {key} is missing: add it"):
        entry(**{key: None})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reasn": '"x"'}, "review_by; came reasn: take it out"),
        ({"id": '"Some Entry"'}, "expected `id` to be lower-case words, joined by hyphens, came 'Some Entry'"),
        ({"implementation": '""'}, "expected `implementation` to be a text that is not empty, came ''"),
        ({"implementation": "[]"}, "expected `implementation` to be one, or a list of different ones, came []"),
        ({"implementation": '["a", "a"]'}, "expected `implementation` to be one, or a list of different ones"),
        ({"implementation": '["a", ""]'}, "expected `implementation` to be a text that is not empty, came ['a', '']"),
        ({"paths": '"eager"'}, "expected `paths` to be a list of texts, or { except = [...] }, came 'eager'"),
        ({"paths": "{ except = [] }"}, "expected `paths` to be a list of texts, or { except = [...] }, came {'exc"),
        ({"paths": '{ but = ["eager"] }'}, "expected `paths` to be a list of texts, or { except = [...] }, came {'but"),
        ({"paths": "[]"}, "expected `paths` to be a list of texts, or { except = [...] }, came []"),
        ({"paths": '["eager", "eager"]'}, "expected `paths` to be a list of different texts"),
        ({"versions": '"2.13"'}, "expected `versions` to be a version specifier of PEP 440"),
        ({"versions": "2.13"}, "expected `versions` to be a version specifier of PEP 440"),
        ({"rule": "1.1"}, "expected `rule` to be the number of a rule"),
        ({"rule": "[]"}, "expected `rule` to be one, or a list of different ones, came []"),
        ({"rule": '["1.1", "1.x"]'}, "expected `rule` to be the number of a rule"),
        ({"rule": '["1.1", "1.1"]'}, "expected `rule` to be one, or a list of different ones"),
        ({"rule": '"1.x"'}, "expected `rule` to be the number of a rule"),
        ({"configurations": "[1]"}, "expected `configurations` to be a list of texts, or a table of flags, came [1]"),
        ({"configurations": '["a", "a"]'}, "expected `configurations` to be a list of different texts"),
        ({"configurations": "{}"}, "expected `configurations` to be a list of texts, or a table of flags, came {}"),
        ({"configurations": "{ unrol = [true] }"}, "expected `configurations` to be a table of the flags time, "),
        ({"configurations": "{ unroll = true }"}, "expected `configurations` to be values of unroll among False, True"),
        ({"configurations": "{ unroll = [1] }"}, "expected `configurations` to be values of unroll among False, True"),
        ({"configurations": "{ time = [4] }"}, "expected `configurations` to be values of time among 5, 1, 33, 16, "),
        ({"fails": '"value"'}, "expected `fails` to be one of value, shape, exception, crash, came 'value'"),
        ({"fails": "{}"}, "expected `fails` to be one of"),
        ({"fails": '{ error = "x" }'}, "expected `fails` to be one of"),
        ({"fails": '{ shape = "x", crash = "y" }'}, "expected `fails` to be one of"),
        ({"fails": "{ value = 2 }"}, "expected `fails` to be a band of two numbers for 'value'"),
        ({"fails": "{ value = [2, 3, 4] }"}, "expected `fails` to be a band of two numbers"),
        ({"fails": "{ value = [2, true] }"}, "expected `fails` to be a band of two numbers"),
        ({"fails": "{ value = [0.5, 3] }"}, "expected `fails` to be a band of budgets from 1"),
        ({"fails": "{ value = [3, 2] }"}, "the smaller one first"),
        ({"fails": "{ value = [nan, nan] }"}, "expected `fails` to be a band of budgets from 1"),
        ({"fails": '{ exception = "" }'}, "expected `fails` to be a text for 'exception'"),
        ({"fails": '{ exception = "x", says = "" }'}, "expected `fails` to be a text for 'says'"),
        ({"fails": '{ crash = "x", says = "y" }'}, "expected `fails` to be a text for 'says'"),
        ({"fails": '{ says = "y" }'}, "expected `fails` to be one of"),
        ({"fails": "{ shape = 3 }"}, "expected `fails` to be a text for 'shape'"),
        ({"reason": '"  "'}, "expected `reason` to be a text that is not empty"),
        ({"link": '"example.org"'}, "expected `link` to be an address that begins with https://"),
        ({"first_seen": '"2026-01-01"'}, "expected `first_seen` to be a day, as 2026-11-20 without quotes"),
        ({"review_by": "2026-07-01T00:00:00"}, "expected `review_by` to be a day"),
        ({"review_by": "2026-01-01"}, "expected `review_by` to be later than `first_seen`, 2026-01-01"),
    ],
    ids=str,
)
def test_a_malformed_entry_is_refused(changes: dict[str, str], expected: str) -> None:
    """In one sentence, which says where, what was expected and what came."""
    with pytest.raises(BadDeviation, match=re.escape(expected)) as raised:
        entry(**changes)

    assert str(raised.value).startswith("some.toml, entry 1 (")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[deviation]", "some.toml: expected TOML"),
        ("[[deviations]]\nid = 1", "some.toml: expected tables [[deviation]] and nothing else, came ['deviations']"),
        ("deviation = 3", "some.toml: expected tables [[deviation]] and nothing else, came 3"),
        ("deviation = [3]", "some.toml: expected tables [[deviation]] and nothing else, came [3]"),
        ("title = 'x'\n" + toml(), "came ['title']"),
        (toml() + toml(id='"other"', rule=None), "some.toml, entry 2 (other): expected the fields id, "),
    ],
)
def test_a_malformed_file_is_refused(text: str, expected: str) -> None:
    """Whatever it holds besides entries."""
    with pytest.raises(BadDeviation, match=re.escape(expected)):
        parse(text, "some.toml")


def test_a_file_without_entries_is_none() -> None:
    """An empty file is where a user begins."""
    assert parse("", "some.toml") == []


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(BadDeviation, match=r"nowhere\.toml: expected a file of deviations, which cannot be read"):
        read(tmp_path / "nowhere.toml")


def test_an_id_names_one_entry(tmp_path: Path) -> None:
    """Also when the other one is the suite's own."""
    file = tmp_path / "own.toml"
    file.write_text(toml(id=f'"{bundled()[0].id}"'), "utf-8")

    with pytest.raises(BadDeviation, match=f"two deviations have the id '{bundled()[0].id}'"):
        known([file])


def test_a_users_file_is_added(tmp_path: Path) -> None:
    """Behind the suite's own."""
    file = tmp_path / "own.toml"
    file.write_text(toml(), "utf-8")

    assert [deviation.id for deviation in known([file])] == [*(each.id for each in bundled()), "some-entry"]


def dead(scope: Ids | Flags) -> list[object]:
    """The patterns that no configuration of any tier fits; flags that nothing legal has."""
    if isinstance(scope, Ids):
        every = {str(called) for tier in TIERS.values() for called in tier.configurations}
        return [pattern for pattern in scope.patterns if not any(Ids((pattern,)).names(each) for each in every)]
    together = [dict(zip(scope.values, each, strict=True)) for each in product(*scope.values.values())]
    return [] if any(legal(each) for each in together) else [scope]


def test_what_nothing_fits_is_dead() -> None:
    """The twin of the test below."""
    assert dead(Ids(("T6-*", "T0.5-*"))) == ["T0.5-*"]
    assert dead(Flags({"go_backwards": (True,), "bidirectional": (True,)}))
    assert not dead(Flags({"go_backwards": (True,), "bidirectional": (True, False)}))


@pytest.mark.parametrize("recorded", bundled(), ids=lambda each: each.id)
def test_the_suites_own_entries_are_about_something(recorded: Deviation) -> None:
    """An implementation, a rule, configurations; and their reproduction exists."""
    assert set(recorded.implementation) <= set(IMPLEMENTATIONS)
    assert set(recorded.paths.names) <= {path for name in recorded.implementation for path in declared(name).paths}
    assert set(recorded.rule) <= set(specification()[1])
    assert not dead(recorded.configurations)
    assert all(all_checks()[rule].crossed for rule in recorded.rule) or isinstance(recorded.configurations, Ids)
    assert recorded.link.startswith("https://") or (ROOT / recorded.link).is_file()


@pytest.mark.parametrize(
    ("pattern", "covers"),
    [
        (CONFIGURATION, True),
        ("*", True),
        ("T6-*", True),
        ("*-mild", True),
        ("*-float32-*", True),
        ("T6-*-H20-*", True),
        ("T6", False),
        ("*-float64-*", False),
        ("float32", False),
        ("T?-*", False),
        ("T[6]-*", False),
        ("T.*", False),
    ],
)
def test_a_star_stands_for_anything_and_nothing_else_does(pattern: str, *, covers: bool) -> None:
    """The whole id must fit."""
    assert entry(configurations=f'["{pattern}"]').covers(*PLACE) is covers


@pytest.mark.parametrize(
    ("flags", "configuration", "covers"),
    [
        ("unroll = [true]", "T5-B3-I4-H7-unroll-float32-mild", True),
        ("unroll = [true]", "T5-B3-I4-H7-float32-mild", False),
        ("unroll = [false]", "T5-B3-I4-H7-float32-mild", True),
        ("unroll = [false]", "T5-B3-I4-H7-unroll-float32-mild", False),
        ('unroll = [true], mask = ["left", "holes"]', "T5-B3-I4-H7-unroll-mask_holes-float32-mild", True),
        ('unroll = [true], mask = ["left", "holes"]', "T5-B3-I4-H7-unroll-mask_right-float32-mild", False),
        ('unroll = [true], mask = ["left", "holes"]', "T5-B3-I4-H7-mask_holes-float32-mild", False),
        ("time = [5]", "T5-B3-I4-H7-float32-mild", True),
        ("time = [5]", "T1-B3-I4-H7-float32-mild", False),
        ("unroll = [false]", "nothing", False),
    ],
)
def test_flags_say_which_values_they_have(flags: str, configuration: str, *, covers: bool) -> None:
    """All of them hold; a default is a value as every other; what is no configuration has no flags."""
    assert entry(configurations=f"{{ {flags} }}").covers(*PLACE[:3], configuration) is covers


@pytest.mark.parametrize(
    "place",
    [
        ("other.LSTM", *PLACE[1:]),
        (PLACE[0], "compiled", *PLACE[2:]),
        (*PLACE[:2], "1.10", PLACE[3]),
        (*PLACE[:3], "T5-B3-I10-H20-float32-mild"),
    ],
)
def test_another_check_is_not_covered(place: Place) -> None:
    """Implementation, path, rule and configuration are those of the entry."""
    assert not entry().covers(*place)


@pytest.mark.parametrize("implementation", ["some.LSTM", "some.RNN"])
@pytest.mark.parametrize("rule", ["1.1", "14.3"])
def test_each_of_several_is_covered(implementation: str, rule: str) -> None:
    """Every rule in every implementation of the entry."""
    several = entry(implementation='["some.LSTM", "some.RNN"]', rule='["1.1", "14.3"]')

    assert several.applies_to(implementation, "2.13.0")
    assert several.covers(implementation, "eager", rule, CONFIGURATION)
    assert not several.covers(implementation, "eager", "1.2", CONFIGURATION)
    assert not several.covers("some.GRU", "eager", rule, CONFIGURATION)


@pytest.mark.parametrize(
    ("versions", "installed", "applies"),
    [
        ("==2.13.0", "2.13.0+cpu", True),
        ("==2.13.0", "2.13.1", False),
        (">=2.13,<2.14", "2.13.5", True),
        (">=2.13,<2.14", "2.14.0", False),
        (">=2.13", "2.14.0.dev20261101", True),
        ("", "0.1", True),
        ("", "unknown", True),
        ("==2.13.0", "unknown", False),
    ],
)
def test_the_installed_version_decides(versions: str, installed: str, *, applies: bool) -> None:
    """Builds and nightly versions count."""
    assert entry(versions=f'"{versions}"').applies_to("some.LSTM", installed) is applies


def test_it_is_the_version_of_the_main_package() -> None:
    """NumPy stands among the versions as well, and it is not what is under test."""
    assert Deviations([entry(versions='"==1.0"')]).of(HELLO, *PLACE[1:]) == []
    assert [deviation.id for deviation in Deviations([entry()]).of(HELLO, *PLACE[1:])] == ["some-entry"]


def failing(**fields: Any) -> Outcome:
    """The outcome of a check that fails."""
    return Outcome(**{"case": 0, "verdict": "fail", "message": "it fails", **fields})


VALUE, SHAPE = {"fails": "{ value = [2.0, 50.0] }"}, {"fails": '{ shape = "(3, 4)" }'}
RAISES, SILENT = {"fails": '{ exception = "IndexError" }'}, {"fails": '{ exception = "none" }'}
CRASH = {"fails": '{ crash = "SIGABRT" }'}
WRONG_SHAPE = failing(message="the outputs have shapes [(3, 4)]", detail={"error": "WrongOutputs", "text": ""})
RAISED = failing(detail={"raised": "IndexError"})
RAISED_IN_RUN = failing(verdict="error", detail={"error": "AdapterError", "raised": "IndexError", "text": "(3, 4)"})
ACCEPTED = failing(detail={"raised": "none"})
DIED = failing(verdict="error", detail={"error": "HostDied", "text": "the host was ended by SIGABRT"})
STATED = failing(message="dtypes: (3, 4)")


@pytest.mark.parametrize(
    ("recorded", "outcome"),
    [
        (VALUE, failing(budget=2.0)),
        (VALUE, failing(budget=50.0)),
        ({"fails": "{ value = [2.0, inf] }"}, failing(budget=math.inf)),
        ({"fails": "{ value = [2.0, inf] }"}, failing(budget=math.nan)),
        (SHAPE, WRONG_SHAPE),
        (SHAPE, STATED),
        (RAISES, RAISED),
        (RAISES, RAISED_IN_RUN),
        (SILENT, ACCEPTED),
        (CRASH, DIED),
    ],
)
def test_a_failure_as_recorded_is_a_deviation(recorded: dict[str, str], outcome: Outcome) -> None:
    """Not red, and it carries the id of its entry; message and detail stay."""
    (held,) = held_against([entry(**recorded)], [outcome])

    assert vars(held) == vars(outcome) | {"verdict": "deviation", "deviation": "some-entry"}


@pytest.mark.parametrize(
    ("recorded", "outcome"),
    [
        (VALUE, failing(budget=1.9)),
        (VALUE, failing(budget=50.1)),
        (VALUE, failing(budget=math.inf)),
        (VALUE, failing(budget=math.nan)),
        (VALUE, WRONG_SHAPE),
        (VALUE, RAISED),
        (VALUE, DIED),
        (SHAPE, failing(budget=3.0, message="(3, 4)")),
        (SHAPE, failing(message="the outputs have shapes [(4, 3)]")),
        (SHAPE, RAISED_IN_RUN),
        (SHAPE, failing(detail={"raised": "IndexError"}, message="(3, 4)")),
        (RAISES, ACCEPTED),
        (RAISES, failing(detail={"raised": "IndexError in array"})),
        (RAISES, failing(detail={"raised": "LookupError"})),
        (RAISES, WRONG_SHAPE),
        (RAISES, DIED),
        (SILENT, RAISED),
        (SILENT, failing(budget=2.0)),
        (CRASH, failing(verdict="error", detail={"error": "HostDied", "text": "ended with exit status 3"})),
        (CRASH, failing(verdict="error", detail={"error": "AdapterError", "text": "SIGABRT"})),
        (CRASH, failing(budget=2.0)),
    ],
)
def test_another_failure_stays_red(recorded: dict[str, str], outcome: Outcome) -> None:
    """And says what had been recorded."""
    (held,) = held_against([entry(**recorded)], [outcome])

    assert (held.verdict, held.deviation) == (outcome.verdict, None)
    assert (held.message or "").endswith(f"; deviation 'some-entry' is recorded otherwise: {entry(**recorded).fails}")


@pytest.mark.parametrize(
    ("name", "path", "problem_count"),
    [
        ("torch.nn.LSTM", "autocast", 0),
        ("torch.nn.LSTM", "autocasst", 1),
        ("torch.nn.LSTM", "eager", 1),
        ("some.LSTM", "autocast", 1),
    ],
    ids=["declared", "misspelt", "offered", "of somebody else"],
)
def test_a_path_that_is_not_offered_here_needs_no_check(name: str, path: str, problem_count: int) -> None:
    """Where the suite's adapter declares it, and this processor lacks it; else nobody has such a path."""
    recorded = entry(implementation=f'"{name}"', paths=f'["{path}"]')
    hellos = {name: replace(HELLO, implementation=name, offers=(HELLO.on("eager"),))}

    assert len(list(problems(Deviations([recorded]), [], hellos, tier="quick", partial=False))) == problem_count


def passing(*cases: int) -> list[Outcome]:
    """Cases that pass."""
    return [Outcome(case=case, verdict="pass", budget=0.5) for case in cases]


ELSEWHERE = 202 * PER_SEED
"""The first case of another base seed."""


@pytest.mark.parametrize("cases", [(0,), (0, 1), range(ELSEWHERE, ELSEWHERE + ENOUGH)], ids=str)
def test_a_configuration_that_passes_in_all_cases_is_red(cases: Sequence[int]) -> None:
    """What is mended must not stay in the list, where it would hide the next one."""
    held = held_against([entry()], passing(*cases))

    assert {outcome.verdict for outcome in held} == {"fail"}
    assert held[0].message == (
        "passes, but deviation 'some-entry' says that one of its cases fails: value [2, 50]; "
        "remove the entry or narrow it"
    )


def test_a_case_that_hides_the_cause_passes_beside_one_that_shows_it() -> None:
    """A mask may happen to be one under which the fault changes nothing."""
    held = held_against([entry()], [*passing(0), failing(case=1, budget=3.0), *passing(2)])

    assert [outcome.verdict for outcome in held] == ["pass", "deviation", "pass"]


def test_a_few_cases_of_another_seed_may_all_hide_the_cause() -> None:
    """The entry was not recorded on them."""
    few = passing(*range(ELSEWHERE, ELSEWHERE + ENOUGH - 1))

    assert held_against([entry()], few) == few


def test_another_failure_is_red_beside_one_that_is_recorded() -> None:
    """In no case may it fail otherwise."""
    held = held_against([entry()], [failing(case=0, budget=3.0), failing(case=1, budget=1e6)])

    assert [outcome.verdict for outcome in held] == ["deviation", "fail"]


def test_a_case_alone_is_held_to_what_its_run_has() -> None:
    """Its verdict must not hang on whether it is run alone: cases of the tier and of its seed are judged beside it."""
    called = configuration(6, 3, 5, 9, mask="holes")
    case = CaseId(
        implementation="some.LSTM", path="eager", rule="14.1", configuration=str(called), number=ELSEWHERE + 1
    )
    alone = Planned(
        implementation="some.LSTM",
        path="eager",
        check=all_checks()["14.1"],
        configuration=called,
        numbers=(case.number,),
    )

    assert Plan(tier="quick", case=case).numbers_beside(alone) == (ELSEWHERE, ELSEWHERE + 1)
    assert len(Plan(tier="fuzz", case=case).numbers_beside(alone)) == 20
    assert Plan(tier="quick", case=case).numbers_beside(replace(alone, numbers=(7,))) == (0, 1, 7)


def test_what_is_not_run_says_nothing() -> None:
    """Neither that the entry holds nor that it does not."""
    outcome = Outcome(case=0, verdict="not-run", message="the host died 3 times")

    assert held_against([entry()], [outcome]) == [outcome]


def test_without_an_entry_nothing_changes() -> None:
    """A failure is a failure."""
    assert held_against([], [failing(budget=3.0)]) == [failing(budget=3.0)]


def test_an_entry_that_covers_a_check_is_no_problem() -> None:
    """Nor are two that cover different ones."""
    others = entry(id='"other"', rule='"1.2"')

    assert found(entry(), others, planned=[PLACE, (*PLACE[:2], "1.2", PLACE[3])]) == ""


@pytest.mark.parametrize("changes", [{"rule": '"1.2"'}, {"paths": '["compiled"]'}, {"configurations": '["T99-*"]'}])
def test_an_entry_that_covers_nothing_is_a_problem(changes: dict[str, str]) -> None:
    """It has a slip of the pen, or what it was about is gone."""
    assert found(entry(**changes)) == (
        "deviation 'some-entry' covers no check; remove it, or correct its rule, paths or configurations"
    )


TWO_RULES = {"rule": '["1.1", "1.2"]'}
TWO_LAYERS = {"implementation": '["some.LSTM", "some.RNN"]'}


@pytest.mark.parametrize(
    ("changes", "tested", "expected"),
    [
        (TWO_RULES, ["some.LSTM"], "of rule 1.2"),
        (TWO_LAYERS, ["some.LSTM", "some.RNN"], "of some.RNN"),
        ({**TWO_LAYERS, **TWO_RULES}, ["some.LSTM", "some.RNN"], "of some.RNN of rule 1.2"),
        ({**TWO_LAYERS, **TWO_RULES}, ["some.LSTM"], ""),
    ],
)
def test_a_part_that_covers_nothing_is_a_problem(changes: dict[str, str], tested: list[str], expected: str) -> None:
    """Each rule and each implementation has a check; a rule, perhaps in an implementation that is not tested."""
    hellos = {name: replace(HELLO, implementation=name) for name in tested}
    sentences = problems(Deviations([entry(**changes)]), [PLACE], hellos, tier="quick", partial=False)

    parts = [re.findall("covers no check (.*);", sentence)[0] for sentence in sentences]
    assert " ".join(parts) == expected


@pytest.mark.parametrize(
    ("rule", "tested", "problem_count"),
    [
        ('"18.1"', ["some.LSTM@jax"], 0),
        ('["1.1", "18.1"]', ["some.LSTM@jax"], 0),
        ('"18.1"', ["some.LSTM@jax", "some.LSTM"], 1),
        ('["1.1", "18.1"]', ["some.LSTM@jax", "some.LSTM"], 1),
        ('"1.2"', ["some.LSTM@jax"], 1),
    ],
)
def test_a_comparison_with_another_backend_is_due_where_both_are_tested(
    rule: str, tested: list[str], problem_count: int
) -> None:
    """A backend that is tested by itself is compared with none."""
    hellos = {name: replace(HELLO, implementation=name) for name in tested}
    recorded, place = entry(implementation='"some.LSTM@jax"', rule=rule), ("some.LSTM@jax", *PLACE[1:])

    assert len(list(problems(Deviations([recorded]), [place], hellos, tier="quick", partial=False))) == problem_count


def test_in_a_partial_run_it_is_none() -> None:
    """What was deselected cannot be covered."""
    assert found(entry(rule='"1.2"'), partial=True) == ""


def test_for_another_version_it_is_none() -> None:
    """The entry does not apply at all."""
    assert found(entry(rule='"1.2"', versions='"<2"')) == ""


def test_for_an_implementation_that_is_not_tested_it_is_none() -> None:
    """A run of one implementation says nothing of the others."""
    assert found(entry(implementation='"other.LSTM"')) == ""


@pytest.mark.parametrize(("tier", "is_problem"), [("quick", False), ("full", True)])
def test_in_a_tier_without_its_configurations_it_is_none(tier: str, *, is_problem: bool) -> None:
    """An entry about long sequences is asked for where there are long sequences."""
    assert bool(found(entry(configurations='["T200-B2-I64-H256-*"]'), tier=tier)) is is_problem


@pytest.mark.parametrize(("tier", "is_problem"), [("quick", False), ("full", True)])
def test_in_a_tier_whose_path_leaves_them_out_it_is_none(tier: str, *, is_problem: bool) -> None:
    """Dear paths go through fewer configurations where there is little time."""
    slow = entry(paths='["compiled"]', configurations='["T20-B3-I8-H8-float64-mild"]')

    assert bool(found(slow, tier=tier)) is is_problem


@pytest.mark.parametrize(
    ("paths", "covered"),
    [
        (None, {"eager", "compiled"}),
        ('["compiled"]', {"compiled"}),
        ('{ except = ["eager"] }', {"compiled"}),
        ('{ except = ["other"] }', {"eager", "compiled"}),
    ],
)
def test_an_entry_says_on_which_paths_its_cause_shows(paths: str | None, covered: set[str]) -> None:
    """On all, if it says nothing."""
    recorded = entry(paths=paths)

    assert {path for path in HELLO.paths if recorded.covers(PLACE[0], path, *PLACE[2:])} == covered


WIDE = "deviation 'some-entry' covers 21 rules on configurations; expected 20 at most: narrow it"


@pytest.mark.parametrize(("places", "expected"), [(20, ""), (21, WIDE)])
def test_an_entry_may_not_cover_too_much(places: int, expected: str) -> None:
    """In a partial run as well; the cases do not count, of which a tier may have more for the same configurations."""
    planned: list[Place] = [(*PLACE[:3], f"T{length}") for length in range(places)] * 3

    assert found(entry(configurations='["*"]'), planned=planned, partial=True) == expected


def test_two_entries_may_not_cover_one_check() -> None:
    """Which of them should it be held against?"""
    assert found(entry(), entry(id='"other"', configurations='["*"]')) == (
        f"deviations 'some-entry' and 'other' cover the same check: some.LSTM/eager/1.1/{CONFIGURATION}"
    )


CROSSED = {"rule": '"20.1"', "configurations": "{ unroll = [true] }"}


def test_an_entry_that_names_flags_is_as_wide_as_they_are() -> None:
    """And a configuration may have the faults of two."""
    sizes = range(1, 30)
    planned: list[Place] = [(*PLACE[:2], "20.1", f"T5-B1-I1-H{each}-unroll-float32-mild") for each in sizes]

    assert found(entry(**CROSSED), entry(**CROSSED, id='"other"'), planned=planned) == ""


def test_flags_are_for_where_they_are_crossed() -> None:
    """Anywhere else they would be wider than anybody understands, and a pass would go unnoticed."""
    planned: list[Place] = [(*PLACE[:3], "T5-B1-I1-H1-unroll-float32-mild")]

    assert found(entry(**{**CROSSED, "rule": '"1.1"'}), planned=planned) == (
        "deviation 'some-entry' names flags, and rule 1.1 crosses none: name the ids of its configurations"
    )


@pytest.mark.parametrize("tier", TIERS)
def test_an_entry_that_names_flags_may_cover_nothing(tier: str) -> None:
    """They need not meet in every tier."""
    assert found(entry(**CROSSED), planned=[PLACE], tier=tier) == ""


@pytest.mark.parametrize(
    ("outcome", "held"), [(RAISED, "other"), (failing(budget=3.0), "some-entry"), (ACCEPTED, None)], ids=str
)
def test_a_failure_is_held_against_all_that_cover_it(outcome: Outcome, held: str | None) -> None:
    """It is as one of them says, or red."""
    (seen,) = held_against([entry(**VALUE), entry(**RAISES, id='"other"')], [outcome])

    assert seen.deviation == held
    assert (seen.verdict == "deviation") is (held is not None)


LATE = "deviation 'some-entry' was to be reviewed by 2026-07-01: is it reported, is it mended? https://example.org/1"


@pytest.mark.parametrize(
    ("today", "versions", "expected"),
    [(date(2026, 7, 1), "==2.13.0", []), (date(2026, 7, 2), "==2.13.0", [LATE]), (date(2026, 7, 2), "<2", [])],
)
def test_who_is_late_with_a_review_is_warned(today: date, versions: str, expected: list[str]) -> None:
    """After the day, about entries that apply."""
    assert warnings(Deviations([entry(versions=f'"{versions}"')]), {"some.LSTM": HELLO}, today) == expected


EVERYTHING = ("suites", "--ignore=suites/meta")
SILENTLY: Mapping[str, str] = {
    "implementation": '"refusing_adapters.Refusing"',
    "versions": '""',
    "rule": '"12.3"',
    "configurations": '["*_of_one_row-*", "*-c_0_of_one_unit-*"]',
    "fails": '{ exception = "none" }',
    "review_by": "2026-07-01",
}


STATES = ("suites/test_12_refusals.py", "-k", "the_shapes_of_the_states and (one_row or c_0_of_one_unit)")


def run(tmp_path: Path, text: str, *arguments: str, adapter: str = "Accepting") -> tuple[int, str]:
    """Exit status and output of a run, in which an adapter is held against a file of deviations."""
    file = tmp_path / "own.toml"
    file.write_text(text, "utf-8")
    options = ["--implementation", f"{refusing_adapters.__file__}:{adapter}", "--in-process", "--deviations", str(file)]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_run_with_a_users_file_is_green(tmp_path: Path) -> None:
    """Three checks fail as recorded; the entry's review is late, which is said."""
    status, text = run(tmp_path, toml(**SILENTLY), *STATES)

    assert "3 checks, 3 deviation" in text
    assert "warning: deviation 'some-entry' was to be reviewed by 2026-07-01" in text
    assert status == 0


def test_a_run_in_which_a_check_fails_otherwise_is_red(tmp_path: Path) -> None:
    """The command that repeats it names the file, too."""
    status, text = run(tmp_path, toml(**{**SILENTLY, "fails": '{ exception = "ValueError" }'}), *STATES)

    assert "deviation 'some-entry' is recorded otherwise: exception 'ValueError'" in text
    assert f"--deviations {tmp_path / 'own.toml'}" in text
    assert status == 1


@pytest.mark.deep
def test_a_run_in_which_an_entry_covers_nothing_is_red(tmp_path: Path) -> None:
    """Although no check is: the run goes through everything, and the adapter is right."""
    nothing = toml(**{**SILENTLY, "id": '"no-such-rule"', "rule": '"12.99"'})
    status, text = run(tmp_path, nothing, *EVERYTHING, adapter="Refusing")

    assert "ERROR: deviation 'no-such-rule' covers no check" in text
    assert re.search(r"refusing_adapters.Refusing .* ok ", text)
    assert status == 1


def test_a_run_with_a_malformed_file_does_not_begin(tmp_path: Path) -> None:
    """One sentence, and the status of a wrong command line."""
    status, text = run(tmp_path, toml(rule=None), *STATES)

    assert "rule is missing: add it" in text
    assert status == 4


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("a", "a", True),
        ("a", "ab", False),
        ("*", "", True),
        ("a*", "ab", True),
        ("*b", "ab", True),
        ("*a*", "b", False),
        ("a*a", "a", False),
        ("a*b*c", "a1b2c", True),
        ("a*b*c", "a1c2b", False),
        ("*ab*ab*", "abab", True),
        ("*ab*ab*", "aba", False),
        ("a.c", "abc", False),
        ("*a" * 500 + "*b", "a" * 1_000, False),
    ],
)
def test_a_star_stands_for_anything(pattern: str, text: str, matches: bool) -> None:
    """And nothing else does; however many there are, it takes no time."""
    started = time.monotonic()

    assert Ids((pattern,)).names(text) is matches
    assert time.monotonic() - started < 1
