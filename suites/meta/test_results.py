"""The record of a run: what is written is read back, and a file is written whole or not at all."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lstm_conformance.reports.changes.verdict import sentence
from lstm_conformance.reports.records import results as results_module
from lstm_conformance.reports.records.combine import combine
from lstm_conformance.reports.records.errors import BadRecord, DuplicateCheck, UnknownVerdict
from lstm_conformance.reports.records.files import Results, Writer
from lstm_conformance.reports.records.results import VERDICTS, Check, Footer, Mutant
from lstm_conformance.reports.records.serialize import from_plain, to_plain
from lstm_conformance.suites.meta.records import a_check, a_failure, a_header, results_of, written

SCHEMA = json.loads(Path(results_module.__file__).with_name("results.schema.json").read_text(encoding="utf-8"))

ONE_OF_EACH = tuple(a_check(case, verdict=verdict) for case, verdict in enumerate(VERDICTS))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a results file goes: in folders that do not exist yet."""
    return tmp_path / "build" / "deep" / "results.jsonl"


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Read the lines of a file as JSON, without any of the code under test."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# Writing


def test_what_is_written_is_read_back(path: Path) -> None:
    """Header, checks in their order, and the footer survive the file."""
    checks = (*ONE_OF_EACH, a_failure(9))

    results = results_of(path, *checks)

    assert (results.header, results.checks) == (a_header(), checks)


@pytest.mark.parametrize(
    "check",
    [*ONE_OF_EACH, a_failure(), a_check(budget=None), a_check(budget=math.inf), a_check(budget=math.nan)],
    ids=lambda check: f"{check.verdict}-{check.budget}",
)
def test_every_written_line_follows_the_schema(path: Path, check: Check) -> None:
    """Header, check and footer are valid, whatever the verdict and the budget."""
    validator = jsonschema.Draft202012Validator(SCHEMA)

    errors = [error.message for line in lines_of(written(path, check)) for error in validator.iter_errors(line)]

    assert errors == []


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (0, {"schema_version": 1}),
        (0, {"environments": "none"}),
        (1, {"verdict": "passed"}),
        (1, {"budget": "much"}),
        (1, {"surprise": 1}),
        (2, {"digest": "?"}),
        (2, {"counts": {}}),
        (2, {"kind": "end"}),
    ],
)
def test_the_schema_refuses_what_is_wrong(path: Path, number: int, change: dict[str, Any]) -> None:
    """The schema can fail, so that the test before this one means something."""
    line = lines_of(written(path, a_check()))[number] | change

    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(line)


@pytest.mark.parametrize(("budget", "stored"), [(math.inf, "inf"), (math.nan, "nan"), (2.5, 2.5), (None, None)])
def test_budgets_that_json_does_not_know_are_strings(path: Path, budget: float | None, stored: object) -> None:
    """Infinity and NaN are written as strings and read back as floats."""
    read = results_of(path, a_check(budget=budget, verdict="fail")).checks[0].budget

    assert lines_of(path)[1]["budget"] == stored
    assert repr(read) == repr(budget)


def test_details_that_json_does_not_know_are_strings() -> None:
    """A detail may hold what a check saw, NaN as well, however deep."""
    detail = {"got": [math.nan, (-math.inf, 1.0)], 3: True}

    assert a_check(detail=detail).to_json()["detail"] == {"got": ["nan", ["-inf", 1.0]], "3": True}


def test_a_detail_that_json_cannot_hold_is_refused(path: Path) -> None:
    """An object in a detail is a mistake of the check, told at once."""
    with Writer(path, a_header()) as writer, pytest.raises(TypeError, match="JSON can hold, got <object"):
        writer.write(a_check(detail={"got": object()}))


def test_plain_values_are_of_exact_types() -> None:
    """A subclass of a built-in type becomes the type: the workers of xdist send nothing else."""

    class Real(float):
        """Stands for the floats of NumPy."""

    assert type(to_plain(Real(0.5))) is float


def test_text_stays_in_its_line(path: Path) -> None:
    """Line breaks and halves of characters in a message do not break the file."""
    message = 'a\nb\u2028c\x85d "quoted" \ud800'

    assert results_of(path, a_failure(message=message)).checks[0].message == message


def test_nothing_bears_the_name_before_the_end(path: Path) -> None:
    """While the run goes on, an older file stays what it was."""
    written(path, a_check())
    before = path.read_bytes()

    with Writer(path, a_header()) as writer:
        writer.write(a_failure())

        assert path.read_bytes() == before


def test_leaving_without_an_end_leaves_nothing(path: Path) -> None:
    """A run that raises leaves neither a file nor a part of one."""
    with pytest.raises(KeyboardInterrupt), Writer(path, a_header()):
        raise KeyboardInterrupt

    assert list(path.parent.iterdir()) == []


def test_a_process_that_dies_leaves_no_results(path: Path) -> None:
    """Killed in the middle, the process leaves at most a part under another name."""
    program = (
        "import os, sys\n"
        "from lstm_conformance.reports.records.files import Writer\n"
        "from lstm_conformance.suites.meta.records import a_check, a_header\n"
        "Writer(sys.argv[1], a_header()).write(a_check())\n"
        "os._exit(9)\n"
    )

    subprocess.run([sys.executable, "-c", program, os.fspath(path)], check=False)

    assert not path.exists()


def test_an_id_is_written_once(path: Path) -> None:
    """The second record of a check is refused when it comes, not when the file is read."""
    with Writer(path, a_header()) as writer:
        writer.write(a_check())

        with pytest.raises(DuplicateCheck, match=r"second one for .*/T7-B3-I5-H4-float32/0"):
            writer.write(a_failure())


def test_an_unknown_verdict_is_refused() -> None:
    """A check cannot be made with a verdict outside the vocabulary."""
    with pytest.raises(UnknownVerdict, match="got 'passed'"):
        a_check(verdict="passed")


# Digest and footer


def test_the_digest_is_of_ids_and_verdicts_only(path: Path) -> None:
    """Two runs that say the same have the same digest: order, times, budgets and messages do not count."""
    one = results_of(path, a_check(0), a_failure(1))
    other = results_of(path, a_failure(1, budget=3.0, message="else", seconds=9.0), a_check(0, seconds=8.0))

    assert one.footer.digest == other.footer.digest


def test_the_digest_is_what_the_schema_says() -> None:
    """SHA-256 of the sorted lines `id<tab>verdict`, computed here with coreutils' sha256sum."""
    expected = "4131765dcb0fa4b93fa055ba8959d127a1b4aa13e00f5aaeb25679f18a0da70f"

    assert Footer.of({"b/0": "fail", "a/0": "pass"}, planned=0, seconds=0).digest == expected


@pytest.mark.parametrize("verdicts", [{"a/0": "fail"}, {"a/1": "pass"}, {}])
def test_another_verdict_is_another_digest(verdicts: dict[str, Any]) -> None:
    """A changed verdict, a changed id and a missing check change the digest."""
    assert Footer.of(verdicts, planned=0, seconds=0).digest != Footer.of({"a/0": "pass"}, planned=0, seconds=0).digest


def test_the_footer_counts_every_verdict() -> None:
    """A verdict that does not occur is counted as 0."""
    footer = Footer.of({"a": "pass", "b": "pass", "c": "error"}, planned=4, seconds=0.0)

    assert footer.counts == {"pass": 2, "deviation": 0, "fail": 0, "error": 1, "unstable": 0, "not-run": 0}


@pytest.mark.parametrize("verdict", ["pass", "deviation"])
def test_a_run_of_passes_and_deviations_is_good(path: Path, verdict: str) -> None:
    """A deviation that fails exactly as recorded does not redden a run; nor does a check that was not run."""
    assert not results_of(path, a_check(0, verdict=verdict), a_check(1, verdict="not-run")).red


@pytest.mark.parametrize("verdict", ["fail", "error", "unstable"])
def test_a_red_verdict_makes_the_run_red(path: Path, verdict: str) -> None:
    """One failure, error or unstable check among passes is enough."""
    assert results_of(path, a_check(0), a_check(1, verdict=verdict)).red


@pytest.mark.parametrize(
    ("checks", "planned"), [((), 0), ((a_check(verdict="not-run"),), 1), ((a_check(),), 2), ((a_check(),), 0)]
)
def test_a_run_with_a_hole_is_red(path: Path, checks: tuple[Check, ...], planned: int) -> None:
    """Nothing checked, a planned check without a record, and a record that nobody planned are red."""
    assert results_of(path, *checks, planned=planned).red


def test_a_run_with_a_problem_is_red(path: Path) -> None:
    """Whatever its checks say; a report says it first."""
    results = results_of(path, a_check(), header=a_header(problems=("the suite is blind",)))

    assert results.red
    assert sentence(combine({"it": results})) == "The run is not to be trusted: the suite is blind."


def test_a_header_with_wrong_lstms_follows_the_schema(path: Path) -> None:
    """What each gets wrong, and which were caught first."""
    mutant = Mutant(
        family="gates",
        sentence="Exchanges two gates.",
        benign=False,
        dtypes=("float64",),
        waits_for="",
        near_the_bound="",
    )
    header = a_header(mutants={"mutants.it": mutant}, controls={"a": "1.1", "b": None}, problems=("b was not caught",))
    line, *_ = lines_of(written(path, a_check(), header=header))

    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(line)) == []
    assert Results.read(path).header == header


# Records and plain JSON


def test_records_without_their_kind_are_refused() -> None:
    """A check is not built out of a footer."""
    with pytest.raises(BadRecord, match="kind 'check', got kind 'footer'"):
        Check.from_json({"kind": "footer"})


def test_a_record_survives_plain_json() -> None:
    """Nested records, mappings and tuples come back equal."""
    header = a_header()

    assert from_plain(type(header), to_plain(header)) == header


# What a reader copies


def test_the_reproduction_is_safe_to_paste() -> None:
    """A shell sees one node id and one case, whatever is in them."""
    check = a_check(nodeid="suites/test_a.py::test_b[it's; rm -rf $HOME]")

    shown = subprocess.run(
        ["sh", "-c", check.reproduction(["printf", "%s\\n"])],
        check=True,
        capture_output=True,
        text=True,
    )

    assert shown.stdout.splitlines() == [check.nodeid, "--case", check.id]
