"""What recorded deviations come from: their causes, counted by class. Only a bug is an accusation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lstm_conformance.reports.records.results import Cause, Check, Deviation

BUG, UNDOCUMENTED, CHOICE = "bug", "undocumented", "choice"

MEANINGS: Mapping[str, str] = {
    BUG: "bug",
    UNDOCUMENTED: "undocumented: no manual says which is right",
    CHOICE: "the suite's own choice, stricter than any manual",
}
"""What is said of a cause of a class."""


@dataclass(frozen=True)
class Known:
    """The causes of the deviations that were seen, by id; `unnamed`: the deviations for which none is recorded."""

    causes: Mapping[str, Cause]
    unnamed: tuple[str, ...] = ()

    def of(self, cause_class: str) -> list[str]:
        """The ids of the causes of a class."""
        return [name for name, cause in self.causes.items() if cause.cause_class == cause_class]

    @property
    def silent(self) -> list[str]:
        """The ids of the bugs that give numbers which somebody takes for right."""
        return [name for name in self.of(BUG) if self.causes[name].silent]

    def __bool__(self) -> bool:
        return bool(self.causes or self.unnamed)

    def __str__(self) -> str:
        """The line that closes a summary, without its full stop."""
        told = [_bugs(len(self.of(BUG)), len(self.silent))] if self.of(BUG) else []
        if self.of(UNDOCUMENTED):
            told.append(f"{len(self.of(UNDOCUMENTED))} undocumented")
        if self.of(CHOICE):
            own = len(self.of(CHOICE))
            told.append(
                f"{own} where the suite's own {'rule is' if own == 1 else 'rules are'} stricter than any manual"
            )
        if self.unnamed:
            told.append(f"{_several(len(self.unnamed), 'deviation')} without a recorded cause")
        return "; ".join(told)


def known(checks: Iterable[Check], deviations: Mapping[str, Deviation], causes: Mapping[str, Cause]) -> Known:
    """The causes of the deviations that were seen in checks; those without a record of either are unnamed."""
    names = dict.fromkeys(check.deviation or "" for check in checks if check.verdict == "deviation")
    named = {name: deviations[name].cause for name in names if name in deviations}
    seen = dict.fromkeys(cause for cause in named.values() if cause in causes)
    unnamed = tuple(name for name in names if named.get(name) not in causes)
    return Known({name: causes[name] for name in seen}, unnamed)


def _bugs(number: int, silent: int) -> str:
    """How many there are, and how many of them are not noticed."""
    which = f", of which {silent} silently {'gives' if silent == 1 else 'give'} wrong numbers" if silent else ""
    return f"{_several(number, 'bug')}{which}"


def _several(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
