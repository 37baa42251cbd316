"""The documents do what they say: their examples are taken out of the text and run, and their links lead somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from lstm_conformance.__main__ import parser
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.outside import EXAMPLES, NODE, ROOT, SUITE, Done, run

EXAMPLE = EXAMPLES / "python" / "conformance.py"


def blocks(document: str, section: str, language: str) -> list[str]:
    """The blocks of code of a section of a document, in a language ("" for commands), without their indentation."""
    text = (ROOT / document).read_text("utf-8")
    (body,) = re.findall(rf"^##? {section}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    found = re.findall(r"^```(\w*)\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)
    return [code for written_in, code in found if written_in == language]


def commands(text: str) -> list[list[str]]:
    """The commands of the suite in a text, as words for this Python."""
    lines = re.findall(r"lstm-conformance ((?:test|report|diagnose|compare) .*)", text)
    return [[*SUITE, *shlex.split(line)] for line in lines]


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    """A folder with somebody's package, with the adapter of the README, and with the program in JavaScript."""
    shutil.copytree(EXAMPLES / "python" / "tiny_lstm", tmp_path / "tiny_lstm")
    (adapter,) = blocks("docs/test-your-own.md", "Test your own LSTM", "python")
    (tmp_path / "conformance.py").write_text(adapter, "utf-8")
    (tmp_path / "path" / "to").mkdir(parents=True)
    shutil.copy(EXAMPLES / "javascript" / "lstm.js", tmp_path / "path" / "to")
    return tmp_path


@needs("torch")
def test_the_first_lines_pass(tmp_path: Path) -> None:
    """What a reader pastes first."""
    (program,) = blocks("README.md", "Where to begin", "python")

    assert run([sys.executable, "-c", program], tmp_path) == Done(0, "")


def test_the_adapter_of_the_readme_is_the_example() -> None:
    """There is one to be kept right."""
    assert blocks("docs/test-your-own.md", "Test your own LSTM", "python") == [EXAMPLE.read_text("utf-8")]


def test_the_adapter_of_the_readme_is_short() -> None:
    """Some ten lines of code."""
    assert len([line for line in EXAMPLE.read_text("utf-8").splitlines() if line.strip()]) <= 14


def test_the_commands_of_the_readme_pass(cwd: Path) -> None:
    """With a node that need not be installed, in the tier that takes least; else as they stand there."""
    found = commands("\n".join(blocks("docs/test-your-own.md", "Test your own LSTM", "")))

    done = [run([*command, "--tier", "small"], cwd, {"PATH": str(NODE.parent)}) for command in found]

    assert len(done) == 2
    assert [(each.status, each.red) for each in done] == [(0, []), (0, [])]


@pytest.mark.deep
def test_the_commands_for_ci_pass(cwd: Path) -> None:
    """As they stand there."""
    (asked,) = blocks("docs/in-ci.md", "The whole suite, on your LSTM", "")

    done = [run(command, cwd) for command in commands(asked)]

    assert [each.status for each in done] == [0, 0]
    assert (cwd / "report.html").is_file()


@pytest.mark.deep
def test_known_failures_are_written_and_accepted(cwd: Path) -> None:
    """Also where there are none."""
    (asked,) = commands(*blocks("docs/test-your-own.md", "With failures that you know", ""))

    done = [run([*asked[:-2], option, asked[-1], "--tier", "small"], cwd) for option in (asked[-2], "--deviations")]

    assert asked[-2:] == ["--write-deviations", "known.toml"]
    assert [each.status for each in done] == [0, 0]


@pytest.mark.deep
@needs("torch")
def test_the_test_for_ci_passes(tmp_path: Path) -> None:
    """As pytest runs it."""
    (test,) = blocks("docs/in-ci.md", "In tests of your own", "python")
    (tmp_path / "test_mine.py").write_text(test, "utf-8")

    done = run([sys.executable, "-m", "pytest", "-q", "test_mine.py"], tmp_path)

    assert "2 passed" in done.output, done.output


@pytest.mark.deep
@needs("torch")
def test_results_of_two_versions_are_compared(tmp_path: Path) -> None:
    """Which are the same here."""
    (asked,) = blocks("docs/review-an-upgrade.md", "Results that you have", "")

    done = [run(command, tmp_path) for command in commands(asked)]

    assert [each.status for each in done] == [0, 0, 0], done
    assert "Nothing newly fails since" in done[2].output


def test_the_upgrade_is_a_command_that_there_is() -> None:
    """Its words are understood; what it does is tested where environments are built."""
    (asked,) = blocks("docs/review-an-upgrade.md", "Two releases, one command", "")
    arguments = parser().parse_args(shlex.split(asked)[1:])

    assert (arguments.package, str(arguments.new), arguments.backend) == ("keras", "3.15.1", "torch")


def test_the_answer_about_tolerances_holds(tmp_path: Path) -> None:
    """NumPy is all it needs."""
    (program,) = blocks("docs/questions.md", "Why is there no tolerance\\?", "python")

    assert run([sys.executable, "-c", program], tmp_path) == Done(0, "")


def test_the_job_uses_the_action_as_it_is() -> None:
    """Its path, and the names of its inputs."""
    (text,) = blocks("docs/in-ci.md", "The whole suite, on your LSTM", "yaml")
    (job,) = YAML(typ="safe").load(text).values()
    used = job["steps"][-1]
    path = re.fullmatch(r"OWNER/lstm-conformance/(.+)@REF", used["uses"])

    assert path is not None
    inputs = YAML(typ="safe").load((ROOT / path[1] / "action.yml").read_text("utf-8"))["inputs"]
    assert set(used["with"]) <= set(inputs)


@pytest.mark.deep
@needs("keras", "tensorflow", "torch")
def test_why_numbers_differ(tmp_path: Path) -> None:
    """The programs of the README save what its commands say is wrong, or right."""
    section = "Why do my numbers differ\\?"
    programs, (asked,), (said,) = (
        blocks("docs/move-weights.md", section, language) for language in ("python", "", "text")
    )

    saved = [run([sys.executable, "-c", program], tmp_path) for program in programs]
    done = [run(command, tmp_path) for command in commands(asked)]

    assert [each.status for each in saved] == [0, 0], saved
    assert [each.status for each in done] == [1, 0], done
    assert without_figures("".join(each.output for each in done)) == without_figures(said)


def without_figures(text: str) -> str:
    """A text without what the version of a framework or of the catalogue may change."""
    return re.sub(r"0\.\d\d|next best: .*", "", text)


def copy_of_the_repository(folder: Path) -> Path:
    """What git tracks, or would track, in a folder of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in listed.stdout.decode().rstrip("\0").split("\0"):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, target, follow_symlinks=False)
    return folder


@pytest.mark.deep
def test_the_worked_example_of_an_implementation_passes(tmp_path: Path) -> None:
    """Its file, its entry and its command, in a copy of the repository."""
    adapter, entry = blocks("CONTRIBUTING.md", "Add an implementation", "python")
    (command,) = blocks("CONTRIBUTING.md", "Add an implementation", "")
    clone = copy_of_the_repository(tmp_path / "clone")
    implementations = clone / "fixtures" / "implementations"
    (implementations / "tiny_lstm_lstm.py").write_text(adapter, "utf-8")
    named = implementations / "__init__.py"
    named.write_text(re.sub(r"^}$", f"{entry}}}", named.read_text("utf-8"), count=1, flags=re.MULTILINE), "utf-8")

    variable, _, *words = shlex.split(command)
    path = f"{clone / '.package'}:{clone / variable.partition('=')[2]}"
    done = run([sys.executable, *words, "-q"], clone, {"PYTHONPATH": path})

    assert done.status == 0, done.output
    assert re.search(r"^tiny_lstm\.LSTM 1\.0 eager +ok", done.output, re.MULTILINE)


def test_the_worked_example_is_linted(tmp_path: Path) -> None:
    """It keeps the rules of the house."""
    adapter, _ = blocks("CONTRIBUTING.md", "Add an implementation", "python")
    file = tmp_path / "tiny_lstm_lstm.py"
    file.write_text(adapter, "utf-8")

    config = f"--config={ROOT / 'pyproject.toml'}"
    checked = run([sys.executable, "-m", "ruff", "check", "-q", config, file], tmp_path)
    formatted = run([sys.executable, "-m", "ruff", "format", "-q", "--check", config, file], tmp_path)

    assert (checked.output, checked.status, formatted.status) == ("", 0, 0)


FOLLOWS = """
from lstm_conformance.fixtures.cases import extending
from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.ids import configuration_called
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.cases.tiers import TIERS

made = configuration(5, 3, 4, 7, time_major=True)
assert configuration_called(str(made)) == made
extending.STEPS, extending.TRIES = extending.STEPS[:1], 1
extending.main()
offer = Offer(path="any", dtypes=("float32",), claims=("time_major",))
met = TIERS["quick"].crossing.met(offer)
assert met.pairs == met.possible
print(made, sorted(made.requirements))
"""
"""What the example in CONTRIBUTING says to follow from a row; pairs alone, for triples take minutes."""


def test_the_worked_example_of_an_option_is_crossed(tmp_path: Path) -> None:
    """Its row, its field and its requirement, in a copy of the repository: the list is extended from itself."""
    row, field, requirement = blocks("CONTRIBUTING.md", "Add an option", "python")
    clone = copy_of_the_repository(tmp_path / "clone")
    for file, before, line in (
        ("fixtures/cases/layer_options.py", ')\n"""Sizes, and', f"    {row.strip()},\n"),
        ("reference/layer.py", "    non_defaults: bool = False\n", field),
        ("fixtures/cases/requirements.py", "    **ROUND_TRIPS,\n", requirement),
    ):
        text = (clone / file).read_text("utf-8")
        assert text.count(before) == 1
        (clone / file).write_text(text.replace(before, line + before), "utf-8")
    older = (clone / "fixtures" / "cases" / "crossing.txt").read_text("utf-8")

    done = run([sys.executable, "-c", FOLLOWS], clone, {"PYTHONPATH": str(clone / ".package")})

    assert done.output == "T5-B3-I4-H7-time_major-float32-mild ['initial_state', 'time_major']\n"
    newer = (clone / "fixtures" / "cases" / "crossing.txt").read_text("utf-8")
    assert newer.startswith(older)
    assert "-time_major-" in newer[len(older) :]


def test_the_worked_example_of_a_wrong_lstm_is_caught(tmp_path: Path) -> None:
    """Its class and its command, in a copy of the repository."""
    (mutant,) = blocks("CONTRIBUTING.md", "Add a wrong LSTM", "python")
    (command,) = blocks("CONTRIBUTING.md", "Add a wrong LSTM", "")
    clone = copy_of_the_repository(tmp_path / "clone")
    family = clone / "reference" / "mutants" / "gates.py"
    family.write_text(family.read_text("utf-8") + mutant, "utf-8")

    done = run([sys.executable, *shlex.split(command)[1:]], clone, {"PYTHONPATH": str(clone / ".package")})

    assert done.status == 1
    assert re.search(r"^mutants\.forget_gate_applied_twice \S+ eager +FAIL", done.output, re.MULTILINE), done.output
    assert "✗ 1.2 The final cell state" in done.output


DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("fixtures/*.md"), *ROOT.glob("reference/*.md")]
)


def anchors(document: Path) -> set[str]:
    """The names of its headings, as GitHub makes them of the words."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def lost(document: Path) -> list[str]:
    """The links of a document that lead nowhere in the repository."""
    text = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        known = not anchor or target.suffix != ".md" or (target.is_file() and anchor in anchors(target))
        if not re.match(r"[a-z]+:", link) and not (target.exists() and known):
            found.append(link)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_links_lead_somewhere(document: Path) -> None:
    """To a file of the repository, and a heading of it."""
    assert lost(document) == []


def test_a_lost_link_is_found(tmp_path: Path) -> None:
    """The test above can fail."""
    (tmp_path / "b.md").write_text("# A heading: two\n", "utf-8")
    document = tmp_path / "a.md"
    document.write_text(
        "[a](b.md) [b](c.md) [c](b.md#a-heading-two) [d](b.md#another) [e](https://example.org)", "utf-8"
    )

    assert lost(document) == ["c.md", "b.md#another"]


def test_the_readme_is_short() -> None:
    """What it is, how to begin, and where everything else stands."""
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 130
