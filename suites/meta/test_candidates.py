"""What the command line names, and what an implementation may say of itself."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import Any

import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.invalid_inputs import INVALID_INPUTS
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.cases.requirements import REQUIREMENTS, inexpressible
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.hosting.client import Hosted, InProcess
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.reference.arithmetic import PRECISIONS
from lstm_conformance.reference.mutants import BENIGN, MUTANTS, family_of
from lstm_conformance.suites.harness.plan import smoke
from lstm_conformance.suites.harness.plan.manifest import declared
from lstm_conformance.suites.harness.plan.mutant_names import FAMILIES, described
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.harness.run.candidates import (
    BY_COMMAND,
    BY_NAME,
    Candidate,
    candidates,
    split_command,
    stand_in,
    unusable,
)
from lstm_conformance.suites.harness.run.listing import listed
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta.tables import table

FINE = stand_in("mine.LSTM")


def offer(**changes: Any) -> Offer:
    """What its path offers, changed."""
    return replace(FINE.offers[0], **changes)


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


class TestWrongOnes:
    """`mutants`, `mutants:FAMILY` and `mutants:NAME`."""

    def test_the_word_alone_means_all(self) -> None:
        """Wrong ones, and right ones that compute in another way."""
        named = [candidate.mutant for candidate in candidates(BY_NAME, "mutants")]

        assert named == [*MUTANTS, *BENIGN]

    @pytest.mark.parametrize("family", FAMILIES)
    def test_a_family_means_its_members(self, family: str) -> None:
        """The right ones are a family, too."""
        named = [str(candidate.mutant) for candidate in candidates(BY_NAME, f"mutants:{family}")]

        assert named == FAMILIES[family]
        assert {family_of({**MUTANTS, **BENIGN}[name]) for name in named} == {family}

    def test_a_name_means_one(self) -> None:
        """Which is not the name of a family."""
        assert candidates(BY_NAME, "mutants:state_kept") == [Candidate(BY_NAME, "mutants:state_kept")]
        assert not set(FAMILIES) & {*MUTANTS, *BENIGN}

    @pytest.mark.parametrize("which", ["", "nobody", "State_Kept", "gates "])
    def test_what_there_is_not_is_refused(self, which: str) -> None:
        """In one sentence, with the families that there are."""
        with pytest.raises(ValueError, match=f"no family named '{which}'; families: gates, .*, benign; `--list"):
            candidates(BY_NAME, f"mutants:{which}")

    @pytest.mark.parametrize("value", ["torch.nn.LSTM", "mutants.py:LSTM", "my.mutants:LSTM", "./mutants:LSTM"])
    def test_other_values_mean_what_they_say(self, value: str) -> None:
        """Even where the word is in them."""
        assert candidates(BY_NAME, value) == [Candidate(BY_NAME, value)]
        assert Candidate(BY_NAME, value).mutant is None

    def test_a_command_is_a_command(self) -> None:
        """Whatever it is called."""
        assert candidates(BY_COMMAND, "mutants") == [Candidate(BY_COMMAND, "mutants")]
        assert Candidate(BY_COMMAND, "mutants:state_kept").mutant is None

    @pytest.mark.parametrize("in_process", [False, True])
    def test_they_need_no_process(self, in_process: bool) -> None:
        """They import no framework."""
        implementation = Candidate(BY_NAME, "mutants:state_kept").implementation("no python", in_process=in_process)

        assert isinstance(implementation, InProcess)
        assert implementation.hello().implementation == "mutants.state_kept"

    def test_the_session_knows_them(self) -> None:
        """And tells them from an implementation that merely has such a name."""
        session = Session(plan=Plan())
        session.greet(candidates(BY_NAME, "mutants:state_kept"))

        assert session.mutants() == {"mutants.state_kept": "state_kept"}
        assert session.command("mutants.state_kept")[-2:] == (BY_NAME, "mutants:state_kept")

    @staticmethod
    @table((name,) for name in [*MUTANTS, *BENIGN])
    def test_each_is_described(name: str) -> None:
        """By a sentence, a family and dtypes, as the records hold them."""
        mutant = described(name)

        assert mutant.sentence.endswith(".")
        assert mutant.family in FAMILIES
        assert set(mutant.dtypes) <= set(PRECISIONS)
        assert mutant.benign == (name in BENIGN)


def test_what_is_sound_is_usable() -> None:
    """Every requirement may be claimed that the layout can express."""
    assert unusable(FINE) is None
    expressible = tuple(set(REQUIREMENTS) - inexpressible(FINE.layout))
    assert unusable(replace(FINE, offers=(offer(claims=expressible),))) is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"implementation": " "}, "`name` must be one line of text, came ' '"),
        ({"implementation": "a\nb"}, "`name` must be one line of text"),
        ({"layout": "Torch"}, "`layout` must be one of torch, keras, onnx, tf1, tf1.coupled, block, block_v2, gates, "),
        ({"layout": "Torch"}, "came 'Torch' (did you mean 'torch'?)"),
        ({"offers": ()}, "`paths` must name at least one path"),
        ({"offers": (offer(path="a/b"),)}, "none with a slash, came ['a/b']"),
        ({"offers": (offer(claims=("bidirectionl",)),)}, "; came 'bidirectionl' (did you mean 'bidirectional'?)"),
        ({"offers": (offer(claims=("x",)),)}, "`claims` may hold the requirements that --list names; came 'x'"),
        ({"offers": (offer(), offer(path="other", only=("bidirectionl",)))}, "; came 'bidirectionl'"),
        ({"offers": (offer(dtypes=("float",)),)}, "`dtypes` of path 'start' must be some of bfloat16"),
        ({"offers": (offer(dtypes=()),)}, "came []"),
    ],
)
def test_what_would_be_tested_less_than_meant_is_told(changes: dict[str, Any], sentence: str) -> None:
    """A misspelt claim must not be a claim that is silently not tested."""
    assert sentence in str(unusable(replace(FINE, **changes)))


def configurations() -> set[Configuration]:
    """All of all tiers, and those that are crossed for the implementations of the suite."""
    selected = {configuration for tier in TIERS.values() for configuration in tier.configurations}
    hellos = [declared(name) for name in IMPLEMENTATIONS]
    return selected.union(*(TIERS["quick"].crossed(offer) for hello in hellos for offer in hello.offers))


def test_every_requirement_of_a_configuration_is_explained() -> None:
    """And what is explained is required by something."""
    required = {word for configuration in configurations() for word in configuration.requirements}
    required |= {word for invalid_input in INVALID_INPUTS.values() for word in invalid_input.requires}

    assert required == set(REQUIREMENTS)


def test_the_smoke_check_requires_nothing() -> None:
    """Whoever claims nothing can be asked."""
    assert smoke.smallest(offer()).requirements == frozenset()


class TestListing:
    """The answer to `--list`."""

    def listing(self) -> str:
        """Of a session with an implementation that is fine, one that is broken, and one that is absent."""
        session = Session(plan=Plan())
        session.hellos = {
            "mine.LSTM": replace(FINE, versions={"mine": "1.0"}, offers=(offer(claims=("layers",)),)),
            "b": stand_in("b"),
        }
        session.broken, session.absent = {"b": "it ended"}, dict.fromkeys(IMPLEMENTATIONS, "not installed")
        return "\n".join(listed(session))

    @pytest.mark.parametrize(
        "text",
        [
            "mine.LSTM: mine 1.0\n    path start: float32, cost call\n    claims: layers",
            "b: broken, it ended",
            "torch.nn.LSTM: not installed",
            "mutants:gates 2",
            "initial_state calls that are given h_0 and c_0",
            "0.1 A small plain layer runs",
        ],
    )
    def test_it_has_everything(self, text: str) -> None:
        """Versions, paths, dtypes, claims, reasons, requirements and rules."""
        assert text in re.sub(r"(?<=\S) +", " ", self.listing())

    def test_every_word_is_apart_from_what_it_means(self) -> None:
        """However long it is; what is meant begins in one column."""
        lines = self.listing().splitlines()
        begin = lines.index("requirements: what an adapter may claim") + 1
        rows = dict(line.split(maxsplit=1) for line in lines[begin : begin + len(REQUIREMENTS)])

        assert rows == REQUIREMENTS
        assert len({line.index(REQUIREMENTS[line.split()[0]]) for line in lines[begin : begin + len(rows)]}) == 1


@pytest.mark.parametrize(
    ("option", "value", "refused"),
    [
        (BY_NAME, "torch.nn.LSTM", False),
        (BY_NAME, IMPLEMENTATIONS["torch.nn.LSTM"].spec, False),
        (BY_NAME, "mine.py:LSTM", True),
        (BY_NAME, "keras.layers.LSTM", True),
        (BY_COMMAND, "torch.nn.LSTM", True),
    ],
)
def test_nobody_has_the_name_of_an_implementation_of_the_suite(option: str, value: str, refused: bool) -> None:
    """But itself: what is published of it would be of somebody else."""
    assert (Candidate(option, value).poses("torch.nn.LSTM") is not None) == refused
    assert Candidate(option, value).poses("mine.LSTM") is None
