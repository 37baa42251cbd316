"""Wrong LSTMs by name: what the suite must catch, and what a failing check is diagnosed with.

Each is the reference with a method or two overridden.
Imports `reference`, `reference.contracts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import ModuleType

from lstm_conformance.reference.mutants import (
    activations,
    benign,
    biases,
    calls,
    cell_gradients,
    cells,
    derivatives,
    directions,
    dropout,
    final_states,
    gates,
    gradients,
    life_cycle,
    masks,
    memory,
    models,
    optimizers,
    options,
    precision,
    products,
    records,
    repeated_calls,
    shortcuts,
    sizes,
    stateful,
    states,
    threads,
    time,
    variants,
    weight_gradients,
    weights,
)
from lstm_conformance.reference.mutants.base import LSTM

FAMILIES = (
    gates,
    activations,
    weights,
    biases,
    states,
    final_states,
    time,
    directions,
    masks,
    stateful,
    sizes,
    precision,
    variants,
    cells,
    options,
    dropout,
    gradients,
    weight_gradients,
    cell_gradients,
    shortcuts,
    optimizers,
    records,
    derivatives,
    calls,
    repeated_calls,
    threads,
    memory,
    models,
    life_cycle,
    products,
)
"""The modules of the catalogue, in the order in which it is printed."""


def named(module: ModuleType) -> Iterator[tuple[str, type[LSTM]]]:
    """The public classes that a module of the catalogue defines, by their names in lower case."""
    for name, value in vars(module).items():
        ours = isinstance(value, type) and issubclass(value, LSTM) and value.__module__ == module.__name__
        if ours and not name.startswith("_"):
            yield re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(), value


MUTANTS: dict[str, type[LSTM]] = {name: mutant for family in FAMILIES for name, mutant in named(family)}
"""Every wrong LSTM."""

BENIGN: dict[str, type[LSTM]] = dict(named(benign))
"""Right LSTMs that compute in another way: they must pass everything."""


def family_of(mutant: type[LSTM]) -> str:
    """The name of its family."""
    return mutant.__module__.rpartition(".")[2]
