"""The command `lstm-conformance`, also `python -m lstm_conformance`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import pytest

from lstm_conformance.reports import page

USAGE = """\
usage: lstm-conformance test [options of the suite and of pytest]   test implementations
       lstm-conformance test --list                                 list implementations, requirements and rules
       lstm-conformance report RESULTS OUT                          make a page of the results of a run
       lstm-conformance --version

options of test that are wanted most:
  --implementation path/to/file.py:Class    test this adapter; also package.module:Class, or a name of the list
  --implementation-command 'COMMAND'        test what this command starts, in any language
  --results FILE                            write the record of every check
  --case ID                                 repeat one check
  --help                                    all others
"""

SUITES = Path(__file__).resolve().with_name("suites")

USAGE_STATUS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the first word says. The exit status is 0 if nothing is red, 1 if something is, 2 for a wrong usage."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    verb = words[0] if words else ""
    if verb in {"--help", "-h"}:
        sys.stdout.write(USAGE)
        return 0
    if verb == "--version":
        sys.stdout.write(f"lstm-conformance {version('lstm-conformance')}\n")
        return 0
    if verb not in VERBS:
        sys.stderr.write(f"{USAGE}\nlstm-conformance: expected test or report, came {verb or 'nothing'}\n")
        return USAGE_STATUS
    return VERBS[verb](words[1:])


def test(options: Sequence[str]) -> int:
    """Run the suites that are installed with the package, whatever the current folder and the environment hold."""
    os.environ.pop("PYTEST_ADDOPTS", None)  # it was meant for other tests, and may need a plugin that is not loaded
    status = pytest.main([*ALONE, "-p", "lstm_conformance.suites.plugin", *WHAT, *options])
    return USAGE_STATUS if status == pytest.ExitCode.USAGE_ERROR else int(status)


VERBS: Mapping[str, Callable[[Sequence[str]], int]] = {"test": test, "report": page.main}

# Neither the configuration nor the conftest.py of the current folder is read, no plugin loaded that happens to be
# installed, and nothing written beside the package: no cache, no rewritten modules.
ALONE = [
    f"--config-file={SUITES / 'installed.ini'}",
    f"--rootdir={SUITES.parent}",
    "--noconftest",
    "--disable-plugin-autoload",
    "-p",
    "xdist",
    "-p",
    "no:cacheprovider",
    "--assert=plain",
]

WHAT = ["--import-mode=importlib", f"--ignore={SUITES / 'meta'}", str(SUITES)]


if __name__ == "__main__":
    sys.exit(main())
