"""Writes `docs/adapter.md`, the contract of an adapter, from the class itself: `make adapter-page`.

What the page says of an attribute is the comment above it, of a method its docstring.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from pathlib import Path

from lstm_conformance.fixtures.cases.requirements import REQUIREMENTS
from lstm_conformance.fixtures.implementations.adapter import COSTS, NEEDED, Adapter

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "adapter.md"

NECESSARY = ("build", "load", "weights", "call")
"""The methods without which there is no adapter."""

HEAD = """\
# The contract of an adapter

Written by `make adapter-page` from [`adapter.py`](../fixtures/implementations/adapter.py): change it there.
[Test your own LSTM](test-your-own.md) begins with an example.
[The arrays](arrays.md) of every layout have a page, and so has [the protocol](../fixtures/PROTOCOL.md).

An adapter is a class that inherits from `Adapter`, or has what it needs of its attributes and methods.
"""


def page() -> str:
    """The text of the page."""
    parts = [
        HEAD,
        "## Attributes\n",
        *_attributes(),
        "## Methods that every adapter has\n",
        *map(_method, NECESSARY),
        "## Methods that a claim needs\n",
        *map(_claimed, dict.fromkeys(NEEDED.values())),
        "## Methods that may be left out\n",
        *map(_method, _others()),
        "## What paths cost\n",
        _table(("`cost`", "means"), COSTS),
        "## What can be claimed\n",
        _table(("word of `claims`", "means"), REQUIREMENTS),
    ]
    return "\n".join(parts)


def _attributes() -> Iterator[str]:
    """Each with its default, and the comment above it."""
    source = inspect.getsource(Adapter)
    tree = ast.parse(source).body[0]
    assert isinstance(tree, ast.ClassDef)
    lines = source.splitlines()
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            yield f"### `{lines[node.lineno - 1].strip()}`\n\n{_comment(lines, node.lineno - 1)}\n"


def _comment(lines: list[str], end: int) -> str:
    """The lines of a comment that end above a line."""
    begin = end
    while lines[begin - 1].strip().startswith("#:"):
        begin -= 1
    return "\n".join(line.strip().removeprefix("#:").strip() for line in lines[begin:end]).replace("``", "`")


def _others() -> list[str]:
    """The methods that no claim needs, in the order in which they are written."""
    named = {*NECESSARY, *NEEDED.values()}
    return [name for name, each in vars(Adapter).items() if inspect.isfunction(each) and name not in named]


def _claimed(name: str) -> str:
    words = ", ".join(f"`{word}`" for word, method in NEEDED.items() if method == name)
    return f"{_method(name)}Claims that need it: {words}.\n"


def _method(name: str) -> str:
    """Its signature and its docstring, as Markdown has it."""
    function = getattr(Adapter, name)
    signature = re.sub(r"'", "", str(inspect.signature(function)))
    text = cleandoc(function.__doc__ or "").replace("``", "`")
    return f"### `{name}{signature}`\n\n{text}\n"


def _table(head: tuple[str, str], rows: Mapping[str, str]) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "|---|---|"]
    lines += [f"| `{word}` | {text} |" for word, text in rows.items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
