"""Pairs of layers that have nothing to do with each other: `python -m lstm_conformance.suites.meta.unrelated [COUNT]`.

The file holds the weights of the one and the outputs of the other. No diagnosis may say that it is correct, nor name a
mistake: what fits an unrelated layer would fit any.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from time import process_time
from typing import NamedTuple

import numpy as np

from lstm_conformance.reference.arrays.diagnosing import WORK
from lstm_conformance.reference.diagnosis import Diagnosis, Evidence, diagnose
from lstm_conformance.reference.layer import Layer
from lstm_conformance.suites.meta.calls_by_hand import drawn, evidence, last_alone, x_of, y_of

PAIRS = 200

STEPS = (1, 2, 3, 5, 8, 13, 20, 35, 50, 100, 200)

SCALES = (1.0, 2.0, 4.0)
"""What the weights are multiplied by, which frameworks draw from ±1/√H."""


class Pair(NamedTuple):
    """Its number, what it is, and the evidence."""

    number: int
    scale: float
    evidence: Evidence

    def __str__(self) -> str:
        steps, rows, size = self.evidence.steps, self.evidence.rows, self.evidence.layer.hidden_size
        shown = "all steps" if self.evidence.shows_every_step else "the last output"
        directions = self.evidence.layer.directions
        sizes = f"T={steps} B={rows} H={size} directions {directions}"
        return f"pair {self.number}: {sizes}, weights x {self.scale}, {shown}"


def pairs(numbers: Sequence[int]) -> Iterator[Pair]:
    """The pairs of these numbers: each is the same in every run."""
    for number in numbers:
        stream = np.random.RandomState(number)
        steps, scale = STEPS[number % len(STEPS)], SCALES[number % len(SCALES)]
        yield Pair(number, scale, _evidence(stream, steps, scale, last_output=number % 2 == 0))


def _evidence(stream: np.random.RandomState, steps: int, scale: float, *, last_output: bool) -> Evidence:
    rows, size = int(stream.randint(1, 5)), int(stream.choice((1, 2, 4, 8, 16, 32)))
    layer = Layer(input_size=int(stream.randint(1, 13)), hidden_size=size, bidirectional=bool(stream.randint(4) == 0))
    known, unknown = (drawn(layer, int(stream.randint(2**31)), scale) for _ in range(2))
    x = x_of(layer, steps, rows, int(stream.randint(2**31)))
    seen = evidence(layer, known, x, y_of(layer, unknown, x))
    return last_alone(seen) if last_output else seen


def verdict(found: Diagnosis) -> str:
    """What a diagnosis says, in a word; the first two are false."""
    if found.fits:
        return "a mistake" if found.fits[0].names else "correct"
    return "cannot tell" if found.undecided else "none fits"


def main(count: int) -> int:
    """Print what is said of so many pairs; the exit status is 1 if any of it is false."""
    counts: Counter[str] = Counter()
    started = process_time()
    for pair in pairs(range(count)):
        diagnosis = diagnose(pair.evidence, work=WORK)
        counts[verdict(diagnosis)] += 1
        if diagnosis.fits:
            print(f"{pair}: {diagnosis.sentence()}")
    said = ", ".join(f"{counts[word]} {word}" for word in ("correct", "a mistake", "cannot tell", "none fits"))
    print(f"{count} pairs of unrelated layers: {said}; {process_time() - started:.0f} s of a processor")
    return 1 if counts["correct"] + counts["a mistake"] else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS))
