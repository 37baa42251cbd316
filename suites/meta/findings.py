"""Whether the scripts of `reports/findings` still print what they say: `make findings`.

Each runs in a process of its own, on the versions that are installed here.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from lstm_conformance.suites.meta.running import ROOT

FINDINGS = ROOT / "reports" / "findings"

INDENT = " " * 4


def promised(script: Path) -> list[str]:
    """The indented lines of its docstring: what it printed when it was written."""
    text = ast.get_docstring(ast.parse(script.read_text("utf-8")), clean=False) or ""
    return [line.removeprefix(INDENT) for line in text.splitlines() if line.startswith(INDENT)]


def printed(script: Path) -> list[str]:
    """What it prints now, on the backend that its name ends in, or on TensorFlow."""
    backend = next((name for name in ("jax", "torch") if script.stem.endswith(f"-{name}")), "tensorflow")
    environment = {"KERAS_BACKEND": backend, **os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-W", "ignore", os.fspath(script)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return [line for line in done.stdout.splitlines() if line] or done.stderr.splitlines()[-1:]


def is_part(came: Sequence[str], expected: Sequence[str]) -> bool:
    """Whether these lines stand together among those: of other backends or versions there may be more."""
    lines, among = ([line.strip() for line in each if line.strip()] for each in (came, expected))
    return bool(lines) and any(among[k : k + len(lines)] == lines for k in range(len(among)))


def needed(script: Path) -> str:
    """The first package that a script imports and that is not installed here; empty where all are."""
    nodes = [*ast.walk(ast.parse(script.read_text("utf-8")))]
    names = [each.name for node in nodes if isinstance(node, ast.Import) for each in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return next((top for top in (name.partition(".")[0] for name in names) if find_spec(top) is None), "")


def differing(scripts: Iterable[Path]) -> Iterator[str]:
    """A sentence for each that prints something else."""
    for script in scripts:
        if absent := needed(script):
            print(f"{script.name}: not run, because {absent} is not installed here")
            continue
        expected, came = promised(script), printed(script)
        if not is_part(came, expected):
            yield f"{script.name}: expected {expected}, came {came}"


def main() -> int:
    """Run all of them."""
    wrong = list(differing(sorted(FINDINGS.glob("*.py"))))
    print("\n".join(wrong) or "every finding is reproduced")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
