"""The copy of a package in which a line is changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_conformance.suites.meta.patched import PATCHES, Patch, copy_with

PATCH = Patch("some.LSTM", "someframework/rnn.py", "    b = 2", "    b = 3")


@pytest.fixture(name="installed")
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a package that can be imported."""
    package = tmp_path / "installed" / "someframework"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "rnn.py").write_text("def f():\n    a = 2\n    b = 2\n    return a + b\n")
    monkeypatch.syspath_prepend(package.parent)
    return package


def test_one_line_of_the_copy_is_changed(installed: Path, tmp_path: Path) -> None:
    """And nothing of the package itself."""
    before = (installed / "rnn.py").read_text()
    copy_with(PATCH, tmp_path / "copy")

    assert (tmp_path / "copy" / PATCH.file).read_text() == before.replace("b = 2", "b = 3")
    assert (installed / "rnn.py").read_text() == before


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (PATCH._replace(line="    b = 4"), "to have this line once, not 0 times:     b = 4"),
        (PATCH._replace(file="nowhere_to_be_found/rnn.py"), "the package nowhere_to_be_found to be installed"),
    ],
)
@pytest.mark.usefixtures("installed")
def test_what_cannot_be_changed_is_refused(patch: Patch, expected: str, tmp_path: Path) -> None:
    """A line that is not there any more changes nothing: whoever relies on it is told."""
    with pytest.raises(LookupError, match=expected):
        copy_with(patch, tmp_path / "copy")


def test_a_line_that_is_there_twice_is_refused(installed: Path, tmp_path: Path) -> None:
    """Which of them is meant?"""
    (installed / "rnn.py").write_text("    b = 2\n    b = 2\n")

    with pytest.raises(LookupError, match="not 2 times"):
        copy_with(PATCH, tmp_path / "copy")


@pytest.mark.parametrize("patch", PATCHES.values(), ids=list(PATCHES))
def test_a_patch_changes_one_line(patch: Patch) -> None:
    """And keeps its place in the block."""
    assert "\n" not in patch.line + patch.instead
    assert patch.line != patch.instead
    assert len(patch.line) - len(patch.line.lstrip()) == len(patch.instead) - len(patch.instead.lstrip())
