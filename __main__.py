"""The command `lstm-conformance`, also `python -m lstm_conformance`."""

from __future__ import annotations

import sys

import pytest

USAGE = "usage: lstm-conformance test [options of pytest and of the suite]"


def main(arguments: list[str] | None = None) -> int:
    """Run the suites that are installed with the package; give pytest's exit status."""
    verb, *options = (arguments or sys.argv[1:]) or ["--help"]
    if verb != "test":
        sys.stderr.write(USAGE + "\n")
        return 0 if verb == "--help" else 2
    plugin = ["-p", "lstm_conformance.suites.plugin", "--import-mode=importlib"]
    return int(pytest.main([*plugin, "--pyargs", "lstm_conformance.suites", *options]))


if __name__ == "__main__":
    sys.exit(main())
