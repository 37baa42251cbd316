"""Claims settled: what a process saw of each, and whether it is the verdict that the table has."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from lstm_conformance.fixtures.claims import Claim, claims
from lstm_conformance.fixtures.hosting import children
from lstm_conformance.fixtures.hosting.process import ONE_THREAD
from lstm_conformance.reports.records.claims import Claimed, ClaimRun, ClaimsReport
from lstm_conformance.suites.claims.environments import ENVIRONMENTS, HERE, Environment
from lstm_conformance.suites.claims.judging import judged, under
from lstm_conformance.suites.claims.sources import file_of, prelude, snippet
from lstm_conformance.suites.harness.judge.rules import specification

SECONDS = 600.0
"""How long the claims of one file may take."""

SETTINGS = ("KERAS", "TF_", "TORCH", "PYTORCH", "JAX", "XLA", "CUDA", "ONEDNN", "CLAIMS_", "PYTHON")
"""What the names of the user's variables begin with that claims must not be led by."""

Pythons = Mapping[str, Path]
"""The Pythons that the user names, by environment."""

Seen = dict[str, Any]
"""What was seen of a claim: its facts, what was printed, the error if there was one, and the versions."""


def claimed(claim: Claim, runs: Sequence[ClaimRun]) -> Claimed:
    """The record of a claim: what the table says of it, and what was seen."""
    source, rules = claims().source_of(claim), specification()[1]
    return Claimed(
        id=claim.id,
        question=claim.question,
        words=claim.words,
        sentence=claim.sentence,
        source=source.title,
        link=source.link,
        speaks_of=source.speaks_of,
        verdict=claim.verdict,
        condition=claim.condition,
        why=claim.why,
        rules={number: rules[number].title for number in claim.rules},
        runs=list(runs),
    )


def settled(
    wanted: Iterable[Claim], pythons: Pythons | None = None, through: Callable[[list[Any]], Iterable[Any]] = iter
) -> ClaimsReport:
    """All runs of these claims, as many processes at once as there are processors.

    through: what counts the environments.
    """
    asked = list(wanted)
    runs: dict[tuple[str, str], ClaimRun] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        work = [pool.submit(settle, name, asked, pythons or {}) for name in ENVIRONMENTS]
        for future in through(work):
            runs |= future.result()
    records = [claimed(claim, [runs[claim.id, name] for name in claim.where]) for claim in asked]
    files = dict.fromkeys(name for environment in ENVIRONMENTS.values() for name in environment.files)
    return ClaimsReport(claims=records, first=claims().first, preludes={name: prelude(HERE / name) for name in files})


def settle(name: str, asked: Iterable[Claim], pythons: Pythons) -> dict[tuple[str, str], ClaimRun]:
    """The runs of those claims that an environment settles, by claim and environment."""
    environment = ENVIRONMENTS[name]
    here = [claim for claim in asked if name in claim.where]
    python = environment.python(pythons.get(name))
    if python is None:
        lack = f"{' or '.join(environment.packages) or environment.what} is not installed: name a Python that has it"
        told = f"{lack}, lstm-conformance claims --python {name}=PATH"
        return {
            (c.id, name): ClaimRun(environment=name, due=c.where[name], state="not-run", message=told) for c in here
        }
    seen: dict[str, Seen] = {}
    for file, ids in _by_file(environment, here).items():
        seen |= heard(python, environment, file, ids)
    return {(claim.id, name): held(claim, name, seen[claim.id]) for claim in here}


def _by_file(environment: Environment, here: Iterable[Claim]) -> dict[Path, list[str]]:
    """The claims of each file. Raises LookupError for one without a function."""
    files: dict[Path, list[str]] = {}
    for claim in here:
        file = file_of(claim.id, environment.files)
        if file is None:
            raise LookupError(f"expected a function {claim.id.lower()} in {' or '.join(environment.files)}, came none")
        files.setdefault(file, []).append(claim.id)
    return files


def heard(python: Path, environment: Environment, file: Path, ids: list[str]) -> dict[str, Seen]:
    """What a process saw of claims of a file; of one that ended badly, that of each."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    with tempfile.TemporaryDirectory() as folder:  # where Keras has no keras.json
        out = Path(folder, "seen.npz")
        quiet = {"KERAS_HOME": folder, "TF_CPP_MIN_LOG_LEVEL": "3"}
        command: list[str | Path] = [python, "-W", "ignore", HERE / "witness.py", file, out, *ids]
        try:
            ended = children.run(
                command, seconds=SECONDS, env={**own, **ONE_THREAD, **quiet, **environment.variables}, cwd=Path(folder)
            )
            told = ended.errors
        except (children.TimedOut, OSError) as error:
            told = str(error)
        if not out.exists():
            return {claim: {"facts": [], "output": "", "error": told, "versions": {}} for claim in ids}
        with np.load(out) as archive:
            return _judged({name: archive[name] for name in archive.files})


def _judged(arrays: dict[str, Any]) -> dict[str, Seen]:
    """What was seen, with the verdicts of the reference in their places."""
    seen = json.loads(str(arrays.pop("seen")))
    by_claim: dict[str, Seen] = seen["claims"]
    for name, claim in by_claim.items():
        claim["versions"] = seen["versions"]
        for number, fact in enumerate(claim["facts"]):
            if "judge" in fact:
                verdict = judged(fact["judge"], under(arrays, f"{name}/{number}/"))
                fact["truth"] = verdict.right
                line = verdict.sentence(fact["what"])
                claim["output"] = claim["output"].replace(f"\0judge {number}\0", line)
    return by_claim


def held(claim: Claim, environment: str, seen: Seen) -> ClaimRun:
    """What was seen of a claim, held against the verdict that is due."""
    came, due = "" if seen["error"] else verdict_of(seen["facts"]), claim.where[environment]
    file = file_of(claim.id, ENVIRONMENTS[environment].files)
    return ClaimRun(
        environment=environment,
        due=due,
        state="proved" if came == due else "refuted",
        seen=came,
        message="" if came == due else _difference(due, came, seen),
        versions=seen["versions"],
        code=snippet(file, claim.id) if file else "",
        output=seen["output"],
    )


def verdict_of(facts: Iterable[Mapping[str, Any]]) -> str:
    """true, true-if or false; empty where the facts say none of these.

    A claim holds if it holds each time; under a condition if it does under it, and never beyond it.
    """
    sides: dict[bool, set[bool]] = {True: set(), False: set()}
    for fact in facts:
        sides[fact["beyond"]].add(fact["truth"])
    known = [({True}, set(), "true"), ({True}, {False}, "true-if"), ({False}, set(), "false")]
    return next((verdict for *both, verdict in known if both == [sides[False], sides[True]]), "")


def _difference(due: str, came: str, seen: Seen) -> str:
    if seen["error"]:
        return f"expected {due}, came an error: {seen['error'].strip()}"
    told = "; ".join(
        f"{'beyond, ' if fact['beyond'] else ''}{fact['what'].rstrip(' :')}: {fact['truth']}" for fact in seen["facts"]
    )
    return f"expected {due}, came {came or 'no verdict'}: {told or 'it said nothing'}"
