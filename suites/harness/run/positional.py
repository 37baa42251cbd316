"""What stands on the command line without an option: files of pytest, or what to test."""

from __future__ import annotations

import os
import re

import pytest

from lstm_conformance.fixtures.implementations import entry_of
from lstm_conformance.suites.harness.plan import mutant_names
from lstm_conformance.suites.harness.run.candidates import BY_NAME
from lstm_conformance.suites.harness.run.options import ALONE, ROOT
from lstm_conformance.suites.harness.run.refusing import refused

SUITES = ROOT / "suites"


def take_names(config: pytest.Config) -> None:
    """Take for `--implementation` what stands alone and is no file, so that `test mine.py:Mine` tests it.

    Raises pytest.UsageError for a file that there is not, or in which `lstm-conformance test` finds no checks: before
    a framework is imported.
    """
    words = getattr(config.option, "file_or_dir", None) or []  # there are none where --help was said
    modules = config.getoption("pyargs", False)
    names = [word for word in words if _means_one(word) or not (modules or _is_file(word, config))]
    if names:
        config.getoption(BY_NAME).extend(names)
        config.option.file_or_dir = [word for word in words if word not in names]
        every = [str(config.rootpath / path) for path in config.getini("testpaths")]
        config.args[:] = config.option.file_or_dir or every


def _means_one(word: str) -> bool:
    """Whether a word can be nothing but an implementation, whatever files there are."""
    named = entry_of(word) is not None or mutant_names.is_meant(word)
    return named or ("::" not in word and re.search(r":[^\W\d]\w*$", word) is not None)


def _is_file(word: str, config: pytest.Config) -> bool:
    """Whether pytest finds checks there; if not, it is a name that nobody knows."""
    here = config.invocation_params.dir
    path, _, item = word.partition("::")
    file = here / path
    if file.exists() and (file.is_relative_to(SUITES) or not config.getoption(ALONE)):
        return True
    if file.suffix == ".py" and (file.exists() or not item):
        absent = "" if file.exists() else f"there is no such file (the current folder is {here}); "
        own = f"{path}:{item or 'CLASS'}"
        raise refused(f"{word}: {absent}to test a layer of your own, name its class behind one colon: {own}")
    if file.exists() or item or os.sep in word:
        raise refused(f"{word}: there are no checks there (the current folder is {here})")
    return False
