"""Which wrong LSTMs the suite catches: what `build/mutants.json` tells, for a reader of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_conformance.reports.changes.verdict import several
from lstm_conformance.reports.records.errors import BadRecord
from lstm_conformance.reports.records.serialize import loads


@dataclass(frozen=True, kw_only=True)
class Caught:
    """One wrong LSTM. `rules`: those that catch it. `survives`: the dtypes in which nobody noticed."""

    name: str
    family: str
    sentence: str
    rules: tuple[str, ...]
    survives: tuple[str, ...]


def read_kills(path: Path) -> Mapping[str, Any]:
    """Read the file. Raises BadRecord for one that is something else."""
    try:
        kills = loads(path.read_text("utf-8"))
        caught(kills)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadRecord(
            f"{path}: expected what `make mutants` writes of a run of wrong LSTMs, "
            f"got something else ({type(error).__name__}: {error}); run it again"
        ) from error
    return dict(kills)


def caught(kills: Mapping[str, Any]) -> list[Caught]:
    """The wrong LSTMs that rules cover, those first that survive, then those that few rules catch."""
    rows = [_caught(name, kill) for name, kill in kills["mutants"].items() if _covered(kill["mutant"])]
    return sorted(rows, key=lambda row: (not row.survives, len(row.rules), row.name))


def told(kills: Mapping[str, Any]) -> str:
    """Say in one sentence whether all are caught."""
    rows = caught(kills)
    missed = [row for row in rows if row.survives]
    if missed:
        return f"{len(missed)} of {several(len(rows), 'wrong LSTM')} pass unnoticed."
    return f"All {several(len(rows), 'wrong LSTM')} are caught."


def _covered(mutant: Mapping[str, Any]) -> bool:
    return not mutant["benign"] and not mutant["waits_for"]


def _caught(name: str, kill: Mapping[str, Any]) -> Caught:
    mutant = kill["mutant"]
    return Caught(
        name=name,
        family=mutant["family"],
        sentence=mutant["sentence"],
        rules=tuple(kill["rules"]),
        survives=tuple(dtype for dtype in mutant["dtypes"] if dtype not in kill["caught"]),
    )
