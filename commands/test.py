"""`lstm-conformance test`: run the suites that are installed with the package."""

from __future__ import annotations

import argparse
import os
import sys
from binascii import crc32
from pathlib import Path

import pytest

from lstm_conformance.commands import Subparsers

SUITES = Path(__file__).resolve().parents[1] / "suites"

USAGE_STATUS = 2

# Neither the configuration nor the conftest.py of the current folder is read, no plugin loaded that happens to be
# installed, and nothing written beside the package: no rewritten modules. Pytest says nothing of itself.
APART = [
    f"--config-file={SUITES / 'installed.ini'}",
    f"--rootdir={SUITES.parent}",
    "--noconftest",
    "--disable-plugin-autoload",
    "-p",
    "xdist",
    "--assert=plain",
    "--no-header",
    "-rN",
]

PLUGIN = ["-p", "lstm_conformance.suites.harness.run.plugin"]

WHAT = ["--import-mode=importlib", f"--ignore={SUITES / 'meta'}", str(SUITES)]


def declare(subparsers: Subparsers) -> None:
    """Words that pytest reads, `--help` as well."""
    purpose = "test implementations; --list lists them, --help names all options"
    nothing = "\0"  # no word begins with it, so that none is taken for an option
    parser = subparsers.add_parser("test", help=purpose, add_help=False, prefix_chars=nothing)
    parser.add_argument("words", nargs="*")


def run(arguments: argparse.Namespace) -> int:
    """Run them, whatever the current folder and the environment hold."""
    os.environ.pop("PYTEST_ADDOPTS", None)  # it was meant for other tests, and may need a plugin that is not loaded
    status = pytest.main([*APART, *_remembering(), *PLUGIN, "--alone", *WHAT, *arguments.words])
    return USAGE_STATUS if status == pytest.ExitCode.USAGE_ERROR else int(status)


def _remembering() -> list[str]:
    """Where it is kept which checks failed in this folder, for `--lf`; nowhere, if it cannot be."""
    try:
        kept = _caches() / "lstm-conformance" / f"failures-{crc32(os.fsencode(Path.cwd())):08x}"
        kept.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # there is no current folder any more, or nobody's home
        return ["-p", "no:cacheprovider"]
    return ["-o", f"cache_dir={kept}"]


def _caches() -> Path:
    """The user's folder for what can be made again."""
    if told := os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA"):
        return Path(told)
    home = Path("~").expanduser()
    return home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
