"""Messages of the protocol with one thing wrong: a name, a value, a shape, a dtype, a number of bytes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from lstm_conformance.fixtures.hosting.wire import ELEMENTS, Header

VALUES: tuple[Any, ...] = (None, True, -1, 2.5, 10**30, "", "\ud800\n", "x" * 100_000, [], [[0]], {}, {"a": []})
"""What stands where something else is expected."""


Wire = tuple[Header, list[bytes]]
"""A message: its header with the list of arrays, and their bytes."""


def damaged(header: Header, contents: list[bytes], chance: Random) -> Wire:
    """The message with one thing wrong."""
    chance.choice(DAMAGES if header["arrays"] else OF_ANY)(header, contents, chance)
    return header, contents


def _key_renamed(header: Header, contents: list[bytes], chance: Random) -> None:
    del contents
    place = chance.choice(list(_objects(header)))
    if place:
        name = chance.choice(sorted(place))
        value = place.pop(name)
        if chance.random() < 0.5:
            place[chance.choice((f"{name}s", name.upper(), "\x1b[31m", "x" * 1000))] = value


def _key_added(header: Header, contents: list[bytes], chance: Random) -> None:
    del contents
    chance.choice(list(_objects(header)))[chance.choice(("more", "", "\ud800", "arrays"))] = chance.choice(VALUES)


def _value_replaced(header: Header, contents: list[bytes], chance: Random) -> None:
    del contents
    holder: Any = chance.choice([each for each in _containers(header) if each])
    key = chance.choice(sorted(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
    holder[key] = chance.choice(VALUES)


def _array_renamed(header: Header, contents: list[bytes], chance: Random) -> None:
    del contents
    entry = _entry(header, chance)
    name = str(entry["name"])
    first, _, last = name.rpartition("/")
    others = (f"out/{last}", f"{first}/zero", f"{first}/7", f"{first}/0{last}", f"x/{name}", name[1:], "x" * 1000)
    entry["name"] = chance.choice(others)


def _array_removed(header: Header, contents: list[bytes], chance: Random) -> None:
    n = chance.randrange(len(header["arrays"]))
    del header["arrays"][n], contents[n]


def _array_added(header: Header, contents: list[bytes], chance: Random) -> None:
    entry = _entry(header, chance)
    n = header["arrays"].index(entry)
    names = ("output/3", "output/00", "again/0", "after/y", "weights/w", "gradient/h_0", "9/output/0", entry["name"])
    header["arrays"].append({**entry, "name": chance.choice(names)})
    contents.append(contents[n])


def _dtype_changed(header: Header, contents: list[bytes], chance: Random) -> None:
    entry = _entry(header, chance)
    n = header["arrays"].index(entry)
    elements = len(contents[n]) // ELEMENTS[entry["dtype"]].itemsize
    entry["dtype"] = chance.choice(sorted(ELEMENTS))
    any_bytes = chance.randbytes(elements * ELEMENTS[entry["dtype"]].itemsize)
    contents[n] = bytes(each % 2 for each in any_bytes) if entry["dtype"] == "bool" else any_bytes
    entry["nbytes"] = len(contents[n])


def _shape_changed(header: Header, contents: list[bytes], chance: Random) -> None:
    entry = _entry(header, chance)
    n = header["arrays"].index(entry)
    item, shape = ELEMENTS[entry["dtype"]].itemsize, list(entry["shape"])
    changes: tuple[list[int], ...] = (
        shape[::-1],
        [*shape, 1],
        shape[1:],
        [1, *shape],
        [0, *shape[1:]],
        [*shape[:-1], 0],
        [],
    )
    entry["shape"] = chance.choice((*changes, [shape[0] + 1, *shape[1:]] if shape else [2]))
    elements = 1
    for size in entry["shape"]:
        elements *= size
    contents[n] = (contents[n] * 2 or bytes(item))[: elements * item].ljust(elements * item, b"\0")
    entry["nbytes"] = len(contents[n])


def _bytes_lost(header: Header, contents: list[bytes], chance: Random) -> None:
    n = chance.randrange(len(header["arrays"]))
    contents[n] = contents[n][: len(contents[n]) // 2] if chance.random() < 0.5 else contents[n] + b"\0"


def _arrays_exchanged(header: Header, contents: list[bytes], chance: Random) -> None:
    del contents
    first, second = _entry(header, chance), _entry(header, chance)
    first["name"], second["name"] = second["name"], first["name"]


OF_ANY = (_key_renamed, _key_added, _value_replaced)
DAMAGES = (
    *OF_ANY,
    _array_renamed,
    _array_removed,
    _array_added,
    _dtype_changed,
    _shape_changed,
    _bytes_lost,
    _arrays_exchanged,
)
"""What can go wrong with any message, and with one that has arrays."""


def _entry(header: Header, chance: Random) -> Header:
    entry: Header = chance.choice(header["arrays"])
    return entry


def _containers(value: Any) -> Iterator[Any]:
    """Every object and every list in a value of JSON."""
    if isinstance(value, dict | list):
        yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from _containers(each)


def _objects(value: Any) -> Iterator[Header]:
    return (each for each in _containers(value) if isinstance(each, dict))
