"""Less than everything, and whose it is: cases, seeds, tiers, and implementations that are missing or do not start."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS, unnamed
from lstm_conformance.suites.meta.running import EVERYTHING, PYTEST, ROOT, Run, adapters, conformance, finished, python

RIGHT = adapters("reference_adapter.py", "ReferenceLSTM")
WRONG = adapters("breakages.py", "outputs_scaled")
NAME = "reference_adapter.ReferenceLSTM"
OUTPUTS = ("suites/test_01_outputs.py",)
FINAL_STATES = ("suites/test_02_final_states.py",)
CONFIGURATION = str(TIERS["quick"].configurations[0])
CASE = f"{NAME}/eager/1.1/{CONFIGURATION}/1"
ONE_ITEM = ("-k", f"test_every_output and {CONFIGURATION}")

# Stands in for an environment in which no framework is installed.
BARE = """
import sys
sys.modules.update(torch=None, keras=None, tensorflow=None, jax=None, tf_keras=None, onnx=None)
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def red(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One item of a wrong implementation, two cases."""
    return conformance(tmp_path_factory.mktemp("red"), *WRONG, *ONE_ITEM, of=OUTPUTS)


class TestSelection:
    """Less than everything."""

    def test_a_case_is_exactly_one_check(self, tmp_path: Path) -> None:
        """Found in all files, and the run is partial."""
        run = conformance(tmp_path, *RIGHT, "--case", CASE)

        assert run.status == pytest.ExitCode.OK
        assert run.verdicts() == {CASE: "pass"}
        assert run.results.header.partial

    def test_the_printed_line_reproduces_the_failure(self, red: Run, tmp_path: Path) -> None:
        """Pasted into a shell, it runs the one check, which fails with the same numbers."""
        path = tmp_path / "results.jsonl"
        first = red.results.checks[0]
        lines = [line.split("reproduce", 1)[1].strip() for line in red.output.splitlines() if "  reproduce " in line]
        python_first = f'PATH="{Path(sys.executable).parent}:$PATH"'

        again = finished(["sh", "-c", f"{python_first} {lines[0]} -p no:cacheprovider --results {path}"], path)

        assert again.status == pytest.ExitCode.TESTS_FAILED
        assert [(c.id, c.verdict, c.detail) for c in again.results.checks] == [(first.id, first.verdict, first.detail)]

    def test_deselecting_makes_a_run_partial(self, red: Run) -> None:
        """The header says so."""
        assert red.results.header.partial

    def test_one_file_is_partial(self, tmp_path: Path) -> None:
        """Rules of other files have not been asked."""
        assert conformance(tmp_path, *RIGHT, of=FINAL_STATES).results.header.partial

    @pytest.mark.parametrize("case", ["1.1", "torch.nn.LSTM/eager/1.1/T5", "torch.nn.LSTM/eager/1.1/T5/first"])
    def test_a_case_of_another_form_is_refused(self, case: str, tmp_path: Path) -> None:
        """With the form that is expected."""
        run = conformance(tmp_path, "--case", case)

        assert run.status == pytest.ExitCode.USAGE_ERROR
        assert f"--case '{case}': expected IMPLEMENTATION/PATH/RULE/CONFIGURATION/NUMBER" in run.output

    def test_a_case_that_there_is_not_is_no_success(self, tmp_path: Path) -> None:
        """Nothing is run, and that is told."""
        run = conformance(tmp_path, *RIGHT, "--case", CASE.replace("-mild", "-wild"))

        assert run.status == pytest.ExitCode.USAGE_ERROR
        assert "--case: nothing here has a check of this id" in run.output

    def test_another_seed_has_other_cases(self, tmp_path: Path) -> None:
        """Their numbers begin where those of the seed before end."""
        run = conformance(tmp_path, *RIGHT, *ONE_ITEM, "--seed", "1", of=OUTPUTS)

        assert run.status == pytest.ExitCode.OK
        assert [check.case for check in run.results.checks] == [10_000, 10_001]
        assert run.results.header.base_seed == 1

    def test_the_first_failure_can_end_the_run(self, tmp_path: Path) -> None:
        """With -x; the checks that were not reached are no passes."""
        run = conformance(tmp_path, *WRONG, "-x", of=OUTPUTS)
        found = list(run.verdicts().values())

        assert run.status == pytest.ExitCode.INTERRUPTED
        assert (found.count("fail"), found.count("pass")) == (2, 0)
        assert found.count("not-run") == len(found) - 2 > 0

    def test_collecting_alone_is_green(self, tmp_path: Path) -> None:
        """Nothing is run, so nothing is missing."""
        assert conformance(tmp_path, *RIGHT, "--collect-only", of=FINAL_STATES).status == pytest.ExitCode.OK


class TestFuzz:
    """A tier that reports and does not block."""

    def test_failures_are_reported_and_the_run_is_green(self, tmp_path: Path) -> None:
        """Exit status 0; the records say fail, and of which tier they are."""
        run = conformance(tmp_path, *WRONG, *ONE_ITEM, "--tier", "fuzz", of=OUTPUTS)

        assert run.status == pytest.ExitCode.OK
        assert [check.verdict for check in run.results.checks] == ["fail"] * 20
        assert run.results.header.tier == "fuzz"
        assert "FAIL" in run.output


class TestWhoIsThere:
    """Implementations that are missing, or do not start."""

    def test_what_is_not_installed_is_one_line(self, tmp_path: Path) -> None:
        """No item, no skip; nothing was checked, which is no success."""
        path = tmp_path / "results.jsonl"

        run = finished(python(BARE, *EVERYTHING, "--results", os.fspath(path)), path)

        lines = [" ".join(line.split()) for line in run.output.splitlines() if "absent" in line]
        assert lines == [
            f"{name} absent not installed: {', '.join(IMPLEMENTATIONS[name].packages)}" for name in unnamed()
        ]
        assert "skip" not in run.output
        assert run.status == pytest.ExitCode.NO_TESTS_COLLECTED
        assert run.results.red

    def test_what_is_named_must_be_installed(self, tmp_path: Path) -> None:
        """Asking for it by name is a mistake that is told at once."""
        path = tmp_path / "results.jsonl"

        run = finished(python(BARE, *EVERYTHING, "--implementation", "torch.nn.LSTM"), path)

        assert run.status == pytest.ExitCode.USAGE_ERROR
        assert "--implementation torch.nn.LSTM: not installed: torch" in run.output

    @pytest.mark.parametrize(
        ("spec", "sentence"),
        [
            (adapters("troubles.py", "Nobody"), "there is no class 'Nobody' in suites/meta/troubles.py"),
            (adapters("no_such_file.py", "Nobody"), "there is no file suites/meta/no_such_file.py"),
            (
                ["--implementation", "torch.nn.GRU"],
                "there is no implementation of this name (did you mean 'torch.nn.LSTM'",
            ),
        ],
    )
    def test_what_is_named_must_be_there(self, spec: list[str], sentence: str, tmp_path: Path) -> None:
        """A name that leads nowhere is a mistake that is told at once."""
        run = conformance(tmp_path, *spec, *RIGHT, of=FINAL_STATES)

        assert run.status == pytest.ExitCode.USAGE_ERROR
        assert sentence in run.output

    @pytest.mark.parametrize(
        "of", [FINAL_STATES, pytest.param(EVERYTHING, marks=pytest.mark.deep)], ids=["one file", "everything"]
    )
    def test_what_does_not_start_is_red(self, of: tuple[str, ...], tmp_path: Path) -> None:
        """With its sentence; another implementation beside it is run all the same."""
        run = conformance(tmp_path, *adapters("troubles.py", "NotStarting"), *RIGHT, of=of)
        verdicts = {name: {c.verdict for c in run.results.checks if c.implementation == name} for name in run.names}

        assert run.status == pytest.ExitCode.TESTS_FAILED
        assert verdicts == {NAME: {"pass"}, "suites/meta/troubles.py:NotStarting": {"error", "not-run"}}
        assert "the host ended with exit status 7 before it answered 'hello'" in run.output
        assert "no licence found" in run.output

    def test_two_of_one_name_are_refused(self, tmp_path: Path) -> None:
        """Their records could not be told apart: one must not stand for both."""
        other_spec = "lstm_conformance.suites.meta.reference_adapter:ReferenceLSTM"

        run = conformance(tmp_path, *RIGHT, "--implementation", other_spec, of=FINAL_STATES)

        assert run.status != pytest.ExitCode.OK
        assert NAME in run.output

    def test_the_tests_of_the_suite_start_no_host(self) -> None:
        """They need no implementation, and the header names none."""
        run = finished([*PYTEST, "suites/meta/test_text.py", "-k", "one_line"], ROOT / "none")

        assert run.status == pytest.ExitCode.OK
        assert "lstm conformance" not in run.output
