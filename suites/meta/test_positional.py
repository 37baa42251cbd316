"""What stands on the command line without an option."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lstm_conformance.suites.harness.run.options import ALONE, ROOT
from lstm_conformance.suites.harness.run.positional import take_names

SUITES = str(ROOT / "suites")


def _taken(here: Path, *words: str, alone: bool = False, pyargs: bool = False) -> tuple[list[str], list[str]]:
    """What is tested, and what pytest collects."""
    chosen: dict[str, Any] = {"--implementation": ["first"], ALONE: alone, "pyargs": pyargs}
    config: Any = SimpleNamespace(
        option=SimpleNamespace(file_or_dir=list(words)),
        args=list(words),
        invocation_params=SimpleNamespace(dir=here),
        rootpath=ROOT,
        getoption=chosen.get,
        getini={"testpaths": ["suites"]}.__getitem__,
    )
    take_names(config)
    return chosen["--implementation"], config.args


@pytest.mark.parametrize("name", ["mine.py:Mine", "sub/mine.py:Mine", "torch.nn.LSTM", "mine:Mine", "mutants:gates"])
def test_a_name_needs_no_option(tmp_path: Path, name: str) -> None:
    """With the suites, as the command gives them, or without, as pytest is given nothing else."""
    assert _taken(tmp_path, SUITES, name, alone=True) == (["first", name], [SUITES])
    assert _taken(tmp_path, name) == (["first", name], [SUITES])


def test_a_name_is_one_whatever_else_there_is(tmp_path: Path) -> None:
    """A folder that is called so, or modules among the words."""
    (tmp_path / "torch.nn.LSTM").mkdir()
    assert _taken(tmp_path, SUITES, "torch.nn.LSTM", alone=True) == (["first", "torch.nn.LSTM"], [SUITES])
    assert _taken(tmp_path, "suites.chapter", "mine.py:Mine", pyargs=True) == (
        ["first", "mine.py:Mine"],
        ["suites.chapter"],
    )


def test_files_stay_with_pytest(tmp_path: Path) -> None:
    """Those that are there; the command looks for checks in the suites alone."""
    (tmp_path / "test_mine.py").touch()
    words = [f"{SUITES}/test_01_outputs.py::test_every_output_is_finite", "test_mine.py"]
    assert _taken(tmp_path, *words) == (["first"], words)
    assert _taken(tmp_path, words[0], alone=True) == (["first"], words[:1])


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("mine.py", "mine.py: to test a layer of your own, name its class behind one colon: mine.py:CLASS"),
        ("mine.py::Mine", "name its class behind one colon: mine.py:Mine"),
        (f"{ROOT}/fixtures/examples/python/conformance.py", "name its class behind one colon"),
        ("sub/none.py", "there is no such file .* name its class behind one colon: sub/none.py:CLASS"),
        ("none.py::test_it", "there are no checks there"),
        ("sub/none", "there are no checks there"),
        (".", "there are no checks there"),
    ],
)
def test_what_is_neither_is_told(tmp_path: Path, word: str, sentence: str) -> None:
    """Before anything starts."""
    (tmp_path / "mine.py").touch()
    with pytest.raises(pytest.UsageError, match=sentence):
        _taken(tmp_path, SUITES, word, alone=True)
