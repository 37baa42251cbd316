"""Whose a rule is: a manual's, the equations', the source's of a framework, or the suite's own choice."""

from __future__ import annotations

OWN = "ours"

MEANINGS = {
    "documented": "documented",
    "equations": "follows from the equations",
    "source": "what the source says, where no manual does",
    OWN: "the suite's own rule, stricter than any manual",
}
"""What is said of each."""


def is_own(basis: str) -> bool:
    """Whether a rule is the suite's own, so that who breaks it breaks no promise."""
    return basis.partition(":")[0] == OWN


def basis_text(basis: str) -> str:
    """What a reader is told of a basis as SPEC.md has it: `ours: why`; empty for none."""
    kind, colon, rest = basis.partition(": ")
    return f"{MEANINGS.get(kind, kind)}{colon}{rest}"
