"""How the tests of the suite itself are spread: the long files first, and the longest one in parts."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from lstm_conformance.suites.meta.outside import ROOT, run
from lstm_conformance.suites.meta.spreading import LONG, SPLIT, WholeFiles, place

META = Path(__file__).parent
PLUGIN = "lstm_conformance.suites.meta.spreading"

LONGEST = "suites/meta/test_end_to_end.py::test_it"


def test_the_long_files_exist() -> None:
    """A file that was renamed would come last again."""
    assert [name for name in (*LONG, *SPLIT) if not (META / name).is_file()] == []
    assert len(set(LONG)) == len(LONG)


def test_the_longest_come_first() -> None:
    """All others keep their order behind them."""
    ids = ["a/test_b.py::test_a", "a/test_adapters.py::test_a", "a/test_a.py::test_a", LONGEST]

    assert sorted(ids, key=place) == [ids[3], ids[1], ids[0], ids[2]]


@pytest.mark.parametrize(
    ("nodeid", "scope"),
    [
        ("a/test_b.py::test_a", "a/test_b.py"),
        ("a/test_b.py::test_a[b]", "a/test_b.py"),
        ("a/test_b.py::TestA::test_a[b]", "a/test_b.py"),
        (f"{LONGEST}[torch.nn.LSTM]", "suites/meta/test_end_to_end.py[torch.nn.LSTM]"),
        (LONGEST, "suites/meta/test_end_to_end.py["),
    ],
)
def test_a_file_stays_together(nodeid: str, scope: str) -> None:
    """But for one that may be split, by its parameters."""
    assert WholeFiles.__new__(WholeFiles)._split_scope(nodeid) == scope


def test_two_workers_share_the_longest_file(tmp_path: Path) -> None:
    """Each part with one of them, before anything else is begun, though another file has more tests."""
    long = "".join(f"@pytest.mark.parametrize('a', 'xy')\ndef test_{k}(a): time.sleep(0.2)\n" for k in range(4))
    (tmp_path / "test_end_to_end.py").write_text(f"import time\nimport pytest\n{long}", "utf-8")
    (tmp_path / "test_a.py").write_text("".join(f"def test_{k}(): pass\n" for k in range(20)), "utf-8")

    done = run([sys.executable, "-m", "pytest", "-p", PLUGIN, "-v", "-n", "2", "--dist", "loadfile"], tmp_path)

    ran = re.findall(r"^\[(gw\d)\] .*(test_\w+\.py)::\w+(?:\[(\w)\])?", done.output, re.MULTILINE)
    assert done.status == 0
    assert len({worker for worker, _, part in ran if part == "x"}) == 1
    assert {worker for worker, file, _ in ran if file == "test_end_to_end.py"} == {"gw0", "gw1"}
    assert {file for _, file, _ in ran[:2]} == {"test_end_to_end.py"}


def test_make_spreads_them_so() -> None:
    """Else the plugin has nothing to say."""
    makefile = (ROOT / "Makefile").read_text("utf-8")

    assert "pytest suites/claims suites/meta -m 'not deep' -n $(WORKERS) --dist loadfile" in makefile
    assert "pytest suites/claims suites/meta -m deep -n $(WORKERS) --dist loadfile" in makefile
