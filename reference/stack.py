"""What a whole stack of layers returns, whatever its flags."""

from __future__ import annotations

from lstm_conformance.reference.cell import Cell
from lstm_conformance.reference.gradients import BackwardPass
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Call, Engine, Outputs
from lstm_conformance.reference.masks import Fill
from lstm_conformance.reference.merging import last, merged
from lstm_conformance.reference.rounded import Array, Numbers
from lstm_conformance.reference.weights import Weights


class Stack(Engine):
    """A stack whose layers merge the outputs of their directions as the layer was told to."""

    def __init__(self, cell: Cell, layer: Layer, fill: Fill) -> None:
        super().__init__(cell)
        self.described, self.fill = layer, fill

    def passed_on(self, y: Numbers, x: Numbers, index: int) -> Numbers:
        """The merged outputs."""
        return self.merged(super().passed_on(y, x, index))

    def merged(self, y: Numbers) -> Numbers:
        """One output of the two directions'."""
        return merged(y, self.described.merge_mode) if self.described.merges else y

    def returned(self, weights: Weights, call: Call[Numbers], observed: Array | None = None) -> Outputs[Numbers]:
        """What a call returns: y of all steps or of the last alone, h_n and c_n.

        observed: what was seen of y; the last layer is fed it where that shows the outputs of each direction and step.
        Raises ValueError for a call without initial states.
        """
        if call.h_0 is None or call.c_0 is None:
            raise ValueError("expected a call with initial states, came one without: zeros are states, too")
        layer = self.described
        fed = observed if shows_every_output(layer) else None
        outputs = self.layers(weights, call.x, (call.h_0, call.c_0), call.mask, fed)
        y = outputs.y if layer.return_sequences else last(outputs.y, layer.directions)
        return outputs._replace(y=self.merged(y))


def shows_every_output(layer: Layer) -> bool:
    """Whether the outputs of a layer are those of each step and of each direction."""
    return layer.return_sequences and not layer.merges


def way_back(cell: Cell, layer: Layer, fill: Fill) -> BackwardPass:
    """The way back through a stack of this layer."""
    by = BackwardPass(cell)
    by.fill, by.merge_mode, by.return_sequences = fill, layer.merge_mode, layer.return_sequences
    return by
