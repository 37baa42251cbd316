"""Hosts that die, failures that do not come back, and the one outcome that every planned check has all the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import chain, count, repeat
from typing import NamedTuple

import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import Cases, draw
from lstm_conformance.fixtures.hosting.client import Hello, HostDied, HostError, HostTimeout, InProcess, Message
from lstm_conformance.fixtures.hosting.lending import LEFT
from lstm_conformance.fixtures.hosting.wire import Arrays, Header, encode
from lstm_conformance.suites.harness.judge.dead_hosts import DEATHS, PATIENCE, DeadlyRequest
from lstm_conformance.suites.harness.judge.judge import DEAR, ENDED, Outcome, confirm, judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.harness.run.candidates import BY_NAME, Candidate
from lstm_conformance.suites.harness.run.ordering import OF_FILES, REVERSED, in_order
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta.judging import (
    CHECKS,
    EVERY_OUTPUT,
    META,
    NUMBERS,
    adapter_named,
    cases_of,
    subject_of,
    verdicts,
)
from lstm_conformance.suites.meta.orders import ORDERS
from lstm_conformance.suites.meta.reference_adapter import ReferenceLSTM


class Request(NamedTuple):
    """What a host is asked."""

    verb: str
    fields: Header
    arrays: Arrays


Deadly = Callable[[Request], bool]
"""Whether a host dies of a request."""


class Mortal:
    """Stands for a host: it dies whenever it is asked for one of the culprits, and counts how often."""

    name = "mortal"

    def __init__(self, *culprits: int, cases: Cases) -> None:
        self.inside = InProcess(ReferenceLSTM)
        self.culprits = {float(cases.inputs.x[0, cases.numbers.index(number)].flat[0]) for number in culprits}
        self.deaths = 0

    def hello(self) -> Hello:
        """What the adapter inside says."""
        return self.inside.hello()

    def request(self, verb: str, fields: Header, arrays: Arrays, deadline: float) -> Message:
        """Die, or let the adapter answer."""
        if verb == "run" and self.culprits & {float(each.flat[0]) for each in arrays["x"]}:
            self.deaths += 1
            raise HostDied(f"{self.name}: the host was ended by SIGSEGV")
        return self.inside.request(verb, fields, arrays, deadline)

    def restart(self) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is held."""


class Sensitive:
    """Stands for a host: it ends like this whenever a request is deadly; counts how often, and of how many requests."""

    name = "sensitive"

    def __init__(self, deadly: Deadly, end: type[HostError]) -> None:
        self.inside, self.is_deadly, self.end = InProcess(ReferenceLSTM), deadly, end
        self.deaths, self.deadly = 0, set[bytes]()

    def hello(self) -> Hello:
        """What the adapter inside says."""
        return self.inside.hello()

    def request(self, verb: str, fields: Header, arrays: Arrays, deadline: float) -> Message:
        """Die, or let the adapter answer."""
        if self.is_deadly(Request(verb, fields, arrays)):
            self.deaths += 1
            self.deadly.add(encode({**fields, "verb": verb}, arrays))
            raise self.end(f"{self.name}: the host was ended by SIGSEGV")
        return self.inside.request(verb, fields, arrays, deadline)

    def restart(self) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is held."""


class TestDeaths:
    """A host that dies takes no innocent case with it, and is not asked for ever."""

    def dying(self, *culprits: int) -> tuple[Mortal, Subject]:
        """A host that dies of some cases, and the subject in it."""
        host = Mortal(*culprits, cases=cases_of(*NUMBERS))
        return host, Subject(host, host.hello(), "eager")

    def test_only_the_culprit_is_blamed(self) -> None:
        """The others are repeated without it."""
        _, subject = self.dying(2)

        outcomes = judge(EVERY_OUTPUT, subject, cases_of(*NUMBERS))

        assert verdicts(outcomes) == ["pass", "pass", "error", "pass"]
        assert outcomes[2].message == "mortal: the host was ended by SIGSEGV"

    def test_a_culprit_is_not_tried_again(self) -> None:
        """Another rule on the same cases knows what became of them, and costs no host."""
        host, subject = self.dying(2)
        judge(EVERY_OUTPUT, subject, cases_of(*NUMBERS))
        before = host.deaths

        outcomes = judge(CHECKS["1.2"], subject, cases_of(*NUMBERS))

        assert verdicts(outcomes) == ["pass", "pass", "error", "pass"]
        assert host.deaths == before
        assert (
            outcomes[2].message == "mortal: the host was ended by SIGSEGV; not sent again, it is a request of rule 1.1"
        )

    @pytest.mark.parametrize("rule", ["1.3", "10.2", "10.3", "10.4", "10.5"])
    def test_a_culprit_takes_no_neighbour_along(self, rule: str) -> None:
        """A rule that changes the cases does not let the culprit kill until the whole configuration is given up."""
        _, subject = self.dying(2)
        judge(EVERY_OUTPUT, subject, cases_of(*NUMBERS))

        first, second, _, fourth = judge(CHECKS[rule], subject, cases_of(*NUMBERS))

        assert verdicts([first, second, fourth]) == ["pass"] * 3

    def test_a_culprit_is_remembered_when_others_are_repeated(self) -> None:
        """A failure elsewhere, repeated in a fresh host, does not let the culprit kill again and take others along."""
        host, subject = self.dying(2)
        judge(EVERY_OUTPUT, subject, cases_of(*NUMBERS))
        before = host.deaths

        subject.forget()
        outcomes = judge(CHECKS["1.2"], subject, cases_of(*NUMBERS))

        assert verdicts(outcomes) == ["pass", "pass", "error", "pass"]
        assert host.deaths == before

    def test_after_some_deaths_the_rest_is_not_run(self) -> None:
        """With the reason; two cases and their batch have killed a host each."""
        _, subject = self.dying(0, 1, 3)

        outcomes = judge(EVERY_OUTPUT, subject, cases_of(*NUMBERS))

        assert verdicts(outcomes) == ["error", "error", "not-run", "not-run"]
        assert {outcome.message for outcome in outcomes[2:]} == {ENDED}

    def test_another_configuration_is_run(self) -> None:
        """A kernel that crashes at one size may be right at another."""
        host, subject = self.dying(0, 1, 3)
        judge(EVERY_OUTPUT, subject, cases_of(*NUMBERS))
        other = draw(configuration(3, 2, 3, 5), NUMBERS, biases=2)

        assert verdicts(judge(EVERY_OUTPUT, subject, other)) == ["pass"] * 4
        assert host.deaths == DEATHS

    @pytest.mark.parametrize("rule", ["1.1", "1.3", "10.2", "10.4", "11.3"])
    def test_no_rule_kills_more_hosts_than_others(self, rule: str) -> None:
        """Also one that cuts the sequence into pieces: its deaths are those of the configuration that it was given."""
        host, subject = self.dying(*NUMBERS)
        cases = cases_of(*NUMBERS)
        host.culprits = {float(number) for number in cases.inputs.x.flat}

        outcomes = judge(CHECKS[rule], subject, cases)

        assert host.deaths == DEATHS
        assert Counter(verdicts(outcomes)) == {"error": 2, "not-run": 2}


BASE = configuration(4, 3, 5, 6)
ASKED = {rule: check for rule, check in CHECKS.items() if check.where(BASE) and not (check.paired or check.unclaimed)}
"""The rules that are asked of an ordinary configuration."""


def plainly(asked: Request) -> bool:
    """Whether a request is the one that most rules send: outputs twice, weights and inputs as they are then."""
    return asked.verb == "run" and bool(asked.fields["observe"])


def varied(asked: Request) -> bool:
    """Whether a request is of numbers that a rule has changed."""
    return asked.verb == "run" and not asked.fields["observe"]


def describing(asked: Request) -> bool:
    """Whether a request is about the layer alone."""
    return asked.verb == "describe"


def whatever(asked: Request) -> bool:
    """Whether a request is one at all."""
    return bool(asked.verb)


class TestBlame:
    """To blame is a request: what comes of a rule is what its own requests come to, whatever was asked before."""

    def judged(self, host: Sensitive, order: str) -> dict[str, list[str]]:
        """Verdicts by rule, asked in this order."""
        subject = Subject(host, host.hello(), "eager", deadline=1.0)
        cases = draw(BASE, (0, 1, 2), biases=2)
        return {rule: verdicts(judge(ASKED[rule], subject, cases)) for rule in in_order(list(ASKED), order)}

    @pytest.mark.parametrize("end", [HostDied, HostTimeout])
    @pytest.mark.parametrize("deadly", [plainly, varied, describing, whatever])
    def test_verdicts_are_the_same_in_every_order(self, deadly: Deadly, end: type[HostError]) -> None:
        """And hosts die as often as there are requests of which they die, at most three times for a rule."""
        hosts = {order: Sensitive(deadly, end) for order in ORDERS}

        found = [self.judged(host, order) for order, host in hosts.items()]

        assert all(each == found[0] for each in found)
        assert all(0 < host.deaths <= DEATHS * len(host.deadly) for host in hosts.values())
        assert {"error"} <= set(chain(*found[0].values())) <= {"pass", "error", "not-run"}

    @pytest.mark.parametrize(("deadly", "innocent"), [(plainly, "10.2"), (varied, "1.1"), (describing, "1.1")])
    def test_another_request_of_the_same_case_is_sent(self, deadly: Deadly, innocent: str) -> None:
        """Also when hosts have died of this case before."""
        assert self.judged(Sensitive(deadly, HostDied), REVERSED)[innocent] == ["pass"] * 3

    @pytest.mark.parametrize("deadly", [plainly, varied, describing])
    def test_a_host_that_dies_once_is_nobodys_fault(self, deadly: Deadly) -> None:
        """Whatever it was asked then, of some cases or of none, no rule is told of it."""
        once = count()

        found = self.judged(Sensitive(lambda asked: deadly(asked) and next(once) == 0, HostDied), OF_FILES)

        assert {*chain(*found.values())} == {"pass"}

    def test_what_the_layer_was_left_as_is_no_part_of_a_request(self) -> None:
        """A call that goes on with it is made, though a host has died of the same call behind another one."""
        host = Sensitive(lambda asked: asked.fields.get("loan") == LEFT, HostDied)
        subject, cases = Subject(host, host.hello(), "eager"), draw(BASE, (0,), biases=2)
        for deaths in (1, 2):
            with pytest.raises(DeadlyRequest) as died:
                subject.go_on(cases)
            subject.casualties.blame(died.value, "rule 12.3")
            assert (host.deaths, died.value.known) == (deaths, "")

    def test_a_path_whose_hosts_hang_is_given_up(self) -> None:
        """They may take two hours of it; the reason is said."""
        host = Sensitive(whatever, HostTimeout)
        subject = Subject(host, host.hello(), "eager", deadline=PATIENCE)
        judge(EVERY_OUTPUT, subject, draw(BASE, (0,), biases=2))

        (outcome,) = judge(CHECKS["10.2"], subject, draw(BASE, (1,), biases=2))

        assert (outcome.verdict, outcome.message) == ("not-run", DEAR)
        assert host.deaths == 1

    def test_one_that_dies_of_something_else_each_time_is_an_error(self) -> None:
        """No request of it is to blame, and it is not asked for ever."""
        seen = count()
        host = Sensitive(lambda asked: asked.fields.update(n=next(seen)) is None, HostDied)
        subject = Subject(host, host.hello(), "eager")

        assert verdicts(judge(EVERY_OUTPUT, subject, draw(BASE, (0,), biases=2))) == ["error"]
        assert host.deaths == DEATHS


class TestRepetition:
    """A failure must fail again in a fresh host."""

    def confirmed(self, *lives: str) -> list[Outcome]:
        """Judge and confirm an implementation that is another breakage in each life of its host, the last for ever."""
        names = chain(lives, repeat(lives[-1]))
        subject = subject_of(lambda: adapter_named(next(names)))
        cases = cases_of(0, 1)
        return confirm(EVERY_OUTPUT, subject, cases, judge(EVERY_OUTPUT, subject, cases))

    def test_what_fails_only_once_is_unstable(self) -> None:
        """It says how it failed, and what came then."""
        outcomes = self.confirmed("outputs_scaled", "ReferenceLSTM")

        assert verdicts(outcomes) == ["unstable", "unstable"]
        assert str(outcomes[0].message).startswith("y uses ")
        assert str(outcomes[0].message).endswith("; repeated in a fresh host: pass")

    def test_what_fails_again_fails(self) -> None:
        """Also if it fails in another way."""
        assert verdicts(self.confirmed("outputs_scaled", "input_and_forget_gate_exchanged")) == [
            "fail",
            "fail",
        ]

    def test_what_fails_and_then_raises_is_unstable(self) -> None:
        """With both sentences."""
        (first, _) = self.confirmed("outputs_scaled", "Raising")

        assert first.verdict == "unstable"
        assert "repeated in a fresh host: " in str(first.message)
        assert "there is no kernel for this" in str(first.message)

    def test_what_passes_is_not_repeated(self) -> None:
        """It would be right in its first life only."""
        assert verdicts(self.confirmed("ReferenceLSTM", "outputs_scaled")) == ["pass", "pass"]


class TestCompleteness:
    """Every planned check has one outcome, whatever the implementation does."""

    @pytest.mark.deep
    @pytest.mark.parametrize(
        ("adapter", "allowed"),
        [
            ("reference_adapter.py:ReferenceLSTM", {"pass"}),
            ("reference_adapter.py:ReferenceKerasLSTM", {"pass"}),
            ("troubles.py:NeverComputing", {"error", "not-run"}),
            ("troubles.py:Raising", {"pass", "error"}),
            ("troubles.py:Transposed", {"pass", "fail"}),
            ("troubles.py:OutputAlone", {"pass", "fail"}),
            ("troubles.py:NotNumbers", {"pass", "fail"}),
            ("troubles.py:Infinite", {"pass", "fail"}),
            ("troubles.py:Enormous", {"pass", "fail", "not-run"}),  # fed such numbers, a bound may overflow
            ("breakages.py:outputs_scaled", {"pass", "fail"}),
        ],
    )
    def test_every_planned_check_has_one_outcome(self, adapter: str, allowed: set[str]) -> None:
        """All rules, on every fourth configuration of the small tier: the planned cases, in their order, each once."""
        session = Session(plan=Plan(tier="small"), deadline=60.0, in_process=True)
        session.greet([Candidate(BY_NAME, f"{META / adapter}")])
        every = (list(session.plan.of(check, session.hellos.items())) for check in CHECKS.values())
        planned = [each for of_check in every for each in of_check[::4]]

        records = [session.perform(each, "") for each in planned]

        assert [[record.case for record in checks] for checks in records] == [list(each.numbers) for each in planned]
        assert {record.rule for checks in records for record in checks} == {each.check.rule for each in planned}
        assert {record.verdict for checks in records for record in checks} == allowed
