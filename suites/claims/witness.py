"""Runs the claims of one file in a process of its own, and writes what each of them saw.

    python witness.py FILE OUT ID…

FILE holds a function for every claim, named by its id, and `seed`. OUT becomes an archive of NumPy: `seen`, a text of
JSON, and the arrays that the reference is to judge. A function may take three arguments:

    claim(*words, truth)    prints like `print`; what stands last is whether the claim holds, under its condition
    beyond(*words, truth)   the same where the condition is not met
    judge(what, layout, weights, x, y, states, …)   hands over arrays; whether an LSTM gave them is judged elsewhere

It knows nothing of the suite, and needs no more than NumPy and Python 3.7: old frameworks need an old Python.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import io
import json
import platform
import sys
import traceback
import zlib
from pathlib import Path
from typing import Any, Callable

import numpy as np

PACKAGES = ("torch", "keras", "tf_keras", "tensorflow", "onnx", "onnxruntime")
"""Whose versions are told, where they are imported."""


class Witness:
    """What one claim saw: facts in the order in which they came, and the arrays of those that are to be judged."""

    def __init__(self) -> None:
        self.facts: list[dict[str, Any]] = []
        self.arrays: dict[str, Any] = {}

    def claim(self, *words: Any) -> None:
        """Note whether the claim holds, and print."""
        self._note(words, beyond=False)

    def beyond(self, *words: Any) -> None:
        """Note whether it holds where its condition is not met, and print."""
        self._note(words, beyond=True)

    def judge(
        self,
        what: str,
        layout: str,
        weights: list[dict[str, Any]],
        x: Any,
        y: Any,
        states: Any = (),
        *,
        time_major: bool = False,
        beyond: bool = False,
        **options: Any,
    ) -> None:
        """Hand over the weights of every layer, inputs (B, T, I) and outputs (B, T, H), and the final (h, c) of each.

        The place of the verdict in what is printed is marked by the number of the fact. options: of the layers, beside
        their sizes. `y` may be the last outputs alone, (B, H), and states that are not returned are None or left out.
        """
        number = len(self.facts)
        given = {"x": x, "y": y}
        given.update((f"w/{k}/{name}", a) for k, layer in enumerate(weights) for name, a in layer.items())
        seen = ((k, pair) for k, pair in enumerate(states) if pair)
        given.update((f"s/{k}/{name}", a) for k, pair in seen for name, a in zip("hc", pair))
        self.arrays.update((f"{number}/{name}", np.asarray(a)) for name, a in given.items())
        about = {"layout": layout, "layers": len(weights), "time_major": time_major, "options": options}
        self.facts.append({"what": what, "beyond": beyond, "judge": about})
        print(mark(number))

    def _note(self, words: tuple[Any, ...], *, beyond: bool) -> None:
        truth = words[-1]
        if not isinstance(truth, (bool, np.bool_)):
            raise TypeError(f"expected a claim to end with True or False, came {truth!r}")
        print(*words)
        self.facts.append({"what": " ".join(map(str, words[:-1])), "beyond": beyond, "truth": bool(truth)})


def mark(number: int) -> str:
    """The line that stands for a verdict that is not known yet."""
    return f"\0judge {number}\0"


def loaded(path: str) -> Any:
    """The module in a file."""
    spec = importlib.util.spec_from_file_location("claims", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def heard(module: Any, name: str) -> dict[str, Any]:
    """What a claim saw and printed, its arrays, and the last lines of what it raised."""
    witness, printed, error = Witness(), io.StringIO(), ""
    function: Callable[..., None] = getattr(module, name.lower())
    module.seed(zlib.crc32(name.encode()) % 2**31)
    try:
        with contextlib.redirect_stdout(printed):
            function(**{argument: getattr(witness, argument) for argument in inspect.signature(function).parameters})
    except Exception:  # whatever it is, it is told
        error = traceback.format_exc(limit=-2)
    return {"facts": witness.facts, "output": printed.getvalue(), "error": error, "arrays": witness.arrays}


def versions() -> dict[str, str]:
    """Of Python and of every package that was imported."""
    there = {name: getattr(sys.modules.get(name), "__version__", None) for name in PACKAGES}
    return {"Python": platform.python_version(), **{name: version for name, version in there.items() if version}}


def main(path: str, out: str, *names: str) -> None:
    """Run them."""
    sys.path.pop(0)  # what stands beside this file is not for frameworks to import
    module = loaded(path)
    told = {name: heard(module, name) for name in names}
    arrays = {f"{name}/{key}": a for name, claim in told.items() for key, a in claim.pop("arrays").items()}
    seen = json.dumps({"versions": {**versions(), **getattr(module, "VERSIONS", {})}, "claims": told})
    part = Path(out + ".part")
    with part.open("wb") as file:
        np.savez(file, seen=np.array(seen), **arrays)
    part.replace(out)  # what is there is whole


if __name__ == "__main__":
    main(*sys.argv[1:])
