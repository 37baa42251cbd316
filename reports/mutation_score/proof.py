"""The proof that the suite can fail, kept beside the code: the last result of `make mutants`, and of which tree it is.

`fixtures/mutants.json` is written by `make mutants`; a test of `make test` holds it against the tree.
"""

from __future__ import annotations

import hashlib
import io
import json
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lstm_conformance.reports.mutation_score.killed import Kills, problems
from lstm_conformance.reports.records.files import Output, write
from lstm_conformance.reports.records.kinds import PROOF as RESULT
from lstm_conformance.reports.records.serialize import loads

ROOT = Path(__file__).resolve().parents[2]
"""The folder of the package."""

PROOF = ROOT / "fixtures" / "mutants.json"

DECIDE = ("reference", "fixtures", "suites")
"""The folders that decide which wrong LSTMs are caught."""

KINDS = ("py", "toml", "txt")
"""How the names of files end that decide: code, tables, and the list in which options are crossed."""

DECIDE_NOTHING = (
    "suites/meta",
    "fixtures/constraints.txt",
    "reference/diagnosis",
    "fixtures/deviations",
    "suites/harness/explain",
    "fixtures/environments.toml",
    "fixtures/examples",
)
"""What in them does not: tests of the suite itself, explanations, deviations (wrong LSTMs have none), frameworks."""

_BESIDE = frozenset({tokenize.NL, tokenize.COMMENT})
_BEGINS = frozenset({tokenize.ENCODING, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT})


def proof_of(kills: Kills, tier: str, tree: str) -> dict[str, Any]:
    """What is kept of a run; tree: the digest of what it was run with."""
    caught = [kill for kill in kills.covered if not kill.survives]
    return {
        "tree": tree,
        "tier": tier,
        "named": sum(not kill.mutant.benign for kill in kills.all),
        "covered": len(kills.covered),
        "caught": len(caught),
        "waiting": sum(map(len, kills.waiting().values())),
        "right": len(kills.benign),
        "problems": list(problems(kills)),
    }


def keep(proof: Mapping[str, Any], path: Path = PROOF) -> None:
    """Write it."""
    write(Output(path, RESULT, json.dumps(proof, indent=2) + "\n"))


def kept(path: Path = PROOF) -> Mapping[str, Any]:
    """What was written last."""
    proof: Mapping[str, Any] = loads(path.read_text("utf-8"))
    return proof


def digest(root: Path = ROOT) -> str:
    """Of the files that decide, without comments and docstrings of Python, in every version of it."""
    sha256 = hashlib.sha256()
    for path in _deciding(root):
        text = path.read_text("utf-8")
        text = without_remarks(text) if path.suffix == ".py" else text
        sha256.update(f"{path.relative_to(root).as_posix()}\n{text}\n".encode())
    return sha256.hexdigest()


def without_remarks(source: str) -> str:
    """The source of a module without comments, docstrings, blank lines and the ends of lines."""
    lines = list(io.StringIO(source))
    for start, end in sorted(_remarks(source), reverse=True):
        head, tail = lines[start[0] - 1][: start[1]], lines[end[0] - 1][end[1] :]
        lines[start[0] - 1 : end[0]] = [head + tail]
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _deciding(root: Path) -> list[Path]:
    without = [root / name for name in DECIDE_NOTHING]
    every = [path for folder in DECIDE for kind in KINDS for path in (root / folder).rglob(f"*.{kind}")]
    return sorted(path for path in every if not any(path.is_relative_to(excluded) for excluded in without))


Place = tuple[int, int]
"""Line, from 1 on, and column."""


def _remarks(source: str) -> Iterator[tuple[Place, Place]]:
    """Where comments and docstrings begin and end: statements that are one string, wherever they stand."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    yield from ((token.start, token.end) for token in tokens if token.type == tokenize.COMMENT)
    said = [token for token in tokens if token.type not in _BESIDE]
    for before, token, after in zip([None, *said], said, said[1:], strict=False):
        begins = before is None or before.type in _BEGINS
        if begins and token.type == tokenize.STRING and after.type == tokenize.NEWLINE:
            yield token.start, token.end
