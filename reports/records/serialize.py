"""Dataclasses to plain JSON and back, as their type hints say.

JSON knows neither infinity nor NaN: a float that is not finite becomes the string "inf", "-inf" or "nan".
Known hints: str, int, float, bool, Any, Literal of strings, `X | None`, tuple[X, ...], Mapping[str, X], dataclasses.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from lstm_conformance.reports.records.errors import BadRecord


def loads(text: str | bytes) -> Any:
    """What JSON holds. Raises ValueError also for what is nested so deeply that nobody meant it."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


_EXACT = frozenset({str, int, bool})


def to_plain(value: object) -> Any:
    """Turn a record and all that it holds into exact built-in types; TypeError for what JSON cannot hold."""
    if value is None or type(value) in _EXACT:
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else repr(float(value))
    kind: Any = type(value)
    if names := _names(kind):
        return {name: to_plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    for exact in (bool, int, str):  # a subclass, such as an enumeration, would not pass through the workers of xdist
        if isinstance(value, exact):
            return exact(value)
    raise TypeError(f"expected what JSON can hold, got {value!r} of type {type(value).__name__}; convert it first")


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """Of the fields of a dataclass; of anything else none. A million records ask."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def shortened(budget: float, digits: int) -> float:
    """A budget to some digits, but never 1 for what is not 1: it stays on its side of the bound."""
    if not math.isfinite(budget):
        return budget
    short = float(f"{budget:.{digits}g}")
    return budget if short == 1 else short


def from_plain(record_type: Any, record: Any) -> Any:
    """Build a dataclass from plain JSON; BadRecord names the fields that do not fit."""
    hints = _hints(record_type)
    names = record.keys() if isinstance(record, dict) else set[str]()
    if names != hints.keys():
        lacking, unknown = sorted(hints.keys() - names - _added(record_type)), sorted(names - hints.keys())
        if lacking or unknown:
            raise BadRecord(f"expected the fields of {record_type.__name__}; lacking: {lacking}, unknown: {unknown}")
    exact = _as_they_are(record_type)
    return record_type(
        **{
            name: value if type(value) in exact[name] else _fit(name, hints[name], value)
            for name, value in ((name, record[name]) for name in hints if name in names)
        }
    )


ADDED = {"added": True}
"""The metadata of a field that older files do not have: reading them, it takes its default."""


@cache
def _hints(record_type: Any) -> dict[str, Any]:
    hints = get_type_hints(record_type)
    return {field.name: hints[field.name] for field in fields(record_type)}


@cache
def _as_they_are(record_type: Any) -> dict[str, frozenset[type]]:
    """The types that a field takes as they are."""
    return {name: frozenset(_taken(hint)) for name, hint in _hints(record_type).items()}


def _taken(hint: Any) -> Iterator[type]:
    """Of the types that a hint allows, those of which every value is right."""
    if hint in (str, int, float, bool, NoneType):
        yield hint
    elif get_origin(hint) is Literal:
        yield str
    elif get_origin(hint) in (Union, UnionType):
        for argument in get_args(hint):
            yield from _taken(argument)


@cache
def _added(record_type: Any) -> frozenset[str]:
    return frozenset(field.name for field in fields(record_type) if field.metadata == ADDED)


def _fit(name: str, hint: Any, value: Any) -> Any:
    """Turn one value of plain JSON into what `hint` says; BadRecord if it is something else."""
    if type(value) is hint:
        return value
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):  # of unions, the records know `X | None` only
        return None if value is None else _fit(name, arguments[0], value)
    if is_dataclass(hint):
        return from_plain(hint, value)
    if origin is tuple and isinstance(value, list):
        return tuple(_fit(name, arguments[0], item) for item in value)
    if origin is Mapping and isinstance(value, dict):
        return {key: _fit(f"{name}.{key}", arguments[1], item) for key, item in value.items()}
    return _fit_scalar(name, str if origin is Literal else hint, value)


def _fit_scalar(name: str, hint: Any, value: Any) -> Any:
    if hint is float and (type(value) in (int, float) or value in ("inf", "-inf", "nan")):
        return float(value)
    if hint is Any or type(value) is hint:
        return value
    raise BadRecord(f"field {name!r}: expected {getattr(hint, '__name__', hint)}, got {value!r}")
