"""How a person gets to a mistake."""

from __future__ import annotations

from lstm_conformance.reference.diagnosis import afterwards, between, inputs, others, rounding
from lstm_conformance.reference.diagnosis.hypotheses import single
from lstm_conformance.reference.mutants import MUTANTS

MADE = {**afterwards.REASONS, **between.REASONS, **inputs.REASONS, **rounding.REASONS, **others.REASONS}
"""Of hypotheses that are made of the evidence, by what their names begin with."""


def reason(name: str) -> str:
    """How a person gets there, in a sentence; raises KeyError for what no diagnosis names."""
    for begins, sentence in MADE.items():
        if name.startswith(begins):
            return sentence
    kinds = {**MUTANTS, **{hypothesis.names[0]: hypothesis.mutant for hypothesis in single()}}
    return (kinds[name].__doc__ or "").partition("\n")[0]
