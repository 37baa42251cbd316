"""Whose a folder is: what a process works on bears its number, until it is done."""

from __future__ import annotations

import os


def is_left(owner: str) -> bool:
    """Whether nobody works any more on what a process has named with its number; what is its own counts as left."""
    if not owner.isdigit() or int(owner) == os.getpid():
        return True
    try:
        os.kill(int(owner), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it is somebody else's, and lives
        return False
    return False
