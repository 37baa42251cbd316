"""The quick share of `make attack`, and that an attack which breaks something is told."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstm_conformance.__main__ import main as command_line
from lstm_conformance.reports.records.visible import harmless
from lstm_conformance.suites.meta.attacks.__main__ import main
from lstm_conformance.suites.meta.attacks.files import HOSTILE, believed, refused
from lstm_conformance.suites.meta.attacks.trying import ATTACKS, Attack, broken, carried_out, unsaid
from lstm_conformance.suites.meta.killing import MARK
from lstm_conformance.suites.meta.outside import ROOT, Done
from lstm_conformance.suites.meta.records import a_check, written


@pytest.mark.skipif(sys.platform == "win32", reason="the hosts of some attacks fork")
@pytest.mark.deep
def test_what_is_quick_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """All of it; the others are tried every night."""
    status = main("--quick")

    printed = capsys.readouterr().out
    assert status == 0, printed
    assert printed.endswith(
        f"{sum(attack.quick for attack in ATTACKS)} attacks tried, {printed.count('held  ')} held, 0 broke\n"
    )


def test_every_attack_says_what_it_is() -> None:
    """In a line of its own, no two in the same."""
    names = [attack.name for attack in ATTACKS]

    assert len(set(names)) == len(names) > 12
    assert all(names)


def a_hole(folder: Path) -> Iterator[str]:
    """Something that does not hold."""
    yield f"{folder.name} is open"


def a_fault(folder: Path) -> Iterator[str]:
    """An attack that raises."""
    yield from ()
    raise RuntimeError(folder.name)


def a_stray(folder: Path) -> Iterator[str]:
    """A process that lives on, for a while, when the one that started it has ended."""
    marked = {**os.environ, MARK: os.fspath(folder)}
    subprocess.run(["sh", "-c", "sleep 20 >/dev/null 2>&1 &"], env=marked, start_new_session=True, check=True)
    yield from ()


@pytest.mark.parametrize(("trying", "said"), [(a_hole, "is open"), (a_fault, "RuntimeError")])
def test_what_breaks_is_told(trying: type, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With its name, and counted."""
    assert carried_out([Attack("one", trying, True), Attack("two", lambda _: iter(()), True)]) == (2, 1)
    printed = capsys.readouterr().out
    assert said in printed
    assert "2 attacks tried, 1 held, 1 broke" in printed
    assert printed.startswith("BROKE  one")


@pytest.mark.deep
@pytest.mark.skipif(sys.platform != "linux", reason="the processes of an attack are told by /proc")
def test_what_lives_on_is_told() -> None:
    """It is found in whatever session it is."""
    assert [each.partition(":")[0] for each in broken(Attack("one", a_stray, True))] == ["processes live on"]


def test_looking_can_fail(tmp_path: Path) -> None:
    """A file that is believed, a command that refuses nothing, an end that says nothing."""
    path = written(tmp_path / "results.jsonl", a_check(0))

    assert list(believed(path, "it")) == ["it: it is believed"]
    assert len(list(refused("it", "report", str(path), str(tmp_path / "page.html")))) == 1
    assert len(list(unsaid(Done(0, "Traceback (most recent call last)"), "sorry", status=1))) == 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n::error::b", "a\n\\x3a:error::b"),
        ("see ##[error] there", "see \\x23#[error] there"),
        ("\x1b[31mred\r", "\\u001b[31mred\\u000d"),
        ("std::vector ✗ σ", "std::vector ✗ σ"),
    ],
)
def test_a_text_of_a_file_orders_nothing(text: str, shown: str) -> None:
    """Nor one that was written by hand."""
    assert harmless(text) == shown


PRINTERS = (
    "commands",
    "reports/changes",
    "reports/mutation_score",
    "reports/page",
    "reports/publish",
    "reports/records",
)
"""The folders whose code prints what others have written."""


def printed_as_it_is(text: str) -> Iterator[str]:
    """What a module prints otherwise than by `say` or `harmless`, but for JSON and what GitHub is told in its words."""
    for node in ast.walk(ast.parse(text)):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if called in {"pytest.UsageError", "print"} or called.endswith((".stdout.write", ".stderr.write")):
            words = ast.unparse(node)
            if "harmless(" not in words and "json.dumps(" not in words:
                yield words


def test_every_command_prints_what_gives_no_orders() -> None:
    """Whatever it repeats, of a file, a host or the command line: `say` makes it visible."""
    files = [ROOT / "__main__.py", *(each for folder in PRINTERS for each in (ROOT / folder).rglob("*.py"))]
    files += (ROOT / "suites" / "harness").rglob("*.py")

    found = {str(file.relative_to(ROOT)): list(printed_as_it_is(file.read_text("utf-8"))) for file in files}

    assert {name: words for name, words in found.items() if words} == {
        "commands/compare.py": ["print(line)"],
        "commands/telling.py": ["print(ERASED, end='', file=sys.stderr, flush=True)"],
        "suites/harness/run/plugin.py": ["sys.stdout.write(f'{help_text()}\\n')"],
    }


def test_a_printer_can_be_found() -> None:
    """In whatever way it prints."""
    text = "print(a)\nsys.stderr.write(b)\nsay(c)\nprint(json.dumps(d))\nraise pytest.UsageError(e)"

    assert list(printed_as_it_is(text)) == ["print(a)", "sys.stderr.write(b)", "pytest.UsageError(e)"]


@pytest.mark.parametrize("words", [["diagnose"], ["claims"], ["findings"], ["track"], ["report", "p.html"]])
def test_no_command_repeats_orders(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Of the name of a file, for one."""
    assert command_line([*words[:1], HOSTILE, *words[1:]]) == 2

    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert not [line for line in said.splitlines() if line.startswith("::") or "##[" in line]
