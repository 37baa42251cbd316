"""What is planned: every check once, also where workers hand it over, and in little memory."""

from __future__ import annotations

import json
import tracemalloc

from lstm_conformance.suites.harness.plan.agenda import Agenda, Place
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import Plan, Planned, item_of
from lstm_conformance.suites.harness.run.candidates import BY_NAME, candidates
from lstm_conformance.suites.harness.run.session import Session

TEST = "suites/test_01_outputs.py::test_every_output"


def planned(*names: str) -> list[Planned]:
    """What two rules ask wrong LSTMs."""
    session = Session(plan=Plan())
    session.greet([candidate for name in names for candidate in candidates(BY_NAME, f"mutants:{name}")])
    return [each for rule in ("1.1", "20.1") for each in session.plan.of(all_checks()[rule], session.hellos.items())]


def agenda(*items: Planned, test: str = TEST) -> Agenda:
    """An agenda of these."""
    made = Agenda()
    made.add((each, test) for each in items)
    return made


def test_every_check_stands_in_it_once() -> None:
    """With what names it, and the node id that runs it alone."""
    items = planned("state_kept", "outputs_scaled")

    found = list(agenda(*items))

    assert found == [
        (each.implementation, each.path, each.check.rule, str(each.configuration), number, f"{TEST}[{each}]")
        for each in sorted(items, key=lambda each: (each.check.rule, each.implementation != "mutants.state_kept"))
        for number in each.numbers
    ]
    assert len(agenda(*items, *items)) == len(found) == len(set(found))


def test_an_item_is_called_as_pytest_calls_it() -> None:
    """Which writes other letters than those of ASCII as Python does."""
    assert (
        item_of("suites/test_01_outputs.py::test_it", "mine/ü/T1")
        == "suites/test_01_outputs.py::test_it[mine/\\xfc/T1]"
    )


def test_without_a_test_there_is_no_node_id() -> None:
    """As in an installation."""
    made = agenda(*planned("state_kept"), test="")

    assert {fields[5] for fields in made} == {""}


def test_what_is_handed_over_is_taken_over() -> None:
    """Through JSON; from two workers as from one."""
    made, other = agenda(*planned("state_kept", "dropout_missing")), Agenda()
    for _ in range(2):
        other.take_over(json.loads(json.dumps(made.handed_over())))

    assert list(other) == list(made)
    assert other.configurations() == made.configurations()
    assert list(other.places()) == list(made.places())


def test_cases_are_added_to_a_place() -> None:
    """One by one."""
    made, place = Agenda(), Place("mine.LSTM", "eager", "0.1", "")
    made.put(place, {"T3": (0,)})
    made.put(place, {"T4": (1,)})

    assert [fields[3:5] for fields in made] == [("T3", 0), ("T4", 1)]


def test_hundreds_take_little_more_than_one() -> None:
    """Those who are asked the same share one list: some hundred bytes for each rule, whatever it asks."""
    items = planned("state_kept")
    tracemalloc.start()
    try:
        made = Agenda()
        for number in range(100):
            for rule in ("1.1", "20.1"):
                asked = {str(each.configuration): each.numbers for each in items if each.check.rule == rule}
                made.put(Place(f"mutants.{number}", "eager", rule, TEST), asked)
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert len(made) == 100 * len(agenda(*items)) > 5000
    assert taken < 200 * 600
