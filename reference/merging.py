"""What a layer puts out of the outputs of its two directions.

Source: https://keras.io/api/layers/recurrent_layers/bidirectional/, `merge_mode`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_conformance.reference.rounded import Numbers, concatenate, same_kind, zeros_like

MERGING = frozenset({"sum", "ave", "mul"})
"""The modes in which the outputs of two directions are added or multiplied, so that nobody sees either."""


def halves(y: Numbers, directions: int) -> list[Numbers]:
    """The outputs (T, ..., B, P) of each direction, from y (T, ..., B, D P)."""
    size = y.shape[-1] // directions
    return [y[..., direction * size : (direction + 1) * size] for direction in range(directions)]


def last(y: Numbers, directions: int) -> Numbers:
    """The only output of a layer that returns no sequence, (1, ..., B, D P), from y (T, ..., B, D P).

    Each direction ends elsewhere: forwards at the last step, backwards at the first.
    """
    forward, *backward = halves(y, directions)
    return concatenate([forward[-1:], *(part[:1] for part in backward)], -1)


def with_last(d_last: Numbers, steps: int) -> Numbers:
    """The gradients of all outputs of a direction (T, ..., B, P), from that of the last (1, ..., B, P) alone."""
    return concatenate([zeros_like(d_last)] * (steps - 1) + [d_last], 0)


def merged(y: Numbers, mode: str) -> Numbers:
    """The sum, the average or the product (T, ..., B, P) of the two directions' outputs y (T, ..., B, 2 P)."""
    forward, backward = halves(y, 2)
    if mode == "mul":
        return forward * backward
    total = forward + backward
    return total * same_kind(np.full((), 0.5), total) if mode == "ave" else total


def unmerged(d_y: Numbers, parts: Sequence[Numbers], mode: str) -> list[Numbers]:
    """The gradients of the two directions' outputs, the parts, from that of `merged`."""
    if mode == "mul":
        return [d_y * parts[1], d_y * parts[0]]
    half = d_y * same_kind(np.full((), 0.5), d_y) if mode == "ave" else d_y
    return [half, half]
