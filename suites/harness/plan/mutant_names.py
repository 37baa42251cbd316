"""The wrong LSTMs of `reference/mutants`, and their right rewrites, as the command line names them."""

from __future__ import annotations

from lstm_conformance.reference.mutants import BENIGN, MUTANTS, family_of
from lstm_conformance.reports.records.results import Mutant

WORD = "mutants"
"""Stands for all of them; `mutants:FAMILY` for those of a family, `mutants:NAME` for one."""

ALL = {**MUTANTS, **BENIGN}
"""By name, wrong ones first."""

FAMILIES = {
    family: [name for name, mutant in ALL.items() if family_of(mutant) == family]
    for family in dict.fromkeys(map(family_of, ALL.values()))
}
"""The names of each family; the right ones are the family `benign`."""


def is_meant(value: str) -> bool:
    """Whether a value of the command line names wrong LSTMs, be they there or not."""
    return value.partition(":")[0] == WORD


def selected(value: str) -> list[str]:
    """The values that name them one by one. Raises ValueError for a family or a name that there is not."""
    _, colon, which = value.partition(":")
    names = FAMILIES.get(which, [which] if which in ALL else []) if colon else list(ALL)
    if not names:
        raise ValueError(
            f"there is no wrong LSTM and no family named {which!r}; families: {', '.join(FAMILIES)}; "
            f"`--list --implementation {WORD}` lists them all"
        )
    return [f"{WORD}:{name}" for name in names]


def name_of(value: str) -> str | None:
    """The name of the only wrong LSTM that a value names."""
    word, _, name = value.partition(":")
    return name if word == WORD and name in ALL else None


def described(name: str) -> Mutant:
    """One of them, as the records tell it."""
    mutant = ALL[name]
    return Mutant(
        family=family_of(mutant),
        sentence=(mutant.__doc__ or "").partition("\n")[0],
        benign=name in BENIGN,
        dtypes=mutant.dtypes,
        waits_for=mutant.waits_for,
        near_the_bound=mutant.near_the_bound,
    )


def spec(name: str) -> str:
    """The adapter of one of them, as a host takes it."""
    return f"lstm_conformance.fixtures.implementations.mutants:{name}"
