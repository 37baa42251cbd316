"""Claims found by the words of a question, in the terminal as on the page."""

from __future__ import annotations

import json
import re
import time

import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.fixtures.claims import claims
from lstm_conformance.suites.claims.environments import HERE
from lstm_conformance.suites.claims.searching import EMPTY, found, searched

QUESTIONS = {
    "is h_n the last output?": {"B7", "B8"},
    "does Keras add two biases?": {"K3"},
    "what is the default forget bias?": {"A11", "P1", "R1"},
    "order of gates?": {"A7", "P4", "R3", "O1"},
    "what does return_state return?": {"D5"},
    "gate order keras": {"A7"},
    "how many parameters": {"P9", "K3"},
}
"""What learners ask, and the claims that answer it."""

SCRIPT = HERE.parents[1] / "reports" / "page" / "template" / "js" / "claims.js"


@pytest.mark.parametrize(("question", "answers"), QUESTIONS.items(), ids=QUESTIONS)
def test_a_question_is_answered(question: str, answers: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Among the five that are shown, in seconds, with the verdict and why; nothing is run."""
    begun = time.monotonic()

    assert main(["claims", *question.split()]) == 0
    shown = capsys.readouterr().out
    assert time.monotonic() - begun < 10
    assert answers <= set(re.findall(r"^([A-Z]\d+)  ", shown, re.MULTILINE))
    assert all(claim.why in shown for claim in claims().claims if claim.id in answers)


def test_nothing_answers_what_nobody_says(capsys: pytest.CaptureFixture[str]) -> None:
    """The message says what there is."""
    assert main(["claims", "xyzzy"]) == 2
    assert "no claim has any of these words: xyzzy; expected others, or ids among A1, A2, " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What are the biases?", ["bias"]),
        ("gates, states (zeros)", ["gate", "state", "zero"]),
        ("return_sequences bias Keras axes", ["return_sequences", "bias", "keras", "ax"]),
    ],
)
def test_a_word_is_sought_in_any_number(question: str, words: list[str]) -> None:
    """Without what says nothing; a name is left as it is."""
    assert searched(question) == words


def test_the_sentence_comes_before_what_is_said_of_it() -> None:
    """B12 says it in the sentence, S2 with other words in between."""
    assert [claim.id for claim in found("h_n last output")][:2] == ["B7", "B8"]


def test_the_page_leaves_out_the_same_words() -> None:
    """Those that say nothing."""
    (listed,) = re.findall(r'const EMPTY = new Set\(\s*("[^"]+")', SCRIPT.read_text("utf-8"))

    assert json.loads(listed).split() == sorted(EMPTY)
