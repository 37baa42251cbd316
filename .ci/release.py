"""Hold a tag to what it releases, and print the notes of that release: its section of CHANGELOG.md.

    python .ci/release.py v1.2.3

The exit status is 1, with one sentence, where the tag is not that of the version in pyproject.toml, or where the
changelog has no section of it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path


def notes(tag: str, folder: Path) -> str:
    """The section of the version that a tag names. Raises ValueError."""
    version = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if tag != f"v{version}":
        raise ValueError(f"expected the tag v{version}, the version of pyproject.toml, came {tag!r}")
    changelog = (folder / "CHANGELOG.md").read_text("utf-8")
    found = re.search(
        rf"^## \[?{re.escape(version)}\]?(?: [^\n]*)?\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if found is None or not found[1].strip():
        raise ValueError(f"expected CHANGELOG.md to have a section `## {version}` that says what changed: write it")
    return f"{found[1].strip()}\n"


def main(arguments: list[str]) -> int:
    """Print the notes. The exit status is 1 for a tag that releases nothing."""
    try:
        sys.stdout.write(notes(" ".join(arguments), Path(__file__).resolve().parents[1]))
    except ValueError as error:
        print(f"nothing is released: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
