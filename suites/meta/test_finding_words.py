"""What the script of a finding quotes of a manual stands there, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from lstm_conformance.suites.meta.findings import FINDINGS, can_run, docstring, promises
from lstm_conformance.suites.meta.needing import needs

QUOTED = re.compile(r'"([^"]{12,})"')

MANUALS = {
    "keras": ("src",),
    "tf_keras": ("src",),
    "torch": ("nn", "__future__.py"),
    "tensorflow": ("python/ops", "python/framework/random_seed.py"),
}
"""Where the docstrings of a package stand that scripts quote."""

MASKS = "Keras will automatically fetch the mask corresponding to an input and pass it to any layer that knows how to"

ELSEWHERE = {
    f"{MASKS} use it": "https://keras.io/guides/understanding_masking_and_padding/",
    "If not specified - assumed to be 0": "https://onnx.ai/onnx/operators/onnx__LSTM.html",
}
"""Words that no installed Python file has, and the page that has them, which the script names, too."""

UNKNOWN = "no such page"


def plain(text: str) -> str:
    """Words alone: without the marks of a comment, of code and of a quotation, wherever lines end."""
    return " ".join(re.sub(r"[`*\"'#]", "", text).split())


@cache
def manual(package: str) -> str:
    """The text of all files of a package in which docstrings are looked up; nothing is imported."""
    found = find_spec(package)
    root = Path(next(iter(found.submodule_search_locations or ()))) if found else Path()
    files = (file for part in MANUALS[package] for file in [root / part, *(root / part).rglob("*.py")])
    return "\n".join(plain(file.read_text("utf-8")) for file in files if file.is_file())


def unfounded(script: Path) -> Iterator[str]:
    """The quotations of a script that stand in no manual; what it prints itself is no quotation."""
    text = docstring(script)
    own = plain("\n".join(line for promise in promises(script) for line in promise.lines))
    for words in (plain(part).rstrip(".,") for found in QUOTED.findall(text) for part in found.split("[...]")):
        manuals = [own, *map(manual, MANUALS)]
        if ELSEWHERE.get(words, UNKNOWN) not in text and not any(words in each for each in manuals):
            yield words


@needs(*MANUALS)
@pytest.mark.parametrize("script", sorted(FINDINGS.glob("*.py")), ids=lambda path: path.stem)
def test_every_quotation_of_a_finding_stands_in_a_manual(script: Path) -> None:
    """Of the installed versions, or on a page that is named; unless what the script needs is not installed here."""
    assert not can_run(script) or list(unfounded(script)) == []


@needs(*MANUALS)
def test_words_that_nobody_wrote_are_told(tmp_path: Path) -> None:
    """Beside those that stand there."""
    script = tmp_path / "finding.py"
    script.write_text('"""One.\n\n"Random seed for dropout."; "Random seed of the process."\n"""\n', "utf-8")

    assert list(unfounded(script)) == ["Random seed of the process"]
