"""The contract of somebody's own class, from what its adapter says in a few words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from lstm_conformance.reference.contracts.base import Contract
from lstm_conformance.reference.contracts.exceptions import Kinds

LIKE, INITIAL = "like", "initial"

FIELDS = {
    LIKE: "the name of a known contract, which says all that is not said here; `plain` if it is left out",
    "call_errors": "the names of the exceptions for what a call gets wrong",
    "constructor_errors": "the names of the exceptions for what the constructor is given wrong",
    "weights_errors": "the names of the exceptions for weights of which one is missing, unknown or of another shape",
    INITIAL: "how each part of a cell begins, as `initial.py` names it: an object of texts by part",
    "undocumented": "the calls with invalid input, and the arguments, of which nothing is promised",
}
"""What an adapter may say, each with what it means; those of errors and `undocumented` are lists of texts."""

NAME = "own"
"""What a contract is called that has no name."""


def own(like: Contract, fields: Mapping[str, Any]) -> Contract:
    """A known contract, changed as the fields say."""
    known, quiet = like.rejections, fields.get("undocumented", ())
    changed = known._replace(
        calls=_raising(known.calls, fields.get("call_errors"), quiet),
        constructor=_raising(known.constructor, fields.get("constructor_errors"), quiet),
        weights=tuple(fields.get("weights_errors", known.weights)),
        undocumented=(*known.undocumented, *(name for name in quiet if name in known.calls)),
    )
    return replace(like, name=NAME, rejections=changed, initial=fields.get(INITIAL, like.initial))


def _raising(known: Mapping[str, Kinds], kinds: Collection[str] | None, quiet: Collection[str]) -> Mapping[str, Kinds]:
    """The same invalid input but what is quiet, answered with these kinds, if there are any."""
    return {name: old if kinds is None else tuple(kinds) for name, old in known.items() if name not in quiet}
