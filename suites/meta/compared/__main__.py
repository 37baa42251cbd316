"""Scores the suites, prints them as tables of Markdown, and writes every name to build/compare-suites.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from lstm_conformance.reference.mutants import MUTANTS
from lstm_conformance.suites.meta.compared.scores import Score, by_family, scores

ROOT = Path(__file__).resolve().parents[3]
TARGET = ROOT / "build" / "compare-suites.json"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def overview(found: Sequence[Score]) -> str:
    """A line a suite."""
    head = ("suite", "vectors", "tolerance", "wrong LSTMs noticed", "not applicable")
    rows = [
        (
            f"[{score.suite}]({score.link})",
            score.vectors,
            score.tolerance,
            f"{len(score.noticed)} of {score.applicable} ({share(score)})",
            len(score.not_applicable),
        )
        for score in found
    ]
    return table(head, rows)


def share(found: Score) -> str:
    """In per cent, rounded down, so that only all of them are 100 %."""
    return f"{100 * len(found.noticed) // max(found.applicable, 1)} %"


def families(found: Sequence[Score]) -> str:
    """A line a family: noticed of applicable."""
    rows = [
        (family, *(f"{noticed} of {applicable}" if applicable else "–" for noticed, applicable in counts))
        for family, counts in by_family(found).items()
    ]
    return table(("family", *(score.suite for score in found)), rows)


def main() -> None:
    """Score, print, write."""
    found = scores()
    counted = found[0].applicable + len(found[0].not_applicable)
    print(f"{counted} of the {len(MUTANTS)} wrong LSTMs show in the outputs or gradients of one call.\n")
    print(f"{overview(found)}\n\n{families(found)}")
    TARGET.parent.mkdir(exist_ok=True)
    unfinished = TARGET.with_suffix(".tmp")
    unfinished.write_text(json.dumps([asdict(score) for score in found], indent=1, ensure_ascii=False) + "\n", "utf-8")
    unfinished.replace(TARGET)
    print(f"\nAll names: {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
