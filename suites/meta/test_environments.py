"""The cells of the matrix, what uv is told, and the store of environments."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from lstm_conformance.commands.matrix.environments import store as storing
from lstm_conformance.commands.matrix.environments.cells import BadCells, by_id, read
from lstm_conformance.commands.matrix.environments.store import Store
from lstm_conformance.commands.matrix.environments.uv import (
    DiskFull,
    NoUv,
    Unreachable,
    Uv,
    UvFailed,
    environment,
    gist,
)
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.suites.meta.faking import Workshop, workshop

__all__ = ["workshop"]

CELL = """\
[[cell]]
id = "torch-2.6"
tier = "supported"
python = "3.11"
packages = ["torch==2.6.0"]
implementations = ["torch.nn.LSTM"]
schedule = "nightly"
minutes = 20
"""

BAD = {
    "id = ": "expected a file of cells in TOML",
    "": "one or more [[cell]]",
    "[[cells]]": "expected [defaults] and [[cell]], came cells",
    'cell = ["torch"]': "expected a table, came 'torch'",
    "defaults = 1\n" + CELL: "expected a table [defaults]",
    "[defaults]\nexcludes = 'triton'\n" + CELL: "[defaults]: expected `excludes` to be a list of distributions",
    CELL + CELL: "expected ids that differ, came 'torch-2.6' more than once",
    CELL.replace("minutes = 20", ""): "cell 1 (torch-2.6): expected the fields id, tier, python",
    CELL + "snake = '3.11'": "came snake: take it out",
    CELL.replace('"supported"', '"best"'): "expected `tier` to be one of supported, historical, canary, came 'best'",
    CELL.replace('"nightly"', '"daily"'): "expected `schedule` to be one of nightly, weekly, came 'daily'",
    CELL.replace('"3.11"', "3.11"): 'expected `python` to be a version like "3.11", came 3.11',
    CELL.replace('"3.11"', '"3.11.7"'): "came '3.11.7'",
    CELL.replace('"torch-2.6"', '"Torch 2.6"'): "expected `id` to be lower-case letters, digits, dots and hyphens",
    CELL.replace('["torch==2.6.0"]', '["torch=2.6.0"]'): "expected `packages` to be a list of requirements",
    CELL.replace('["torch==2.6.0"]', "[]"): "at least one, came []",
    CELL.replace('["torch.nn.LSTM"]', '"torch.nn.LSTM"'): "expected `implementations` to be a list of names",
    CELL.replace("20", "0"): "expected `minutes` to be a number above 0, came 0",
    CELL.replace("20", "true"): "expected `minutes` to be a number above 0, came True",
    CELL + "env = {THREADS = 1}": "expected `env` to be a table of texts",
}


@pytest.mark.parametrize("text", BAD)
def test_a_file_that_is_no_file_of_cells(tmp_path: Path, text: str) -> None:
    """What was expected, what came, and where."""
    path = tmp_path / "cells.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(BadCells) as caught:
        read(path)

    assert str(caught.value).startswith(str(path))
    assert BAD[text] in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Is named."""
    with pytest.raises(BadCells, match=r"cells\.toml: expected a file of cells"):
        read(tmp_path / "cells.toml")


def test_defaults_are_those_of_every_cell(tmp_path: Path) -> None:
    """What a cell leaves out besides is left out as well."""
    path = tmp_path / "cells.toml"
    path.write_text("[defaults]\nexcludes = ['triton']\n" + CELL + "excludes = ['tensorflow']\n", "utf-8")

    (cell,) = read(path)

    assert cell.excludes == ("triton", "tensorflow")


def test_the_cells_of_the_suite() -> None:
    """Some every night, some every week, on Pythons from 3.8, once a week from 3.7."""
    cells = read()

    assert Counter(cell.schedule for cell in cells) == {"nightly": 21, "weekly": 16}
    assert {cell.tier for cell in cells} == {"supported", "historical", "canary"}
    assert {f"3.{minor}" for minor in range(7, 14)} == {cell.python for cell in cells}


def test_the_cells_serve_what_the_suite_brings() -> None:
    """A name that is wrong would be found at night only."""
    served = {name for cell in read() for name in cell.implementations}

    assert served - {*IMPLEMENTATIONS} == set()


def test_the_field_is_of_two_dozen_implementations() -> None:
    """Without backends, each in one cell; TensorFlow 1 itself among them."""
    field = [name for cell in read() if cell.in_field for name in cell.implementations]

    assert len(field) == len({*field})
    assert len({name.partition("@")[0] for name in field}) >= 24
    assert "tf.nn.rnn_cell.LSTMCell" in field


def test_cells_without_a_pin_are_called_latest() -> None:
    """They find what shipped tonight; what they are about has no version in their id."""
    free = {cell.id for cell in read() if cell.packages[0].isidentifier() or "=" not in cell.packages[0]}

    assert free == {cell.id for cell in read() if "latest" in cell.id or cell.id == "tf-pre"}


def test_cells_by_id() -> None:
    """In the order of the file; one that there is not is refused with those that there are."""
    cells = by_id(read(), ["torch-2.13", "torch-2.6"])

    assert [cell.id for cell in cells] == ["torch-2.6", "torch-2.13"]
    with pytest.raises(BadCells, match=r"expected a cell among torch-1\.13, .*, came 'torch-9': name one of them"):
        by_id(read(), ["torch-9"])


def test_another_release_in_a_cell() -> None:
    """Whatever it was pinned to, and however its name is written."""
    (cell,) = by_id(read(), ["tf-keras-latest"])

    assert cell.with_requirement("tf_keras", "==2.18.0").packages == ("tf_keras==2.18.0", "tensorflow-cpu")
    assert (cell.requires("tf_keras"), cell.requires("keras")) == (True, False)


def test_uv_looks_where_pip_would(tmp_path: Path) -> None:
    """It reads other variables; its own come first. The Pythons of pyenv are found without its shims."""
    (tmp_path / "versions" / "3.11.7" / "bin").mkdir(parents=True)
    pip = {"PIP_FIND_LINKS": "wheels", "PIP_INDEX_URL": "index", "PATH": "there", "PYENV_ROOT": str(tmp_path)}

    told = environment({**pip, "UV_DEFAULT_INDEX": "another"})

    assert (told["UV_FIND_LINKS"], told["UV_DEFAULT_INDEX"]) == ("wheels", "another")
    assert told["UV_PYTHON_SEARCH_PATH"] == f"{tmp_path}/versions/3.11.7/bin:there"
    assert "UV_EXTRA_INDEX_URL" not in told


def test_folders_of_wheels_tell_no_days(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it matters when a release came, they are left out."""
    monkeypatch.setenv("PIP_FIND_LINKS", "wheels")
    monkeypatch.delenv("UV_FIND_LINKS", raising=False)

    told = [Uv(workshop.folder, links=links)._env.get("UV_FIND_LINKS") for links in (True, False)]

    assert told == ["wheels", None]


def test_what_uv_says_is_one_line() -> None:
    """The error and its causes, without the hints."""
    said = "error: No solution found\n  cause: Because a\n         and b.\n\nhint: try c\n"

    assert gist(said) == "No solution found; Because a; and b."
    assert gist("") == "it said nothing"


@pytest.mark.parametrize(("package", "error"), [("uninstallable", UvFailed), ("huge", DiskFull)])
def test_a_failed_installation_leaves_nothing(workshop: Workshop, package: str, error: type[Exception]) -> None:
    """What has a name in the store is whole."""
    store = Store(workshop.folder / "store")

    with pytest.raises(error):
        store.build("3.11", [f"{package}==1.0"], seconds=9)

    assert store.find("3.11", [f"{package}==1.0"]) is None
    assert not list(store.folder.glob("*.part"))


def test_an_index_that_does_not_answer(workshop: Workshop) -> None:
    """Is told from requirements that cannot be met."""
    uv = Uv(workshop.folder / "cache")

    with pytest.raises(Unreachable, match="error sending request"):
        uv.resolve(["offline"], python="3.11")
    with pytest.raises(UvFailed, match="No solution"):
        uv.resolve(["unresolvable"], python="3.11")


def test_no_uv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is said how to get it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("lstm_conformance.commands.matrix.environments.uv.find_spec", lambda _: None)

    with pytest.raises(NoUv, match=r"pip install 'lstm-conformance\[matrix\]'"):
        Uv(tmp_path)


def test_an_environment_without_its_python_is_built_anew(workshop: Workshop) -> None:
    """Somebody has removed it."""
    store = Store(workshop.folder / "store")
    built = store.build("3.11", ["some==1.0"], seconds=9)
    built.python.unlink()

    assert store.find("3.11", ["some==1.0"]) is None
    assert store.build("3.11", ["some==1.0"], seconds=9).python.exists()


def test_what_decides_about_an_environment(workshop: Workshop) -> None:
    """Its Python and its releases, in any order."""
    store = Store(workshop.folder / "store")
    store.build("3.11", ["one==1.0", "two==2.0"], seconds=9)

    assert store.find("3.11", ["two==2.0", "one==1.0"])
    assert store.find("3.12", ["one==1.0", "two==2.0"]) is None
    assert store.find("3.11", ["one==1.0", "two==2.1"]) is None


def test_a_file_with_two_names_takes_its_place_once(workshop: Workshop) -> None:
    """Environments share their files with the cache."""
    store = Store(workshop.folder / "store")
    built = store.build("3.11", ["some==1.0"], seconds=9)
    before = store.size()

    os.link(built.folder / "installed", store.folder / "another name")

    assert store.size() == before > 4096


def test_room_is_made_where_it_costs_least(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """First what nobody used tonight, the oldest first, then the latest of tonight; what is coming is kept."""
    monkeypatch.setattr(storing, "LARGEST", 1e9)
    before, tonight = Store(workshop.folder / "store"), Store(workshop.folder / "store")
    names = {name: before.build("3.11", [f"{name}==1.0"], seconds=9).folder.name for name in ("old", "older", "coming")}
    os.utime(before.folder / names["older"], (0, 0))
    names |= {name: tonight.build("3.11", [f"{name}==1.0"], seconds=9).folder.name for name in ("first", "second")}

    removed = tonight.make_room(0, {names["coming"]})

    assert removed == [names[name] for name in ("older", "old", "second", "first")]
    assert tonight.find("3.11", ["coming==1.0"])
    assert tonight.find("3.11", ["old==1.0"]) is None
    assert workshop.asked[-5:] == [
        *(f"cache clean {name} --quiet" for name in ("older", "old", "second", "first")),
        "cache clean --quiet",
    ]


def test_what_goes_from_the_cache(workshop: Workshop) -> None:
    """What an environment shares with another stays there; another release of the same distribution does not."""
    store = Store(workshop.folder / "store")
    store.build("3.11", ["big==1.0", "shared==1.0", "small==1.0"], seconds=9)
    store.build("3.11", ["big==2.0", "shared==1.0"], seconds=9)

    store.make_room(0, {storing.name_of("3.11", ["big==2.0", "shared==1.0"])})

    assert "cache clean big small --quiet" in workshop.asked


def test_room_that_is_there_is_not_made(workshop: Workshop) -> None:
    """Nothing is removed as long as the largest environment would still fit."""
    store = Store(workshop.folder / "store")
    store.build("3.11", ["some==1.0"], seconds=9)

    assert store.make_room(storing.LARGEST + 1e6, set()) == []
    assert store.find("3.11", ["some==1.0"])


def test_what_others_are_building_is_left_to_them(workshop: Workshop) -> None:
    """Only what nobody works on any more is cleared up."""
    store = Store(workshop.folder / "store")
    for owner in (os.getpid(), os.getppid(), 2**22 + 1):
        (store.folder / f"digest.{owner}.part").mkdir(parents=True)

    store.clear_up()

    assert [path.name for path in store.folder.glob("*.part")] == [f"digest.{os.getppid()}.part"]
