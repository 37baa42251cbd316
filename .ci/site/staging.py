"""Lays out the documents for the site: those of docs/ and others, in one folder, with links that hold there.

A link to a document is one to its page. One to another file of the repository leads to where the repository is, which
CI knows; elsewhere its words stay, without a link. One to nothing is left as it is, and ends the build.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

NAVIGATION = {
    "Begin": ("quick-start", "test-your-own", "move-weights", "review-an-upgrade", "in-ci", "library", "questions"),
    "What is known": ("claims", "findings", "rules-and-causes"),
    "What it does": ("what-is-checked", "verdicts", "versions", "strength", "spec"),
    "Reference": ("adapter", "arrays", "protocol", "contributing", "security", "changelog"),
}
"""The pages but the first, in the order in which they are listed."""

ELSEWHERE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "reference/SPEC.md": "spec.md",
    "fixtures/PROTOCOL.md": "protocol.md",
}
"""Documents outside docs/, and their pages."""


def pages() -> dict[str, str]:
    """Every document and picture of the repository, by its path, with its place in the site."""
    documents = {f"docs/{each.name}": each.name for each in ROOT.glob("docs/*.md")}
    pictures = {f"reports/pictures/{each.name}": f"pictures/{each.name}" for each in ROOT.glob("reports/pictures/*")}
    return {**documents, **ELSEWHERE, **pictures}


def home() -> str:
    """The address of the repository; empty where nobody knows it."""
    name = os.environ.get("GITHUB_REPOSITORY")
    return f"{os.environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}" if name else ""


def relinked(text: str, source: str, repository: str) -> str:
    """A document, by its path, with links as they must be in the site; code stays."""
    pieces = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    link = re.compile(r"(!?)\[([^\[\]]*)\]\(([^)\s]+)\)")
    for k in range(0, len(pieces), 2):
        pieces[k] = link.sub(lambda found: _link(found[1], found[2], found[3], source, repository), pieces[k])
    return "".join(pieces)


def _link(mark: str, words: str, target: str, source: str, repository: str) -> str:
    """One link of a document: where its target, seen from there, is in the site, or in the repository."""
    name, sharp, anchor = target.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), name))
    if not name or re.match(r"[a-z]+:", target) or not (ROOT / path).exists():
        return f"{mark}[{words}]({target})"
    if place := pages().get(path):
        return f"{mark}[{words}]({place}{sharp}{anchor})"
    kind = "tree" if (ROOT / path).is_dir() else "blob"
    return f"[{words}]({repository}/{kind}/HEAD/{path})" if repository else words


def contents() -> str:
    """What the first page ends with: the pages by their groups, in the margin of every page."""
    groups = (
        "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *names, "```"])
        for caption, names in NAVIGATION.items()
    )
    return "\n\n".join(["", *groups, ""])


def lay_out(folder: Path) -> None:
    """Write all of it into a folder, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, place in pages().items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix != ".md":
            shutil.copy(ROOT / path, target)
            continue
        text = relinked((ROOT / path).read_text("utf-8"), path, home())
        target.write_text(text + (contents() if place == "index.md" else ""), "utf-8")


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]))
