"""What a distribution says that depends on where the repository is: its links, and the pictures of the README.

Of a clone, git knows where it is from; in CI the environment does; a source distribution says it itself. Where nobody
knows, there are no links, and those of the README stay as they are.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface

PAGES = {"Documentation": "docs/library.md", "Changelog": "CHANGELOG.md", "Security": "SECURITY.md"}
BRANCH = "HEAD"
"""What GitHub takes for the branch that is shown first."""


class Metadata(MetadataHookInterface):
    """Adds `urls` and `readme`, which pyproject.toml declares to be dynamic."""

    def update(self, metadata: dict[str, object]) -> None:
        """Do it."""
        root = Path(self.root)
        home = repository(root)
        text = (root / "README.md").read_text("utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": absolute(text, home) if home else text}
        metadata["urls"] = urls(home) if home else {}


def repository(root: Path) -> str:
    """Its address for a browser; empty where nobody knows it."""
    said = root / "PKG-INFO"
    if said.is_file():
        found = re.search(r"^Project-URL: Repository, (\S+)$", said.read_text("utf-8"), re.MULTILINE)
        return found[1] if found else ""
    if "GITHUB_REPOSITORY" in os.environ:
        return f"{os.environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{os.environ['GITHUB_REPOSITORY']}"
    try:
        asked = ["git", "-C", str(root), "remote", "get-url", "origin"]
        return address(subprocess.run(asked, check=True, capture_output=True, text=True, timeout=10).stdout.strip())
    except (OSError, subprocess.SubprocessError):
        return ""


def address(remote: str) -> str:
    """The page of a remote, `git@host:owner/name.git`, `ssh://…` or `https://…`; empty for one that has none."""
    found = re.fullmatch(r"(?:(?:https?|ssh)://)?(?:[^@/]+@)?([\w.-]+\.\w+)(?::\d+)?[:/](.+?)(?:\.git)?/?", remote)
    return f"https://{found[1]}/{found[2]}" if found else ""


def urls(home: str) -> dict[str, str]:
    """The links of the metadata."""
    pages = {label: f"{home}/blob/{BRANCH}/{page}" for label, page in PAGES.items()}
    return {"Repository": home, "Issues": f"{home}/issues", **pages}


def absolute(text: str, home: str) -> str:
    """The README with links that can be followed, and pictures that can be seen, from anywhere."""
    text = text.replace("<this repository>", home)
    pictures = re.sub(r"(!\[[^\]]*\]\()(?!\w+:|#)([^)]+)", rf"\g<1>{home}/raw/{BRANCH}/\2", text)
    return re.sub(r"((?<!!)\[[^\]!]*\]\()(?!\w+:|#)([^)]+)", rf"\g<1>{home}/blob/{BRANCH}/\2", pictures)
