"""The example in JavaScript checks itself by exported vectors, without Python."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lstm_conformance.fixtures.vectors.flags import FLAGS, flags_of
from lstm_conformance.suites.meta.needing import in_part
from lstm_conformance.suites.meta.outside import EXAMPLES, NODE, Done, run
from lstm_conformance.suites.meta.vector_files import exported, quick

JAVASCRIPT = EXAMPLES / "javascript"
OFFERED = set(FLAGS) - {"layers", "bidirectional", "projection", "lengths", "empty_rows", "activations"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quick set."""
    return exported(tmp_path_factory.mktemp("vectors") / "vectors")


def checked(program: Path, *words: str | Path) -> Done:
    """What `check.js` says."""
    return run([NODE, program / "check.js", *words], program)


def broken(folder: Path, old: str, new: str) -> Path:
    """The two files with one thing in the LSTM changed."""
    for name in ("lstm.js", "check.js"):
        shutil.copy(JAVASCRIPT / name, folder)
    source = (folder / "lstm.js").read_text("utf-8")
    assert source.count(old) == 1
    (folder / "lstm.js").write_text(source.replace(old, new), "utf-8")
    return folder


def test_it_passes(folder: Path) -> None:
    """Every vector of one layer in one direction, in float32 and in float64."""
    expected = [vector.name for vector in quick().vectors if set(flags_of(vector)) <= OFFERED]

    done = checked(JAVASCRIPT, folder)

    *lines, last = done.output.splitlines()
    assert done.status == 0
    assert [line.split()[:2] for line in lines] == [[name, "ok"] for name in expected]
    assert last == (
        f"{len(expected)} vectors, 0 failed; {len(quick().vectors) - len(expected)} ask for what is not offered"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    in_part(
        [
            ("c_n.data[at] = round(kept + ", "c_n.data[at] = round(kept - "),
            ("const [i, f, g, o] = ", "const [f, i, g, o] = "),
            ("round(round(z + b.data[k]) + d.data[k])", "round(z + b.data[k])"),
            ("const before = h_n.data.slice();", "const before = h_n.data;"),
            ("round(Math.tanh(g))", "round(Math.tanh(g)) * (1 + 1e-5)"),
            ("const c_n = c_0 ? copy(c_0) :", "const c_n = false ? copy(c_0) :"),
            ("h_n.data[at] = round(round(sigmoid(o))", "h_n.data[at] = NaN * round(round(sigmoid(o))"),
            ("return [output, h_n, c_n];", "return [output, c_n, h_n];"),
            ("by_h * o * (1 - a * a)", "by_h * o"),
            ("each * before[row * H + n];", "each * (t ? before[row * H + n] : 0);"),
            ("d_c.data[at] = by_c * f;", "d_c.data[at] = by_c * f * (1 + 1e-4);"),
            ("copy(d_h_n), copy(d_c_n)", "copy(d_h_n), zeros(dtype, d_c_n.shape)"),
            ("h_0: d_h, c_0: d_c,", "h_0: d_h,"),
        ],
        3,
    ),
)
def test_a_broken_lstm_is_caught(folder: Path, tmp_path: Path, old: str, new: str) -> None:
    """A sign, the order of two gates, a bias, states, an accuracy, on the way back, too: exit status 1."""
    done = checked(broken(tmp_path, old, new), folder)

    assert done.status == 1, done.output
    assert " FAIL " in done.output


def test_it_says_how_it_is_used() -> None:
    """Without a folder."""
    done = checked(JAVASCRIPT)

    assert (done.status, done.output[:25]) == (2, "usage: node check.js DIR,")
