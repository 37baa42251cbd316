"""Hosts whose answers to one verb are damaged by chance, and what becomes of the checks that ask them.

`python -m lstm_conformance.suites.meta.damage` damages 500 answers to every verb (`make damage`).
"""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from random import Random
from typing import Any, cast

import numpy as np

from lstm_conformance.fixtures.hosting.client import BadAnswer, HostDied, Hosted
from lstm_conformance.fixtures.hosting.process import HostProcess, Message
from lstm_conformance.fixtures.hosting.server import RequestHandler
from lstm_conformance.fixtures.hosting.wire import EndOfStream, Header, ProtocolError, encode, read_message
from lstm_conformance.fixtures.implementations.mutants import CLAIMS, MutantAdapter
from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan import smoke
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import Plan, Planned
from lstm_conformance.suites.harness.run.candidates import BY_COMMAND, Candidate
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta.damaged_messages import damaged
from lstm_conformance.suites.meta.reference_adapter import Built, ReferenceLSTM
from lstm_conformance.suites.meta.trainable import Trainable

NUMBER = 500
"""Damaged answers to every verb that rules use."""

VERBS = ("hello", "describe", "fresh", "run", "calls", "gradients")

ITEMS = 4
"""Items of a rule among which chance chooses."""

LONGEST = 4000
"""Characters of a message, and more than any that is good to read."""

LARGEST = 50_000
"""Characters of a record."""


class Torch(MutantAdapter):
    """A right LSTM that claims all that torch's layer has, on two paths."""

    name, layout, claims, paths = "damage.Torch", "torch", CLAIMS["torch"], ("eager", "again")


class Keras(MutantAdapter):
    """A right LSTM that claims all that Keras' layer has, and says itself what it promises."""

    name, layout, claims = "damage.Keras", "keras", CLAIMS["keras"]
    contract = {"like": "keras.layers.LSTM", "call_errors": ["ValueError"], "undocumented": ["no_steps"]}  # noqa: RUF012


class Drawing(ReferenceLSTM):
    """A right LSTM that claims to begin as torch's layer does, and nothing else."""

    name, claims = "damage.Drawing", ("fresh",)

    def fresh(self, layer: Any, dtype: str, path: str, seed: int) -> Built:
        """Draw all weights."""
        built, chance = self.build(layer, dtype, path), np.random.RandomState(seed)
        for array in built.weights.values():
            array[...] = chance.uniform(-1, 1, array.shape) * layer.hidden_size**-0.5
        return built


ADAPTERS: tuple[Callable[[], Any], ...] = (Torch, Keras, Trainable, Drawing)


class DamagedProcess:
    """Stands for the process of a host; damages its answers to one verb, if there is one."""

    def __init__(self, name: str, handler: RequestHandler, verb: str, chance: Random, asked: Counter[str]) -> None:
        self.name, self._handler, self._verb, self._chance, self._asked = name, handler, verb, chance, asked

    def ask(self, request: bytes, verb: str, deadline: float) -> Message:
        """Answer, as a process does. Raises ``HostDied`` or ``BadAnswer``."""
        del deadline
        self._asked[verb] += 1
        header, results = self._handler.handle(*read_message(io.BytesIO(request)))
        answer = encode(header, results)
        if verb == self._verb:
            line, _, rest = answer.partition(b"\n")
            answer = self._damaged(json.loads(line), rest)
        try:
            return read_message(io.BytesIO(answer))
        except EndOfStream:
            raise HostDied(f"{self.name}: it ended before it answered {verb!r}") from None
        except ProtocolError as error:
            raise BadAnswer(f"{self.name}: the answer to {verb!r} is no message: {str(error)[:500]!r}") from None

    def end(self) -> list[str]:
        """There is nothing to end."""
        return []

    def _damaged(self, header: Header, rest: bytes) -> bytes:
        stream = io.BytesIO(rest)
        contents = [stream.read(entry["nbytes"]) for entry in header["arrays"]]
        header, contents = damaged(header, contents, self._chance)
        return b"".join([json.dumps(header).encode("ascii"), b"\n", *contents])


class Damaged(Hosted):
    """An implementation whose answers to one verb are damaged; `asked`: how often it was asked each verb."""

    def __init__(self, make: Callable[[], Any], seed: int = 0) -> None:
        super().__init__("damage", name="damage")
        self.verb, self.asked = "", Counter[str]()
        self._make, self._chance = make, Random(seed)

    def start(self) -> None:
        """Make a host, if there is none."""
        if self._process is None:
            made = DamagedProcess(self.name, RequestHandler(self._make()), self.verb, self._chance, self.asked)
            self._process = cast("HostProcess", made)


def greeted(implementation: Damaged, *, brief: bool) -> Session:
    """A run of this implementation alone."""
    session = Session(plan=Plan(tier="small"), brief=brief)
    session._greet(Candidate(BY_COMMAND, implementation.name), implementation, named=True)
    return session


@cache
def asking(make: Callable[[], Any]) -> dict[str, list[Planned]]:
    """By verb, some items of every rule that ask it."""
    implementation = Damaged(make)
    session, found = greeted(implementation, brief=True), {verb: list[Planned]() for verb in VERBS}
    for check in all_checks().values():
        planned = session.plan.of(check, session.hellos.items())
        for each in planned[:: len(planned) // ITEMS + 1]:
            implementation.asked.clear()
            session.perform(each, "")
            for verb in implementation.asked:
                found[verb].append(each)
            for subject in session._subjects.values():
                _forget(subject)
    return found


def _forget(subject: Subject) -> None:
    """Ask everything again, of the same host."""
    subject.memory.forget(subject.where)
    subject._descriptions.clear()


def told(verb: str, seed: int) -> list[Check]:
    """What is said of a host whose answers to this verb are damaged by this seed. Every tenth time, it is explained."""
    makes = [make for make in ADAPTERS if verb == "hello" or asking(make)[verb]]
    make, chance = makes[seed % len(makes)], Random(seed)
    implementation = Damaged(make, seed)
    implementation.verb = verb if verb == "hello" else ""
    session = greeted(implementation, brief=bool(seed % 10))
    if verb == "hello":
        return [
            check
            for each in session.plan.of(smoke.CHECK, session.hellos.items())
            for check in session.perform(each, "")
        ]
    chosen = chance.choice(asking(make)[verb])
    implementation.restart()
    implementation.verb = verb
    return session.perform(chosen, "")


def faults(checks: Iterable[Check]) -> Iterator[str]:
    """What is wrong with what was said: it is not one readable line, or too long."""
    for check in checks:
        message = check.message or ""
        if not message.isprintable() or len(message) > LONGEST:
            yield f"{check.id}: {len(message)} characters, {message[:200]!r}"
        if len(json.dumps(check.to_json())) > LARGEST:
            yield f"{check.id}: a record of more than {LARGEST} characters"
        if check.verdict == "error" and (check.detail or {}).get("error") == "BadAnswer" and not named(message):
            yield f"{check.id}: says nothing of what was expected: {message!r}"


def named(sentence: str) -> bool:
    """Whether a sentence says what was expected of an answer."""
    return any(words in sentence for words in ("expected", "takes", "fit into memory", "longer than"))


def main(*verbs: str, number: int = NUMBER) -> int:
    """Damage, and count what comes of it."""
    wrong = []
    for verb in verbs or VERBS:
        counts = Counter[str]()
        for seed in range(number):
            checks = told(verb, seed)
            wrong += list(faults(checks))
            counts.update(check.verdict for check in checks)
        print(f"{verb:<10} {', '.join(f'{count:,} {verdict}' for verdict, count in counts.most_common())}", flush=True)
    print("\n".join(wrong) or f"{number} damaged answers to each: all understood, or refused in one sentence")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
