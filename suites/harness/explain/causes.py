"""A cause that the suite knows of, as a results file tells it."""

from __future__ import annotations

from lstm_conformance.fixtures.deviations.causes import SILENT
from lstm_conformance.fixtures.deviations.causes import Cause as Known
from lstm_conformance.reports.records.results import Cause, Link


def told_of(known: Known) -> Cause:
    """The record of a cause."""
    return Cause(
        title=known.title,
        cause_class=known.class_,
        effect=known.effect,
        silent=known.effect in SILENT,
        affects=known.affects,
        workaround=known.workaround,
        links=tuple(Link(address=link.address, state=link.state) for link in known.links),
        scripts=known.scripts,
    )
