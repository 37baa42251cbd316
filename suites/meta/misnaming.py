"""A program that answers in names of its own: `python -m lstm_conformance.suites.meta.misnaming NAME INSTEAD`.

NAME is a key, or, with a slash, the beginning of names of arrays; without INSTEAD what is called so is left out.
"""

from __future__ import annotations

import sys
from typing import TypeVar

from lstm_conformance.fixtures.hosting.server import RequestHandler
from lstm_conformance.fixtures.hosting.wire import EndOfStream, read_message, write_message
from lstm_conformance.suites.meta.fakes import NumpyLSTM

Named = TypeVar("Named")


def misnamed(named: dict[str, Named], name: str, instead: str) -> dict[str, Named]:
    """The same under the other name."""
    meant = {key for key in named if key == name or ("/" in name and key.startswith(name))}
    renamed = {instead + key[len(name) :]: named[key] for key in meant if instead}
    return {key: value for key, value in named.items() if key not in meant} | renamed


def main(name: str, instead: str = "") -> None:
    """Answer until nobody asks."""
    handler = RequestHandler(NumpyLSTM())
    while True:
        try:
            fields, arrays = handler.handle(*read_message(sys.stdin.buffer))
        except EndOfStream:
            return
        write_message(sys.stdout.buffer, misnamed(fields, name, instead), misnamed(arrays, name, instead))


if __name__ == "__main__":
    main(*sys.argv[1:])
