"""Where the matrix keeps what it builds and finds, below the current folder."""

from __future__ import annotations

from pathlib import Path

ENVIRONMENTS = Path("build", "environments")
NIGHTS = Path("build", "matrix")
BISECTIONS = Path("build", "bisect")
UPGRADES = Path("build", "upgrades")
