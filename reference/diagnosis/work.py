"""How much a search may compute: counted, so that a busy machine says the same as an idle one."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_conformance.reference.diagnosis.evidence import Evidence

OVERHEAD = 30_000
"""Multiplications that take as long as what every step costs besides its own."""

LONG = 3_000_000
"""Of evidence that costs more, a part is looked at first."""


def cost(evidence: Evidence) -> int:
    """Multiplications of one hypothesis on all steps and rows."""
    weights = sum(w.kernel.size + w.recurrent_kernel.size for directions in evidence.weights for w in directions)
    return evidence.steps * (OVERHEAD + evidence.rows * weights)


def is_long(evidence: Evidence) -> bool:
    """It takes long to compute the whole case with every hypothesis."""
    return cost(evidence) > LONG


@dataclass
class Work:
    """Multiplications that may be spent, and that were."""

    limit: float
    spent: float = 0.0

    def spend(self, evidence: Evidence, times: int = 1) -> None:
        """Count hypotheses that are computed on this evidence."""
        self.spent += times * cost(evidence)

    @property
    def is_over(self) -> bool:
        """Whether no more may be tried."""
        return self.spent > self.limit
