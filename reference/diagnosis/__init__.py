"""What a wrong LSTM did: known mistakes tried as hypotheses, each within its own bound.

    evidence ──▶ the right LSTM ──▶ one mistake ──▶ another state ──▶ two mistakes ──▶ another arithmetic ──▶ Diagnosis

Each step is taken only if nothing fitted before it. "Fits" has the meaning of the suite: the largest error is within
the bound that the hypothesis itself derives. A hypothesis that would look like the right LSTM explains nothing.
"""

from __future__ import annotations

from lstm_conformance.reference.diagnosis.evidence import Evidence
from lstm_conformance.reference.diagnosis.findings import Diagnosis, Fit
from lstm_conformance.reference.diagnosis.hypotheses import reason
from lstm_conformance.reference.diagnosis.search import diagnose

__all__ = ["Diagnosis", "Evidence", "Fit", "diagnose", "reason"]
