"""What `lstm-conformance test` would do, played: the name of the implementation says how it ends.

`fine`, `red`, `crashing`, `lazy` (writes nothing), `stillborn` (does not start), `hanging` until somebody ends it,
`slow`, which says how far it is.
Every run is written into `tested.txt` of the current folder. `releases` fails rule 2.1 in some versions of a package.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites.harness.run import pace
from lstm_conformance.suites.meta.records import a_check, a_failure, written

SLOW = 1.0
"""Seconds that those who wait are to be told something in."""


def main(words: list[str]) -> int:
    """Test one implementation."""
    name, python, results = (words[words.index(option) + 1] for option in ("--implementation", "--python", "--results"))
    with Path("tested.txt").open("a", encoding="utf-8") as tested:
        print(name, file=tested)
    if name == "hanging" and not Path("go").exists():
        unfinished = Path("hangs.part")
        unfinished.write_text(str(os.getpid()), "utf-8")
        unfinished.replace("hangs")
        time.sleep(60)
    if name == "crashing":
        print("Fatal: the suite has met its end")
        os.abort()
    if name == "slow":
        print(pace.how_far(500, 1000, 0, 7.0), flush=True)
        time.sleep(SLOW)
    if name != "lazy":
        written(Path(results), check_of(name, Path(python)))
    return int(name != "fine")


def check_of(name: str, python: Path) -> Check:
    """The only check of an implementation."""
    if name == "stillborn":
        return a_check(implementation=name, path="start", verdict="error", message="it does not start")
    if name == "releases":
        return of_release(python.parents[1])
    return a_failure(implementation=name) if name == "red" else a_check(implementation=name)


def of_release(environment: Path) -> Check:
    """What the release in the environment gives, as `broken.txt` says: a verdict for some, others pass."""
    (line,) = (environment / "packages.txt").read_text("utf-8").splitlines()
    verdicts: Mapping[str, str] = dict(each.split() for each in Path("verdicts.txt").read_text("utf-8").splitlines())
    verdict = verdicts.get(line.partition("==")[2], "pass")
    return a_check(implementation="releases", verdict=verdict, message=f"{line} {verdict}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
