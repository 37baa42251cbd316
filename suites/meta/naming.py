"""How often a wrong LSTM is named as what it is: `python -m lstm_conformance.suites.meta.naming` prints the table.

Every mutant is run as if it were a framework. Where its outputs are not those of a correct LSTM, they are diagnosed.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from time import thread_time
from typing import Literal, NamedTuple, get_args

from lstm_conformance.fixtures.cases.configuration import DTYPES, Configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.hosting.client import InProcess
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS
from lstm_conformance.reference.diagnosis import Diagnosis, Evidence, afterwards, between, diagnose, inputs, rounding
from lstm_conformance.reference.diagnosis.evidence import expected
from lstm_conformance.reference.diagnosis.hypotheses import single
from lstm_conformance.reference.diagnosis.others import LESS_ACCURATE
from lstm_conformance.reference.diagnosis.telling import differs
from lstm_conformance.reference.mutants import MUTANTS
from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.reference.rounded import Rounded
from lstm_conformance.suites.harness.explain.diagnosing import evidence_of
from lstm_conformance.suites.harness.judge.subject import Subject

Answer = Literal["itself", "equivalent", "tie", "another", "pair", "nothing"]
"""Named alone; with declared equivalents; with others that the case cannot tell from it. The rest is wrong."""

RIGHT: tuple[Answer, ...] = ("itself", "equivalent", "tie")


class Diagnosed(NamedTuple):
    """A mutant that showed in a case, and what was said of it."""

    mutant: str
    configuration: Configuration
    answer: Answer
    diagnosis: Diagnosis
    seconds: float


def diagnosed(names: Iterable[str], configurations: Sequence[Configuration]) -> Iterator[Diagnosed]:
    """The diagnoses of these mutants in the first case of every configuration in which they show."""
    for name in names:
        subject = subject_of(name)
        for configuration in configurations:
            evidence = seen(subject, configuration)
            if evidence is None:
                continue
            started = thread_time()
            diagnosis = diagnose(evidence)
            seconds = thread_time() - started
            if not is_right(diagnosis) and not diagnosis.undecided:
                yield Diagnosed(name, configuration, answer(name, evidence, diagnosis), diagnosis, seconds)


def is_right(diagnosis: Diagnosis) -> bool:
    """The outputs are said to be those of a correct LSTM."""
    return any(not fit.names for fit in diagnosis.fits)


def subject_of(name: str) -> Subject:
    """A mutant or a right rewrite, ready to be asked."""
    implementation = InProcess(ADAPTERS[name])
    return Subject(implementation, implementation.hello(), "eager")


def seen(subject: Subject, configuration: Configuration) -> Evidence | None:
    """The evidence of the first case, if the implementation claims to run the configuration."""
    claimed = subject.hello.on(subject.path).runs(configuration)
    return evidence_of(subject, draw(configuration, (0,), biases=subject.layout.biases)) if claimed else None


def answer(name: str, evidence: Evidence, diagnosis: Diagnosis) -> Answer:
    """How a diagnosis is to be counted."""
    named = {fit.names for fit in diagnosis.fits}
    if (name,) not in named:
        return "nothing" if not named else "pair" if all(len(names) > 1 for names in named) else "another"
    others = {names for names in named if names != (name,)}
    if not others:
        return "itself"
    if {" and ".join(names) for names in others} <= MUTANTS[name].equivalents:
        return "equivalent"
    return "tie" if not any(tells_apart(evidence, (name,), other) for other in others) else "another"


def tells_apart(evidence: Evidence, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """An observation of this case could be told to be that of one of the two."""
    a, b = due(evidence, one), due(evidence, other)
    return a is None or b is None or differs(a, b)


def due(evidence: Evidence, names: tuple[str, ...]) -> Rounded | None:
    """What a hypothesis expects that a diagnosis named."""
    for arithmetic, by in LESS_ACCURATE.items():
        if names[0].endswith(arithmetic):
            return expected(LSTM, evidence, by)
    made = (module.hypotheses(evidence) for module in (rounding, afterwards, between, inputs))
    known = {hypothesis.names: hypothesis.mutant for hypothesis in chain(single(), *made)}
    return expected(known[names], evidence)


def sizeable() -> list[Configuration]:
    """The quick tier's configurations of at least two steps and four units, in float32 and float64."""
    return [
        configuration
        for configuration in TIERS["quick"].configurations
        if not configuration.invalid_input and configuration.time >= 2 and configuration.layer.hidden_size >= 4
        if configuration.dtype in DTYPES
    ]


def table(found: Sequence[Diagnosed]) -> list[str]:
    """A line for every mutant that was not always named, and for every dtype, and the sum."""
    wrong = [each for each in found if each.answer not in RIGHT]
    lines = [f"{each.mutant} {each.configuration}: {each.diagnosis.sentence()}" for each in wrong]
    shown = {each.mutant for each in found}
    for title in (*DTYPES, "all"):
        some = [each for each in found if title in {"all", each.configuration.dtype}]
        counts = Counter(each.answer for each in some)
        right = sum(counts[each] for each in RIGHT)
        kinds = ", ".join(f"{counts[each]:,} {each}" for each in get_args(Answer))
        lines.append(f"{title:<8} named {right:,} of {len(some):,} ({right / max(len(some), 1):.2%}): {kinds}")
    slowest = max((each.seconds for each in found), default=0.0)
    return [*lines, f"{len(shown)} of {len(MUTANTS)} mutants show in outputs; slowest diagnosis {slowest:.2f} s"]


def main(names: Sequence[str]) -> None:
    """Print the table of these mutants, of all if none is named."""
    print("\n".join(table(list(diagnosed(names or MUTANTS, sizeable())))))


if __name__ == "__main__":
    main(sys.argv[1:])
