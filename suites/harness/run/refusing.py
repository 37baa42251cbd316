"""A run that does not begin."""

from __future__ import annotations

import pytest

from lstm_conformance.reports.records.visible import harmless


def refused(sentence: str) -> pytest.UsageError:
    """What pytest prints, and runs nothing. The words of a host, of a file or of the command line give no orders."""
    return pytest.UsageError(harmless(sentence))
