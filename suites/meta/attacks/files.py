"""Files that are torn, edited, endless or nested, and text that would act on whoever reads it."""

from __future__ import annotations

import contextlib
import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np

from lstm_conformance.__main__ import main
from lstm_conformance.reports.records.errors import ResultsError
from lstm_conformance.reports.records.files import Results
from lstm_conformance.suites.meta.attacks.trying import attack
from lstm_conformance.suites.meta.outside import Done
from lstm_conformance.suites.meta.records import a_check, a_failure, a_header, written

EDITS = 300
"""Random places at which a file is torn, and at which a byte of it is another."""

SOON = 20.0
"""Seconds in which anything that is refused must have been refused."""

HOSTILE = "\x1b[2J\x07\r\n::error::owned\n##[error]owned\n<script>alert(1)</script>\u202e"


def said(*words: str) -> Done:
    """What a command prints in this process, and its status."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            status = main(list(words))
        except SystemExit as left:
            status = left.code if isinstance(left.code, int) else 1
    return Done(status, printed.getvalue())


def refused(what: str, *words: str) -> Iterator[str]:
    """What is wrong unless a command refuses its input soon, in one short sentence."""
    began = time.monotonic()
    done = said(*words)
    if done.status != 2 or "Traceback" in done.output or len(done.output) > 2000:
        yield f"{what}: expected a sentence and status 2, came {done.status}: {done.output[-300:]}"
    if time.monotonic() - began > SOON:
        yield f"{what}: takes {time.monotonic() - began:.0f} s"


def results(folder: Path) -> bytes:
    """A results file of a few checks."""
    path = written(folder / "results.jsonl", *(a_check(n) for n in range(5)), *(a_failure(n) for n in range(5, 9)))
    return path.read_bytes()


@attack(quick=True)
def torn_and_edited(folder: Path) -> Iterator[str]:
    """Results that are torn anywhere, or of which any byte before the footer is another."""
    whole, chance, path = results(folder), Random(0), folder / "damaged.jsonl"
    for _ in range(EDITS):
        place = chance.randrange(1, len(whole) - 2)
        path.write_bytes(whole[:place])
        yield from believed(path, f"torn at byte {place}")
        place = chance.randrange(whole.rindex(b'{"kind": "footer"') - 1)
        other = bytes([whole[place] ^ (1 << chance.randrange(7))])
        path.write_bytes(whole[:place] + other + whole[place + 1 :])
        yield from believed(path, f"byte {place} is {other!r}")


def believed(path: Path, what: str) -> Iterator[str]:
    """Whether a file is read, or its reader ends otherwise than by saying what is wrong."""
    try:
        Results.read(path)
    except ResultsError:
        return
    except Exception as error:
        yield f"{what}: {type(error).__name__}: {error}"
    else:
        yield f"{what}: it is believed"


@attack(quick=True)
def nested(folder: Path) -> Iterator[str]:
    """Results, cells and plans that are nested deeply, are no text, or are empty."""
    night = folder / "night"
    night.mkdir()
    results(night)
    for what, content in {"deep": b"[" * 1_000_000, "bytes": bytes(range(256)) * 100, "empty": b""}.items():
        (folder / "file.jsonl").write_bytes(content)
        yield from refused(f"{what} results", "report", str(folder / "file.jsonl"), str(folder / "page.html"))
        for name in ("cells.json", "plan.json"):
            (night / name).write_bytes(content)
            yield from refused(f"{what} {name}", "report", str(night), str(folder / "page.html"))
            (night / name).unlink()
    if (folder / "page.html").exists():
        yield "a page is written of what was refused"


@attack(quick=True)
def archives(folder: Path) -> Iterator[str]:
    """Archives that become gigabytes, lie about their shapes, or hold pickles."""
    np.savez_compressed(folder / "zeros.npz", x=np.zeros(2**25))
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }".ljust(117) + b"\n"
    with zipfile.ZipFile(folder / "lies.npz", "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(64))
    np.savez(folder / "pickle.npz", x=np.array([object], dtype=object))
    (folder / "short.safetensors").write_bytes((2**62).to_bytes(8, "little") + b"{}")
    for file in sorted(folder.iterdir()):
        yield from refused(file.name, "diagnose", str(file))


@attack(quick=True)
def hostile_text(folder: Path) -> Iterator[str]:
    """Text that acts, in every field of a results file: on the page, in a comparison, in annotations."""
    names = dict.fromkeys(("implementation", "path", "configuration", "nodeid", "message", "measure"), HOSTILE)
    header = a_header(suite_commit=HOSTILE, tier=HOSTILE, not_installed={HOSTILE: HOSTILE})
    header = replace(header, environments=(replace(header.environments[0], implementation=HOSTILE, device=HOSTILE),))
    bad = a_failure(0, **names, detail={"error": HOSTILE, "text": HOSTILE, HOSTILE: HOSTILE})
    good = a_check(0, **{**names, "message": None})
    one, other = written(folder / "1.jsonl", good, header=header), written(folder / "2.jsonl", bad, header=header)
    page, summary = folder / "page.html", folder / "summary.md"
    yield from (
        f"report: {done.output}"
        for done in [said("report", str(other), str(page), "--summary", str(summary))]
        if done.status
    )
    if "<script>alert(1)" in page.read_text("utf-8") or "<script>alert(1)" in summary.read_text("utf-8"):
        yield "a page runs what a host says"
    done = said("compare", str(one), str(other), "--annotations")
    own = "::error title=rule 2.1 newly fails on "
    orders = [line for line in done.output.splitlines() if line.startswith("::") and not line.startswith(own)]
    if "\x1b" in done.output or "\u202e" in done.output or orders or "##[" in done.output:
        yield f"compare gives orders: {done.output!r}"


@attack(quick=True)
def deviations(folder: Path) -> Iterator[str]:
    """Recorded deviations with hundreds of stars, or nested deeply."""
    entry = {"id": "x-1", "implementation": "fakes.NumpyLSTM", "rule": "1.1", "reason": "r", "link": "https://e.org"}
    stars = "*a" * 400 + "*b"
    lines = [f"{name} = {json.dumps(text)}" for name, text in entry.items()]
    lines += ["first_seen = 2026-01-01", "review_by = 2027-01-01", f'configurations = ["{stars}"]', 'kind = "fail"']
    (folder / "stars.toml").write_text("\n".join(["[[deviation]]", *lines]), encoding="utf-8")
    (folder / "deep.toml").write_text("x = " + "[" * 100_000, encoding="utf-8")
    for name in ("stars.toml", "deep.toml"):
        began = time.monotonic()
        done = said("test", "--list", "--implementation", "mutants:state_kept", "--deviations", str(folder / name))
        if "Traceback" in done.output or time.monotonic() - began > SOON:
            yield f"{name}: {time.monotonic() - began:.0f} s, {done.output[-500:]}"
