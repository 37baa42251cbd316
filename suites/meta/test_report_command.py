"""`lstm-conformance report` writes what it is asked for, or says in one sentence why not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.reports.changes.history import NIGHTS, read_nights
from lstm_conformance.reports.records.files import Output, Results, write
from lstm_conformance.reports.records.kinds import PAGE
from lstm_conformance.reports.records.reading import read
from lstm_conformance.reports.records.results import SCHEMA_VERSION, Check
from lstm_conformance.suites.meta.records import a_check, a_failure, written
from lstm_conformance.suites.meta.stories import an_environment, full_header


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A results file."""
    return written(tmp_path / "results.jsonl", a_check(0), a_failure(1), header=full_header(an_environment()))


def a_night(path: Path, day: int, *checks: Check) -> Path:
    """The results of an earlier night."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = full_header(an_environment(), started=f"2026-11-{day:02}T00:00:00Z")
    return written(path, *(checks or (a_check(0), a_check(1))), header=header)


def report(*words: object) -> int:
    """Run the command."""
    return main(["report", *map(str, words)])


def test_it_writes_the_page(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It makes the folder, says where the page is, and leaves nothing else."""
    page = tmp_path / "deep" / "report.html"

    status = report(results, page)

    assert (status, capsys.readouterr().out) == (0, f"report: {page}\n")
    assert "<h1>1 of 1 implementation does not conform" in page.read_text("utf-8")
    assert list(page.parent.iterdir()) == [page]


def test_it_writes_the_same_page_twice(results: Path, tmp_path: Path) -> None:
    """Byte by byte."""
    pages = [tmp_path / name for name in ("a.html", "b.html")]

    assert [report(results, page) for page in pages] == [0, 0]
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_it_writes_what_belongs_beside_the_page(results: Path, tmp_path: Path) -> None:
    """Each where it is asked for."""
    out = tmp_path / "out"
    beside = ["--summary", out / "s.md", "--badge", out / "b.json", "--json", out / "d.json", "--verdicts", out / "v"]

    assert report(results, out / "report.html", *beside) == 0

    assert (out / "s.md").read_text("utf-8").splitlines()[1].startswith("## 1 of 1 implementation")
    assert json.loads((out / "b.json").read_text("utf-8"))["color"] == "red"
    assert json.loads((out / "d.json").read_text("utf-8"))["schema_version"] == 2
    assert [each.name for each in (out / "v").iterdir()] == ["torch.nn.LSTM.txt"]


def test_it_compares_with_a_baseline(results: Path, tmp_path: Path) -> None:
    """Which may be a folder of results."""
    a_night(tmp_path / "before" / "torch.jsonl", 20)

    assert report(results, tmp_path / "report.html", "--baseline", tmp_path / "before") == 0
    assert "1 rule newly fails on torch.nn.LSTM 2.13.0 since 2026-11-20 00:00." in (tmp_path / "report.html").read_text(
        "utf-8"
    )


def test_it_keeps_a_night_and_reads_it_again(results: Path, tmp_path: Path) -> None:
    """In a small file of its date, beside nights that were kept as results; the run itself may be in the folder."""
    nights, old = tmp_path / "nights", tmp_path / "old.html"
    a_night(nights / "a.jsonl", 18, a_check(0), a_failure(1))
    a_night(nights / "b" / "torch.jsonl", 19)
    yesterday = a_night(tmp_path / "yesterday.jsonl", 20)
    assert report(yesterday, old, "--night", nights) == 0
    shutil.copy(results, nights)

    assert report(results, tmp_path / "report.html", "--history", nights, "--json", tmp_path / "d.json") == 0

    history = json.loads((tmp_path / "d.json").read_text("utf-8"))["history"]
    assert [night[:10] for night in history["nights"]] == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert history["letters"]["2.1"] == ["fpp"]
    assert (nights / "2026-11-20.json").is_file()


def test_it_looks_back_a_fortnight(tmp_path: Path) -> None:
    """The last nights, the oldest first."""
    for day in range(1, NIGHTS + 5):
        a_night(tmp_path / f"{30 - day}.jsonl", day)

    nights = read_nights(tmp_path, "2026-11-18T00:00:00Z")

    assert [night.started[8:10] for night in nights] == [f"{day:02}" for day in range(4, 18)]


def test_several_files_are_one_report(results: Path, tmp_path: Path) -> None:
    """One for each environment."""
    other = written(tmp_path / "o.jsonl", a_check(0), header=full_header(an_environment(version="2.12.0")))

    assert report(results, other, tmp_path / "report.html") == 0
    assert "1 of 2 implementation versions does not conform" in (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "No such file"),
        ("{}", "expected the header of a results file, but line 1 is none"),
        ("cut", "expected a footer, but the last complete line is line 2; run again"),
        ("other schema", f"expected schema version {SCHEMA_VERSION}, got 99; read it with lstm-conformance 0.1.0"),
        ("the same again", "expected another run than that of"),
    ],
)
def test_it_refuses_what_it_cannot_show(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, sentence: str
) -> None:
    """One sentence and exit status 2, and no page that could be taken for one."""
    lines = results.read_text("utf-8").splitlines(keepends=True)
    contents = {
        "cut": "".join(lines[:2]),
        "other schema": "".join(lines).replace(f'"schema_version": {SCHEMA_VERSION}', '"schema_version": 99'),
        "the same again": "".join(lines),
    }
    bad, page = tmp_path / "bad.jsonl", tmp_path / "report.html"
    bad.write_text(contents.get(content or "", "{}"), "utf-8")
    files = [results, bad] if content == "the same again" else [bad if content else tmp_path / "none.jsonl"]

    status = report(*files, page)

    assert status == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert sentence in said
    assert not page.exists()


def test_an_older_page_stays_when_the_new_one_cannot_be_made(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is replaced as a whole or not at all."""
    page = tmp_path / "report.html"
    page.write_text("older", "utf-8")
    monkeypatch.setattr("lstm_conformance.commands.report.render", lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        report(results, page)

    assert page.read_text("utf-8") == "older"


def test_files_are_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under another name until they are."""
    monkeypatch.setattr(Path, "replace", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        write(Output(tmp_path / "a.txt", PAGE, "text"))

    assert not (tmp_path / "a.txt").exists()


def test_a_report_of_one_file_is_its_own(results: Path) -> None:
    """Reading several begins with one."""
    assert read([results]).runs == {"results": Results.read(results)}
