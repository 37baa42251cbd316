"""The page of the contract of an adapter says what the class says."""

from __future__ import annotations

import inspect

from lstm_conformance.fixtures.cases.requirements import REQUIREMENTS
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.suites.meta import arrays_page
from lstm_conformance.suites.meta.adapter_page import PAGE, page


def test_the_page_is_that_of_the_class() -> None:
    """`make adapter-page` writes it anew."""
    assert PAGE.read_text("utf-8") == page()


def test_nothing_of_the_class_is_left_out() -> None:
    """Every attribute, every method, and every word that may be claimed."""
    text = page()
    public = [name for name in vars(Adapter) if not name.startswith("_")]

    assert len([name for name in public if inspect.isfunction(vars(Adapter)[name])]) > 10
    assert [name for name in public if f"### `{name}" not in text] == []
    assert [word for word in REQUIREMENTS if f"| `{word}` |" not in text] == []
    assert "\n\n\n" not in text


def test_the_arrays_are_those_of_the_layouts() -> None:
    """Of each of them, in its own order of gates."""
    text = arrays_page.page()

    assert arrays_page.PAGE.read_text("utf-8") == text
    assert [name for name in LAYOUTS if f"## `{name}`" not in text] == []
    assert "Gates in the order i, f, g, o; steps that count are told by `lengths`." in text
    assert "Gates in the order i, o, f, g;" in text.partition("## `onnx`")[2].partition("## ")[0]
    assert "`weight_hr_l0` (P, H)" in text
