"""What stands on the command line without an option: files of pytest, or what to test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lstm_conformance.suites.harness.run.candidates import BY_NAME
from lstm_conformance.suites.harness.run.options import ALONE, ROOT
from lstm_conformance.suites.harness.run.refusing import refused


def take_names(config: pytest.Config) -> None:
    """Take for `--implementation` what stands alone and is no file, so that `test mine.py:Mine` tests it.

    Raises pytest.UsageError for a file that there is not, or in which `lstm-conformance test` finds no checks: before
    a framework is imported.
    """
    words = getattr(config.option, "file_or_dir", None) or []  # there are none where --help was said
    names = [] if config.getoption("pyargs", False) else [word for word in words if _is_name(word, config)]
    if names:
        config.getoption(BY_NAME).extend(names)
        config.option.file_or_dir = [word for word in words if word not in names]
        every = [str(config.rootpath / path) for path in config.getini("testpaths")]
        config.args[:] = config.option.file_or_dir or every


def _is_name(word: str, config: pytest.Config) -> bool:
    """Whether a word names an implementation; if not, it is a file that pytest knows."""
    here = config.invocation_params.dir
    file = here / word.split("::", maxsplit=1)[0]
    if file.exists() and (file.is_relative_to(ROOT) or not config.getoption(ALONE)):
        return False
    if file.suffix == ".py" and "::" not in word:
        absent = "" if file.exists() else f"there is no such file (the current folder is {here}); "
        raise refused(f"{word}: {absent}to test a layer of your own, name its class, too: {Path(word).name}:CLASS")
    if file.exists() or "::" in word or (os.sep in word and ":" not in word):
        raise refused(f"{word}: there are no checks there (the current folder is {here})")
    return True
