"""Hosts that crash, hang, flood, lie, and give orders to those who read logs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from lstm_conformance.reports.records.files import Results
from lstm_conformance.suites.meta.attacks.trying import attack, suite, unsaid

LARGEST_RESULTS = 3_000_000
"""Bytes of results of a few dozen checks, whatever hosts say."""

BEGINNING = """\
import ctypes, os, signal, subprocess, sys
from lstm_conformance.suites.meta.fakes import NumpyLSTM

"""

ADAPTER = """\
class {name}(NumpyLSTM):
    name = "{name}"

    def call(self, built, x, states):
        {body}
        return super().call(built, x, states)

"""

CRASHING = {
    "Segfaults": "os.kill(os.getpid(), signal.SIGSEGV)",
    "Aborts": "os.abort()",
    "Leaves": "os._exit(3)",
    "LeavesAChild": "os.fork() or (os.setsid(), os.execvp('sleep', ['sleep', '600'])); os._exit(3)",
    "ClosesItsPipes": "os.closerange(0, 100)",
    "Recurses": "self.call(built, x, states)",
}

FLOODING = {
    "SaysAMegabyte": "raise ValueError('x' * 1_000_000)",
    "SaysWhatNobodySees": "raise ValueError('\\U000e0001' * 100_000)",
    "RaisesWhatHasALongName": "raise type('E' * 900_000, (Exception,), {})('x')",
}

ORDERING = {
    "Orders": r"raise ValueError('\x1b[2J\x07\n::error title=owned::owned\n##[error]owned\n::stop-commands::x')",
}

RIGHT = {
    "FloodsStderr": "os.write(2, b'x' * 2_000_000)",
    "PrintsGarbage": "os.write(1, b'{}\\n' * 1000)",
    "LeavesTheSession": "subprocess.Popen(['sleep', '600'], start_new_session=True)",
}

HANGING = {
    "Loops": "while True: pass",
    "HoldsTheLock": "ctypes.PyDLL(None).sleep(3000)",
    "StopsItself": "os.kill(os.getpid(), signal.SIGSTOP)",
}

PROGRAM = """\
import json, os, sys
sys.stdin.readline()
hello = {"id": 1, "ok": True, "protocol": 2, "implementation": "a program", "layout": "torch", "dtypes": ["float32"],
         "paths": ["eager"], "claims": [], "versions": {}, "python": "", "device": "cpu", "threads": 1, "arrays": []}
kind = sys.argv[1]
if kind == "keys":
    hello = dict({f"key {n}": n for n in range(60_000)}, id=1, arrays=[])
elif kind == "name":
    hello["implementation"] = "n" * 900_000
elif kind == "packages":
    hello["versions"] = {f"package {n}": "1" for n in range(40_000)}
elif kind == "paths":
    hello["paths"] = [f"path {n}" for n in range(50_000)]
elif kind == "contract":
    hello["contract"] = {"like": "x" * 900_000}
elif kind == "bytes":
    hello["arrays"] = [{"name": "a", "dtype": "float64", "shape": [10**15], "nbytes": 8 * 10**15}]
line = json.dumps(hello)
if kind == "deep":
    line = "[" * 500_000
elif kind == "endless":
    try:
        for _ in range(50):
            os.write(1, b"x" * 1_000_000)
    except OSError:
        sys.exit(0)
elif kind == "binary":
    line = "\\x00\\x1b[31m" * 1000
sys.stdout.write(line + chr(10))
sys.stdout.flush()
sys.stdin.readline()
"""

KINDS = ("keys", "name", "packages", "paths", "contract", "bytes", "deep", "endless", "binary")


def asked(folder: Path, bodies: Mapping[str, str], *options: str, status: int) -> Iterator[str]:
    """Ask some rules of these adapters in one run; every check must have a record, and results and log be small."""
    text = BEGINNING + "\n".join(ADAPTER.format(name=name, body=body) for name, body in bodies.items())
    (folder / "hostile.py").write_text(text, encoding="utf-8")
    words = [word for name in bodies for word in ("--implementation", f"hostile.py:{name}")]
    done = suite(folder, "test", "-q", "--tier", "small", "--results", "results.jsonl", *words, *options)
    yield from unsaid(done, status=status)
    yield from seen(folder, set(bodies), status)
    if "\x1b" in done.output or any(line.startswith("::") or "##[" in line for line in done.output.splitlines()):
        yield f"gives orders to a terminal, or to CI: {done.output[-500:]!r}"


def seen(folder: Path, names: set[str], status: int) -> Iterator[str]:
    """What is wrong with the results of a run of these implementations."""
    path = folder / "results.jsonl"
    results = Results.read(path)
    found = {check.implementation for check in results.checks}
    if found != names or results.missing:
        yield f"expected checks of {names} and none missing, came {found}, {results.missing} missing"
    if status == 1 and (
        green := names - {check.implementation for check in results.checks if check.verdict == "error"}
    ):
        yield f"is not called an error: {green}"
    if path.stat().st_size > LARGEST_RESULTS:
        yield f"writes {path.stat().st_size:,} bytes of results"


@attack(quick=True)
def crashing(folder: Path) -> Iterator[str]:
    """Hosts that crash, leave, leave children with their pipes, and recurse for ever."""
    yield from asked(folder, CRASHING, "-k", "small_plain", status=1)


@attack(quick=True)
def ordering(folder: Path) -> Iterator[str]:
    """Hosts whose exceptions give orders to terminals and to CI."""
    yield from asked(folder, ORDERING, "-k", "small_plain", status=1)


@attack(quick=True)
def in_this_process(folder: Path) -> Iterator[str]:
    """Adapters in the suite's own process that give orders, and raise what is no Exception."""
    base = {"RaisesItsOwn": ORDERING["Orders"].replace("ValueError(", "type('Own', (BaseException,), {})(")}
    yield from asked(folder, ORDERING | base, "--in-process", "-k", "small_plain", status=1)


@attack()
def flooding(folder: Path) -> Iterator[str]:
    """Hosts that say megabytes in every exception."""
    bodies = {name: f"if len(x) > 3: {body}" for name, body in FLOODING.items()}
    yield from asked(folder, bodies, "-k", "small_plain or final or every_output", status=1)


@attack()
def right(folder: Path) -> Iterator[str]:
    """Right adapters that flood stderr, print garbage, and leave processes behind in other sessions."""
    yield from asked(folder, RIGHT, "-k", "final or small_plain", status=0)


@attack()
def hanging(folder: Path) -> Iterator[str]:
    """Hosts that loop for ever, hold their interpreter's lock, or stop themselves."""
    yield from asked(folder, HANGING, "-k", "small_plain", "--deadline", "2", status=1)


@attack(quick=True)
def posing(folder: Path) -> Iterator[str]:
    """An adapter that gives itself the name of a framework's."""
    text = BEGINNING + ADAPTER.format(name="Posing", body="pass").replace('name = "Posing"', 'name = "torch.nn.LSTM"')
    (folder / "hostile.py").write_text(text, encoding="utf-8")
    done = suite(folder, "test", "-q", "--implementation", "hostile.py:Posing", "-k", "small_plain")
    yield from unsaid(done, "`name` must not be that of an implementation of the suite", status=1)


@attack()
def programs(folder: Path) -> Iterator[str]:
    """Programs whose first answer has 60,000 keys, a name of 900 kB, petabytes of array, or no end."""
    (folder / "program.py").write_text(PROGRAM, encoding="utf-8")
    for kind in KINDS:
        command = json.dumps(sys.executable) + f" program.py {kind}"
        words = ["--implementation-command", command, "--results", "results.jsonl"]
        done = suite(folder, "test", "-q", "--tier", "small", *words)
        yield from (f"{kind}: {each}" for each in unsaid(done, "expected", status=1) if "does not say" not in each)
        yield from (f"{kind}: {len(done.output):,} characters" for _ in [0] if len(done.output) > 20_000)
        size = (folder / "results.jsonl").stat().st_size
        yield from (f"{kind}: {size:,} bytes of results" for _ in [0] if size > 1_000_000)
