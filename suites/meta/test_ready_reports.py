"""`lstm-conformance findings`: every recorded cause as a text that a person can file in a minute."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.fixtures.deviations.causes import SILENT, Cause, causes
from lstm_conformance.suites.meta.findings import promises
from lstm_conformance.suites.meta.running import ROOT

ALIVE = [cause for cause in causes().values() if not cause.became]
OF_THE_SUITE = ("; cause", "Rule ", "(control)")


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """All of them, by id."""
    folder = tmp_path_factory.mktemp("texts")
    assert main(["findings", "--write", str(folder)]) == 0
    return {path.stem: path.read_text("utf-8") for path in folder.iterdir()}


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """The ids that are listed."""
    assert main(["findings", *words]) == 0
    return [line.split()[0] for line in capsys.readouterr().out.splitlines()]


def test_the_worst_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    """Bugs, and of those the ones that give wrong numbers in silence."""
    found = [causes()[name] for name in listed(capsys)]

    assert {cause.id for cause in found} == {each.id for each in ALIVE}
    classes = ["bug", "documentation", "undocumented", "choice"]
    ranks = [(classes.index(cause.class_), cause.effect not in SILENT) for cause in found]
    assert ranks == sorted(ranks)


def test_a_class_is_listed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Bugs are the accusations."""
    assert {causes()[name].class_ for name in listed(capsys, "--class", "bug")} == {"bug"}


@pytest.mark.parametrize("cause", ALIVE, ids=lambda each: each.id)
def test_a_text_has_all_that_a_report_needs(cause: Cause, texts: dict[str, str]) -> None:
    """Title, who meets it, what is public, each script with all that it prints, and none of the suite's words."""
    text = texts[cause.id]

    assert f"# {cause.title.rstrip('.')}\n" in text
    assert f"Who meets it: {cause.affects}." in text
    assert all(link.address in text for link in cause.links)
    assert ("No public report was found." in text) is not bool(cause.links)
    assert not [word for word in OF_THE_SUITE if word in text]
    for path in cause.scripts:
        script = ROOT / path
        assert script.read_text("utf-8").split('"""', 2)[2].strip() in text
        assert all(line in text for promise in promises(script) for line in promise.lines)


def test_a_text_can_be_printed(capsys: pytest.CaptureFixture[str], texts: dict[str, str]) -> None:
    """The same one."""
    name = ALIVE[0].id
    main(["findings", name])

    assert capsys.readouterr().out.strip() == texts[name].strip()


def test_nothing_else_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of somebody else stays; a text is renewed."""
    words = ["findings", ALIVE[0].id, "--write", str(tmp_path)]
    assert [main(words), main(words)] == [0, 0]
    (tmp_path / f"{ALIVE[0].id}.md").write_text("# Mine", "utf-8")

    assert main(words) == 2
    assert "nothing is written: " in capsys.readouterr().err


def test_an_unknown_id_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2."""
    assert main(["findings", "keras-is-wrong"]) == 2

    said = capsys.readouterr().err
    assert (said.count("\n"), "came 'keras-is-wrong': `findings` lists them" in said) == (1, True)
