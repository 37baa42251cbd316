"""Texts of others within sentences of ours are text, wherever they are printed."""

from __future__ import annotations

import pytest

from lstm_conformance.fixtures.hosting.quoting import LONGEST_TEXT, readable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n::error file=x::y", "a\n\\x3a:error file=x::y"),
        ("  ::stop-commands::z", "  \\x3a:stop-commands::z"),
        ("see ##[error] there", "see \\x23#[error] there"),
        ("std::vector, ## and #[1]", "std::vector, ## and #[1]"),
        ("\x1b[31mred\x1b[0m \x07", "red \\x07"),
    ],
)
def test_a_text_orders_nothing(text: str, shown: str) -> None:
    """Neither a terminal nor those who read the log of a CI."""
    assert readable(text) == shown


def test_what_is_spelt_out_is_short_as_well() -> None:
    """A character that nobody sees takes up to ten."""
    assert len(readable("\U000e0001" * 10 * LONGEST_TEXT)) < LONGEST_TEXT + 100
