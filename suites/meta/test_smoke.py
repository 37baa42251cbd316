"""An implementation that does not work at all is told so once, in one sentence, whatever is selected."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.hosting.client import Hello, InProcess
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.reports.records.files import Results
from lstm_conformance.suites.harness.judge.rules import Check
from lstm_conformance.suites.harness.plan import smoke
from lstm_conformance.suites.harness.plan.planning import CaseId, Plan
from lstm_conformance.suites.harness.run.candidates import BY_NAME, Candidate
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta import fakes
from lstm_conformance.suites.meta.needing import in_part
from lstm_conformance.suites.meta.outside import Done, conformance

HEAD = """\
import os
import time
import numpy as np
from lstm_conformance.fixtures.implementations.adapter import Adapter


class Mine(Adapter):
    name = "mine.LSTM"
    claims = ("initial_state",)
"""
BUILD = """
    def build(self, layer, dtype, path):
        return dict()
"""
LOAD = """
    def load(self, built, weights):
        built.update(weights)
"""
WEIGHTS = """
    def weights(self, built):
        return built
"""
CALL = """
    def call(self, built, x, states):
        return {}
"""
ALL = HEAD + BUILD + LOAD + WEIGHTS + CALL

WRONG = {
    "a typo in the file": (HEAD.replace("Adapter):", "Adapter)"), r"SyntaxError: expected ':' .*\(mine\.py:7\)"),
    "a typo in a name": (
        HEAD.replace("import Adapter", "import Adaptor"),
        r"ImportError: .*'Adaptor'.*\(mine\.py:4 in",
    ),
    "a typo in a method": (
        ALL.format("nump.ones(3)"),
        r"NameError: name 'nump' is not defined.* \(mine\.py:21 in call\)",
    ),
    "a missing method": (
        HEAD + BUILD + LOAD,
        r"Mine has no method `weights`: expected `def weights\(self, built\)` \(mine\.py:7 in class Mine\)",
    ),
    "a misspelt claim": (
        HEAD.replace("initial_state", "initial_sate"),
        r"`claims` may hold .*; came 'initial_sate' \(did you mean 'initial_state'\?\)",
    ),
    "claims without methods": (
        ALL.format("1 / 0").replace('"initial_state",', '"initial_state", "lengths", "gradients"'),
        r"`claims` has lengths, but Mine has no method `call_masked`: "
        r"expected `def call_masked\(self, built, x, states, valid\)`; `claims` has gradients, "
        r"but Mine has no method `gradients`: .*: write it, or leave the claim out "
        r"\(mine\.py:7 in class Mine\)",
    ),
    "a misspelt dtype": (
        HEAD + '    dtypes = ("float",)',
        r"`dtypes` of path 'eager' must be some of .* came \['float'\]",
    ),
    "another layout": (
        HEAD + '    layout = "jax"',
        r"`layout` must be one of torch, keras, .*, gates, .*, came 'jax'",
    ),
    "nothing returned": (
        ALL.format("None"),
        r"Mine\.call must return a list of tensors, came NoneType \(mine\.py:20 in call\)",
    ),
    "one tensor returned": (
        ALL.format("x"),
        r"Mine\.call must return a list of tensors, came ndarray \(mine\.py:20 in call\)",
    ),
    "wrong shapes": (
        ALL.format("[x]"),
        r"`call` \(mine\.py:20 in call\) returned 1 tensors: \(3, 2, 4\); "
        r"return 3: output \(3, 2, 5\), h_n \(1, 2, 5\), c_n \(1, 2, 5\)",
    ),
    "nested states": (
        ALL.format("x, (x, x)"),
        r"`call` \(mine\.py:20 in call\) returned 2 tensors: \(3, 2, 4\), \(2, 3, 2, 4\); return 3: output",
    ),
    "weights without names": (
        HEAD + BUILD + LOAD + WEIGHTS.replace("built\n", "list(built)\n") + CALL.format("[x]"),
        r"Mine\.weights must return a dict of arrays, came list \(mine\.py:17 in weights\)",
    ),
    "an exception": (ALL.format("1 / 0"), r"ZeroDivisionError: division by zero \(mine\.py:21 in call\)"),
    "an exit": (ALL.format("os._exit(3)"), r"the host ended with exit status 3 before it answered 'run'"),
    "a crash": (ALL.format("os.abort()"), r"ended by SIGABRT before it answered 'run': Fatal Python error: Aborted"),
    "an endless loop": (
        ALL.format("[time.sleep(1) for _ in iter(int, 1)]"),
        r"no answer to 'run' within 2 s, the host was killed; it was at mine\.py:21 in",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), in_part(WRONG.values(), 4), ids=WRONG)
def test_one_sentence_says_what_is_wrong_with_an_adapter(tmp_path: Path, text: str, sentence: str) -> None:
    """In one failure and in the summary, with the line of its file; everything else is skipped."""
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")

    done = conformance(
        tmp_path, "--implementation", "mine.py:Mine", "--deadline", "2", "-k", "small_plain or final_cell"
    )

    assert done.status == 1
    assert len(done.red) == 1
    assert len(re.findall(f"^0.1 A small plain layer runs: .*{sentence}.*$", done.output, re.MULTILINE)) == 1
    assert len(re.findall(f"✗ 0.1 A small plain layer runs .*{sentence}.*$", done.output, re.MULTILINE)) == 1
    assert re.search(r"1 failed, \d+ skipped, \d+ deselected in", done.output)
    assert "Traceback" not in done.output


def test_prints_of_an_adapter_disturb_nothing(tmp_path: Path) -> None:
    """Stdout belongs to the protocol; what an adapter prints goes elsewhere."""
    done = conformance(tmp_path, "--implementation", f"{fakes.__file__}:Printing", "-k", "small_plain or final_cell")

    assert done.status == 0, done.output


@pytest.mark.parametrize("options", [(), ("--in-process",)], ids=["hosted", "in process"])
def test_modules_are_looked_for_in_the_current_folder(tmp_path: Path, options: tuple[str, ...]) -> None:
    """In a host and without one."""
    (tmp_path / "mine.py").write_text(Path(fakes.__file__).read_text("utf-8"), encoding="utf-8")

    done = conformance(tmp_path, "--implementation", "mine:NumpyLSTM", "-k", "small_plain", *options)

    assert done.status == 0, done.output


@pytest.fixture(scope="module")
def dumb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an adapter that returns nothing."""
    folder = tmp_path_factory.mktemp("dumb")
    (folder / "mine.py").write_text(ALL.format("None"), encoding="utf-8")
    return folder


def selected(folder: Path, *options: str) -> Done:
    """A run of the adapter that returns nothing, with a selection."""
    return conformance(folder, "--implementation", "mine.py:Mine", *options)


class TestSelections:
    """Whatever is selected, something is red and says why."""

    def test_the_reason_is_in_every_record(self, dumb: Path) -> None:
        """One error, and everything else not run because of it."""
        selected(dumb, "--results", "results.jsonl")

        checks = Results.read(dumb / "results.jsonl").checks
        red = [check for check in checks if check.verdict == "error"]
        assert [check.rule for check in red] == [smoke.RULE]
        assert {check.message for check in checks if check not in red} == {f"smoke failed: {red[0].message}"}
        assert {check.verdict for check in checks if check not in red} == {"not-run"}

    @pytest.mark.parametrize(
        "options",
        [
            pytest.param((), id="alone"),
            pytest.param(("-n", "2", "--dist", "loadgroup"), id="workers", marks=pytest.mark.deep),
        ],
    )
    def test_a_selection_without_the_smoke_check(self, dumb: Path, options: tuple[str, ...]) -> None:
        """Its first check is red in its place."""
        done = selected(dumb, "-k", "final_cell", *options)

        assert done.status == 1
        assert len(done.red) == 1
        assert "1.2 The final cell state: smoke failed: mine.py:Mine: 'run' raised" in done.output

    def test_a_single_case(self, dumb: Path) -> None:
        """It is red, and its reproduction is itself."""
        case = f"mine.LSTM/eager/1.2/{TIERS['quick'].configurations[0]}/0"

        done = selected(dumb, "--case", case)

        assert (done.status, len(done.red)) == (1, 1)
        assert "smoke failed" in done.output
        assert done.after("reproduce") == [f"lstm-conformance test --implementation mine.py:Mine --case {case}"]

    @pytest.mark.parametrize(
        "option", [("-k", "final_cell"), ("--case", "mine.LSTM/eager/1.2/T1/0")], ids=["-k", "--case"]
    )
    def test_what_does_not_start_is_red_in_every_selection(self, tmp_path: Path, option: tuple[str, str]) -> None:
        """Although nothing could be selected of it."""
        (tmp_path / "mine.py").write_text("import nowhere\n\nclass Mine: ...\n", encoding="utf-8")

        done = selected(tmp_path, *option)

        assert done.status == 1
        assert "No module named 'nowhere' (mine.py:1 in <module>)" in done.output

    def test_a_failing_smoke_check_blocks_in_every_tier(self, dumb: Path) -> None:
        """Also in the one whose failures are only reported."""
        assert selected(dumb, "--tier", "fuzz", "-k", "small_plain").status == 1


@pytest.mark.parametrize("order", ["files", "reversed"])
def test_what_a_process_keeps_in_its_first_dtype_is_red_in_a_wider_one(tmp_path: Path, order: str) -> None:
    """Whatever is asked first, and also where an adapter says float64 first."""
    done = conformance(
        tmp_path,
        "--implementation",
        f"{fakes.__file__}:KeepingTheFirstDtype",
        "-k",
        "every_output_follows",
        "--order",
        order,
    )

    assert done.status == 1
    assert done.red
    assert all("float64" in test for test in done.red)


def session_of(adapter: type[Adapter], plan: Plan | None = None) -> Session:
    """A run in which this adapter is tested in this process."""
    session = Session(plan=plan or Plan(), in_process=True)
    session.greet([Candidate(BY_NAME, f"{fakes.__file__}:{adapter.__name__}")])
    return session


class TestSession:
    """How the smoke check stands before all others."""

    def hello(self) -> Hello:
        """What a right adapter says."""
        return InProcess(fakes.NumpyLSTM).hello()

    @pytest.mark.parametrize("tier", TIERS)
    def test_it_is_one_case_in_every_tier(self, tier: str) -> None:
        """In float32, whatever the first dtype of the path is."""
        (planned,) = Plan(tier=tier).of(smoke.CHECK, [("mine", self.hello())])

        assert str(planned.configuration) == "T3-B2-I4-H5-zero_state-float32-mild"
        assert planned.numbers == (0,)

    def test_another_rule_is_not_kept_by_a_smoke_check_that_passes(self) -> None:
        """It is judged as ever."""
        session = session_of(fakes.NumpyLSTM)
        (planned, *_) = Plan().of(Check("3.1", lambda _: True, smoke.examine), session.hellos.items())

        assert {check.verdict for check in session.perform(planned, "")} == {"pass"}

    def test_it_is_made_once(self) -> None:
        """However many items ask for it."""
        session = session_of(fakes.Raising)
        planned = Plan().of(Check("3.1", lambda _: True, smoke.examine), session.hellos.items())

        checks = [check for each in planned[:3] for check in session.perform(each, "")]

        assert [check.verdict for check in checks] == ["error", *["not-run"] * (len(checks) - 1)]
        assert len(session._smoke) == 1

    def test_a_case_of_it_can_be_repeated(self) -> None:
        """By its id, which names a number of any seed."""
        case = CaseId.parse("fakes.NumpyLSTM/eager/0.1/T3-B2-I4-H5-zero_state-float32-mild/10007")
        session = session_of(fakes.NumpyLSTM, Plan(case=case))

        (planned,) = session.plan.of(smoke.CHECK, session.hellos.items())

        assert [(c.case, c.verdict) for c in session.perform(planned, "")] == [(10007, "pass")]
