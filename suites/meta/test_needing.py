"""What needs a framework that is not installed is left out, and said once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lstm_conformance.suites.meta.outside import run

PLUGIN = "lstm_conformance.suites.meta.needing"

TESTS = """
import pytest
from lstm_conformance.suites.meta.needing import needs

@needs("numpy")
def test_a(): pass

@pytest.mark.parametrize("a", [1, pytest.param(2, marks=needs("nowhere", "numpy"))])
def test_b(a): pass

@needs("nowhere")
@needs("neither")
def test_c(): raise AssertionError

@pytest.mark.parametrize("a", [3, 4])
@needs("nowhere")
def test_d(a): raise AssertionError
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2", "--dist", "loadfile")], ids=["alone", "two workers"])
def test_what_is_missing_is_said_once(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """In one line for all tests that miss the same packages; the others are run, and nothing is skipped."""
    (tmp_path / "test_some.py").write_text(TESTS, "utf-8")

    done = run([sys.executable, "-m", "pytest", "-p", PLUGIN, "-q", *workers, "test_some.py"], tmp_path)

    assert done.status == 0
    assert [line for line in done.output.splitlines() if "not installed" in line] == [
        "1 test needs neither and nowhere, which are not installed",
        "3 tests need nowhere, which is not installed",
    ]
    assert "2 passed" in done.output
    assert "skipped" not in done.output


def test_where_nothing_is_missing_nothing_is_said(tmp_path: Path) -> None:
    """Nor is anything left out."""
    (tmp_path / "test_some.py").write_text(TESTS.replace("nowhere", "numpy").replace("neither", "pytest"), "utf-8")

    done = run([sys.executable, "-m", "pytest", "-p", PLUGIN, "-q", "test_some.py"], tmp_path)

    assert "3 failed, 3 passed" in done.output
    assert "not installed" not in done.output
    assert "deselected" not in done.output


def test_the_mark_of_a_test_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    """Written down wrongly it would leave out nothing."""
    (tmp_path / "test_some.py").write_text("import pytest\n@pytest.mark.need('x')\ndef test_a(): pass\n", "utf-8")

    done = run([sys.executable, "-m", "pytest", "-p", PLUGIN, "--strict-markers", "-q", "test_some.py"], tmp_path)

    assert "'need' not found in `markers`" in done.output
