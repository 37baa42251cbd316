"""The adapter classes of all implementations, read as the suite reads them: without a framework."""

from __future__ import annotations

from importlib import import_module

from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.fixtures.implementations.adapter import Adapter


def adapter_of(spec: str) -> type[Adapter]:
    """The class that a spec `package.module:Class` names."""
    module, _, name = spec.partition(":")
    found: type[Adapter] = getattr(import_module(module), name)
    return found


ADAPTERS = {name: adapter_of(entry.spec) for name, entry in IMPLEMENTATIONS.items()}
"""By the name of the implementation."""


def claims_of(layout: str) -> frozenset[str]:
    """What any of the adapters of a layout claims."""
    return frozenset(word for adapter in ADAPTERS.values() if adapter.layout == layout for word in adapter.claims)
