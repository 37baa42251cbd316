"""Tries all attacks, or those that are quick; the exit status is 1 when something broke."""

from __future__ import annotations

import sys

from lstm_conformance.suites.meta.attacks import files, hosts, runs
from lstm_conformance.suites.meta.attacks.trying import ATTACKS, carried_out

ROOMS = (files, hosts, runs)


def main(*words: str) -> int:
    """`--quick` for those that are quick."""
    _, wrong = carried_out(attack for attack in ATTACKS if attack.quick or "--quick" not in words)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
