"""Numbers that somebody writes on a command line: one that means nothing is an error of use."""

from __future__ import annotations

import argparse
import math


def amount(text: str) -> float:
    """A finite number of at least 0, of minutes or gigabytes. Raises argparse.ArgumentTypeError."""
    return _number(text, "a number of at least 0", least=0.0)


def duration(text: str) -> float:
    """A finite number of seconds, more than 0. Raises argparse.ArgumentTypeError."""
    return _number(text, "a number of seconds, more than 0", least=math.ulp(0.0))


def finite(text: str) -> float:
    """A finite number. Raises argparse.ArgumentTypeError."""
    return _number(text, "a finite number", least=-math.inf)


def count(text: str) -> int:
    """A whole number of at least 0. Raises argparse.ArgumentTypeError."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 0, got {text!r}")
    return int(text)


def _number(text: str, expected: str, least: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= least):
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return number
