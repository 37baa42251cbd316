"""The command `lstm-conformance`, also `python -m lstm_conformance`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from lstm_conformance.commands import (
    BadInput,
    Command,
    claims,
    compare,
    diagnose,
    findings,
    matrix,
    report,
    test,
    track,
    upgrade,
    vectors,
)
from lstm_conformance.reports.publish.console import spell_out_the_rest
from lstm_conformance.reports.records.visible import say

COMMANDS: Mapping[str, Command] = {
    "test": test,
    "report": report,
    "compare": compare,
    "upgrade": upgrade,
    "findings": findings,
    "track": track,
    "diagnose": diagnose,
    "vectors": vectors,
    "matrix": matrix,
    "claims": claims,
}

WANTED = """\
options of test that are wanted most:
  --implementation path/to/file.py:Class    test this adapter; also package.module:Class, or a name of the list
  --implementation-command 'COMMAND'        test what this command starts, in any language
  --results FILE                            write the record of every check
  --case ID                                 repeat one check
  --list                                    list implementations, requirements and rules
  --help                                    name all others
"""

BAD_INPUT_STATUS = 2

BROKEN_PIPE_STATUS = 141
"""128 and the number of SIGPIPE, as a shell has it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the first word says. The exit status is 0 if nothing is wrong, 1 if something is, 2 for bad input."""
    spell_out_the_rest()
    parsed = parser().parse_args(arguments)
    try:
        status = COMMANDS[parsed.command].run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:  # what reads the output, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE_STATUS
    except BadInput as error:
        say(f"lstm-conformance {parsed.command}: {error}", wrong=True)
        return BAD_INPUT_STATUS
    return status


def parser() -> argparse.ArgumentParser:
    """What can be said to `lstm-conformance`."""
    top = argparse.ArgumentParser(
        prog="lstm-conformance",
        description="Tells whether an implementation of the LSTM computes an LSTM.",
        epilog=WANTED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {version('lstm-conformance')}")
    subparsers = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS.values():
        command.declare(subparsers)
    return top


if __name__ == "__main__":
    sys.exit(main())
