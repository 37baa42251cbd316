"""The example of TensorFlow.js: `tf.layers.lstm`, in node, over the protocol."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lstm_conformance.suites.meta.needing import TFJS, needs
from lstm_conformance.suites.meta.outside import EXAMPLES, NODE, conformance

JAVASCRIPT = EXAMPLES / "javascript"

pytestmark = [pytest.mark.deep, needs(TFJS)]


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [("", "", 0), ("goBackwards: layer.go_backwards", "goBackwards: false", 1), ("[h_0, c_0]", "[c_0, h_0]", 1)],
)
def test_it_conforms_and_what_is_changed_in_it_does_not(tmp_path: Path, old: str, new: str, status: int) -> None:
    """In the small tier, with all that it claims."""
    shutil.copy(JAVASCRIPT / "lstm.js", tmp_path)
    source = (JAVASCRIPT / "tfjs.js").read_text("utf-8")
    (tmp_path / "tfjs.js").write_text(source.replace(old, new), "utf-8")
    assert not old or source.count(old) == 1

    done = conformance(
        tmp_path,
        "--implementation-command",
        f"'{NODE}' tfjs.js",
        "--brief",
        environment={"NODE_PATH": os.environ["NODE_PATH"]},
    )

    assert done.status == status, done.output
    assert "tf.layers.lstm" in done.output
