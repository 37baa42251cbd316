"""Claims are held to what is seen: a claim that is not so, or is nowhere settled, does not go unnoticed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lstm_conformance.fixtures.claims import BadClaim, Claim, claims, parse
from lstm_conformance.fixtures.hosting import children
from lstm_conformance.reports.records.claims import ClaimRun
from lstm_conformance.suites.claims.environments import ENVIRONMENTS, HERE
from lstm_conformance.suites.claims.settling import heard, held, settle, settled, verdict_of
from lstm_conformance.suites.claims.sources import FILES, FUNCTIONS, file_of, prelude, quoted, snippet
from lstm_conformance.suites.harness.judge.rules import specification
from lstm_conformance.suites.harness.run.plugin import _is_conformance, pytest_ignore_collect
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.running import ROOT

CLAIMS = {claim.id: claim for claim in claims().claims}

TOLD = {"claim", "beyond"}

WRONG_TORCH = """
class Wrong(torch.nn.LSTM):
    def forward(self, x, states=None):
        output, (h, c) = super().forward(x, states)
        return output, (c, h)


torch.nn.LSTM = Wrong
"""

SMALL = """
first = ["A1"]
[source.A]
title = "a text"
speaks_of = "something"
[[claim]]
id = "A1"
sentence = "it is so"
verdict = "true"
where = ["torch"]
rules = ["1.1"]
why = "because"
"""


def unsettled(known: dict[str, Claim]) -> Iterator[str]:
    """A sentence for every claim without a function where it is due, and for every function without a claim."""
    due = {(name, file) for name, claim in known.items() for file in _files(claim)}
    for name, file in sorted(due, key=str):
        if file is None:
            yield f"{name} has no function in one of its environments"
    for own in FILES:
        for name in FUNCTIONS[HERE / own]:
            if (name, HERE / own) not in due:
                yield f"{own} settles {name}, which is no claim there"


def _files(claim: Claim) -> set[Path | None]:
    return {file_of(claim.id, ENVIRONMENTS[name].files) for name in claim.where}


def test_every_claim_has_a_function_and_every_function_a_claim() -> None:
    """In every environment that settles it."""
    assert list(unsettled(CLAIMS)) == []


def test_threads_parse_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they need of the code of claims was read before: of two threads that parse at once one may fail."""
    monkeypatch.delattr(ast, "parse")

    assert all(file_of(name, ENVIRONMENTS[where].files) for name, claim in CLAIMS.items() for where in claim.where)
    assert "LSTM" in snippet(HERE / "keras_claims.py", "V3")


def test_a_claim_without_a_function_is_told() -> None:
    """By its name."""
    new = replace(CLAIMS["B7"], id="B99")

    assert list(unsettled({**CLAIMS, "B99": new})) == ["B99 has no function in one of its environments"]
    with pytest.raises(LookupError, match=r"expected a function b99 in torch_claims\.py"):
        settle("torch", [new], {"torch": Path(sys.executable)})


def test_a_function_without_a_claim_is_told() -> None:
    """By its name and file."""
    others = {name: claim for name, claim in CLAIMS.items() if name != "B7"}

    assert list(unsettled(others)) == ["torch_claims.py settles B7, which is no claim there"]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_claim_is_quoted_and_rests_on_rules(claim: Claim) -> None:
    """By every function that settles it; environments are known."""
    assert {quoted(file, claim.id) for file in _files(claim) if file} == {claim.sentence}
    assert set(claim.rules) <= set(specification()[1])
    assert set(claim.where) <= set(ENVIRONMENTS)


def test_the_five_texts_are_all_there() -> None:
    """Sixty sentences, and the promises of manuals."""
    letters = [name[0] for name in CLAIMS]

    assert {letter: letters.count(letter) for letter in "ABCDE"} == {"A": 14, "B": 14, "C": 10, "D": 8, "E": 8}
    assert len([letter for letter in letters if letter > "E"]) >= 25


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SMALL.replace('verdict = "true"', 'verdict = "perhaps"'), "expected `verdict` of A1 to be one of true"),
        (SMALL.replace('verdict = "true"', 'verdict = "true-if"'), "A1: expected a condition"),
        (SMALL.replace('verdict = "true"', 'verdict = "true"\ncondition = "if"'), "A1: expected a condition"),
        (SMALL.replace('verdict = "true"', 'verdict = "version-dependent"'), "A1: expected a verdict for each"),
        (SMALL.replace('["torch"]', '{ torch = "true" }'), "A1: expected a verdict for each"),
        (
            SMALL.replace('["torch"]', '{ torch = "true" }').replace(
                'verdict = "true"', 'verdict = "version-dependent"'
            ),
            "A1: expected verdicts that differ",
        ),
        (SMALL.replace('"A1"', '"Z1"'), "expected claims of each source and of no other, came A, Z"),
        (SMALL.replace('first = ["A1"]', 'first = ["A2"]'), "expected `first` to name claims, came A2"),
        (SMALL + SMALL[SMALL.index("[[claim]]") :], "two claims have the id A1"),
        (SMALL.replace('why = "because"', ""), "why is missing"),
        ("first = [", "claims.toml: "),
    ],
    ids=range(11),
)
def test_a_table_that_does_not_fit_is_refused(text: str, told: str) -> None:
    """In one sentence."""
    assert parse(SMALL).claims[0].where == {"torch": "true"}
    with pytest.raises(BadClaim, match=told):
        parse(text)


@pytest.mark.parametrize(
    ("under", "beyond", "verdict"),
    [
        ([True, True], [], "true"),
        ([False], [], "false"),
        ([True], [False, False], "true-if"),
        ([True, False], [], ""),
        ([True], [True], ""),
        ([True], [False, True], ""),
        ([False], [False], ""),
        ([False], [True], ""),
        ([], [False], ""),
        ([], [], ""),
    ],
)
def test_a_verdict_follows_from_both_sides(under: list[bool], beyond: list[bool], verdict: str) -> None:
    """A condition that changes nothing is none, and what is sometimes so has no verdict."""
    facts = [{"truth": truth, "beyond": False} for truth in under] + [
        {"truth": truth, "beyond": True} for truth in beyond
    ]

    assert verdict_of(facts) == verdict


class Flip(ast.NodeTransformer):
    """The truth of each fact is its contrary: what follows `claim`, or the side of what the reference judges."""

    def visit_Call(self, node: ast.Call) -> ast.Call:  # the name is that of ast
        """Of the calls that tell something."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in TOLD:
            node.args[-1] = ast.UnaryOp(ast.Not(), node.args[-1])
        if isinstance(node.func, ast.Name) and node.func.id == "judge":
            node.args[4] = ast.BinOp(node.args[4], ast.Add(), ast.Constant(0.1))
        return node


def flipped(file: Path, folder: Path) -> Path:
    """A copy of a file of claims, in which each is the contrary."""
    copy = folder / file.name
    copy.write_text(ast.unparse(ast.fix_missing_locations(Flip().visit(ast.parse(file.read_text("utf-8"))))), "utf-8")
    return copy


def runs(environment: str, file: Path, *names: str) -> dict[str, ClaimRun]:
    """What became of claims, by a file that stands for that of the environment."""
    seen = heard(Path(sys.executable), ENVIRONMENTS[environment], file, list(names))
    return {name: held(CLAIMS[name], environment, seen[name]) for name in names}


FLIPPED = {
    "torch": ["B1", "B7", "B8", "B12", "E3", "P1", "S3"],
    "keras": ["A8", "A9", "A14", "E5", "K2"],
    "onnx.reference": ["O1", "O2", "O5", "O6"],
}


LATER = {"keras": [pytest.mark.deep]}
"""What `make deep` runs alone: two starts of TensorFlow."""


@pytest.mark.parametrize(
    "environment",
    [pytest.param(name, marks=[needs(*ENVIRONMENTS[name].packages), *LATER.get(name, ())]) for name in FLIPPED],
)
def test_a_claim_whose_truth_is_flipped_is_refuted(environment: str, tmp_path: Path) -> None:
    """Of every kind: true, true-if, false, and both sides of what depends on the version."""
    names = FLIPPED[environment]
    file = HERE / ENVIRONMENTS[environment].files[0]

    found = runs(environment, flipped(file, tmp_path), *names)

    assert {name: run.state for name, run in found.items()} == dict.fromkeys(names, "refuted")
    assert all(run.message.startswith(f"expected {run.due}, came ") for run in found.values())


def test_all_kinds_are_flipped() -> None:
    """Ten and more."""
    flipped_ones = [CLAIMS[name] for names in FLIPPED.values() for name in names]

    assert len(flipped_ones) >= 10
    assert {claim.verdict for claim in flipped_ones} == {"true", "true-if", "false", "version-dependent"}


@needs("torch")
def test_a_framework_of_which_claims_are_not_true_refutes_them(tmp_path: Path) -> None:
    """One that returns c where h is due, which shapes do not show; what does not depend on it stays true."""
    file, copy = HERE / "torch_claims.py", tmp_path / "torch_claims.py"
    head = prelude(file)
    copy.write_text(file.read_text("utf-8").replace(head, f"{head}\n{WRONG_TORCH}\n\n"), "utf-8")

    found = runs("torch", copy, "B1", "B5", "B7", "B8", "B9", "B12", "B10", "S3")

    states = {name: run.state for name, run in found.items()}
    assert states == {
        **dict.fromkeys(["B1", "B5", "B7", "B8", "B9", "B12"], "refuted"),
        "B10": "proved",
        "S3": "proved",
    }


@needs("onnx")
def test_code_that_is_shown_prints_what_is_shown(tmp_path: Path) -> None:
    """Behind what stands before it, and but for the lines of the reference."""
    file = HERE / "onnx_claims.py"
    run = settled([CLAIMS["O5"]]).claims[0].runs[0]
    shown = tmp_path / "shown.py"
    body = snippet(file, "O5")
    shown.write_text(f"{prelude(file)}\n\nimport zlib\nseed(zlib.crc32(b'O5') % 2**31)\n{body}\n", "utf-8")

    done = children.run([sys.executable, shown], seconds=60, env={})

    assert (done.output, done.errors) == (run.output, "")
    assert "claim(" not in body


def test_an_environment_that_is_not_here_is_named() -> None:
    """Its claims are not run, and not dropped."""
    run = settle("keras-1", [CLAIMS["D7"]], {})["D7", "keras-1"]

    assert (run.state, run.due) == ("not-run", "true")
    assert run.message == (
        "Keras 1 is not installed: name a Python that has it, lstm-conformance claims --python keras-1=PATH"
    )


def test_a_process_that_ends_badly_refutes_what_it_was_asked(tmp_path: Path) -> None:
    """With what it said at last."""
    broken = tmp_path / "torch_claims.py"
    broken.write_text("raise SystemExit('no such framework')", "utf-8")

    run = runs("torch", broken, "B7")["B7"]

    assert run.state == "refuted"
    assert run.message == "expected true-if, came an error: no such framework"


@pytest.mark.parametrize(
    ("argument", "left_out"),
    [
        ("suites", True),
        ("suites/test_01_outputs.py", True),
        ("suites/claims", None),
        ("suites/claims/x.py::test", None),
    ],
)
def test_claims_are_no_checks_of_implementations(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, argument: str, left_out: bool | None
) -> None:
    """They are run by their name, and nothing is greeted for them."""
    monkeypatch.setattr(pytestconfig, "args", [argument])

    assert pytest_ignore_collect(ROOT / "suites" / "claims", pytestconfig) is left_out
    assert pytest_ignore_collect(ROOT / "suites" / "harness", pytestconfig) is None
    assert _is_conformance(argument) is bool(left_out)
