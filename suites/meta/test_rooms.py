"""Each folder says in its docstring what it imports of the others, and that is so."""

from __future__ import annotations

from graphlib import TopologicalSorter

import pytest

from lstm_conformance.suites.meta.rooms import (
    allowed,
    between_modules,
    imported,
    modules,
    room_of,
    rooms,
    sayings,
    trespasses,
)


def test_nothing_is_imported_but_what_a_folder_says() -> None:
    """What stands in a docstring is what may be touched from there."""
    assert list(trespasses()) == []


def test_no_two_folders_import_each_other() -> None:
    """The storeys of a house: a folder and those within it are one."""
    assert len(list(TopologicalSorter(sayings(modules())).static_order())) == len(rooms())


def test_no_two_modules_import_each_other() -> None:
    """Not for their types either: each can be read before those that build upon it."""
    others = between_modules(modules())

    assert len(list(TopologicalSorter(others).static_order())) == len(others)


@pytest.mark.parametrize(
    "docstring",
    [
        "",
        "It has many things.",
        "Imports reference.",
        "Imports `reference`. Imports `fixtures.cases`.",
        "Imports nothing of the package.\nImports `reference`.",
    ],
)
def test_a_folder_that_does_not_say_is_noticed(docstring: str) -> None:
    """The negative twin: silence is no permission."""
    with pytest.raises(ValueError, match="expected one sentence"):
        allowed(docstring)


def test_an_import_is_seen_however_it_is_written() -> None:
    """Of a module, from a module, and within a function for types alone."""
    known = modules()
    source = (
        "from lstm_conformance.reference import cell\n"
        "def f():\n    from lstm_conformance.fixtures.hosting.client import Hello\n"
        "import lstm_conformance.suites.meta.rooms as rooms, os\n"
    )

    found = list(imported(source, known))

    assert sorted(found) == ["fixtures.hosting.client", "reference.cell", "suites.meta.rooms"]
    assert sorted(room_of(each, known) for each in found) == ["fixtures.hosting", "reference", "suites.meta"]


def test_a_relative_import_is_refused() -> None:
    """It would pass unseen."""
    with pytest.raises(ValueError, match="came a relative one in line 1"):
        list(imported("from . import cell\n", modules()))
