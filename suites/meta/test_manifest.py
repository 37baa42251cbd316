"""The stored counts of the tiers: what is asked less often, or more often, than it was is told."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.suites.harness.plan import manifest
from lstm_conformance.suites.harness.plan.manifest import Place
from lstm_conformance.suites.meta.records import a_check
from lstm_conformance.suites.meta.running import EVERYTHING, Run, adapters, finished, python

NAME = "torch.nn.LSTM"
EXPECTED = {(NAME, "eager", "2.1"): 2, (NAME, "eager", "2.10"): 1, ("keras.layers.LSTM", "eager", "2.1"): 1}
CHECKS = (a_check(0), a_check(1), a_check(0, rule="2.10"))

# Stands in for a change of the suite by which it asks a rule less often, and others for the first time.
CHANGED = """
import sys
import pytest
from lstm_conformance.suites.harness.plan import manifest
manifest.stored = lambda: {"quick": {("reference_adapter.ReferenceLSTM", "eager", "0.1"): 2}}
sys.exit(pytest.main(sys.argv[1:]))
"""


def changed(folder: Path, *options: str) -> Run:
    """A run of a right implementation, of which other counts are stored."""
    path, right = folder / "results.jsonl", adapters("reference_adapter.py", "ReferenceLSTM")
    command = python(CHANGED, *EVERYTHING, *right, "--in-process", "--results", os.fspath(path), *options)
    return finished(command, path)


@pytest.mark.parametrize(
    ("tier", "names"),
    [
        ("quick", list(IMPLEMENTATIONS)),
        pytest.param("full", [NAME, "keras.layers.LSTM"], marks=pytest.mark.deep),
    ],
)
def test_what_is_stored_is_what_is_planned(tier: str, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a change of a tier was not written down: `make manifest` does, and shows in a review what it changes.

    To plan the full tier of everybody takes half a minute: a run of it that asks something else is red itself.
    """
    monkeypatch.setattr(manifest, "IMPLEMENTATIONS", {name: IMPLEMENTATIONS[name] for name in names})

    stored = {place: count for place, count in manifest.stored()[tier].items() if place[0] in names}

    assert manifest.planned(tier) == stored


def test_the_manifest_is_as_it_is_written() -> None:
    """So that nothing of it changes but counts."""
    assert manifest.text(manifest.stored()) == manifest.MANIFEST.read_text("utf-8")


def test_what_is_written_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And writing it again changes nothing."""
    monkeypatch.setattr(manifest, "MANIFEST", tmp_path / "manifest.json")
    monkeypatch.setattr(manifest, "TIERS", ("quick",))
    monkeypatch.setattr(manifest, "IMPLEMENTATIONS", {NAME: IMPLEMENTATIONS[NAME]})  # all of them are counted above
    manifest.main()
    first = manifest.MANIFEST.read_text("utf-8")
    manifest.main()

    assert manifest.MANIFEST.read_text("utf-8") == first
    assert manifest.stored() == {tier: manifest.planned(tier) for tier in manifest.TIERS}


def test_a_chapter_is_a_line() -> None:
    """In the order of its number, below the sum of its path, so that a review shows what has changed."""
    counts = {**EXPECTED, (NAME, "eager", "11.1"): 4}

    lines = [line.strip() for line in manifest.text({"quick": counts}).splitlines() if re.search(r": \d", line)]

    assert lines == [
        '"checks": 1,',
        '"2": {"2.1": 1}',
        '"checks": 7,',
        '"2": {"2.1": 2, "2.10": 1},',
        '"11": {"11.1": 4}',
    ]


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_no_framework_is_imported_to_count(name: str) -> None:
    """An adapter declares itself in attributes of its class."""
    hello = manifest.declared(name)

    assert hello.implementation == name
    assert hello.claims
    assert not sys.modules.keys() & {"torch", "tensorflow", "keras", "jax", "tf_keras"}


def test_as_many_as_stored_is_fine() -> None:
    """Of the implementations that are tested."""
    assert manifest.difference(EXPECTED, CHECKS, [NAME]) is None


@pytest.mark.parametrize(
    ("expected", "sentence"),
    [
        ({**EXPECTED, (NAME, "eager", "2.1"): 3}, f"{NAME} eager: rule 2.1 has 2 checks instead of 3; "),
        ({**EXPECTED, (NAME, "eager", "2.1"): 1}, f"{NAME} eager: rule 2.1 has 2 checks instead of 1; "),
        ({**EXPECTED, (NAME, "eager", "3.1"): 4}, f"{NAME} eager: rule 3.1 has 0 checks instead of 4; "),
        ({(NAME, "eager", "2.1"): 2}, f"{NAME} eager: rule 2.10 has 1 checks instead of 0; "),
        ({(NAME, "jit", "2.1"): 2}, f"{NAME} eager: rule 2.1 has 2 checks instead of 0 (and so on for 2 others); "),
    ],
    ids=["fewer", "more", "none", "new", "another path"],
)
def test_a_difference_is_one_sentence(expected: Mapping[Place, int], sentence: str) -> None:
    """Which rule, how many, instead of how many, and what to do."""
    found = manifest.difference(expected, CHECKS, [NAME])

    assert found is not None
    assert found.startswith(sentence)
    assert "run `make manifest` if the tier was changed on purpose" in found


@pytest.mark.parametrize("tested", [[], ["mine.LSTM"]], ids=["nobody", "somebody else's"])
def test_of_others_nothing_is_expected(tested: list[str]) -> None:
    """Neither of an implementation that is not tested, nor of one that is not stored."""
    assert manifest.difference({**EXPECTED, (NAME, "eager", "2.1"): 3}, CHECKS, tested) is None


@pytest.mark.parametrize(
    ("change", "held"),
    [({}, True), ({"claims": ("layers",)}, False), ({"path": "other"}, False), ({"dtypes": ()}, False)],
    ids=["all", "claims", "paths", "dtypes"],
)
def test_what_offers_less_than_declared_is_not_held_to_it(change: dict[str, Any], held: bool) -> None:
    """An older version of a framework may lack an option, a path or a dtype."""
    hello = manifest.declared(NAME)
    hello = replace(hello, offers=(replace(hello.offers[0], **change), *hello.offers[1:]))

    assert manifest.complete({NAME: hello}) == ({NAME} if held else set())


@pytest.mark.parametrize(("tested", "red"), [({"a", "a@b"}, True), ({"a"}, False)], ids=["whole", "a part"])
def test_paths_are_compared_in_whole_families(tested: set[str], red: bool) -> None:
    """How many paths are compared is stored for a family of which all were tested."""
    expected = {("a", "eager", "18.1"): 1, ("a@b", "eager", "18.1"): 1}

    assert (manifest.difference(expected, (), tested) is not None) == red


def test_of_an_implementation_of_ones_own_nothing_is_expected() -> None:
    """Neither where its paths are compared, nor beside others of which counts are stored."""
    own = [a_check(0, implementation="mine.LSTM", path="b", rule="18.1")]
    expected = {("a", "eager", "18.1"): 1}

    assert manifest.difference(expected, own, {"mine.LSTM"}) is None
    assert manifest.difference(expected, own, {"mine.LSTM", "a"}) is not None


@pytest.mark.parametrize("tier", ["fuzz", "another"])
def test_a_tier_that_is_not_stored_is_not_held_to_anything(tier: str) -> None:
    """Fuzzing only reports."""
    assert manifest.differences(tier, CHECKS, [NAME]) == []


@pytest.mark.deep
def test_a_run_with_other_counts_is_red(tmp_path: Path) -> None:
    """With the sentence, though every check passes."""
    run = changed(tmp_path)

    assert set(run.verdicts().values()) == {"pass"}
    assert run.status == pytest.ExitCode.TESTS_FAILED
    assert run.results.red
    (problem,) = run.results.header.problems
    assert problem.startswith("reference_adapter.ReferenceLSTM eager: rule 0.1 has 1 checks instead of 2 (and so on")
    assert f"ERROR: {problem}" in run.output


def test_a_partial_run_is_held_to_nothing(tmp_path: Path) -> None:
    """Whoever deselects something has other counts."""
    run = changed(tmp_path, "-k", "final_cell_state")

    assert run.status == pytest.ExitCode.OK
    assert run.results.header.problems == ()
