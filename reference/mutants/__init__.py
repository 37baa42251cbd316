"""Wrong LSTMs by name: what the suite must catch, and what a failing check is diagnosed with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import ModuleType

from lstm_conformance.reference.mutants import benign, gates
from lstm_conformance.reference.mutants.base import LSTM

FAMILIES = (gates,)
"""The modules of the catalogue, in the order in which it is printed."""


def named(module: ModuleType) -> Iterator[tuple[str, type[LSTM]]]:
    """The classes that a module of the catalogue defines, by their names in lower case."""
    for name, value in vars(module).items():
        if isinstance(value, type) and issubclass(value, LSTM) and value.__module__ == module.__name__:
            yield re.sub(r"(?<!^)(?=[A-Z0-9])", "_", name).lower(), value


MUTANTS: dict[str, type[LSTM]] = {name: mutant for family in FAMILIES for name, mutant in named(family)}
"""Every wrong LSTM."""

BENIGN: dict[str, type[LSTM]] = dict(named(benign))
"""Right LSTMs that compute in another way: they must pass everything."""


def family_of(mutant: type[LSTM]) -> str:
    """The name of its family."""
    return mutant.__module__.rpartition(".")[2]
