"""What is known of a framework's class besides how its arrays lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lstm_conformance.reference.contracts.arguments import Arguments
from lstm_conformance.reference.contracts.dropout import Dropout
from lstm_conformance.reference.contracts.exceptions import Kinds, Rejections
from lstm_conformance.reference.layer import Layer


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What one class promises. What it does not promise, nobody holds it to.

    `name`: the import path of the class. `rejections`: what invalid input gets.
    `dropout`: on what dropout acts, None where nothing is said of it.
    `arguments`: what the constructor calls the arguments of `Layer`.
    `initial`: how each part of a cell begins, by the words of `initial.py`; nothing is said of others.
    `forget_bias`: what is added to the pre-activation of the forget gate in every step, unless the constructor is told
    otherwise; it is no weight, and stands in no checkpoint. `fixed_forget_bias`: the same where nothing changes it.
    """

    name: str
    rejections: Rejections = field(default=Rejections(), hash=False)
    dropout: Dropout | None = None
    arguments: Arguments = field(default=Arguments(), hash=False)
    initial: Mapping[str, str] = field(default_factory=dict, hash=False)
    forget_bias: float = 0.0
    fixed_forget_bias: float = 0.0

    @cached_property
    def documented(self) -> Mapping[str, Kinds]:
        """The kinds of exception that every invalid input gets, those without a promise left out."""
        known = {**self.rejections.calls, **self.rejections.constructor}
        return {name: kinds for name, kinds in known.items() if kinds}

    @property
    def undocumented(self) -> tuple[str, ...]:
        """The calls of which nothing says whether they are a mistake."""
        return self.rejections.undocumented

    @property
    def weights(self) -> Kinds:
        """The kinds of exception for weights of which one is missing, unknown or of another shape."""
        return self.rejections.weights

    def constructed(self, layer: Layer) -> dict[str, object]:
        """The arguments of the constructor that makes this layer, by the names that they have there."""
        return self.arguments.of(layer)
