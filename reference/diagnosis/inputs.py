"""Hypotheses of another input: a layer that read what was scaled and shifted, as a standardised data set is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lstm_conformance.reference.diagnosis.evidence import Evidence, estimated
from lstm_conformance.reference.diagnosis.hypotheses import FREE_NUMBER, Hypothesis
from lstm_conformance.reference.mutants.base import LSTM, Call, applied
from lstm_conformance.reference.rounded import Array, Numbers

REASONS = {"input scaled by ": "Reads an input that was standardised, or is in another unit."}
"""How a person gets there, by what the name begins with."""

STEPS = 3
"""Steps by which the two numbers are found."""

STARTS = ((1.0, 0.0), (0.5, 0.0), (2.0, 0.0), (-1.0, 0.0))
"""Scale and shift from which they are looked for."""

ROUNDS = 12
"""Steps of Gauss and Newton."""


def hypotheses(evidence: Evidence) -> Iterator[Hypothesis]:
    """By the scale and the shift that fit the first steps best, by least squares."""
    part = evidence.beginning.first(STEPS) if evidence.shows_every_step else evidence.beginning
    with np.errstate(all="ignore"):
        fits = [fit for start in STARTS if (fit := _fitted(part, np.array(start))) is not None]
    if fits:
        (scale, shift), _ = min(fits, key=lambda pair: pair[1])
        name = f"input scaled by {scale:.7g} and shifted by {shift:.2g}"
        yield Hypothesis((name,), _read(scale, shift), 2 * FREE_NUMBER)


def _fitted(part: Evidence, numbers: Array) -> tuple[Array, float] | None:
    """The two numbers, and what is left of the difference; None where they lead nowhere."""
    left = np.inf
    for _ in range(ROUNDS):
        difference, slopes = _difference(part, numbers), []
        if difference is None or not np.isfinite(difference).all():
            return None
        left = float(np.linalg.norm(difference))
        for k in range(2):
            step = 1e-6 * np.eye(2)[k]
            moved = _difference(part, numbers + step)
            slopes.append(np.zeros_like(difference) if moved is None else (moved - difference) / 1e-6)
        change, *_ = np.linalg.lstsq(np.stack(slopes, 1), difference, rcond=None)
        numbers = numbers - change
    return numbers, left


def _difference(part: Evidence, numbers: Array) -> Array | None:
    estimate = estimated(_read(float(numbers[0]), float(numbers[1])), part)
    return None if estimate is None else estimate - part.seen


def _read(scale: float, shift: float) -> type[LSTM]:
    class Read(LSTM):
        def taken(self, call: Call[Numbers]) -> Call[Numbers]:
            call = super().taken(call)
            return call._replace(x=applied(call.x, lambda a: scale * a + shift, abs(scale)))

    return Read
