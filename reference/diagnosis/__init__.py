"""What a wrong LSTM did: known mistakes tried as hypotheses, each within its own bound.

    evidence ─▶ the right LSTM ─▶ one mistake, or rounded data ─▶ another state ─▶ another arithmetic ─▶ two mistakes

Each step is taken only if nothing fitted before it, and of several that fit the narrowest is named. "Fits" has the
meaning of the suite: the largest error is within the bound that the hypothesis itself derives. It counts only where
this bound keeps out what unrelated layers return; where that of the right LSTM does not, the evidence cannot tell.

Imports `reference`, `reference.layouts`, `reference.mutants`.
"""

from __future__ import annotations

from lstm_conformance.reference.diagnosis.evidence import Evidence
from lstm_conformance.reference.diagnosis.findings import Beginning, Diagnosis, Fit
from lstm_conformance.reference.diagnosis.reasons import reason
from lstm_conformance.reference.diagnosis.remedies import remedy
from lstm_conformance.reference.diagnosis.search import diagnose

__all__ = ["Beginning", "Diagnosis", "Evidence", "Fit", "diagnose", "reason", "remedy"]
