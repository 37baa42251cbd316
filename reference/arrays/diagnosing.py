"""What kind of LSTM gave some outputs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Unpack

from numpy.typing import ArrayLike

from lstm_conformance.reference.arrays.conventions import Conventions, Options
from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.arrays.evidence import NAMES, evidence
from lstm_conformance.reference.arrays.numbers import numbers, numbers_of
from lstm_conformance.reference.arrays.reading import Arrays
from lstm_conformance.reference.diagnosis import Diagnosis, Evidence, Fit, reason, remedy
from lstm_conformance.reference.diagnosis import diagnose as searched
from lstm_conformance.reference.diagnosis.findings import Beginning

WORK = 2e9
"""Multiplications that it may take, about ten seconds."""


@dataclass(frozen=True)
class Diagnosed:
    """A diagnosis, for a reader and for programs; `str` of it is what the command prints.

    found: every mistake that fits, and what comes closest. evidence: as what the arrays were read.
    """

    found: Diagnosis
    evidence: Evidence
    layout: str

    @property
    def correct(self) -> bool | None:
        """Whether the outputs are those of a correct LSTM; None where the arrays cannot tell."""
        return None if self.found.undecided else any(not fit.names for fit in self.found.fits)

    @property
    def names(self) -> tuple[str, ...]:
        """The mistakes that fit."""
        return tuple(dict.fromkeys(name for fit in self.found.fits for name in fit.names))

    @property
    def explained(self) -> list[str]:
        """How people get there, and what to change, or what to try next."""
        lines = [line for name in self.names for line in _explained(name, self.layout)]
        if self.found.begins is not None:
            lines += [self.found.begins.sentence(), f"next: {self.found.begins.then}"]
        return lines

    def __str__(self) -> str:
        sentence, lines = self.found.sentence(), self.explained
        biases = {len(w.biases) for directions in self.evidence.weights for w in directions}
        if self.layout == "keras" and 2 in biases:
            lines.append(
                "bias has 8H numbers, as CuDNNLSTM has it: read as two. change: keras.layers.LSTM takes their sum"
            )
        return "\n  ".join([f"{sentence[0].upper()}{sentence[1:]}.", *lines, self._read_as])

    @property
    def _read_as(self) -> str:
        steps, _, rows, inputs = self.evidence.call.x.shape
        layer = self.evidence.layer
        sizes = f"T={steps} B={rows} I={inputs} H={layer.hidden_size}"
        return f"read as {self.layout}: {sizes}, layers {layer.num_layers}, directions {layer.directions}"

    def record(self) -> dict[str, Any]:
        """The same as JSON; a budget that is no number is null."""
        diagnosis, layout = self.found, self.layout
        return {
            "correct": self.correct,
            "sentence": diagnosis.sentence(),
            "fits": [_fit(fit) for fit in diagnosis.fits],
            "changes": {name: change for name in self.names if (change := remedy(name, layout))},
            "next_best": None if diagnosis.next_best is None else _fit(diagnosis.next_best),
            "begins": None if diagnosis.begins is None else _begins(diagnosis.begins),
            "complete": diagnosis.complete,
            "layer": asdict(self.evidence.layer),
        }


def diagnose(
    weights: Mapping[str, ArrayLike],
    x: ArrayLike,
    y: ArrayLike,
    *,
    h_0: ArrayLike | None = None,
    c_0: ArrayLike | None = None,
    h_n: ArrayLike | None = None,
    c_n: ArrayLike | None = None,
    lengths: ArrayLike | None = None,
    **options: Unpack[Options],
) -> Diagnosed:
    """What kind of LSTM gave the outputs y, of all steps or of the last one: a correct one, or which mistake it has.

    weights, x, states and lengths: as in `expected`; h_n, c_n: the final states, if they were seen.
    options: those of `Conventions`; dtype is that of y, if it is not said.

    Raises BadInput, a ValueError, where something is missing or does not fit: it says what was expected, and what came.
    """
    call = {"x": x, "y": y, "h_0": h_0, "c_0": c_0, "h_n": h_n, "c_n": c_n, "lengths": lengths}
    given = {name: numbers(name, a) for name, a in call.items() if a is not None}
    conventions = Conventions(**options)
    named = numbers_of(weights)
    if taken := [name for names in NAMES.values() for name in names if name in named]:
        raise BadInput(f"expected weights alone, came {', '.join(taken)} among them: give it under its own name")
    return diagnosed(named | given, conventions)


def diagnosed(arrays: Arrays, conventions: Conventions) -> Diagnosed:
    """The same of arrays by name, weights and others together. Raises BadInput."""
    if conventions.merge_mode != Conventions.merge_mode or not conventions.return_sequences:
        raise BadInput("merge_mode and return_sequences: expected none of them; y of the last step alone is understood")
    seen = evidence(arrays, conventions)
    return Diagnosed(searched(seen, work=WORK), seen, conventions.layout)


def _explained(name: str, layout: str) -> list[str]:
    """How people get there, and what to change."""
    change = remedy(name, layout)
    return [f"{name.replace('_', ' ')}: {reason(name)}", *([f"  change: {change}"] if change else [])]


def _begins(begins: Beginning) -> dict[str, Any]:
    """What is no finite number is null."""
    plain = asdict(begins)
    return plain | {name: plain[name] if math.isfinite(plain[name]) else None for name in ("expected", "came")}


def _fit(fit: Fit) -> dict[str, Any]:
    return {"names": list(fit.names), "budget": fit.budget if math.isfinite(fit.budget) else None}
