"""Attacks, and what is looked for behind each of them: whatever it was about, nothing may be left of it."""

from __future__ import annotations

import os
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from lstm_conformance.fixtures.hosting import children
from lstm_conformance.suites.meta.killing import MARK, living
from lstm_conformance.suites.meta.outside import SUITE, Done
from lstm_conformance.suites.meta.running import apart

PATIENCE = 300.0
"""Seconds that one command may take."""

LARGEST_LOG = 1_500_000
"""Characters that a run may print, whatever hosts say."""

LINES = 12
"""Lines of a traceback that are printed."""

Trying = Callable[[Path], Iterator[str]]


class Attack(NamedTuple):
    """An attack in a folder: it yields a sentence for everything that breaks. quick: it takes a second or two."""

    name: str
    trying: Trying
    quick: bool


ATTACKS: list[Attack] = []


def attack(*, quick: bool = False) -> Callable[[Trying], Trying]:
    """Add an attack, named by its docstring."""

    def add(trying: Trying) -> Trying:
        ATTACKS.append(Attack((trying.__doc__ or "").partition("\n")[0].rstrip("."), trying, quick))
        return trying

    return add


def suite(folder: Path, *words: str, **environment: str) -> Done:
    """Run `lstm-conformance` in a folder."""
    return command([*SUITE, *words], folder, **environment)


def command(words: list[str], folder: Path, **environment: str) -> Done:
    """Run a command in a folder."""
    ended = apart(words, folder, {MARK: os.fspath(folder), **environment}, PATIENCE)
    return Done(ended.status, ended.output)


def unsaid(done: Done, *sentences: str, status: int) -> Iterator[str]:
    """What is wrong with the end of a command: its status, a sentence that it does not say, a traceback, its length."""
    if done.status != status:
        yield f"expected status {status}, came {done.status}: {done.output[-500:]}"
    yield from (
        f"does not say {sentence!r}: {done.output[-500:]}" for sentence in sentences if sentence not in done.output
    )
    if "INTERNALERROR" in done.output or "Traceback (most recent call last)" in done.output:
        yield f"ends with a traceback: {done.output[-500:]}"
    if len(done.output) > LARGEST_LOG:
        yield f"prints {len(done.output):,} characters"


def broken(tried: Attack) -> list[str]:
    """What breaks in an attack; its end is looked at as well."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        try:
            found = list(tried.trying(folder))
        except children.TimedOut as error:
            found = [f"hangs: {error}"]
        except Exception:
            found = ["\n".join(traceback.format_exc().splitlines()[-LINES:])]
        left = list(living(folder))
        return [*found, *([f"processes live on: {', '.join(left)}"] if left else [])]


def carried_out(attacks: Iterable[Attack]) -> tuple[int, int]:
    """Try them, print what becomes of each, and count: attacks tried, and those that broke something."""
    tried = wrong = 0
    for each in attacks:
        began = time.monotonic()
        found = broken(each)
        tried, wrong = tried + 1, wrong + bool(found)
        print(f"{'BROKE' if found else 'held ':<6} {each.name}  ({time.monotonic() - began:.0f} s)", flush=True)
        print("".join(f"       {line}\n" for sentence in found for line in sentence.splitlines()), end="", flush=True)
    print(f"{tried} attacks tried, {tried - wrong} held, {wrong} broke")
    return tried, wrong
