"""What genuine frameworks are held to: everything that `make genuine` looks for is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_conformance.reports.records.results import Check, Header
from lstm_conformance.suites.meta.genuine import amiss, main
from lstm_conformance.suites.meta.records import a_check, a_failure, a_header, results_of, written

PATHS = {"torch.nn.LSTM": ["eager", "torch.compile"]}
GOOD = (a_check(0), a_check(1, path="torch.compile"), a_check(2, verdict="deviation", budget=9.0, deviation="some"))


def test_a_genuine_run_has_nothing_amiss(tmp_path: Path) -> None:
    """Deviations are as recorded, and their budgets are nobody's."""
    assert amiss(results_of(tmp_path / "results.jsonl", *GOOD), PATHS) == []


@pytest.mark.parametrize(
    ("checks", "header", "sentence"),
    [
        ((*GOOD, a_failure(3)), a_header(), "came fail: c_n: 12x the bound"),
        ((*GOOD, a_check(3, verdict="not-run", budget=None, message="why")), a_header(), "came not-run: why"),
        ((*GOOD, a_check(3, budget=0.61)), a_header(), "expected to use at most 0.6 of the bound, came 0.61"),
        (GOOD[::2], a_header(), "torch.nn.LSTM torch.compile: expected checks that pass, came none"),
        (
            tuple(a_check(n, path=path, budget=0.04) for n, path in enumerate(PATHS["torch.nn.LSTM"])),
            a_header(),
            "torch.nn.LSTM: expected to use more than 0.05 of some bound, came 0.04 at most",
        ),
        (GOOD, a_header(environments=()), "expected to be asked on the paths ['eager', 'torch.compile'], came None"),
        (GOOD, a_header(problems=("rule 2.1 has 3 checks instead of 4",)), "rule 2.1 has 3 checks instead of 4"),
    ],
    ids=["red", "not run", "near the bound", "no pass", "nothing measured", "nobody", "a problem"],
)
def test_what_is_amiss_is_one_sentence(
    tmp_path: Path, checks: tuple[Check, ...], header: Header, sentence: str
) -> None:
    """Of whom, what was expected, and what came."""
    (found,) = amiss(results_of(tmp_path / "results.jsonl", *checks, header=header), PATHS)

    assert sentence in found


def test_somebody_else_is_amiss(tmp_path: Path) -> None:
    """Who is not expected."""
    (found,) = amiss(results_of(tmp_path / "results.jsonl", *GOOD), {})

    assert found == "torch.nn.LSTM: expected to be asked on the paths None, came ['eager', 'torch.compile']"


@pytest.mark.parametrize("partial", [False, True])
def test_a_part_of_a_run_is_not_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, partial: bool
) -> None:
    """It says nothing of what was left out."""
    monkeypatch.setattr("lstm_conformance.suites.meta.genuine.here", lambda: PATHS)
    path = written(tmp_path / "results.jsonl", *GOOD, header=a_header(partial=partial))

    assert main(str(path)) == partial
    assert ("came a part of it" in capsys.readouterr().out) == partial
