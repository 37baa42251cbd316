"""Text of others, made safe to look at."""

from __future__ import annotations

import re
import sys
from typing import Any

from markupsafe import Markup

# What would change the page without being seen: control characters, marks of text direction, halves of characters.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")

# `::error` at the beginning of a line, `##[error]` anywhere: orders to those who run CI.
_ORDER = re.compile(r"(?m)^([ \t]*):(?=:)|#(?=#\[)")

# An address within a sentence ends before its bracket or full stop. Nothing but https becomes a link.
_ADDRESS = re.compile(r"(https://[^\s()<>]*[^\s()<>.,;:])")


def visible(value: Any) -> Any:
    r"""Spell out, as `\u202e`, every character that would act on the page instead of being read."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _INVISIBLE.sub(lambda match: f"\\u{ord(match[0]):04x}", value)


def harmless(text: str) -> str:
    """A text of one or more lines for a terminal or a log of CI, to neither of which it gives orders."""
    return _ORDER.sub(lambda match: f"{match[1] or ''}\\x{ord(match[0][-1]):02x}", str(visible(text)))


def say(text: object, *, wrong: bool = False) -> None:
    """Print lines, at once: to a terminal and to CI they give no orders, whoever's words they repeat.

    wrong: where errors go.
    """
    print(harmless(str(text)), file=sys.stderr if wrong else sys.stdout, flush=True)


def linked(text: str) -> list[tuple[str, bool]]:
    """Cut a text into pieces, each with whether it is an address to be linked."""
    return [(piece, number % 2 == 1) for number, piece in enumerate(_ADDRESS.split(text)) if piece]
