"""A run under pytest: what it plans, writes, prints and returns, as a user sees it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.reports.records import results as results_module
from lstm_conformance.suites.meta.running import Run, adapters, conformance

SCHEMA = json.loads(Path(results_module.__file__).with_name("results.schema.json").read_text("utf-8"))

RIGHT = adapters("reference_adapter.py", "ReferenceLSTM")
WRONG = adapters("breakages.py", "outputs_scaled")
NAME = "reference_adapter.ReferenceLSTM"
OUTPUTS = ("suites/test_01_outputs.py",)
CONFIGURATION = str(TIERS["quick"].configurations[0])
ONE_ITEM = ("-k", f"test_every_output and {CONFIGURATION}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The small tier of a right implementation, in a host, with JUnit's report beside the records."""
    folder = tmp_path_factory.mktemp("whole")
    return conformance(folder, *RIGHT, f"--junitxml={folder / 'junit.xml'}")


@pytest.fixture(scope="module")
def red(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One item of a wrong implementation, two cases, with JUnit's report beside the records."""
    folder = tmp_path_factory.mktemp("red")
    return conformance(folder, *WRONG, *ONE_ITEM, f"--junitxml={folder / 'junit.xml'}", of=OUTPUTS)


class TestRecords:
    """`results.jsonl` holds what was planned, all of it, once."""

    def test_a_right_implementation_is_green(self, whole: Run) -> None:
        """Exit status 0, and no verdict but pass."""
        assert whole.status == pytest.ExitCode.OK
        assert set(whole.verdicts().values()) == {"pass"}

    def test_every_planned_check_has_a_record(self, whole: Run) -> None:
        """As many as the footer says were planned; every rule that applies to the layout is among them."""
        results = whole.results

        assert results.footer.planned == results.footer.total == len(results.checks) > 500
        assert not results.red
        assert {check.rule.split(".")[0] for check in results.checks} >= {str(chapter) for chapter in range(1, 12)}

    @pytest.mark.parametrize("name", ["whole", "red"])
    def test_every_line_follows_the_schema(self, name: str, request: pytest.FixtureRequest) -> None:
        """Header, checks that pass and fail, footer."""
        validator = jsonschema.Draft202012Validator(SCHEMA)
        run: Run = request.getfixturevalue(name)
        lines = [json.loads(line) for line in run.path.read_text("utf-8").splitlines()]

        assert [error.message for line in lines for error in validator.iter_errors(line)] == []

    def test_a_whole_run_is_not_partial(self, whole: Run) -> None:
        """The header says so, and names what was run."""
        header = whole.results.header

        assert (header.partial, header.tier, header.base_seed) == (False, "small", 0)
        assert [environment.implementation for environment in header.environments] == [NAME]

    def test_a_wrong_implementation_is_red(self, red: Run) -> None:
        """Exit status 1; each case is a failure of its own."""
        assert red.status == pytest.ExitCode.TESTS_FAILED
        assert [check.verdict for check in red.results.checks] == ["fail", "fail"]
        assert "SUBFAILED" in red.output

    def test_in_process_and_hosted_say_the_same(self, whole: Run, tmp_path: Path) -> None:
        """Two runs have one digest, and use the same budgets."""
        again = conformance(tmp_path, *RIGHT, "--in-process")

        assert again.results.footer.digest == whole.results.footer.digest
        assert {c.id: c.budget for c in again.results.checks} == {c.id: c.budget for c in whole.results.checks}

    @pytest.mark.deep
    def test_two_workers_say_the_same(self, whole: Run, tmp_path: Path) -> None:
        """With xdist: one digest, the same counts, everything planned once."""
        spread = conformance(tmp_path, *RIGHT, "-n", "2", "--dist", "loadgroup")

        assert spread.status == pytest.ExitCode.OK
        assert spread.results.footer.digest == whole.results.footer.digest
        assert spread.results.footer.counts == whole.results.footer.counts
        assert spread.results.footer.planned == whole.results.footer.planned
        assert spread.results.header.partial is False

    @pytest.mark.deep
    def test_two_workers_find_the_same_failures(self, red: Run, tmp_path: Path) -> None:
        """Red checks travel from a worker with all that is known of them."""
        spread = conformance(tmp_path, *WRONG, *ONE_ITEM, "-n", "2", "--dist", "loadgroup", of=OUTPUTS)

        assert spread.status == red.status
        assert [(c.id, c.verdict, c.detail) for c in spread.results.checks] == [
            (c.id, c.verdict, c.detail) for c in red.results.checks
        ]


class TestJUnit:
    """What CI systems read."""

    def test_a_green_report_is_well_formed(self, whole: Run) -> None:
        """One test case an item, no failure."""
        suite = ET.parse(whole.path.with_name("junit.xml")).getroot()[0]

        assert suite.attrib["failures"] == suite.attrib["errors"] == suite.attrib["skipped"] == "0"
        assert int(suite.attrib["tests"]) > 200

    def test_a_red_report_holds_the_failure_text(self, red: Run) -> None:
        """The same text as on the terminal."""
        suite = ET.parse(red.path.with_name("junit.xml")).getroot()[0]
        texts = [failure.text or "" for failure in suite.iter("failure")]

        assert int(suite.attrib["failures"]) > 0
        assert any("reproduce" in text and "first bad" in text for text in texts)

    def test_the_figures_are_properties(self, whole: Run) -> None:
        """The largest budget of the whole run is that of one of its items."""
        suite = ET.parse(whole.path.with_name("junit.xml")).getroot()[0]
        properties = [{p.attrib["name"]: p.attrib["value"] for p in case.iter("property")} for case in suite]
        budgets = [float(each["largest_budget_used"]) for each in properties if "largest_budget_used" in each]
        recorded = [check.budget for check in whole.results.checks if check.budget is not None]

        assert all(each.keys() >= {"rule", "verdicts"} for each in properties)
        assert max(budgets) == max(recorded)
