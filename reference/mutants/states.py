"""Initial states: ignored, exchanged, kept from another call, or given to the wrong row, layer or direction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell, Mask, Outputs
from lstm_conformance.reference.mutants.base import LSTM, Call, Trajectory, applied, constant
from lstm_conformance.reference.rounded import Array, Numbers, concatenate, moved, zeros_like
from lstm_conformance.reference.weights import CellWeights

# Where a call starts from


class HiddenStateIgnored(LSTM):
    """Takes only the cell state from the caller, because the loop sets h to zeros before its first step."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Keep c_0."""
        h_0, c_0 = super().initial_states(call)
        return zeros_like(h_0), c_0


class CellStateIgnored(LSTM):
    """Takes only the hidden state from the caller, as one does who comes from a GRU."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Keep h_0."""
        h_0, c_0 = super().initial_states(call)
        return h_0, zeros_like(c_0)


class InitialStatesIgnored(LSTM):
    """Accepts initial states and forgets to hand them on to the loop."""

    equivalents = frozenset({"unrolled_without_states"})

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Start from zeros."""
        h_0, c_0 = super().initial_states(call)
        return zeros_like(h_0), zeros_like(c_0)


class InitialStatesExchanged(LSTM):
    """Unpacks the states as (c, h), which is the order of TF1, Flax and older papers."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Exchange the two where their shapes allow it."""
        h_0, c_0 = super().initial_states(call)
        return (c_0, h_0) if h_0.shape == c_0.shape else (h_0, c_0)


class HiddenStateGivenTwice(LSTM):
    """Starts both states from the given hidden state, because somebody wrote (h, h)."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Take h_0 for c_0 where its shape allows it."""
        h_0, c_0 = super().initial_states(call)
        return (h_0, h_0) if h_0.shape == c_0.shape else (h_0, c_0)


class InitialHiddenStateSquashed(LSTM):
    """Passes the initial hidden state through tanh once more, as if it were a cell state."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Take tanh(h_0)."""
        h_0, c_0 = super().initial_states(call)
        return applied(h_0, np.tanh), c_0


class InitialCellStateSquashed(LSTM):
    """Passes the initial cell state through tanh, to have it in the range of an output."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Take tanh(c_0)."""
        h_0, c_0 = super().initial_states(call)
        return h_0, applied(c_0, np.tanh)


class InitialStatesOfTheFirstRow(LSTM):
    """Broadcasts the states of the first row over the batch."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Repeat the first row."""
        h_0, c_0 = super().initial_states(call)
        return _of_the_first_row(h_0), _of_the_first_row(c_0)


class InitialStatesOfLayersReversed(LSTM):
    """Gives the last layer's states to the first layer, because a list of states was popped from its end."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Reverse the layers."""
        h_0, c_0 = super().initial_states(call)
        return h_0[::-1], c_0[::-1]


class InitialStatesOfDirectionsExchanged(LSTM):
    """Gives the forward direction's states to the backward direction, and the other way round."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Reverse the directions."""
        h_0, c_0 = super().initial_states(call)
        return h_0[:, ::-1], c_0[:, ::-1]


class InitialStatesDirectionMajor(LSTM):
    """Reads the stacked states as all layers forwards, then all layers backwards."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Read (L D, B, ·) as (D, L, B, ·)."""
        h_0, c_0 = super().initial_states(call)
        return _read_direction_major(h_0), _read_direction_major(c_0)


class InitialStatesBatchFirst(LSTM):
    """Views the states as (B, L D, ·) where batch_first is set, which moves the axes of the input only."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Read the same numbers in the other shape."""
        h_0, c_0 = super().initial_states(call)
        if not self.constructed.batch_first:
            return h_0, c_0
        return _read_batch_first(h_0), _read_batch_first(c_0)


class UpperLayersStartFromZeros(LSTM):
    """Hands the given states to the first layer and leaves the others to their defaults."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Keep the states of the first layer."""
        h_0, c_0 = super().initial_states(call)
        return _first_alone(h_0, 0), _first_alone(c_0, 0)


class UpperLayersStartFromTheFirstState(LSTM):
    """Indexes the states with 0 in the loop over the layers."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Repeat the states of the first layer."""
        h_0, c_0 = super().initial_states(call)
        return _of_the_first_layer(h_0), _of_the_first_layer(c_0)


class UpperLayersStartFromTheStateBelow(LSTM):
    """Keeps h and c in variables that the loop over the layers does not set again."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.below: Any = None

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Nothing lies below the first layer."""
        self.below = None
        return super().initial_states(call)

    def layer(
        self,
        directions: Sequence[CellWeights],
        x: Numbers,
        states: tuple[Numbers, Numbers],
        mask: Mask | None,
        observed: Array | None,
    ) -> Outputs[Numbers]:
        """Start where the layer below ended."""
        outputs = super().layer(directions, x, self.below or states, mask, observed)
        self.below = outputs.h_n, outputs.c_n
        return outputs


class BackwardDirectionStartsFromZeros(LSTM):
    """Hands the given states to the forward direction only."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Keep the states of the forward direction."""
        h_0, c_0 = super().initial_states(call)
        return _first_alone(h_0, 1), _first_alone(c_0, 1)


class BackwardDirectionStartsWhereForwardEnds(LSTM):
    """Runs the second direction with the variables h and c that the first one has left."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.forward: Any = None

    def layer(
        self,
        directions: Sequence[CellWeights],
        x: Numbers,
        states: tuple[Numbers, Numbers],
        mask: Mask | None,
        observed: Array | None,
    ) -> Outputs[Numbers]:
        """The first direction of every layer starts where it should."""
        self.forward = None
        return super().layer(directions, x, states, mask, observed)

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """Start where the direction before ended."""
        trajectory = super().run(w, x, self.forward or states, observed, mask)
        self.forward = self.final(*trajectory)
        return trajectory


class ZeroStateNotCleared(LSTM):
    """Allocates the state that nobody gives without clearing it, and finds what the memory held before."""

    rubbish: ClassVar[float] = 2.0**-10

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Stand in for what lies there: a small number."""
        h_0, c_0 = super().initial_states(call)
        if call.h_0 is not None:
            return h_0, c_0
        return constant(np.full(h_0.shape, self.rubbish), h_0), constant(np.full(c_0.shape, self.rubbish), c_0)


class StateKept(LSTM):
    """Leaves `stateful` on: where no state is given, a call starts where the last one ended."""

    equivalents = frozenset({"state_kept_though_given"})

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.kept: Any = None

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Take what was kept, if it belongs to a batch of this size."""
        h_0, c_0 = super().initial_states(call)
        if call.h_0 is not None or self.kept is None or self.kept[0].shape != h_0.shape:
            return h_0, c_0
        kept: tuple[Numbers, Numbers] = self.kept
        return kept

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Keep the final states."""
        outputs = super().returned(call, outputs)
        self.kept = outputs.h_n, outputs.c_n
        return outputs


class StateKeptThoughGiven(StateKept):
    """Looks at the initial states in the first call only, and carries its own from then on."""

    equivalents = frozenset({"state_kept"})

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Ignore what is given once something is kept."""
        return super().initial_states(call if self.kept is None else call._replace(h_0=None, c_0=None))


class GivenStatesKept(LSTM):
    """Makes the states that are given to a call the default of the next one."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.given: Any = None

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Take what was given last, if it belongs to a batch of this size."""
        h_0, c_0 = super().initial_states(call)
        if call.h_0 is not None:
            self.given = h_0, c_0
        if self.given is None or self.given[0].shape != h_0.shape:
            return h_0, c_0
        given: tuple[Numbers, Numbers] = self.given
        return given


# What happens to the states on the way


class InitialHiddenStateAddedAtEveryStep(LSTM):
    """Adds the initial hidden state to h in every step, as a decoder does with its context."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.start: Any = None

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """Note where the cell starts from."""
        self.start = states[0]
        return super().run(w, x, states, observed, mask)

    def step(self, w: CellWeights, z_x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """The first step is right: its h is the initial one."""
        return super().step(w, z_x, h + self.start if t else h, c, t)


class StateResetEvery8Steps(LSTM):
    """Cuts long sequences into windows, and starts each of them from zeros."""

    window: ClassVar[int] = 8

    def step(self, w: CellWeights, z_x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """The first step of every window but the first forgets."""
        if t and t % self.window == 0:
            h, c = zeros_like(h), zeros_like(c)
        return super().step(w, z_x, h, c, t)


class StateResetEvery32Steps(StateResetEvery8Steps):
    """Cuts long sequences into the windows that it was trained on, and starts each of them from zeros."""

    window: ClassVar[int] = 32


class InitialHiddenStateOverwritten(LSTM):
    """Updates h in place, in the array that the caller gave."""

    def left_behind(self, call: Call[Array], outputs: Outputs[Array]) -> Call[Array]:
        """The caller's h_0 is h_n now."""
        return super().left_behind(call, outputs)._replace(h_0=outputs.h_n)


class InitialCellStateOverwritten(LSTM):
    """Updates c in place, in the array that the caller gave."""

    def left_behind(self, call: Call[Array], outputs: Outputs[Array]) -> Call[Array]:
        """The caller's c_0 is c_n now."""
        return super().left_behind(call, outputs)._replace(c_0=outputs.c_n)


# States (L, D, ..., B, K)


def _of_the_first_row(state: Numbers) -> Numbers:
    return moved(state, lambda a: np.broadcast_to(a[..., :1, :], a.shape))


def _of_the_first_layer(state: Numbers) -> Numbers:
    return moved(state, lambda a: np.broadcast_to(a[:1], a.shape))


def _first_alone(state: Numbers, axis: int) -> Numbers:
    """Zeros for every layer (axis 0) or direction (axis 1) but the first."""
    first, others = (state[:1], state[1:]) if axis == 0 else (state[:, :1], state[:, 1:])
    return concatenate([first, zeros_like(others)], axis)


def _read_direction_major(state: Numbers) -> Numbers:
    return moved(state, lambda a: a.reshape(a.shape[1], a.shape[0], *a.shape[2:]).swapaxes(0, 1))


def _read_batch_first(state: Numbers) -> Numbers:
    def read(a: Array) -> Array:
        by_case = np.moveaxis(a.reshape(-1, *a.shape[2:]), 0, -3)
        cells, rows, units = by_case.shape[-3:]
        viewed = by_case.reshape(*by_case.shape[:-3], rows, cells, units).swapaxes(-2, -3)
        return np.moveaxis(viewed, -3, 0).reshape(a.shape)

    return moved(state, read)
