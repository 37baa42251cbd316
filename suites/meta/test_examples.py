"""The examples for authors of other implementations, and the page on the protocol, hold what they say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.hosting import client
from lstm_conformance.fixtures.hosting.client import AdapterError, Hosted
from lstm_conformance.fixtures.hosting.server import VERBS
from lstm_conformance.fixtures.hosting.wire import ELEMENTS, Arrays, read_message
from lstm_conformance.fixtures.implementations import adapter
from lstm_conformance.suites.meta.asking import DEADLINE, batch, layer, run
from lstm_conformance.suites.meta.outside import EXAMPLES, NODE, ROOT
from lstm_conformance.suites.meta.reference_adapter import ReferenceLSTM

JAVASCRIPT = [str(NODE), str(EXAMPLES / "javascript" / "lstm.js")]
TINY = [sys.executable, str(ROOT / "fixtures" / "hosting" / "host.py"), "conformance.py:TinyLSTM"]
PAGE = (ROOT / "fixtures" / "PROTOCOL.md").read_text("utf-8")
FIELDS = {**layer(), "path": "loop", "cases": len(batch()["x"])}

# What differs from machine to machine, or moves with the lines of our own files.
VARYING = {"versions", "python", "where"}


@pytest.fixture(scope="module")
def javascript() -> Iterator[Hosted]:
    """The program in JavaScript, running."""
    with Hosted(JAVASCRIPT) as host:
        yield host


def asked(host: Hosted, arrays: Arrays, *observe: str) -> Arrays:
    """What the program answers to a batch of cases."""
    return host.request("run", {**FIELDS, "observe": list(observe)}, arrays, DEADLINE)[1]


class TestJavaScript:
    """The LSTM in JavaScript, asked directly; the small tier is run on it by `test_wheel.py`."""

    def test_it_agrees_with_numpy(self, javascript: Hosted) -> None:
        """Roughly: how far is for the suite to say."""
        expected = run(client.InProcess(ReferenceLSTM))

        found = asked(javascript, batch())

        assert list(found) == list(expected)
        for name, array in found.items():
            np.testing.assert_allclose(array, expected[name], rtol=1e-12)

    def test_it_shows_what_it_was_given(self, javascript: Hosted) -> None:
        """Weights, inputs and a second call, as they are asked for."""
        arrays = batch()

        seen = asked(javascript, arrays, "weights", "inputs", "again")

        assert {name for name in seen if name.startswith("weights/")} == {n for n in arrays if n.startswith("weights/")}
        assert all(np.array_equal(seen[f"after/{name}"], array) for name, array in arrays.items())
        assert all(np.array_equal(seen[f"again/{k}"], seen[f"output/{k}"]) for k in range(3))

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"x": np.zeros((4, 3, 2, 1))}, "TypeError: x: expected float64 (3,2,5), came float64 (3,2,1)"),
            ({"h_0": np.zeros((4, 1, 2, 7))}, "TypeError: h_0: expected float64 (1,2,6), came float64 (1,2,7)"),
            ({"c_0": np.zeros((4, 1, 2, 6), np.float32)}, "c_0: expected float64 (1,2,6), came float32 (1,2,6)"),
            ({"weights/bias_ih_l0": np.zeros((4, 1))}, "bias_ih_l0: expected float64 (24), came float64 (1)"),
        ],
    )
    def test_it_refuses_what_does_not_fit(self, javascript: Hosted, changes: Arrays, sentence: str) -> None:
        """With the line of the program."""
        with pytest.raises(AdapterError, match=re.escape(sentence)) as caught:
            asked(javascript, {**batch(), **changes})
        assert re.search(r"lstm\.js:\d+$", caught.value.where)

    def test_it_refuses_other_verbs(self, javascript: Hosted) -> None:
        """And goes on."""
        with pytest.raises(
            AdapterError, match="expected a verb among hello, describe, run, calls, stop, came gradients"
        ):
            javascript.request("gradients", {}, {}, DEADLINE)
        assert javascript.request("stop", {}, {}, DEADLINE) == ({}, {})


class TestProtocolPage:
    """The page says what `wire.py` and `server.py` do."""

    def test_its_exchange_takes_place(self) -> None:
        """Line for line, but for versions and places."""
        requests, answers = lines_of_the_page(">"), lines_of_the_page("<")

        found = conversation(requests)

        assert len(requests) == len(answers) == len(found) > 3
        assert [constant(answer) for answer in found] == [constant(answer) for answer in answers]

    def test_it_names_every_verb(self) -> None:
        """In the table."""
        assert [verb for verb in VERBS if f"| `{verb}` |" not in PAGE] == []

    def test_it_names_every_dtype(self) -> None:
        """That can travel."""
        assert [dtype for dtype in ELEMENTS if f"`{dtype}`" not in PAGE] == []

    def test_it_explains_every_key_of_hello(self) -> None:
        """That the suite reads."""
        keys = {"protocol", "paths", *client.Hello.__dataclass_fields__, *adapter.Path._fields} - {"offers"}

        assert {key for key in keys if not re.search(rf"^\| .*`{key}`.* \|", PAGE, re.MULTILINE)} == set()

    def test_its_links_lead_somewhere(self) -> None:
        """Relative to the page."""
        links = re.findall(r"\]\((?!https:)([^)#]+)\)", PAGE)

        assert links
        assert [link for link in links if not (ROOT / "fixtures" / link).exists()] == []


def lines_of_the_page(mark: str) -> list[dict[str, Any]]:
    """The messages of one side of the exchange."""
    return [json.loads(line) for line in re.findall(rf"^{mark} (.+)$", PAGE, re.MULTILINE)]


def conversation(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the example answers to these lines."""
    sent = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess_output(TINY, sent.encode(), EXAMPLES / "python")
    stream = BytesIO(done)
    return [read_message(stream)[0] for _ in requests]


def subprocess_output(command: list[str], sent: bytes, cwd: Path) -> bytes:
    """What a program writes to stdout when it is given this on stdin."""
    return subprocess.run(command, input=sent, cwd=cwd, env=dict(os.environ), stdout=subprocess.PIPE, check=True).stdout


def constant(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what varies."""
    kept = {key: value for key, value in answer.items() if key not in {*VARYING, "arrays"}}
    error = kept.get("error", {})
    return kept | {"error": {key: error[key] for key in ("type", "message") if key in error}}
