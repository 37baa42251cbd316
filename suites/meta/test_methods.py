"""Rules 15.5 and 16.8: what the methods of a model lose is caught, and nothing else is said of such a layer."""

from __future__ import annotations

import pytest

from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, MutantAdapter
from lstm_conformance.reference.mutants import MUTANTS, family_of
from lstm_conformance.suites.meta.running import adapters, conformance

CAUGHT_BY = {
    "states_no_variables_of_the_model": {"15.5"},
    "rows_shuffled_by_the_methods": {"15.5", "16.8"},
}
"""The rules about models that catch each of the wrong LSTMs."""


class InAModel(MutantAdapter):
    """A right layer of Keras that can be put into models."""

    name, layout, claims = "test_methods.InAModel", "keras", ADAPTERS["states_no_variables_of_the_model"].claims


def test_every_wrong_one_is_tried() -> None:
    """All of the family."""
    assert set(CAUGHT_BY) == {name for name, mutant in MUTANTS.items() if family_of(mutant) == "models"}


@pytest.mark.deep
def test_who_is_caught_by_what(tmp_path_factory: pytest.TempPathFactory) -> None:
    """By the rules that are about the methods of a model, and a right one by none."""
    wrong = [part for name in CAUGHT_BY for part in ("--implementation", f"mutants:{name}")]
    chosen = ("--in-process", "--brief", "--tb=no", "-k", "stateful or structure or smoke")
    run = conformance(
        tmp_path_factory.mktemp("methods"), *chosen, *wrong, *adapters("test_methods.py", InAModel.__name__)
    )

    for name, rules in CAUGHT_BY.items():
        assert rules <= run.red_rules(f"mutants.{name}") <= {"15.5", "16.8"}
    assert run.red_rules(InAModel.name) == set()
    assert {c.rule for c in run.results.checks if c.implementation == InAModel.name} > {"15.5", "16.8"}
