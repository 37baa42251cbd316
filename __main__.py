"""The command `lstm-conformance`, also `python -m lstm_conformance`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import cast

from lstm_conformance.commands import BadInput, Command
from lstm_conformance.reports.publish.console import spell_out_the_rest
from lstm_conformance.reports.records.visible import say

COMMANDS = ("test", "report", "compare", "upgrade", "findings", "track", "diagnose", "vectors", "matrix", "claims")
"""Each is a module of `commands`, which is imported where it is wanted: some need what takes longer than their work."""

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
    words = sys.argv[1:] if arguments is None else arguments
    parsed = parser(named(words)).parse_args(words)
    try:
        status = command(parsed.command).run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:  # what reads the output, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE_STATUS
    except BadInput as error:
        say(f"lstm-conformance {parsed.command}: {error}", wrong=True)
        return BAD_INPUT_STATUS
    return status


def named(words: Sequence[str]) -> Sequence[str]:
    """The command that the first word names; all of them, where it names none."""
    return [name for name in COMMANDS if [name] == list(words[:1])] or COMMANDS


def command(name: str) -> Command:
    """The module of a command."""
    return cast("Command", import_module(f"lstm_conformance.commands.{name}"))


def parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """What can be said to `lstm-conformance`, or to the commands of these names."""
    top = argparse.ArgumentParser(
        prog="lstm-conformance",
        description="Tells whether an implementation of the LSTM computes an LSTM.",
        epilog=WANTED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {version('lstm-conformance')}")
    subparsers = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in names:
        command(name).declare(subparsers)
    return top


if __name__ == "__main__":
    sys.exit(main())
