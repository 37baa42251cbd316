"""The cases of a run, drawn once: every rule comes back to the same ones, and so does every implementation."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases, draw

MEMORY = 2**26
"""Bytes of cases that are kept; what does not fit is drawn again. The quick tier fits."""


class Drawn:
    """Keeps what it has drawn. Nobody can write into it, or one check would change the case of the next."""

    def __init__(self, memory: int = MEMORY) -> None:
        self._room = memory
        self._kept: dict[tuple[Configuration, tuple[int, ...], int], Cases] = {}

    def cases(self, configuration: Configuration, numbers: tuple[int, ...], biases: int) -> Cases:
        """The cases of these numbers, as `fixtures.cases.draw` draws them."""
        key = (configuration, numbers, biases)
        if key in self._kept:
            return self._kept[key]
        cases = draw(configuration, numbers, biases=biases)
        for array in cases.arrays():
            array.setflags(write=False)
        if cases.nbytes <= self._room:
            self._room -= cases.nbytes
            self._kept[key] = cases
        return cases
