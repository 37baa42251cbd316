"""What a run of wrong LSTMs shows of the suite, from records made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.reference.mutants.base import WeightsRefused
from lstm_conformance.reports.mutation_score.killed import Kills, kills_of, problems
from lstm_conformance.reports.mutation_score.kills import document, lines, main
from lstm_conformance.reports.records.files import Results
from lstm_conformance.reports.records.results import Check, Mutant
from lstm_conformance.suites.meta.records import a_check, a_header, results_of, written

BOTH = ("float64", "float32")


def a_mutant(**changes: Any) -> Mutant:
    """A wrong LSTM, with some fields changed."""
    fields: dict[str, Any] = {
        "family": "gates",
        "sentence": "Exchanges two gates.",
        "benign": False,
        "dtypes": BOTH,
        "waits_for": "",
        "near_the_bound": "",
    }
    return Mutant(**fields | changes)


def checks(name: str, rule: str, verdict: str, budget: float | None, *dtypes: str) -> list[Check]:
    """A check of a rule in each of these dtypes."""
    fields: dict[str, Any] = {"implementation": f"mutants.{name}", "verdict": verdict, "budget": budget}
    return [a_check(rule=rule, configuration=f"T7-B3-I5-H4-{dtype}-mild", **fields) for dtype in dtypes or BOTH]


def seen(path: Path, mutants: dict[str, Mutant], *found: list[Check], **header: Any) -> Results:
    """The results of a run of these."""
    named = {f"mutants.{name}": mutant for name, mutant in mutants.items()}
    return results_of(path, *(check for each in found for check in each), header=a_header(mutants=named, **header))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the results go."""
    return tmp_path / "mutants.jsonl"


@pytest.fixture
def kills(path: Path) -> Kills:
    """Two wrong ones that are caught, one of them by one rule and closely; one that waits; a right one."""
    mutants = {
        "gross": a_mutant(),
        "fine": a_mutant(family="precision", dtypes=("float32",), near_the_bound="It is a millionth."),
        "later": a_mutant(waits_for="gradients"),
        "right": a_mutant(family="benign", benign=True),
    }
    found = [
        checks("gross", "1.1", "fail", 1e6),
        checks("gross", "1.10", "fail", 1e7),
        checks("gross", "1.2", "pass", 0.5),
        checks("fine", "1.2", "fail", 2.5, "float32"),
        checks("later", "1.1", "pass", 0.25),
        checks("right", "1.1", "pass", 0.4),
    ]
    return kills_of(seen(path, mutants, *found))


def only(results: Results) -> Any:
    """What became of the only one."""
    (kill,) = kills_of(results).all
    return kill


class TestWhatIsShown:
    """The table, and what it shows of rules and dtypes."""

    def test_a_sound_suite_has_no_problem(self, kills: Kills) -> None:
        """All that rules cover is caught, all that is right is green."""
        assert list(problems(kills)) == []
        assert list(lines(kills))[-1] == "\nall 2 wrong LSTMs that rules cover are caught"

    @pytest.mark.parametrize(
        "text",
        [
            "gross gates 1e7 1e7 1.1 1.10",
            "fine precision 2.50 1.2",
            "fine: 1.2",
            "1.1 1",
            "1.2 1 fine",
            "rules that catch nothing that no other catches: 1.1 1.10",
            "float64 1 of 1; smallest effect: 1e7 × gross; below rounding: fine",
            "float32 2 of 2; smallest effect: 2.50 × fine",
            "fine: 2.50 ×, It is a millionth.",
            "gradients (1): later",
            "right: green; 0.40 in float64, 0.40 in float32",
        ],
    )
    def test_the_table_says_it(self, kills: Kills, text: str) -> None:
        """A line for each wrong one, for each rule, each dtype and each topic."""
        assert text in [" ".join(line.split()) for line in lines(kills)]

    def test_the_document_says_the_same(self, kills: Kills) -> None:
        """As plain JSON."""
        found = json.loads(json.dumps(document(kills), allow_nan=False))

        assert found["mutants"]["gross"]["rules"] == ["1.1", "1.10"]
        assert found["dtypes"]["float32"] == {
            "caught": 2,
            "covered": 2,
            "below_rounding": [],
            "smallest_effect": 2.5,
            "of": "fine",
        }
        assert found["rules"]["1.2"] == {"catches": 1, "alone": ["fine"]}
        assert found["weakest"] == {"fine": "1.2"}
        assert found["near_the_bound"] == {"fine": "It is a millionth."}
        assert found["waiting"] == {"gradients": ["later"]}
        assert found["benign"] == {"right": []}
        assert found["problems"] == []


class TestCaught:
    """What counts as caught, in which dtypes, and how large an effect is."""

    def test_passing_checks_count_for_the_effect(self, path: Path) -> None:
        """Of what survives, the margin is told."""
        kill = only(seen(path, {"gross": a_mutant()}, checks("gross", "1.1", "pass", 0.5)))

        assert (kill.caught, kill.survives, dict(kill.effect)) == ((), BOTH, {"float64": 0.5, "float32": 0.5})

    @pytest.mark.parametrize("verdict", ["fail", "unstable"])
    def test_what_is_caught_in_one_dtype_survives_in_the_other(self, path: Path, verdict: str) -> None:
        """A failure, or one that does not come back."""
        found = [checks("gross", "1.1", verdict, 3.0, "float64"), checks("gross", "1.1", "pass", 0.5, "float32")]

        kill = only(seen(path, {"gross": a_mutant()}, *found))

        assert (kill.caught, kill.survives) == (("float64",), ("float32",))

    @pytest.mark.parametrize("verdict", ["error", "not-run", "deviation"])
    def test_nothing_else_catches(self, path: Path, verdict: str) -> None:
        """An error may come from the adapter."""
        assert only(seen(path, {"gross": a_mutant()}, checks("gross", "1.1", verdict, None))).caught == ()

    def test_an_error_that_is_the_mistake_itself_catches(self, path: Path) -> None:
        """Weights that a wrong LSTM refuses; its adapter raises other exceptions."""
        found = checks("gross", "22.1", "error", None)
        refused = [replace(check, detail={"raised": WeightsRefused.__name__}) for check in found]

        kill = only(seen(path, {"gross": a_mutant()}, refused))

        assert (kill.caught, kill.rules, kill.errors) == (BOTH, ("22.1",), 0)

    def test_one_that_is_stopped_by_the_first_question_is_caught_everywhere(self, path: Path) -> None:
        """In the other dtypes nothing was asked for that reason."""
        found = [checks("gross", "0.1", "fail", None, "float64"), checks("gross", "1.1", "not-run", None)]

        assert only(seen(path, {"gross": a_mutant()}, *found)).caught == BOTH

    def test_a_dtype_of_which_nothing_was_planned_is_not_caught(self, path: Path) -> None:
        """No configuration of the tier has it."""
        assert only(seen(path, {"gross": a_mutant()}, checks("gross", "1.1", "fail", 9.0, "float64"))).caught == (
            "float64",
        )

    @pytest.mark.parametrize("budget", [None, float("inf"), float("nan")], ids=str)
    def test_an_effect_that_is_no_number_is_infinite(self, path: Path, budget: float | None) -> None:
        """A wrong shape is not near to a right one."""
        found = [checks("gross", "3.1", "fail", budget), checks("gross", "1.1", "pass", 0.5)]

        kill = only(seen(path, {"gross": a_mutant()}, *found))

        assert dict(kill.effect) == {"float64": float("inf"), "float32": float("inf")}
        assert not kill.near


class TestProblems:
    """What makes the suite one that cannot be trusted."""

    @pytest.mark.parametrize(
        ("changes", "found", "sentence"),
        [
            ({}, ("1.1", "pass", 0.5), "mutants.it survives in float64, float32: Exchanges two gates."),
            ({}, ("1.1", "error", None), "mutants.it: 2 checks end in an error, which catches nothing"),
            ({"benign": True}, ("1.1", "fail", 3.0), "mutants.it is right, and breaks 1.1: a bound is too tight"),
            ({"waits_for": "masks"}, ("1.1", "fail", 99.0), "mutants.it waits for rules about masks, and breaks 1.1"),
            ({}, ("1.1", "fail", 9.5), "mutants.it is only 9.50 × the bound in float32: say why"),
            ({"near_the_bound": "A reason."}, ("1.1", "fail", 99.0), "mutants.it is not near the bound in float32"),
        ],
    )
    def test_each_is_one_sentence(
        self, path: Path, changes: dict[str, Any], found: tuple[str, str, float | None], sentence: str
    ) -> None:
        """Which one, and what to do."""
        kills = kills_of(seen(path, {"it": a_mutant(**changes)}, checks("it", *found)))

        assert [line for line in problems(kills) if line.startswith(sentence)]
        assert any(sentence in line for line in lines(kills))

    def test_a_partial_run_shows_nothing(self, path: Path) -> None:
        """What was deselected might be what catches nothing."""
        results = seen(path, {"it": a_mutant()}, checks("it", "1.1", "fail", 99.0), partial=True)

        assert [line for line in problems(kills_of(results)) if line.startswith("not everything was run")]

    def test_a_run_without_wrong_ones_shows_nothing(self, path: Path) -> None:
        """No wrong one survives where there is none."""
        assert [line for line in problems(kills_of(results_of(path, a_check()))) if "no wrong LSTM was tested" in line]


class TestCommand:
    """The exit status, and the file."""

    @pytest.mark.parametrize(("verdict", "budget", "status"), [("fail", 99.0, 0), ("pass", 0.5, 1)])
    def test_the_status_is_that_of_the_suite(
        self, path: Path, verdict: str, budget: float, status: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """0 if it catches all, 1 if it does not; the figures are written all the same."""
        seen(path, {"it": a_mutant()}, checks("it", "1.1", verdict, budget))
        figures = path.with_name("figures") / "mutants.json"

        assert main([str(path), str(figures)]) == status
        assert json.loads(figures.read_text("utf-8"))["mutants"]["it"]["mutant"]["family"] == "gates"
        assert "it" in capsys.readouterr().out

    def test_what_is_no_results_file_is_told(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """In one sentence, with exit status 2."""
        path.write_text("{}\n", "utf-8")

        assert main([str(path)]) == 2
        assert "expected the header of a results file" in capsys.readouterr().err

    def test_a_file_that_is_not_there_is_told(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The run has not come to its end."""
        assert main([str(path)]) == 2
        assert str(path) in capsys.readouterr().err


def test_lost_checks_show(path: Path) -> None:
    """A run that lost records has not asked everything."""
    header = a_header(mutants={"mutants.it": a_mutant()})
    results = Results.read(written(path, *checks("it", "1.1", "fail", 99.0), header=header, planned=3))

    assert [line for line in problems(kills_of(results)) if line.startswith("not everything was run")]
