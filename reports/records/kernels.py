"""Which kernels computed the layers of a path, as its smoke check says."""

from __future__ import annotations

from collections.abc import Iterable

from lstm_conformance.reports.records.results import KERNELS, Check


def kernels_of(checks: Iterable[Check], path: str | None = None) -> list[str]:
    """The lines of the checks that say it, of one path or of any: at most one for each."""
    lines = (
        check.detail[KERNELS]
        for check in checks
        if check.detail and path in {None, check.path} and KERNELS in check.detail
    )
    return [str(line) for line in lines]
