"""The code of claims, read and not run: which functions there are, and what of them a reader is shown."""

from __future__ import annotations

import ast
from pathlib import Path

from lstm_conformance.suites.claims.environments import HERE

FILES = ("torch_claims.py", "keras_claims.py", "tensorflow1_claims.py", "onnx_claims.py")

TOLD = ("claim", "beyond")
"""The calls that print what `print` does."""


def _functions(path: Path) -> dict[str, ast.FunctionDef]:
    body = ast.parse(path.read_text("utf-8")).body
    nodes = [node for node in body if isinstance(node, ast.FunctionDef)]
    return {node.name.upper(): node for node in nodes if node.name[1:].isdigit()}


FUNCTIONS = {HERE / name: _functions(HERE / name) for name in FILES}
"""The functions of each file, by the ids of claims.

Read when this module is, not when they are wanted: claims are settled in threads, and of two threads that parse at once
one may end in a SystemError (https://github.com/python/cpython/issues/106905).
"""


def file_of(claim: str, files: tuple[str, ...]) -> Path | None:
    """The first of these files that settles a claim."""
    return next((HERE / name for name in files if claim in FUNCTIONS[HERE / name]), None)


def quoted(path: Path, claim: str) -> str:
    """The sentence that a function quotes."""
    return " ".join((ast.get_docstring(FUNCTIONS[path][claim]) or "").split())


def snippet(path: Path, claim: str) -> str:
    """A function as plain code: its body, where `print` stands for what tells, and without what hands over arrays."""
    function = FUNCTIONS[path][claim]
    lines = path.read_text("utf-8").splitlines()
    drawn = set[int]()
    for node in ast.walk(function):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
            _retell(node.value.func, lines)
            if node.value.func.id == "judge":
                drawn |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    shown = range(function.body[1].lineno, (function.end_lineno or function.lineno) + 1)
    return "\n".join(lines[k - 1].removeprefix("    ") for k in shown if k not in drawn)


def _retell(name: ast.Name, lines: list[str]) -> None:
    """Write `print` where a call tells."""
    if name.id in TOLD:
        line = lines[name.lineno - 1]
        lines[name.lineno - 1] = f"{line[: name.col_offset]}print{line[name.end_col_offset :]}"


def prelude(path: Path) -> str:
    """What stands above the first claim: imports and helpers."""
    first = min(node.lineno for node in FUNCTIONS[path].values())
    head = "\n".join(path.read_text("utf-8").splitlines()[: first - 1])
    return head.split('"""', 2)[2].strip() + "\n"
