"""The last result of `make mutants` is of this tree, and says that the suite can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_conformance.reference.mutants import BENIGN, MUTANTS
from lstm_conformance.reports.mutation_score.killed import kills_of
from lstm_conformance.reports.mutation_score.proof import (
    DECIDE,
    DECIDE_NOTHING,
    digest,
    keep,
    kept,
    proof_of,
    without_remarks,
)
from lstm_conformance.suites.meta.outside import ROOT
from lstm_conformance.suites.meta.test_kills import a_mutant, checks, seen

AGAIN = "run `make mutants`, which takes some minutes, and commit fixtures/mutants.json"

MODULE = '''"""What it is."""  # said

import os


class Layer:
    """A layer,
    # in several lines."""

    size = 3  # the number of units
    word = """# not a remark

    """

    def call(self):
        """Nothing."""
        "and nothing more"
        return f"{self.size} # units"
'''
BARE = '''import os
class Layer:
    size = 3
    word = """# not a remark
    """
    def call(self):
        return f"{self.size} # units"'''


class TestThisTree:
    """What is kept beside the code."""

    def test_the_result_is_of_this_tree(self) -> None:
        """Nothing that decides which wrong LSTMs are caught has changed since."""
        assert kept()["tree"] == digest(), f"fixtures/mutants.json is the result of other code: {AGAIN}"

    def test_the_result_is_green(self) -> None:
        """Every wrong LSTM that rules cover is caught, in less than the tier of every push."""
        proof = kept()

        assert proof["problems"] == [], f"fixtures/mutants.json tells problems: mend them, then {AGAIN}"
        assert (proof["tier"], proof["caught"]) == ("small", proof["covered"])
        assert (proof["named"], proof["right"]) == (len(MUTANTS), len(BENIGN))

    def test_a_document_tells_it(self) -> None:
        """In these words; its figures are those of the run."""
        proof, text = kept(), (ROOT / "docs" / "strength.md").read_text("utf-8")
        sentences = [
            f"names {proof['named']} of them,",
            f"{proof['covered']} of them are covered by rules, and all {proof['caught']} are caught",
            f"{proof['right']} right LSTMs that compute in another way pass everything",
        ]
        if proof["waiting"]:
            sentences.append(f"{proof['waiting']} more wait for rules and are never counted")

        assert [sentence for sentence in sentences if sentence not in text] == [], (
            "mend these figures in docs/strength.md"
        )


def test_a_result_says_what_it_is_of(tmp_path: Path) -> None:
    """Counts, problems, and the tree."""
    mutants = {
        "gross": a_mutant(),
        "fine": a_mutant(),
        "later": a_mutant(waits_for="gradients"),
        "right": a_mutant(benign=True),
    }
    found = [checks("gross", "1.1", "fail", 99.0), checks("fine", "1.1", "pass", 0.5)]
    keep(proof_of(kills_of(seen(tmp_path / "results.jsonl", mutants, *found)), "quick", "abc"), tmp_path / "proof.json")

    proof = dict(kept(tmp_path / "proof.json"))
    (problem,) = proof.pop("problems")
    counts = {"named": 3, "covered": 2, "caught": 1, "waiting": 1, "right": 1}
    assert proof == {"tree": "abc", "tier": "quick", **counts}
    assert problem.startswith("mutants.fine survives")


class TestDigest:
    """It changes with what decides, and with nothing else."""

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        """A small tree."""
        for folder in (*DECIDE, "suites/meta", "suites/harness/explain", "reports"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / "module.py").write_text(MODULE, "utf-8")
        return tmp_path

    @pytest.mark.parametrize("name", ["reference/module.py", "suites/module.py", "fixtures/module.py"])
    def test_code_decides(self, root: Path, name: str) -> None:
        """Wherever it stands in these folders."""
        before = digest(root)
        (root / name).write_text(MODULE.replace("size = 3", "size = 4"), "utf-8")

        assert digest(root) != before

    @pytest.mark.parametrize(
        "name", ["fixtures/deviations.toml", "fixtures/cases/crossing.txt", "reference/deep/er/module.py"]
    )
    def test_new_files_decide(self, root: Path, name: str) -> None:
        """Also empty ones: their names count."""
        before = digest(root)
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("", "utf-8")

        assert digest(root) != before

    @pytest.mark.parametrize(
        "name",
        [
            "README.md",
            "reference/SPEC.md",
            "fixtures/mutants.json",
            "fixtures/manifest.json",
            "fixtures/environments.toml",
            "fixtures/constraints.txt",
            "suites/meta/module.py",
            "suites/harness/explain/module.py",
            "reports/module.py",
        ],
    )
    def test_other_files_do_not(self, root: Path, name: str) -> None:
        """Documents, counts, tests of the suite itself, and the result itself."""
        before = digest(root)
        (root / name).write_text("size = 4\n", "utf-8")

        assert digest(root) == before

    def test_remarks_do_not(self, root: Path) -> None:
        """Comments, docstrings and blank lines."""
        before = digest(root)
        (root / "suites" / "module.py").write_text(BARE + "\n", "utf-8")

        assert digest(root) == before

    def test_what_decides_nothing_is_there(self) -> None:
        """A folder that is renamed would silently decide again."""
        assert [name for name in DECIDE_NOTHING if not (ROOT / name).exists()] == []


def test_remarks_are_left_out() -> None:
    """And nothing else."""
    assert without_remarks(MODULE) == BARE
