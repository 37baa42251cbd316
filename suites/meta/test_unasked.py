"""What is claimed and not asked is said: a claim in vain, and a path that is there for nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.hosting.client import Hello
from lstm_conformance.fixtures.implementations.adapter import Path as DeclaredPath
from lstm_conformance.suites.harness.plan.unasked import unasked
from lstm_conformance.suites.meta.fakes import NumpyLSTM
from lstm_conformance.suites.meta.running import conformance

PLAIN = str(configuration(4, 2, 3, 5, initial_state=False))
BOTH = str(configuration(4, 2, 3, 5, num_layers=2))


class Claiming(NumpyLSTM):
    """Claims a round trip of which it has nothing, and a path for what it does not claim. Otherwise right."""

    name = "test_unasked.Claiming"
    claims = ("initial_state", "deepcopy")
    paths = ("eager", "other", DeclaredPath("idle", only=("lengths",)))

    def round_tripped(self, built: Any, round_trip: str) -> Any:
        """Nobody asks for it: that needs other claims besides."""
        raise NotImplementedError


def hello(*paths: str, claims: tuple[str, ...] = ()) -> dict[str, Hello]:
    """An implementation with these paths and claims."""
    offers = tuple(Offer(path=path, dtypes=("float32",), claims=claims) for path in paths)
    said: dict[str, Any] = {"layout": "torch", "versions": {}, "python": "3.11.0", "threads": 1}
    return {"mine": Hello(implementation="mine", offers=offers, **said)}


def test_what_is_asked_is_not_mentioned() -> None:
    """On one of the paths is enough."""
    places = [("mine", "a", "1.1", BOTH), ("mine", "b", "1.1", PLAIN)]

    assert list(unasked(hello("a", "b", claims=("initial_state", "layers")), places)) == []


def test_a_claim_in_vain_is_named() -> None:
    """Whatever else is asked."""
    (sentence,) = unasked(hello("a", claims=("initial_state", "layers")), [("mine", "a", "1.1", PLAIN)])

    assert sentence.startswith("mine claims initial_state, layers, and nothing is asked that needs it")


def test_a_path_that_is_there_for_nothing_is_named() -> None:
    """The smoke check is asked of everybody."""
    places = [("mine", "a", "1.1", PLAIN), ("mine", "b", "0.1", PLAIN)]

    assert [*unasked(hello("a", "b"), places)] == [
        "mine b: nothing is asked but the smoke check; look at its `only` and claims"
    ]


@pytest.mark.deep
def test_a_right_layer_on_several_paths_is_green_and_told(tmp_path: Path) -> None:
    """It is in no manifest, and its paths are compared; a whole run, as a user has it."""
    run = conformance(tmp_path, "--implementation", f"{__file__}:Claiming", "--in-process", "--tb=no", "-rN")

    assert run.status == 0, run.output[-2000:]
    assert "ERROR" not in run.output
    assert "warning: test_unasked.Claiming claims deepcopy, and nothing is asked that needs it" in run.output
    assert "warning: test_unasked.Claiming idle: nothing is asked but the smoke check" in run.output
