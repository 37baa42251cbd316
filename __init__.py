"""Tells whether an LSTM computes an LSTM.

What is named here is public, and nothing else; `docs/library.md` shows it at work. Nothing of it is loaded before it is
used, and no framework is: those are imported by who calls.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lstm_conformance.reference.arrays.conventions import Conventions
    from lstm_conformance.reference.arrays.converting import Converted, convert
    from lstm_conformance.reference.arrays.diagnosing import Diagnosed, diagnose
    from lstm_conformance.reference.arrays.errors import BadInput
    from lstm_conformance.reference.arrays.expecting import Allowed, Expected, expected
    from lstm_conformance.suites.library.asserting import assert_conforms
    from lstm_conformance.suites.library.judging import NotConforming

    __version__: str

__all__ = [
    "Allowed",
    "BadInput",
    "Conventions",
    "Converted",
    "Diagnosed",
    "Expected",
    "NotConforming",
    "__version__",
    "assert_conforms",
    "convert",
    "diagnose",
    "expected",
]

_HOMES = {
    "reference.arrays.conventions": ("Conventions",),
    "reference.arrays.converting": ("Converted", "convert"),
    "reference.arrays.diagnosing": ("Diagnosed", "diagnose"),
    "reference.arrays.errors": ("BadInput",),
    "reference.arrays.expecting": ("Allowed", "Expected", "expected"),
    "suites.library.asserting": ("assert_conforms",),
    "suites.library.judging": ("NotConforming",),
}


def __getattr__(name: str) -> Any:
    """What is public, loaded when it is first asked for. Raises AttributeError for anything else."""
    if name == "__version__":
        return import_module("importlib.metadata").version("lstm-conformance")
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"lstm_conformance.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
