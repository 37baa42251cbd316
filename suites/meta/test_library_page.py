"""docs/library.md does what it says: its examples are taken out of the text and run, one after the other."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import lstm_conformance
from lstm_conformance.reference.arrays.conventions import Conventions, Options
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.outside import ROOT, run, with_library

PAGE = (ROOT / "docs" / "library.md").read_text("utf-8")


@needs("torch")
def test_the_examples_of_the_page_pass(tmp_path: Path) -> None:
    """All of them in one file, as somebody would try them; what is asserted in them holds."""
    examples = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "test_page.py").write_text("\n".join(examples), "utf-8")

    done = run([sys.executable, "-m", "pytest", "-q", "-s", "--strict-markers", *with_library()], tmp_path)

    assert len(examples) == 12
    assert done.status == 0, done.output
    assert "2 passed" in done.output
    assert "Fits input and forget gate exchanged" in done.output


def test_every_option_and_layout_is_named() -> None:
    """And every public name, but for the classes of what is returned."""
    names = {*Conventions.__dataclass_fields__, *LAYOUTS, *lstm_conformance.__all__}

    missing = {name for name in names if f"{name}`" not in PAGE and f" {name}" not in PAGE}

    assert missing == {"Allowed", "Converted", "Diagnosed", "Expected"}


def test_options_are_typed_by_name() -> None:
    """The two lists of them are one: fields and types."""
    assert Options.__annotations__.keys() == Conventions.__dataclass_fields__.keys()
    assert {name: str(field.type) for name, field in Conventions.__dataclass_fields__.items()} == {
        name: kind.__forward_arg__ for name, kind in Options.__annotations__.items()
    }
