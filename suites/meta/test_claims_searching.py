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

TYPED = {
    "cudnn": {"P10", "K5"},
    "NaN": {"P11", "S3", "M5"},
    "loss nan": {"P11"},
    "teacher forcing": {"T1"},
    "encoder decoder": {"K4", "T1"},
    "output vs hidden": {"B7", "D5"},
    "hidden state vs cell state": {"D5"},
    "bidirectional last output": {"B8", "L3"},
    "padding": {"S2", "S3", "E5"},
    "masking": {"M1", "M2"},
    "mask zero": {"M3"},
    "variable length": {"S2", "M2"},
    "sequence length": {"S2", "R4"},
    "sort lengths": {"S1"},
    "forget bias": {"A11", "P1"},
    "return sequences": {"A2", "E8", "D6"},
    "return state": {"D5"},
    "many to one": {"A2", "E8"},
    "many to many": {"A2", "E8"},
    "stateful": {"E6"},
    "reset states": {"E6"},
    "detach hidden state": {"U1"},
    "truncated backprop": {"U1"},
    "batch first": {"B3"},
    "time major": {"B3", "C9"},
    "unbatched": {"P7"},
    "input shape": {"A5", "B3"},
    "hidden size": {"B4", "E1"},
    "initial state": {"P3", "K4"},
    "dropout between layers": {"B13"},
    "recurrent dropout": {"N4"},
    "stack layers": {"D6", "B9"},
    "weights order": {"A7", "P4", "O1", "R3"},
    "gates order": {"A7", "P4", "O1", "R3"},
    "num parameters": {"P9", "K3"},
    "number of weights": {"P9", "K3"},
    "convert pytorch to keras": {"P9", "K3"},
    "LSTMCell vs LSTM": {"Q1", "N1"},
    "peephole": {"R6", "O8"},
    "proj_size": {"P6"},
    "float16": {"V2"},
    "mixed precision": {"V2"},
    "xavier": {"A12", "P1"},
    "orthogonal": {"A12"},
    "activation relu": {"A10"},
    "seed": {"U2", "V1"},
    "reproducible": {"U2", "V1"},
    "flatten_parameters": {"P10"},
}
"""What a learner types into a search, and the claims that are among the first five."""

UNSAID = {
    "gru": "another layer",
    "attention": "another layer",
    "learning rate": "of an optimizer",
    "overfitting": "of a model and its data",
}
"""What none of the texts says of an LSTM, and why not."""

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


@pytest.mark.parametrize(("words", "answers"), TYPED.items(), ids=TYPED)
def test_what_is_typed_finds_its_claims(words: str, answers: set[str]) -> None:
    """Without a question around it."""
    assert answers <= {claim.id for claim in found(words).claims[:5]}


@pytest.mark.parametrize("words", UNSAID)
def test_nothing_is_found_of_what_no_text_says(words: str) -> None:
    """Rather than what has a word of it by chance."""
    assert found(words).claims == []


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
    assert [claim.id for claim in found("h_n last output").claims][:2] == ["B7", "B8"]


def test_a_word_begins_where_one_is_sought() -> None:
    """A name has words between its _; what only ends so is another word."""
    assert {"A8", "E8"} <= {claim.id for word in ("sigmoid", "sequences") for claim in found(word).claims}
    assert found("igmoid").claims == []


def test_what_has_not_all_words_is_said_to(capsys: pytest.CaptureFixture[str]) -> None:
    """Above the answers."""
    assert main(["claims", "hard_sigmoid", "xyzzy"]) == 0
    assert capsys.readouterr().out.startswith("No claim has all of these words; 3 have 1 of 2:\n\nA8  ")


def test_the_page_leaves_out_the_same_words() -> None:
    """Those that say nothing."""
    (listed,) = re.findall(r'const EMPTY = new Set\(\s*("[^"]+")', SCRIPT.read_text("utf-8"))

    assert json.loads(listed).split() == sorted(EMPTY)
