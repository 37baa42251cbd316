"""Which steps of which rows count, and what stands where one does not.

A mask (T, ..., B) is set where a step of a row counts. Lengths are a mask whose rows count up to their length.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.rounded import Numbers, stack, where, zeros_like

Mask = NDArray[np.bool_]

Fill = Literal["zeros", "previous"]
"""What is put out at a step that does not count: zeros, or the output before, which is zero before the first."""


def within_lengths(steps: int, lengths: NDArray[np.integer]) -> Mask:
    """The mask (T, ..., B) of rows of these lengths (..., B). Raises ValueError for lengths that are not in 0 … T."""
    if (lengths < 0).any() or (lengths > steps).any():
        raise ValueError(f"expected lengths from 0 to {steps}, came {lengths}")
    return np.asarray(np.arange(steps).reshape(-1, *(1,) * lengths.ndim) < lengths)


def filled(h: Numbers, mask: Mask, fill: Fill) -> Numbers:
    """The outputs (T, ..., B, P), from h after every step."""
    if fill == "zeros":
        return where(mask[..., None], h, zeros_like(h))
    return held(zeros_like(h[0]), h, mask)


def unfilled(d_y: Numbers, mask: Mask, fill: Fill) -> Numbers:
    """The gradients of h after every step that counts (T, ..., B, P), from those of the outputs: of `filled`."""
    if fill == "zeros":
        return where(mask[..., None], d_y, zeros_like(d_y))
    later, steps = zeros_like(d_y[0]), []
    for t in reversed(range(d_y.shape[0])):
        due = d_y[t] + later
        steps.append(kept(mask[t], due, zeros_like(due)))
        later = kept(mask[t], zeros_like(due), due)
    return stack(steps[::-1])


def kept(counts: Mask, new: Numbers, old: Numbers) -> Numbers:
    """The new state (..., B, K) in the rows where the step counts (..., B), the old one elsewhere."""
    return where(counts[..., None], new, old)


def held(h_0: Numbers, h: Numbers, mask: Mask) -> Numbers:
    """h after every step (T, ..., B, K): where a step does not count, what it was before."""
    states = [h_0]
    for t in range(h.shape[0]):
        states.append(kept(mask[t], h[t], states[-1]))
    return stack(states[1:])
