"""Numbers that somebody writes on a command line: one that means nothing is an error of use."""

from __future__ import annotations

import argparse
import math

SHORTEST, LONGEST = 0.001, 1_000_000
"""Seconds: a process that is asked something has not answered before, and nobody waits for longer, eleven days."""

MOST_THREADS = 256


def amount(text: str) -> float:
    """A finite number of at least 0, of minutes or gigabytes. Raises argparse.ArgumentTypeError."""
    return _number(text, "a number of at least 0", least=0.0)


def duration(text: str) -> float:
    """A number of seconds in which something may end, within days. Raises argparse.ArgumentTypeError."""
    return _number(text, f"a number of seconds from {SHORTEST:g} to {LONGEST:,}", least=SHORTEST, most=LONGEST)


def finite(text: str) -> float:
    """A finite number. Raises argparse.ArgumentTypeError."""
    return _number(text, "a finite number", least=-math.inf)


def count(text: str) -> int:
    """A whole number of at least 0. Raises argparse.ArgumentTypeError."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 0, got {text!r}")
    return int(text)


def threads(text: str) -> int:
    """A number of threads, of which a process may start some hundreds. Raises argparse.ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_THREADS):
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to {MOST_THREADS}, got {text!r}")
    return int(text)


def _number(text: str, expected: str, least: float, most: float = math.inf) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and least <= number <= most):
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return number
