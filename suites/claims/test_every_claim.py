"""Every claim comes to its verdict in every environment that settles it: a process each, for all of its claims."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

import pytest

from lstm_conformance.fixtures.claims import claims
from lstm_conformance.reports.records.claims import ClaimRun
from lstm_conformance.suites.claims.settling import settle

Settled: TypeAlias = "Mapping[str, Future[dict[tuple[str, str], ClaimRun]]]"

RUNS = [(claim.id, environment) for claim in claims().claims for environment in claim.where]
LATER = ("keras",)
"""Environments that `make deep` and `make claims` settle: twenty seconds for one of them."""


@pytest.fixture(scope="session")
def settled(request: pytest.FixtureRequest) -> Settled:
    """The environments of the tests that were selected, begun all at once; what each found."""
    calls = (getattr(item, "callspec", None) for item in request.session.items)
    params = [call.params for call in calls if call]
    wanted = {(param["claim"], param["environment"]) for param in params if {"claim", "environment"} <= param.keys()}
    pool = ThreadPoolExecutor()
    asked = {name: [c for c in claims().claims if (c.id, name) in wanted] for name in dict.fromkeys(e for _, e in RUNS)}
    return {name: pool.submit(settle, name, few, {}) for name, few in asked.items() if few}


@pytest.mark.parametrize(
    ("claim", "environment"),
    [pytest.param(*run, id="-".join(run), marks=[pytest.mark.deep] if run[1] in LATER else []) for run in RUNS],
)
def test_a_claim_comes_to_its_verdict(settled: Settled, claim: str, environment: str) -> None:
    """A claim is not run, and named so, where its environment is not here."""
    run = settled[environment].result()[claim, environment]

    if run.state == "not-run":
        pytest.skip(f"not-run: {run.message}")
    assert run.state == "proved", f"{claim} in {run.packages}: {run.message}"
