"""An author's first hour: whatever is wrong with an adapter, a run says it in a page and names what to change."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_conformance.suites.meta.first_hour import MISTAKES, RIGHT, Mistake
from lstm_conformance.suites.meta.outside import SUITE, Done, run

PAGE = 40
"""Lines of a terminal that can be seen at once."""


def run_of(folder: Path, text: str, *options: str) -> Done:
    """A run of the adapter with this text, as its author starts it."""
    (folder / "mine.py").write_text(text, "utf-8")
    return run([*SUITE, "test", "--implementation", "mine.py:Mine", "--tier", "small", *options], folder)


@pytest.mark.deep
@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_within_a_page(tmp_path: Path, mistake: Mistake) -> None:
    """With the line that calls the layer, or the one that raised."""
    assert RIGHT.count(mistake.right) == 1

    done = run_of(tmp_path, RIGHT.replace(mistake.right, mistake.wrong))

    assert done.status == bool(mistake.named)
    assert [each for each in mistake.named if each not in done.output] == []
    assert len(done.output.splitlines()) <= PAGE
