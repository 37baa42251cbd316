"""The site of the documents: every one is in it, once, with links that hold there."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from lstm_conformance.suites.meta.outside import ROOT
from lstm_conformance.suites.meta.test_readme import DOCUMENTS
from lstm_conformance.suites.meta.test_workflows import NIGHTLY, loaded

HOME = "https://example.org/us/ours"


def staging() -> ModuleType:
    """What lays the documents out."""
    spec = spec_from_file_location("staging", ROOT / ".ci" / "site" / "staging.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_document_is_listed_once() -> None:
    """Those of docs/ and those that stand elsewhere; the first page lists them."""
    module = staging()
    listed = sorted(f"{name}.md" for names in module.NAVIGATION.values() for name in names)

    assert listed == sorted({*module.pages().values()} - {"index.md"} - pictures(module))


def pictures(module: ModuleType) -> set[str]:
    """The places of what is not read but seen."""
    return {place for place in module.pages().values() if not place.endswith(".md")}


def test_every_document_has_a_page() -> None:
    """Whatever the links of documents are tested for."""
    assert {str(each.relative_to(ROOT)) for each in DOCUMENTS} <= set(staging().pages())


@pytest.mark.parametrize(
    ("source", "link", "led"),
    [
        ("docs/versions.md", "[a](library.md#x)", "[a](library.md#x)"),
        ("README.md", "[a](docs/library.md)", "[a](library.md)"),
        ("docs/library.md", "[a](../reference/SPEC.md)", "[a](spec.md)"),
        ("README.md", "![a](reports/pictures/page.png)", "![a](pictures/page.png)"),
        ("docs/library.md", "[`a`](../reference/cell.py)", f"[`a`]({HOME}/blob/HEAD/reference/cell.py)"),
        ("docs/library.md", "[a](../reference/layouts)", f"[a]({HOME}/tree/HEAD/reference/layouts)"),
        ("docs/library.md", "[a](https://example.org/b.md)", "[a](https://example.org/b.md)"),
        ("docs/library.md", "[a](nowhere.md)", "[a](nowhere.md)"),
        ("docs/library.md", "[a](#here)", "[a](#here)"),
        ("docs/library.md", "```\n[a](../reference/cell.py)\n```", "```\n[a](../reference/cell.py)\n```"),
    ],
)
def test_a_link_leads_where_it_should(source: str, link: str, led: str) -> None:
    """To a page, or to the repository; code is left, and so is what leads nowhere, which ends the build."""
    assert staging().relinked(link, source, HOME) == led


def test_words_stay_where_nobody_knows_the_repository() -> None:
    """Without a link."""
    assert staging().relinked("see [the cell](reference/cell.py).", "README.md", "") == "see the cell."


def test_all_is_laid_out(tmp_path: Path) -> None:
    """Every link between pages has its page; the first one ends with the contents."""
    module = staging()
    module.lay_out(tmp_path / "documents")

    for page in (tmp_path / "documents").glob("*.md"):
        text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        found = {link for link in re.findall(r"\]\(([^)#\s]+)", text) if not re.match(r"[a-z]+:", link)}
        assert {link for link in found if not (page.parent / link).exists()} == set(), page.name
    assert "```{toctree}" in (tmp_path / "documents" / "index.md").read_text("utf-8")


def test_the_suite_needs_no_generator() -> None:
    """It is an extra, with an environment of its own."""
    lock = (ROOT / ".ci" / "lock-dev.txt").read_text("utf-8")

    assert "\nsphinx==" not in lock
    assert "\nsphinx==" in (ROOT / ".ci" / "lock-site.txt").read_text("utf-8")


def test_a_night_publishes_it_beside_its_page() -> None:
    """In the same folder, after the page was made; one that cannot be built does not keep the page back."""
    steps = loaded(NIGHTLY.read_text("utf-8"))["jobs"]["merge"]["steps"]
    (built,) = (step for step in steps if step.get("run") == "make site")

    assert built["continue-on-error"] is True
    assert steps.index({"name": "Make the page", "run": "make night"}) < steps.index(built) < len(steps) - 1
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "build/documents $(SITE)/docs" in makefile
    assert steps[-1]["with"]["path"] == "build/site"
