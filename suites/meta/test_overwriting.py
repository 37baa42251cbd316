"""No command writes over a file of another kind than the one that it writes; then nothing at all is touched."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.commands.matrix.night import Night
from lstm_conformance.fixtures.vectors.collection import VectorSet
from lstm_conformance.fixtures.vectors.errors import Occupied as OccupiedFolder
from lstm_conformance.fixtures.vectors.writing import write as write_vectors
from lstm_conformance.reports.mutation_score import kills
from lstm_conformance.reports.records import kinds
from lstm_conformance.reports.records.cells import CellResult
from lstm_conformance.reports.records.errors import Occupied
from lstm_conformance.reports.records.files import Output, write
from lstm_conformance.reports.records.kinds import Kind, check_vacant
from lstm_conformance.suites.meta import fakes
from lstm_conformance.suites.meta.matrices import a_cell
from lstm_conformance.suites.meta.outside import conformance
from lstm_conformance.suites.meta.records import a_check, written
from lstm_conformance.suites.meta.stories import an_environment, full_header

ADAPTER = "class TinyLSTM:\n    name = 'tiny_lstm.LSTM'\n"
OF_OTHERS: Mapping[str, str] = {
    "a program": ADAPTER,
    "Markdown": "## How to install\n\n| a | b |\n| --- | --- |\n",
    "JSON": '{"schema_version": 1, "name": "somebody else\'s"}\n',
    "a list": "[1, 2]\n",
    "HTML": "<!doctype html>\n<html><head><title>My garden</title></head></html>\n",
    "XML": '<?xml version="1.0"?>\n<project/>\n',
    "numbers": "1.0 2.0\n",
    "a title": "# torch.nn.LSTM 2.13.0\n\nWhat I think of it.\n",
}

REPORT = ("report", "{results}", "{page}")
COMPARE = ("compare", "{results}", "{results}")
KILLS = ("kills", "{results}", "{out}")
WRITING: Mapping[str, tuple[tuple[str, ...], Kind]] = {
    "report PAGE": (("report", "{results}", "{out}"), kinds.PAGE),
    "report --summary": ((*REPORT, "--summary", "{out}"), kinds.SUMMARY),
    "report --badge": ((*REPORT, "--badge", "{out}"), kinds.BADGE),
    "report --json": ((*REPORT, "--json", "{out}"), kinds.DOCUMENT),
    "report --night": ((*REPORT, "--night", "{folder}"), kinds.NIGHT),
    "report --verdicts": ((*REPORT, "--verdicts", "{folder}"), kinds.VERDICT_LIST),
    "compare --markdown": ((*COMPARE, "--markdown", "{out}"), kinds.CHANGES_SUMMARY),
    "compare --json": ((*COMPARE, "--json", "{out}"), kinds.CHANGES),
    "kills": (KILLS, kinds.KILLS),
}
"""Every option that names a file or a folder to write to, but for those of `test`, `matrix` and `vectors`."""

IN_A_FOLDER = {"report --night": "2026-11-21.json", "report --verdicts": "torch.nn.LSTM.txt"}


def command(name: str, folder: Path, out: Path) -> int:
    """Run a command whose option names this file, or the folder that it is in."""
    results = folder / "results.jsonl"
    if not results.exists():
        written(results, a_check(0), header=full_header(an_environment()))
    places = {"results": results, "page": folder / "page.html", "out": out, "folder": out.parent}
    words = [word.format(**places) for word in WRITING[name][0]]
    return kills.main(words[1:]) if words[0] == "kills" else main(words)


def target(name: str, folder: Path) -> Path:
    """The file that a command writes."""
    return folder / "out" / IN_A_FOLDER.get(name, "out.txt")


def contents(folder: Path) -> dict[Path, bytes]:
    """Everything in a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", WRITING)
def test_a_file_of_somebody_else_stays(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One sentence, exit status 2, and nothing is written beside it either."""
    out = target(name, tmp_path)
    out.parent.mkdir()
    written(tmp_path / "results.jsonl", a_check(0), header=full_header(an_environment()))
    for text in OF_OTHERS.values():
        out.write_text(text, encoding="utf-8")
        before = contents(tmp_path)

        assert command(name, tmp_path, out) == 2
        said = capfd.readouterr()
        assert said.err.count("\n") == 1
        assert f"{out}: expected {WRITING[name][1].name} or no file" in said.err
        assert contents(tmp_path) == before


@pytest.mark.parametrize("name", WRITING)
def test_what_was_written_is_written_over(name: str, tmp_path: Path) -> None:
    """So is an empty file."""
    out = target(name, tmp_path)
    out.parent.mkdir()
    out.touch()

    assert [command(name, tmp_path, out) == 2 for _ in range(2)] == [False, False]
    assert out.stat().st_size


def test_no_kind_is_taken_for_another(tmp_path: Path) -> None:
    """What one command writes is to all others a file of somebody else."""
    found = {}
    for name, (_, kind) in WRITING.items():
        command(name, tmp_path, target(name, tmp_path))
        found[kind] = target(name, tmp_path).read_bytes()
        target(name, tmp_path).unlink()
    found[kinds.RESULTS] = (tmp_path / "results.jsonl").read_bytes()
    found[kinds.CELLS] = json.dumps([{"id": "a", "tier": "supported"}]).encode()
    found[kinds.DEFINITIONS] = b'# cells\n\n[[cell]]\nid = "torch"\n'
    found[kinds.JUNIT] = b'<?xml version="1.0" encoding="utf-8"?><testsuites/>'

    taken = {(a.name, b.name) for a in found for b in found if a.begins(found[b])}

    assert taken == {(kind.name, kind.name) for kind in found}


def test_a_forgotten_page_costs_no_results(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """`report a.jsonl b.jsonl` without PAGE."""
    files = [tmp_path / name for name in ("a.jsonl", "b.jsonl")]
    for file in files:
        written(file, a_check(0), header=full_header(an_environment()))
    before = contents(tmp_path)

    assert main(["report", *map(str, files)]) == 2
    assert "b.jsonl: expected a page of `lstm-conformance report` or no file" in capfd.readouterr().err
    assert contents(tmp_path) == before


def test_one_file_cannot_be_two(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever it is called twice."""
    results = written(tmp_path / "a.jsonl", a_check(0), header=full_header(an_environment()))
    page, same = tmp_path / "out", tmp_path / "x" / ".." / "out"

    assert main(["report", str(results), str(page), "--json", str(same)]) == 2
    assert "expected a file for each, came the same" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == [results]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it points to is written."""
    file, link = tmp_path / "deep" / "page.html", tmp_path / "page.html"
    link.symlink_to(file)

    write(Output(link, kinds.PAGE, "<!doctype html>"))

    assert link.is_symlink()
    assert file.read_text("utf-8") == "<!doctype html>"


@pytest.mark.parametrize("path", ["/dev/null", "."])
def test_what_is_no_file_is_not_replaced(path: str) -> None:
    """A device, a folder."""
    with pytest.raises(Occupied, match="expected a file to write to, and this is none"):
        check_vacant([(Path(path), kinds.PAGE)])


class TestTest:
    """`lstm-conformance test` says so before it tests anything."""

    @pytest.mark.parametrize("option", ["--results", "--junitxml"])
    @pytest.mark.parametrize("text", [ADAPTER, "## Notes\n"])
    def test_an_adapter_stays(self, option: str, text: str, tmp_path: Path) -> None:
        """`--results conformance.py` is the next word after `--implementation`."""
        file = tmp_path / "conformance.py"
        file.write_text(text, encoding="utf-8")

        done = conformance(tmp_path, "--implementation", f"{fakes.__file__}:NumpyLSTM", option, file)

        assert done.status == 2
        assert "ERROR: nothing is run: " in done.output
        assert f"{file}: expected a" in done.output
        assert contents(tmp_path) == {file: text.encode()}

    def test_results_are_written_over_results(self, tmp_path: Path) -> None:
        """And JUnit files over JUnit files."""
        words = ["--implementation", f"{fakes.__file__}:NumpyLSTM", "-k", "small_plain"]
        words += ["--results", "a.jsonl", "--junitxml", "a.xml"]

        assert [conformance(tmp_path, *words).status for _ in range(2)] == [0, 0]


class TestMatrix:
    """A night is written into a folder of its own, or over an earlier run of it."""

    def add(self, folder: Path) -> Night:
        """A night with one cell that was not tested."""
        night = Night(folder)
        cell = CellResult(**vars(a_cell("torch-2.6")) | {"outcome": "crashed", "reason": "it did"})
        log = night.unfinished(cell.id).with_suffix(".log")
        log.parent.mkdir(parents=True)
        log.write_text("it crashed", "utf-8")
        night.add(cell, "0" * 64)
        night.clear_up()
        return night

    def test_a_night_is_gone_on_with(self, tmp_path: Path) -> None:
        """Its own files are no others'."""
        night = self.add(tmp_path)

        night.check_vacant(["torch-2.6", "torch-2.13"])
        assert {path.name for path in tmp_path.iterdir()} >= {"cells.json", "torch-2.6.cell.json", "torch-2.6.log"}

    @pytest.mark.parametrize("name", ["cells.json", "torch-2.6.jsonl", "torch-2.6.cell.json", "torch-2.6.log"])
    def test_other_files_stay(self, name: str, tmp_path: Path) -> None:
        """Nothing is built."""
        (tmp_path / name).write_text("{}", encoding="utf-8")

        with pytest.raises(Occupied, match=f"{name}: expected "):
            Night(tmp_path).check_vacant(["torch-2.6"])


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir], ids=["a file", "a folder"])
def test_vectors_are_written_into_a_folder_of_their_own(make: Callable[[Path], None], tmp_path: Path) -> None:
    """What is in it may be vectors."""
    make(tmp_path / "mine")

    with pytest.raises(OccupiedFolder, match="name a folder that is empty or new"):
        write_vectors(tmp_path, VectorSet(name="some", vectors=()))
