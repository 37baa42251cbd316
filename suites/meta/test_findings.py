"""The check of the findings itself: it can say that a script prints something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_conformance.suites.meta.findings import FINDINGS, differing, promised

SCRIPT = '"""A finding.\n\nActual:\n\n    one: 1\n    two: 2\n"""\n\nprint({printed!r})\n'


def script(folder: Path, printed: str) -> Path:
    """A script that prints this."""
    path = folder / "finding.py"
    path.write_text(SCRIPT.format(printed=printed), "utf-8")
    return path


@pytest.mark.parametrize("printed", ["one: 1\ntwo: 2", "two: 2"], ids=["all", "a part"])
def test_what_is_promised_is_reproduced(tmp_path: Path, printed: str) -> None:
    """All lines, or those of the installed backend."""
    assert list(differing([script(tmp_path, printed)])) == []


@pytest.mark.parametrize("printed", ["one: 1\ntwo: 3", "", "two: 2\none: 1"], ids=["other", "nothing", "order"])
def test_anything_else_is_told(tmp_path: Path, printed: str) -> None:
    """By the name of the script."""
    (sentence,) = differing([script(tmp_path, printed)])

    assert sentence.startswith("finding.py: expected ['one: 1', 'two: 2'], came")


@pytest.mark.parametrize("path", sorted(FINDINGS.glob("*.py")), ids=lambda path: path.stem)
def test_every_finding_says_what_it_prints(path: Path) -> None:
    """In indented lines of its docstring."""
    assert promised(path)
