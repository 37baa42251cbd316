"""What can be tested, and against what: the header of a run, and the answer to `--list`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lstm_conformance.fixtures.cases.requirements import REQUIREMENTS
from lstm_conformance.fixtures.hosting.client import Hello
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS, unnamed
from lstm_conformance.reports.records.results import Environment, Header
from lstm_conformance.suites.harness.judge.rules import specification
from lstm_conformance.suites.harness.plan import manifest
from lstm_conformance.suites.harness.plan.mutant_names import FAMILIES
from lstm_conformance.suites.harness.run.candidates import BY_NAME, Candidate
from lstm_conformance.suites.harness.run.session import Session


def header_lines(header: Header) -> list[str]:
    """What is tested, with what and how."""
    lines = [
        f"lstm-conformance {header.suite_version} · SPEC version {header.spec_version} · tier {header.tier}"
        f" · base seed {header.base_seed} · reference in float64, numpy {header.numpy}"
    ]
    for environment in header.environments:
        lines += [
            f"  {environment.implementation}: {_ran_with(environment)}",
            f"    paths: {', '.join(environment.paths)}",
        ]
    return lines + [f"  {name}: not run, {reason}" for name, reason in header.not_installed.items()]


def declared(session: Session) -> None:
    """Let a session know what the suite's own adapters declare, without starting a host or importing a framework."""
    for name in IMPLEMENTATIONS:
        reason = Candidate(BY_NAME, name).missing()
        if reason is None:
            session.hellos[name] = manifest.declared(name)
        else:
            session.absent[name] = reason


def listed(session: Session, *, asked: bool = True) -> list[str]:
    """Implementations, wrong LSTMs, requirements and rules, for a reader. asked: the hosts have told who they are."""
    version, rules = specification()
    return [
        "implementations" + ("" if asked else ", as declared: what the installed versions lack is not asked of them"),
        *_implementations(session),
        "",
        "wrong LSTMs: --implementation mutants tests all, --implementation mutants:NAME one of them",
        *_rows((f"mutants:{family}", f"{len(names)}, {names[0]} …") for family, names in FAMILIES.items()),
        "",
        "requirements: what an adapter may claim",
        *_rows(REQUIREMENTS.items()),
        "",
        f"rules: SPEC version {version}",
        *_rows((rule.number, rule.title) for rule in rules.values()),
    ]


def _implementations(session: Session) -> Iterator[str]:
    for name, hello in session.hellos.items():
        if name in session.broken:
            yield f"  {name}: broken, {session.broken[name]}"
            continue
        alone = "; tested only where it is named" if name in IMPLEMENTATIONS and name not in unnamed() else ""
        yield f"  {name}: {_versions(hello)}{alone}"
        yield from _offers(hello)
    yield from (f"  {name}: {reason}" for name, reason in session.absent.items())


def _offers(hello: Hello) -> Iterator[str]:
    """A line for every path, and one for what all of them claim."""
    shared = [word for word in hello.claims if all(word in offer.claims for offer in hello.offers)]
    for offer in hello.offers:
        more = [word for word in offer.claims if word not in shared]
        yield (
            f"    path {offer.path}: {' '.join(offer.dtypes)}, cost {offer.cost}"
            + (f", only {' '.join(offer.only)}" if offer.only else "")
            + (f", claims also {' '.join(more)}" if more else "")
        )
    yield f"    claims: {' '.join(shared) or 'nothing'}"


def _versions(hello: Hello) -> str:
    return ", ".join(f"{name} {version}" for name, version in hello.versions.items())


def _rows(pairs: Iterable[tuple[str, str]]) -> list[str]:
    rows = list(pairs)
    width = max((len(name) for name, _ in rows), default=0)
    return [f"  {name:<{width}}  {text}" for name, text in rows]


def _ran_with(environment: Environment) -> str:
    """Packages, Python, device and threads, as far as there are any."""
    known = [f"{name} {version}" for name, version in environment.packages.items()]
    known += [f"Python {environment.python}"] if environment.python else []
    threads = "1 thread" if environment.threads == 1 else f"up to {environment.threads} threads"
    known += [environment.device, threads] if environment.threads else []
    return ", ".join(known) or "did not start"
