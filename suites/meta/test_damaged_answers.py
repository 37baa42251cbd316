"""Whatever a host answers is understood, or refused in one sentence that names what was expected."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.hosting.answers import understood
from lstm_conformance.fixtures.hosting.client import AdapterError, BadAnswer, Hello, take_error
from lstm_conformance.fixtures.hosting.quoting import LONGEST_NAME, LONGEST_TEXT
from lstm_conformance.fixtures.hosting.wire import Arrays, Header
from lstm_conformance.reports.records.files import Results
from lstm_conformance.suites.meta import damage, misnaming
from lstm_conformance.suites.meta.needing import in_part
from lstm_conformance.suites.meta.outside import conformance
from lstm_conformance.suites.meta.records import a_check
from lstm_conformance.suites.meta.test_host_errors import HELLO

SHARE = 20
"""Damaged answers to every verb; `make damage` damages more."""

SENT: Arrays = {"x": np.zeros((2, 3, 1, 4)), "weights/w": np.zeros((2, 8, 4))}
RUN: Header = {"cases": 2, "observe": ["weights", "inputs", "again"]}
SEEN: Arrays = {
    "output/0": np.zeros((2, 3)),
    "output/1": np.zeros((2, 1)),
    "again/0": np.zeros((2, 3)),
    "again/1": np.zeros((2, 1)),
    "weights/w": np.zeros((2, 8, 4)),
    "after/x": np.zeros((2, 3, 1, 4)),
    "after/weights/w": np.zeros((2, 8, 4)),
}
CALLS: Header = {"cases": 2, "resets": [True, False]}
CALLED: Arrays = {"0/output/0": np.zeros((2, 3)), "1/output/0": np.zeros((2, 3))}
TRAINED: Arrays = {"output/0": np.zeros((2, 3)), "gradient/x": SENT["x"], "gradient/weights/w": SENT["weights/w"]}
WEIGHT: Header = {"name": "w", "dtype": "float32", "shape": [8, 4]}
OF: dict[str, tuple[Header, Header, Arrays]] = {
    "describe": ({}, {"weights": [WEIGHT], "arguments": {"units": 2}}, {}),
    "run": (RUN, {}, SEEN),
    "calls": (CALLS, {}, CALLED),
    "gradients": ({"cases": 2}, {}, TRAINED),
}
"""By verb: the fields of a request, and an answer that is understood."""


def without(arrays: Arrays, name: str, **others: Any) -> Arrays:
    """All but one, and others."""
    return {key: a for key, a in arrays.items() if key != name} | {
        key.replace("__", "/"): a for key, a in others.items()
    }


@pytest.mark.parametrize("verb", OF)
def test_a_right_answer_is_understood(verb: str) -> None:
    """It is handed on as it came."""
    fields, header, arrays = OF[verb]

    assert understood("mine", verb, fields, SENT, (header, arrays)) == (header, arrays)


@pytest.mark.parametrize(
    ("verb", "arrays", "sentence"),
    [
        ("run", without(SEEN, "output/1", out__1=SEEN["output/1"]), r"the arrays output/\.\.\., .*came \['out/1'\]"),
        ("run", without(SEEN, "output/0"), r"output/0, output/1, \.\.\. without a gap, came \['output/1'\]"),
        ("run", without(SEEN, "again/1", again__zero=SEEN["again/1"]), r"again/0, .* came \['again/0', 'again/zero'\]"),
        ("run", without(without(SEEN, "again/0"), "again/1"), r"the arrays again/0, \.\.\. too, came"),
        ("run", without(SEEN, "after/x"), r"the arrays after/x, after/weights/\.\.\., came \['after/weights/w'\]"),
        ("run", without(SEEN, "", after__h_0=np.zeros(2)), r"the arrays after/x, after/weights/\.\.\., came"),
        (
            "run",
            without(SEEN, "output/0", output__0=np.zeros((3, 2))),
            r"leading axis of 2 cases, came the shape \(3, 2",
        ),
        ("run", without(SEEN, "output/0", output__0=np.zeros(())), r"leading axis of 2 cases, came the shape \(\)"),
        ("run", without(SEEN, "", **{"output/" + "9" * 999: np.zeros(2)}), "at most 200 characters, came 'output/99"),
        ("run", without(SEEN, "", **{"weights/\n": np.zeros(2)}), r"names of one line, .* came 'weights/\\n'"),
        ("calls", without(CALLED, "1/output/0", **{"2/output/0": np.zeros((2, 3))}), "came .'2/output/0'"),
        (
            "calls",
            without(CALLED, "1/output/0", **{"1/output/1": np.zeros((2, 3))}),
            "1/output/0, .* came .'1/output/1'",
        ),
        ("gradients", without(TRAINED, "gradient/x"), "the arrays gradient/x too, came"),
        ("gradients", without(TRAINED, "", gradient__h_0=np.zeros((2, 1))), "gradient/x, came .'gradient/h_0'"),
        ("gradients", without(TRAINED, "", after__x=SENT["x"]), "gradient/x, came .'after/x'"),
        ("describe", {"w": np.zeros((8, 4))}, r"no arrays, came \['w'\]"),
        ("hello", {"w": np.zeros((8, 4))}, r"no arrays, came \['w'\]"),
    ],
)
def test_arrays_that_are_not_those_of_the_answer(verb: str, arrays: Arrays, sentence: str) -> None:
    """The sentence names those that are, and what came."""
    fields, header, _ = OF.get(verb, ({}, {}, {}))

    with pytest.raises(BadAnswer, match=f"mine: the answer to '{verb}': .*expected .*{sentence}") as caught:
        understood("mine", verb, fields, SENT, (header, arrays))
    assert "\n" not in str(caught.value)
    assert caught.value.verb == verb


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ({}, r"the keys weights, arguments \(may be left out\), came \[\]"),
        ({"weights": [WEIGHT], "argument": {}}, "came .'argument', 'weights'"),
        ({"weights": {"w": [8, 4]}}, "`weights` to be a list, came {'w'"),
        ({"weights": ["w"]}, "name, dtype and shape of every weight, came 'w'"),
        ({"weights": [{"dtype": "float32", "shape": [8, 4]}]}, "name, dtype and shape of every weight, came {'dtype'"),
        ({"weights": [{**WEIGHT, "name": 3}]}, "a text and one of float16.* came 3, 'float32'"),
        ({"weights": [{**WEIGHT, "dtype": "float"}]}, "one of float16.* came 'w', 'float'"),
        ({"weights": [{**WEIGHT, "dtype": []}]}, r"one of float16.* came 'w', \[\]"),
        ({"weights": [{**WEIGHT, "shape": [8, 4.0]}]}, r"a shape of whole numbers, came \[8, 4.0\]"),
        ({"weights": [{**WEIGHT, "shape": [True]}]}, r"a shape of whole numbers, came \[True\]"),
        ({"weights": [WEIGHT, WEIGHT]}, "weights of different names, came .'w', 'w'"),
        ({"weights": [], "arguments": [1]}, r"`arguments` to be an object of at most 20000 characters, came \[1\]"),
        ({"weights": [], "arguments": {"a": "x" * 20_000}}, "`arguments` to be an object of at most 20000 characters"),
        ({"weights": [], "arguments": {"a\ud800": 1}}, "names of one line"),
    ],
)
def test_descriptions_that_are_none(header: Header, sentence: str) -> None:
    """However large they are, the sentence is short."""
    with pytest.raises(BadAnswer, match=f"'describe': .*expected .*{sentence}") as caught:
        understood("mine", "describe", {}, {}, (header, {}))
    assert len(str(caught.value)) < 2 * LONGEST_NAME + 200


def test_what_an_error_says_besides_is_left_out() -> None:
    """It is no argument of anything."""
    told = {"type": "ValueError", "message": "no", "where": "here"}
    answer: Header = {"id": 1, "ok": False, "error": {**told, "arrays": []}}

    assert take_error(answer, 1, "mine") == {**told, "kinds": [], "method": "", "own": False}


def test_what_is_behind_the_way_back_must_be_shown_where_it_is_asked_for() -> None:
    """All inputs, and whatever weights there are."""
    fields: Header = {"cases": 2, "observe": ["inputs"]}
    shown = TRAINED | {"after/x": SENT["x"], "after/weights/w": SENT["weights/w"]}

    assert understood("mine", "gradients", fields, SENT, ({}, shown)) == ({}, shown)
    with pytest.raises(BadAnswer, match="expected the arrays after/x, after/weights"):
        understood("mine", "gradients", fields, SENT, ({}, TRAINED))


def test_a_step_of_descent_shows_outputs_and_weights() -> None:
    """And no gradients, for which nobody has asked."""
    fields: Header = {"cases": 2, "rate": 0.5}
    shown: Arrays = {"output/0": np.zeros((2, 1)), "after/weights/w": SENT["weights/w"]}

    assert understood("mine", "gradients", fields, SENT, ({}, shown)) == ({}, shown)
    with pytest.raises(BadAnswer, match=r"expected the arrays output/..., after/..., came .'gradient/x'"):
        understood("mine", "gradients", fields, SENT, ({}, shown | {"gradient/x": SENT["x"]}))


def test_the_call_behind_a_step_must_be_shown_where_it_is_asked_for() -> None:
    """Its outputs, and only then."""
    fields: Header = {"cases": 2, "rate": 0.5}
    asked: Header = fields | {"observe": ["again"]}
    before: Arrays = {"output/0": np.zeros((2, 1)), "after/weights/w": SENT["weights/w"]}
    shown = before | {"again/0": np.zeros((2, 1))}

    assert understood("mine", "gradients", asked, SENT, ({}, shown)) == ({}, shown)
    with pytest.raises(BadAnswer, match=r"expected the arrays again/0, \.\.\. too"):
        understood("mine", "gradients", asked, SENT, ({}, before))
    with pytest.raises(BadAnswer, match=r"expected the arrays output/..., after/..., came .'again/0'"):
        understood("mine", "gradients", fields, SENT, ({}, shown))


def test_nothing_that_a_layer_may_do_is_refused() -> None:
    """Other numbers of outputs, shapes, dtypes and weights than documented are judged by rules."""
    seen: Arrays = {"output/0": np.zeros((2, 0), bool), "again/0": np.zeros((2, 9)), "after/x": np.zeros((2, 1))}

    understood("mine", "run", RUN, SENT, ({}, seen))
    understood("mine", "run", {"cases": 2, "observe": []}, SENT, ({}, {}))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("implementation", "x" * 1001),
        ("device", "a\nb"),
        ("python", "\ud800"),
        ("paths", ["eager", "eager"]),
        ("claims", ["x" * 1001]),
        ("paths", [{"name": "\u202e"}]),
        ("paths", [{"name": "eager", "color": "red"}]),
        ("paths", [{"dtypes": ["float32"]}]),
        ("paths", [["eager"]]),
        ("paths", {"eager": {}}),
        ("paths", [f"path {number}" for number in range(101)]),
        ("claims", ["x"] * 1001),
        ("versions", {f"package {number}": "1" for number in range(60_000)}),
        ("dtypes", {"eager": ["\x1b[31m"]}),
        ("dtypes", "float32"),
        ("versions", {"mine": "\u202e"}),
        ("threads", -1),
        ("threads", 10**30),
        ("protocol", True),
    ],
)
def test_a_hello_is_made_of_short_lines(key: str, value: object) -> None:
    """So nothing of it can act on a terminal or on a page."""
    with pytest.raises(BadAnswer, match=f"mine: hello: expected `{key}` ") as caught:
        Hello.from_header({**HELLO, key: value}, "mine")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dtypes", ["\x1b[31m"]),
        ("claims", "training"),
        ("claims", ["x" * 1001]),
        ("only", None),
        ("only", [["bidirectional"]]),
        ("cost", ["call"]),
        ("cost", "c" * 100_000),
        ("activations", {}),
        ("device", "a\nb"),
        ("device", 7),
    ],
)
def test_so_is_what_it_says_of_a_path(key: str, value: object) -> None:
    """Each of its keys is understood, or refused by its name."""
    with pytest.raises(BadAnswer, match=f"mine: hello: expected `{key}` of path 'eager' ") as caught:
        Hello.from_header({**HELLO, "paths": [{"name": "eager", key: value}]}, "mine")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 3 * LONGEST_NAME


@pytest.mark.parametrize(
    "error",
    [
        {"type": "E", "message": "m"},
        {"type": "E", "message": "m", "where": 3},
        {"type": "E", "message": "m", "where": "w", "kinds": [["E"]]},
        {"type": "E", "message": "m", "where": "w", "own": 1},
        "out of memory" * 10_000,
    ],
)
def test_an_error_that_is_none(error: object) -> None:
    """The sentence is short."""
    with pytest.raises(BadAnswer, match="expected `") as caught:
        take_error({"id": 1, "ok": False, "error": error}, 1, "mine")
    assert len(str(caught.value)) < 2 * LONGEST_NAME


def test_an_error_of_any_length_is_told_in_short() -> None:
    """Without the colours of a terminal, on one line where it says what and where."""
    error = {"type": "E\n" * 999, "message": "\x1b[31mred\x1b[0m\ud800" + "m" * 999_999, "where": "w" * 9999}

    told = take_error({"id": 1, "ok": False, "error": error}, 1, "mine")

    assert told is not None
    raised = AdapterError("mine", "run", **told)
    assert raised.message.startswith("red\\ud800mm")
    assert len(str(raised)) < LONGEST_TEXT + 3 * LONGEST_NAME


@pytest.mark.parametrize("verb", in_part(damage.VERBS, 4))
def test_damaged_answers(verb: str) -> None:
    """Chance damages them: no exception leaves the suite, and every message is a readable line."""
    verdicts, wrong = set(), []
    for seed in range(SHARE):
        checks = damage.told(verb, seed)
        wrong += list(damage.faults(checks))
        verdicts |= {check.verdict for check in checks}

    assert wrong == []
    assert "error" in verdicts


@pytest.mark.parametrize(
    "fields",
    [
        {"message": "two\nlines"},
        {"message": "m" * 5000},
        {"message": "wrong", "verdict": "error", "detail": {"error": "BadAnswer"}},
        {"detail": {"text": "m" * 60_000}},
    ],
)
def test_faults_are_found(fields: dict[str, Any]) -> None:
    """What is wrong with a record is said."""
    assert list(damage.faults([a_check()])) == []
    assert len(list(damage.faults([a_check(**fields)]))) == 1


@pytest.mark.parametrize(
    ("words", "sentence", "red"),
    in_part(
        [
            (("output/1", "out/1"), r"expected the arrays output/\.\.\., .*came \['out/1'\]", 1),
            (("again/0", "again/zero"), r"expected the arrays again/0, again/1, \.\.\. without a gap, came", 1),
            (("after/x",), r"expected the arrays after/x, .*after/weights/\.\.\., came", 1),
            (("weights",), r"expected the keys weights, arguments \(may be left out\), came \[\]", 3),
        ],
        2,
    ),
)
def test_a_program_with_names_of_its_own(tmp_path: Path, words: tuple[str, ...], sentence: str, red: int) -> None:
    """It is told so: once where nothing works, three times where something does, and never in a traceback."""
    command = shlex.join([sys.executable, "-m", misnaming.__name__, *words])

    done = conformance(tmp_path, "--implementation-command", command, "--results", "results.jsonl")

    assert done.status == 1
    assert "Traceback" not in done.output
    assert len(done.output.splitlines()) < 100
    assert re.search(sentence, done.output)
    assert Results.read(tmp_path / "results.jsonl").failing == red
