"""Whether verdicts depend on the order of the checks: `make orders`.

The quick tier of each implementation is run in the order of the files, reversed, and in three random orders.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from lstm_conformance.suites.harness.run.ordering import OF_FILES, REVERSED
from lstm_conformance.suites.meta.running import EVERYTHING, Run, conformance

IMPLEMENTATIONS = ("torch.nn.LSTM", "keras.layers.LSTM")
ORDERS = (OF_FILES, REVERSED, "1", "2", "3")


def in_all_orders(options: Sequence[str], folder: Path, of: Sequence[str] = EVERYTHING) -> dict[str, Run]:
    """The runs of these files with these options, by order."""
    runs = {}
    for order in ORDERS:
        (folder / order).mkdir()
        runs[order] = conformance(folder / order, *options, "--order", order, "--tb=no", "-rN", of=of)
    return runs


def differing(verdicts: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """A sentence for every check that has not the same verdict in every order; verdicts: by order and id."""
    first, *others = verdicts
    for order in others:
        for check in sorted({*verdicts[first], *verdicts[order]}):
            a, b = (verdicts[each].get(check, "no record") for each in (first, order))
            if a != b:
                yield f"{check}: {a} in the order {first}, {b} in the order {order}"


def main(arguments: Sequence[str]) -> int:
    """Run the implementations that are named. 1 if a verdict depends on the order."""
    parser = argparse.ArgumentParser(prog="make orders", description=__doc__)
    parser.add_argument("implementation", nargs="*", default=IMPLEMENTATIONS)
    depends = False
    for name in parser.parse_args(arguments).implementation:
        with TemporaryDirectory() as folder:
            verdicts = {
                order: run.verdicts() for order, run in in_all_orders(["--implementation", name], Path(folder)).items()
            }
        found = list(differing(verdicts))
        depends |= bool(found)
        print(
            "\n".join([f"{name}: {len(verdicts[OF_FILES])} checks, {len(found)} verdicts depend on the order", *found])
        )
    return depends


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
