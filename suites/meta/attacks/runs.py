"""Runs whose disk is full, whose results are somebody else's, whose console knows no UTF-8, and that are killed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lstm_conformance.reports.records.files import Results, Writer
from lstm_conformance.reports.records.journals import hold
from lstm_conformance.suites.meta import fakes
from lstm_conformance.suites.meta.attacks.files import HOSTILE
from lstm_conformance.suites.meta.attacks.trying import attack, command, suite, unsaid
from lstm_conformance.suites.meta.killing import ASKED, Killing
from lstm_conformance.suites.meta.outside import SUITE
from lstm_conformance.suites.meta.records import a_check, a_failure, a_header, written

KILLS = 50

CHECKS, EACH, BASE = 100_000, 1000, 100_000_000
"""Checks of a large file; bytes of memory that each may take, and that a command takes without any."""

MEASURED = """\
import resource, sys
from lstm_conformance.__main__ import main
status = main(sys.argv[1:])
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


@attack(quick=True)
def elsewhere(folder: Path) -> Iterator[str]:
    """Results where there is no folder, and where another run writes its own."""
    (folder / "file").touch()
    words = ["test", "-q", "--implementation", f"{fakes.__file__}:NumpyLSTM"]
    done = suite(folder, *words, "--results", "file/results.jsonl")
    yield from unsaid(done, "nothing is run: the results cannot be written", status=2)
    with (folder / "results.jsonl.1.journal").open("w") as other:
        hold(other)
        done = suite(folder, *words, "--results", "results.jsonl")
        yield from unsaid(done, "process 1 is writing them: wait for it, or name another file", status=2)
    if left := {each.name for each in folder.iterdir()} - {"file", "results.jsonl.1.journal"}:
        yield f"leaves {left}"


@attack()
def full(folder: Path) -> Iterator[str]:
    """A disk that is full from the beginning, in the midst of the run, and at its end."""
    for number, kilobytes in enumerate((10, 90, 200)):
        here = folder / str(number)
        here.mkdir()
        limited = f"ulimit -f {kilobytes}; trap '' XFSZ; exec \"$@\""
        words = [*SUITE, *ASKED, "--results", "results.jsonl"]
        done = command(["bash", "-c", limited, "bash", *words], here)
        if kilobytes == 10:
            yield from unsaid(done, "nothing is run: the results cannot be written", status=2)
        else:
            yield from unsaid(done, "could not be written", "814 pass", status=3)
        if left := sorted(each.name for each in here.iterdir() if each.suffix != ".journal"):
            yield f"{kilobytes} kB: leaves {left}"


@attack()
def consoles(folder: Path) -> Iterator[str]:
    """Consoles that know neither Greek nor arrows."""
    one = written(folder / "1.jsonl", a_check(0), a_check(1))
    other = written(folder / "2.jsonl", a_check(0, budget=0.9), a_failure(1, message="σ → tanh ✗ \u4f60"))
    for encoding in ("ascii", "cp1252", "latin-1"):
        for words, status in ((["compare", str(one), str(other)], 1), (["test", "--list"], 0)):
            done = (
                suite(folder, *words, "--implementation", "mutants:state_kept", PYTHONIOENCODING=encoding)
                if ("--list" in words)
                else suite(folder, *words, PYTHONIOENCODING=encoding)
            )
            yield from (f"{encoding}: {each}" for each in unsaid(done, status=status))


@attack()
def edited_and_resumed(folder: Path) -> Iterator[str]:
    """A journal with orders, and with checks that the run does not plan, is gone on with, and is red."""
    suite(folder, *ASKED, "-k", "small_plain", "--results", "whole.jsonl")
    whole = Results.read(folder / "whole.jsonl")
    header = replace(whole.header, problems=("the run was killed: this is what it had judged until then",))
    with Writer(folder / "results.jsonl", header, journal=True) as journal:
        told = replace(whole.checks[0], message=HOSTILE, detail={"error": HOSTILE, "text": HOSTILE})
        journal.write(replace(told, verdict="error", budget=None, measure=None))
        journal.write(replace(whole.checks[0], rule="1.1"))
        journal.unfinished.rename(folder / "results.jsonl.1.journal")
    done = suite(folder, *ASKED, "-k", "small_plain", "--resume", "results.jsonl.1.journal")
    yield from unsaid(done, "that this run does not", status=1)
    if "\x1b[2J" in done.output or any(line.startswith("::") or "##[" in line for line in done.output.splitlines()):
        yield f"gives orders to a terminal, or to CI: {done.output[-500:]!r}"


@attack()
def a_million(folder: Path) -> Iterator[str]:
    """Results of 100,000 checks take report and compare at most 1 kB of memory each."""
    for name, worse in (("1.jsonl", 1.0), ("2.jsonl", 0.5)):
        with Writer(folder / name, a_header()) as writer:
            for number in range(CHECKS):
                where = f"T{number % 997}-B3"
                writer.write(a_check(number, configuration=where, budget=worse * (number % 100) / 101, nodeid=where))
            writer.finish(planned=CHECKS, seconds=1)
    for words, files in ((["report", "1.jsonl", "page.html"], 1), (["compare", "1.jsonl", "2.jsonl"], 2)):
        done = command([sys.executable, "-c", MEASURED, *words], folder)
        (peak,) = done.after("peak")
        if int(peak) > BASE + EACH * CHECKS:
            yield f"{words[0]}: {int(peak):,} bytes for {CHECKS:,} checks in each of {files} files"


@attack()
def killed(folder: Path) -> Iterator[str]:
    """A run that is killed fifty times at random moments and goes on each time."""
    if sys.platform != "linux":
        return
    killing = Killing.of(folder)
    for _ in range(KILLS):
        killing.kill()
    killing.finish()
    yield from killing.wrong
