"""Processes that the tests of the suite start may keep what they compile; those of other runs do as they are told."""

from __future__ import annotations

import os

import pytest

from lstm_conformance.suites.meta.bytecode import FORBIDS, pytest_collection_modifyitems


@pytest.mark.parametrize("own", [True, False], ids=["the suite's own tests", "others"])
def test_only_the_suites_own_tests_keep_bytecode(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, *, own: bool
) -> None:
    """Whatever the environment says."""
    monkeypatch.setenv(FORBIDS, "1")

    pytest_collection_modifyitems([request.node] if own else [])

    assert (FORBIDS in os.environ) is not own
