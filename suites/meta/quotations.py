"""The words of manuals that SPEC.md quotes, and the docstrings that are installed: `python -m` prints what differs.

A quotation is `"words" (`object`)`. The docstrings are read in a process of its own: the suite imports no framework.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import reduce
from typing import NamedTuple

QUOTED = re.compile(r'"(?P<words>[^"]+)" \(`(?P<name>[A-Za-z_][\w.]+)`\)')

PACKAGES = ("torch", "keras", "tf_keras", "tensorflow")


class Quotation(NamedTuple):
    """Words, and the name of the object in whose docstring they stand."""

    words: str
    name: str


def quotations(text: str) -> list[Quotation]:
    """The quotations of installed docstrings in a text."""
    return [Quotation(found["words"], found["name"]) for found in QUOTED.finditer(text)]


def docstring(name: str) -> str:
    """The docstring of an object; of a class also that of its constructor. Raises ImportError, AttributeError."""
    package, _, rest = name.partition(".")
    found = reduce(getattr, rest.split("."), importlib.import_module(package))
    return f"{found.__doc__ or ''}\n{getattr(found, '__init__', found).__doc__ or ''}"


def stands(words: str, text: str) -> bool:
    """Whether words stand in a text, wherever its lines end."""
    return " ".join(words.split()) in " ".join(text.split())


def differing(quoted: Iterable[Quotation]) -> Iterator[str]:
    """A sentence for each that does not stand where it is said to. Imports frameworks."""
    for words, name in quoted:
        if not stands(words, docstring(name)):
            yield f"{name}: no docstring has {words!r}"


def asked(quoted: Iterable[Quotation]) -> list[str]:
    """The sentences of `differing`, from a process of its own."""
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-W", "ignore", "-m", __name__]
    done = subprocess.run(
        command, env=environment, input=json.dumps([*quoted]), capture_output=True, text=True, check=True
    )
    told: list[str] = json.loads(done.stdout.splitlines()[-1])
    return told


if __name__ == "__main__":
    print(json.dumps(list(differing(Quotation(*each) for each in json.load(sys.stdin)))))
