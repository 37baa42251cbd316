"""What the command line names, and what an implementation may say of itself."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest

from lstm_conformance.fixtures.configurations import Configuration
from lstm_conformance.fixtures.hosts import Hosted, InProcess
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.fixtures.mistakes import MISTAKES
from lstm_conformance.fixtures.requirements import REQUIREMENTS
from lstm_conformance.fixtures.tiers import TIERS
from lstm_conformance.suites import smoke
from lstm_conformance.suites.candidates import BY_COMMAND, BY_NAME, Candidate, split_command, stand_in, unusable
from lstm_conformance.suites.listing import listed
from lstm_conformance.suites.planning import Plan
from lstm_conformance.suites.session import Session

FINE = stand_in("mine.LSTM")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("node lstm.js", ["node", "lstm.js"]),
        ("'my programs/node' \"a b\" --x=$HOME *", ["my programs/node", "a b", "--x=$HOME", "*"]),
        (r"back\ slash", ["back slash"]),
    ],
)
def test_a_command_is_split_as_a_shell_would(command: str, words: list[str]) -> None:
    """Without a shell: nothing is expanded."""
    assert split_command(command) == words


def test_a_command_of_windows_keeps_its_backslashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """There they separate folders."""
    monkeypatch.setattr(sys, "platform", "win32")

    assert split_command(r'"C:\my programs\node.exe" lib\lstm.js') == [r"C:\my programs\node.exe", r"lib\lstm.js"]


@pytest.mark.parametrize(
    ("command", "sentence"), [("", "is empty"), ("  ", "is empty"), ("a 'b", "No closing quotation")]
)
def test_a_command_without_words_is_refused(command: str, sentence: str) -> None:
    """Before anything is started."""
    with pytest.raises(ValueError, match=sentence):
        split_command(command)


@pytest.mark.parametrize(
    ("candidate", "kind"),
    [
        (Candidate(BY_NAME, "mine.py:LSTM"), InProcess),
        (Candidate(BY_NAME, "torch.nn.LSTM"), InProcess),
        (Candidate(BY_COMMAND, "node lstm.js"), Hosted),
    ],
)
def test_a_command_has_a_process_of_its_own(candidate: Candidate, kind: type) -> None:
    """Also where adapters run in this one."""
    implementation = candidate.implementation(sys.executable, in_process=True)

    assert isinstance(implementation, kind)
    assert implementation.name == candidate.value


def test_what_is_sound_is_usable() -> None:
    """Every requirement may be claimed."""
    assert unusable(FINE) is None
    assert unusable(replace(FINE, claims=tuple(REQUIREMENTS))) is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"implementation": " "}, "`name` must be one line of text, came ' '"),
        ({"implementation": "a\nb"}, "`name` must be one line of text"),
        ({"layout": "Torch"}, "`layout` must be one of keras, torch, came 'Torch'"),
        ({"paths": ()}, "`paths` must name at least one path"),
        ({"paths": ("a/b",), "dtypes": {"a/b": ("float32",)}}, "none with a slash, came ['a/b']"),
        ({"claims": ("bidirectionl",)}, "; came 'bidirectionl'"),
        ({"dtypes": {"start": ("float",)}}, "`dtypes` of path 'start' must be some of bfloat16"),
        ({"dtypes": {"start": ()}}, "came []"),
    ],
)
def test_what_would_be_tested_less_than_meant_is_told(changes: dict[str, Any], sentence: str) -> None:
    """A misspelt claim must not be a claim that is silently not tested."""
    assert sentence in str(unusable(replace(FINE, **changes)))


def configurations() -> set[Configuration]:
    """All of all tiers."""
    return {each for tier in TIERS.values() for each in tier.configurations}


def test_every_requirement_of_a_configuration_is_explained() -> None:
    """And what is explained is required by something."""
    required = {word for each in configurations() for word in each.requirements}
    required |= {word for mistake in MISTAKES.values() for word in mistake.requires}

    assert required == set(REQUIREMENTS)


def test_the_smoke_check_requires_nothing() -> None:
    """Whoever claims nothing can be asked."""
    assert smoke.smallest(FINE, "start").requirements == frozenset()


class TestListing:
    """The answer to `--list`."""

    def listing(self) -> str:
        """Of a session with an implementation that is fine, one that is broken, and one that is absent."""
        session = Session(plan=Plan())
        session.hellos = {"mine.LSTM": replace(FINE, versions={"mine": "1.0"}, claims=("layers",)), "b": stand_in("b")}
        session.broken, session.absent = {"b": "it ended"}, dict.fromkeys(IMPLEMENTATIONS, "not installed")
        return "\n".join(listed(session))

    @pytest.mark.parametrize(
        "text",
        [
            "mine.LSTM: mine 1.0\n    path start: float32\n    claims: layers",
            "b: broken, it ended",
            "torch.nn.LSTM: not installed",
            "initial_state     calls that are given h_0 and c_0",
            "0.1               A small plain layer runs",
        ],
    )
    def test_it_has_everything(self, text: str) -> None:
        """Versions, paths, dtypes, claims, reasons, requirements and rules."""
        assert text in self.listing()
