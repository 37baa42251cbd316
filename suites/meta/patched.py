"""Frameworks with a line of their flag handling changed: whether the crossing finds it, which has no rule for a flag.

`make patched` changes the line in a copy of the installed package, and runs rules 20.1 and 21.7 on the copy.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from lstm_conformance.reports.records.results import RED, Check
from lstm_conformance.suites.meta.running import Run, conformance

CROSSED = ("--ignore=suites/meta", "-k", "test_flags_together or test_dropout_goes_together")


class Patch(NamedTuple):
    """A line of a file of a package, and what stands there instead; the implementation that runs it."""

    implementation: str
    file: str
    line: str
    instead: str


PATCHES: Mapping[str, Patch] = {
    "the mask is not reversed with the sequence": Patch(
        "keras.layers.LSTM",
        "keras/src/backend/tensorflow/rnn.py",
        "                mask = tf.reverse(mask, [0])",
        "                pass",
    ),
    "the given state is ignored by a stateful layer": Patch(
        "keras.layers.LSTM",
        "keras/src/layers/rnn/rnn.py",
        "        if initial_state is None:",
        "        if initial_state is None or self.stateful:",
    ),
    "what dropout keeps is not rescaled": Patch(
        "keras.layers.LSTM",
        "keras/src/layers/rnn/dropout_rnn_cell.py",
        "                ones, rate=dropout_rate, seed=self.seed_generator",
        "                ones * (1 - dropout_rate), rate=dropout_rate, seed=self.seed_generator",
    ),
    "the wrapper forgets the mask of the backward layer": Patch(
        "keras.layers.Bidirectional",
        "keras/src/layers/rnn/bidirectional.py",
        '            kwargs["mask"] = mask',
        "            pass",
    ),
}
"""By what is wrong then."""


def copy_with(patch: Patch, folder: Path) -> None:
    """Put the package into the folder, with its line changed.

    Raises LookupError if the package is not installed, or its file does not have the line exactly once.
    """
    package = patch.file.partition("/")[0]
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LookupError(f"expected the package {package} to be installed")
    shutil.copytree(Path(spec.origin).parent, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / patch.file
    lines = file.read_text("utf-8").split("\n")
    if lines.count(patch.line) != 1:
        raise LookupError(
            f"expected {patch.file} to have this line once, not {lines.count(patch.line)} times: {patch.line}"
        )
    file.write_text("\n".join(patch.instead if line == patch.line else line for line in lines), "utf-8")


def crossed(patch: Patch, folder: Path) -> Run:
    """The run of the crossing on the changed copy, which stands before the installed package."""
    before = {"PYTHONPATH": os.pathsep.join([os.fspath(folder), *filter(None, [os.environ.get("PYTHONPATH")])])}
    return conformance(folder, "--implementation", patch.implementation, of=("suites", *CROSSED), environment=before)


def smallest(check: Check) -> str:
    """To which configuration a failing one was reduced."""
    found = (check.detail or {}).get("smallest") or {}
    return str(found.get("configuration", check.configuration))


def main() -> int:
    """Try every patch. 1 if one is not found."""
    missed = False
    for sentence, patch in PATCHES.items():
        with TemporaryDirectory() as folder:
            copy_with(patch, Path(folder))
            results = crossed(patch, Path(folder)).results
        red = [check for check in results.checks if check.verdict in RED]
        missed |= not red
        print(f"{sentence}: {len(red)} of {len(results.checks)} configurations of {patch.implementation} are red")
        for each in sorted({smallest(check) for check in red}, key=lambda name: (len(name), name))[:3]:
            print(f"  {each}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
