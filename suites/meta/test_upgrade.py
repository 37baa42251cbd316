"""`lstm-conformance upgrade`: two releases are built, tested and compared by one command."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.suites.meta.faking import Said, Workshop, workshop

__all__ = ["workshop"]

DAYS = {"1.0": "2025-01-01", "1.1": "2025-02-01"}


@pytest.fixture
def shop(workshop: Workshop) -> Workshop:
    """Two releases of a package, a cell of each backend, and one that pins the package."""
    workshop.index({"some": DAYS})
    workshop.cell("pinned", "releases", "some==1.0")
    workshop.cell("one", "releases", "some")
    workshop.cell("two", "releases@torch", "some")
    return workshop


def upgrade(shop: Workshop, *words: str, broken: Sequence[str] = ()) -> Said:
    """Run the command; `broken`: releases with a verdict, `1.1 fail`."""
    (shop.folder / "verdicts.txt").write_text("".join(f"{line}\n" for line in broken), "utf-8")
    shop.capsys.readouterr()
    status = main(["upgrade", *words, "--cells", "cells.toml"])
    captured = shop.capsys.readouterr()
    return Said(status, captured.out, captured.err)


@pytest.mark.parametrize(
    ("broken", "news", "status"),
    [
        ([], "Nothing newly fails since", 0),
        (["1.1 fail"], "1 rule newly fails on releases since", 1),
        (["1.0 fail"], "Nothing newly fails since", 0),
        (["1.1 deviation"], "1 known difference appears since", 0),
    ],
)
def test_the_news_and_the_page(shop: Workshop, broken: list[str], news: str, status: int) -> None:
    """Both releases are tested, in the cell that leaves the package free; the page lies beside the results."""
    said = upgrade(shop, "some", "1.0", "1.1", broken=broken)

    assert (said.status, said.errors) == (status, "")
    assert news in said.output
    assert said.output.splitlines()[-1] == "report: build/upgrades/some-1.0-1.1/report.html"
    assert shop.tested == ["releases", "releases"]
    assert news in (shop.folder / "build" / "upgrades" / "some-1.0-1.1" / "report.html").read_text("utf-8")


def test_the_news_of_many_lines_are_said_at_the_end_once_more(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are what a terminal still shows."""
    monkeypatch.setattr("lstm_conformance.commands.upgrade.SCREEN", 3)

    told = upgrade(shop, "some", "1.0", "1.1", broken=["1.1 fail"]).output.splitlines()

    assert told[-1] in told[:-1]
    assert told[-1].startswith("1 rule newly fails on releases since")


def test_a_reviewer_says_what_is_bad(shop: Workshop) -> None:
    """As with `compare`."""
    words = ("some", "1.0", "1.1", "--fail-on")

    assert upgrade(shop, *words, "deviation", broken=["1.1 deviation"]).status == 1
    assert upgrade(shop, *words, "never", broken=["1.1 fail"]).status == 0


def test_the_backend_decides_which_implementations(shop: Workshop) -> None:
    """Those that are named after it."""
    (shop.folder / "verdicts.txt").touch()
    upgrade(shop, "some", "1.0", "1.1", "--backend", "torch")

    assert shop.tested == ["releases@torch"] * 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("other", "1.0", "1.1"), "expected a package that a cell requires, came 'other': name one of some, "),
        (("some", "1.0", "1.1", "--backend", "jax"), "requires with jax as the backend, came 'some': name one of "),
        (("some", "1.0", "7.7"), "some 7.7 cannot be tested in cell one: "),
        (("some", "1.0", "1.1", "--cell", "three"), "expected a cell among pinned, one, two, came 'three'"),
    ],
)
def test_what_cannot_be_reviewed(shop: Workshop, words: tuple[str, ...], sentence: str) -> None:
    """One sentence, and status 2."""
    said = upgrade(shop, *words)

    assert (said.status, said.errors.count("\n")) == (2, 1)
    assert sentence in said.errors


def test_a_release_that_is_none(shop: Workshop) -> None:
    """Is refused before anything is built."""
    with pytest.raises(SystemExit):
        upgrade(shop, "some", "old", "1.1")

    assert "expected a version like 3.12.1, came 'old'" in shop.capsys.readouterr().err


def test_a_release_against_itself_is_refused(shop: Workshop) -> None:
    """Before anything is installed."""
    said = upgrade(shop, "some", "1.0", "1.0")

    assert said.status == 2
    assert "expected two releases of some, came 1.0 twice" in said.errors
    assert shop.tested == []
