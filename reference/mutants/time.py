"""Time: steps read, written or counted wrongly."""

from __future__ import annotations

import numpy as np

from lstm_conformance.reference.lstm import Mask, Outputs
from lstm_conformance.reference.mutants.base import LSTM, Call, Trajectory
from lstm_conformance.reference.mutants.final_states import FinalStatesExchanged
from lstm_conformance.reference.rounded import Array, Numbers, concatenate, moved, zeros_like
from lstm_conformance.reference.weights import CellWeights

# Which input a step reads


class InputOfThePreviousStep(LSTM):
    """Shifts the input by a step, as one trains a language model, and then calls the layer with it."""

    def read(self, x: Numbers) -> Numbers:
        """The first step has no step before it."""
        x = super().read(x)
        return concatenate([x[:1], x[:-1]], 0)


class InputOfTheNextStep(LSTM):
    """Increments the index of the step before it reads the input."""

    def read(self, x: Numbers) -> Numbers:
        """The last step has no step behind it."""
        x = super().read(x)
        return concatenate([x[1:], x[-1:]], 0)


class InputOfTheFirstStep(LSTM):
    """Reads the first input in every step, as an unrolled graph does that is traced with a constant index."""

    def read(self, x: Numbers) -> Numbers:
        """Forget the index."""
        return moved(super().read(x), lambda a: np.broadcast_to(a[:1], a.shape))


class InputWrapsAroundAfter16Steps(LSTM):
    """Keeps the input in a ring buffer of 16 steps, the longest sequence that it was tried with."""

    def read(self, x: Numbers) -> Numbers:
        """Sequences of up to 16 steps are read as they are."""
        return moved(super().read(x), lambda a: a[np.arange(len(a)) % 16])


# Which steps are computed


class FirstStepSkipped(LSTM):
    """Runs the loop from 1, because h_0 is taken for the output of the first step."""

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """The states stay as they are in step 0."""
        return super().run(w, x, states, observed, _without(0, x.shape[:-1], mask))


class LastStepSkipped(LSTM):
    """Runs the loop to T - 1, exclusively."""

    equivalents = frozenset({"unrolled_without_last_step"})

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """The states stay as they are in the last step."""
        return super().run(w, x, states, observed, _without(-1, x.shape[:-1], mask))


class LastStepComputedTwice(LSTM):
    """Runs the loop to T, inclusively, with an index that is clipped to the sequence."""

    feeds_back_its_outputs = False

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """The second time overwrites the first."""
        again = None if mask is None else np.concatenate([mask, mask[-1:]])
        h, c = super().run(w, concatenate([x, x[-1:]], 0), states, observed, again)
        return Trajectory(*(concatenate([a[:-2], a[-1:]], 0) for a in (h, c)))


class SingleStepWithoutRecurrence(LSTM):
    """Takes a shortcut for sequences of one step, and leaves out the hidden state there."""

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """Longer sequences are right."""
        h, c = states
        return super().run(w, x, (zeros_like(h), c) if x.shape[0] == 1 else states, observed, mask)


# Where an output is written


class OutputsOneStepLate(LSTM):
    """Writes the output of a step to the place behind it, in an array of zeros."""

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """The output of a step is observed at the place behind it."""
        return super().run(w, x, states, None if observed is None else _one_early(observed), mask)

    def put_out(self, h: Numbers, mask: Mask | None) -> Numbers:
        """Nothing is written to the first place."""
        y = super().put_out(h, mask)
        return concatenate([zeros_like(y[:1]), y[:-1]], 0)


class OutputsOneStepEarly(LSTM):
    """Writes to place t - 1, which is the last one in the first step."""

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """The output of a step is observed at the place before it."""
        return super().run(w, x, states, None if observed is None else np.roll(observed, 1, 0), mask)

    def put_out(self, h: Numbers, mask: Mask | None) -> Numbers:
        """Turn the places round by one."""
        return moved(super().put_out(h, mask), lambda a: np.roll(a, -1, 0))


class OutputsBeforeTheUpdate(LSTM):
    """Appends h to the list of outputs before it updates it, and returns the last of the list as h_n."""

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """The first output is h_0."""
        h, c = super().run(w, x, states, None if observed is None else _one_early(observed), mask)
        return Trajectory(concatenate([states[0][None], h[:-1]], 0), c)


# Which axis is time


class BatchAndTimeExchanged(LSTM):
    """Is given (B, T, I) where (T, B, I) is documented, or the other way round; nobody notices without states."""

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Let the rows be the steps."""
        call = super().taken(call)
        return call._replace(x=_exchanged(call.x)) if _fits_exchanged(call) else call

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """The states have as many rows as there were steps."""
        outputs = super().returned(call, outputs)
        return outputs._replace(y=_exchanged(outputs.y)) if _fits_exchanged(call) else outputs

    def computed(self, call: Call[Numbers], observed: Array) -> Array:
        """Exchange the axes of what was observed, too."""
        observed = super().computed(call, observed)
        return _exchanged(observed) if _fits_exchanged(call) else observed


class BatchFirstInputReshaped(LSTM):
    """Makes (T, B, I) of (B, T, I) by `reshape`, which keeps the order of the numbers, instead of a transposition."""

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Without batch_first there is nothing to do."""
        call = super().taken(call)
        return call._replace(x=_reshaped(call.x, to_time_first=True)) if self.constructed.batch_first else call


class BatchFirstOutputReshaped(LSTM):
    """Makes (B, T, H) of (T, B, H) by `reshape`, which keeps the order of the numbers, instead of a transposition."""

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Without batch_first there is nothing to do."""
        outputs = super().returned(call, outputs)
        y = outputs.y
        return outputs._replace(y=_reshaped(y, to_time_first=False)) if self.constructed.batch_first else outputs

    def computed(self, call: Call[Numbers], observed: Array) -> Array:
        """Reshape what was observed, too."""
        observed = super().computed(call, observed)
        return _reshaped(observed, to_time_first=True) if self.constructed.batch_first else observed


# The options of Keras


class GoBackwardsIgnored(LSTM):
    """Reads its input from the beginning, whatever `go_backwards` says."""

    layout = "keras"

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Undo the reversal."""
        call = super().taken(call)
        return call._replace(x=call.x[::-1]) if self.constructed.go_backwards else call


class GoBackwardsTurnedBack(LSTM):
    """Puts the outputs of `go_backwards` back to the places of their inputs, as ONNX and torch do."""

    layout = "keras"

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """A last output alone stays the last one."""
        outputs = super().returned(call, outputs)
        return outputs._replace(y=outputs.y[::-1]) if self.turns_back else outputs

    def computed(self, call: Call[Numbers], observed: Array) -> Array:
        """Turn back what was observed, too."""
        observed = super().computed(call, observed)
        return observed[::-1] if self.turns_back else observed

    @property
    def turns_back(self) -> bool:
        """It reads from the end and returns more than its last output."""
        return self.constructed.go_backwards and self.constructed.return_sequences


class FirstOutputAlone(LSTM):
    """Returns, where only the last output is asked for, the first: `y[0]` instead of `y[-1]`."""

    layout = "keras"
    equivalents = frozenset({"output_before_the_last_alone"})  # of two steps

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Whole sequences are returned as they are."""
        outputs = super().returned(call, outputs)
        return outputs if self.constructed.return_sequences else outputs._replace(y=outputs.y[:1])


class OutputBeforeTheLastAlone(LSTM):
    """Returns, where only the last output is asked for, the one before: the loop ends before it is put out."""

    layout = "keras"
    equivalents = frozenset({"first_output_alone"})  # of two steps

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """A single output is the last."""
        outputs = super().returned(call, outputs)
        last = max(1, outputs.y.shape[0] - 1)
        return outputs if self.constructed.return_sequences else outputs._replace(y=outputs.y[:last])


class InnerLayersReturnTheirLastOutput(LSTM):
    """Forgets `return_sequences` in the inner layers, and repeats their last outputs until the shapes fit."""

    layout = "keras"

    def passed_on(self, y: Numbers, x: Numbers, index: int) -> Numbers:
        """The last output in every step."""
        y = super().passed_on(y, x, index)
        return moved(y, lambda a: np.broadcast_to(a[-1:], a.shape))


class UnrolledWithoutStates(LSTM):
    """Unrolls the loop into a graph that begins with zeros, whatever states are given."""

    layout = "keras"
    equivalents = frozenset({"initial_states_ignored"})

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """A loop that is not unrolled begins with the states."""
        h_0, c_0 = super().initial_states(call)
        return (zeros_like(h_0), zeros_like(c_0)) if self.constructed.unroll else (h_0, c_0)


class StatesReturnedCellFirst(FinalStatesExchanged):
    """Returns y, c, h where Keras documents y, h, c."""

    layout = "keras"
    equivalents = frozenset({"final_states_exchanged"})


def _without(t: int, shape: tuple[int, ...], mask: Mask | None) -> Mask:
    """The steps that count (T, ..., B), but for one."""
    counts = np.ones(shape, np.bool_) if mask is None else mask.copy()
    counts[t] = False
    return counts


def _one_early(observed: Array) -> Array:
    """The outputs that the next steps read: nobody reads the last one, which was not observed."""
    return np.concatenate([observed[1:], observed[-1:]])


def _exchanged(a: Numbers) -> Numbers:
    """(T, ..., B, K) -> (B, ..., T, K)."""
    return moved(a, lambda part: part.swapaxes(0, -2))


def _fits_exchanged(call: Call[Numbers]) -> bool:
    """Whether a layer takes the input with its axes exchanged: with states of other rows it does not."""
    return call.mask is None and (call.h_0 is None or call.x.shape[0] == call.x.shape[-2])


def _reshaped(a: Numbers, *, to_time_first: bool) -> Numbers:
    """(T, ..., B, K) as it becomes where its axes T and B are not transposed but reshaped, on the way in or out."""

    def written(part: Array) -> Array:
        time_first = np.moveaxis(part, 0, -3)
        batch_first = time_first.swapaxes(-2, -3)
        if to_time_first:
            return np.moveaxis(batch_first.reshape(time_first.shape), -3, 0)
        return np.moveaxis(time_first.reshape(batch_first.shape).swapaxes(-2, -3), -3, 0)

    return moved(a, written)
