"""`lstm-conformance matrix list`, `check`, `bump` and `bisect`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from packaging.version import Version

from lstm_conformance.__main__ import main
from lstm_conformance.commands.matrix.bisection import Change, bisect
from lstm_conformance.commands.matrix.bumping import edited
from lstm_conformance.commands.matrix.environments.cells import FILE, read
from lstm_conformance.suites.meta.faking import Workshop, workshop

__all__ = ["workshop"]


def days_ago(days: int) -> str:
    """A day, as an index writes it."""
    return (datetime.now(UTC).date() - timedelta(days=days)).isoformat()


def test_the_list_for_a_workflow(capsys: pytest.CaptureFixture[str]) -> None:
    """An object that `fromJSON` makes into the matrix of a job."""
    status = main(["matrix", "list", "--json", "--schedule", "weekly"])

    found = json.loads(capsys.readouterr().out)
    assert status == 0
    field = ["jax-libraries-latest", "onnx-latest", "paddle-latest", "mlx-latest", "tinygrad-latest"]
    field += ["openvino-latest", "sonnet-latest", "torch-libraries-latest", "mxnet-1.9", "nnabla-1.39", "chainer-7.8"]
    field += ["dynet-latest"]
    assert [cell["id"] for cell in found["include"]] == [
        "executorch-latest",
        "torch-1.0",
        "torch-1.4",
        "tf-1.15",
        *field,
    ]
    assert found["include"][1] == {
        "id": "torch-1.0",
        "tier": "historical",
        "python": "3.7",
        "schedule": "weekly",
        "minutes": 20,
    }


def test_the_list_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """A line a cell."""
    main(["matrix", "list", "--tier", "canary"])

    assert capsys.readouterr().out == "tf-pre  canary  nightly  Python 3.13  tensorflow-cpu\n"


def test_more_cells_than_a_workflow_takes(workshop: Workshop) -> None:
    """Are refused before the provider does."""
    for number in range(257):
        workshop.cell(f"cell-{number}")

    assert workshop.matrix("list").status == 0
    said = workshop.matrix("list", "--json")

    assert (said.status, "expected at most 256 cells" in said.errors) == (2, True)


@pytest.mark.parametrize(("tier", "status"), [("supported", 1), ("historical", 1), ("canary", 0)])
def test_a_cell_that_does_not_resolve(workshop: Workshop, tier: str, status: int) -> None:
    """Is red, unless it is a canary; the others are checked all the same."""
    workshop.cell("bad", "fine", "unresolvable", tier=tier)
    workshop.cell("good", "fine", "some>=1", "other")

    said = workshop.matrix("check")

    assert said.status == status
    assert "bad                  does not resolve: No solution found" in said.output
    assert "good                 Python 3.11, some 1.0, other 1.0\n" in said.output


def test_check_installs_nothing(workshop: Workshop) -> None:
    """It takes seconds."""
    workshop.cell("one")

    assert workshop.matrix("check").status == 0
    assert [line.split()[:2] for line in workshop.asked] == [["pip", "compile"]]


def test_bad_cells_are_one_sentence(workshop: Workshop) -> None:
    """Of every command."""
    workshop.cell("one", minutes="'long'")

    said = workshop.matrix("list")

    assert (said.status, said.errors.count("\n")) == (2, 1)
    assert said.errors.startswith("lstm-conformance matrix: cells.toml: cell 1 (one): expected `minutes`")


TORCH = {
    "2.4.0": days_ago(900),
    "2.5.0": days_ago(760),
    "2.5.1": days_ago(700),
    "2.6.0": days_ago(660),
    "2.7.0": days_ago(400),
    "2.7.1": days_ago(350),
    "2.8.0": days_ago(100),
    "2.8.1": days_ago(3),
    "2.9.0": days_ago(2),
}

FEW = {"2.5.0": days_ago(760), "2.8.0": days_ago(100), "2.9.0": days_ago(2)}

BUMPS: Mapping[str, tuple[Mapping[str, str], str, list[str]]] = {
    "nothing": (TORCH, "2.8.0", []),
    "mended": (TORCH, "2.7.0", ["one-2.7.0: torch 2.7.1 mends 2.7.0", "one-2.8.0: torch 2.8.0 has no cell"]),
    "out of the window": (
        TORCH,
        "2.5.1",
        [
            "one-2.5.1: torch 2.5 came out more than 24 months ago",
            "one-2.6.1: torch 2.6.0 has no cell",
            "one-2.8.1: torch 2.8.0 has no cell",
        ],
    ),
    "one release since": (
        FEW,
        "2.5.0",
        ["one-2.5.0: torch 2.5 came out more than 24 months ago", "one-2.8.0: torch 2.8.0 has no cell"],
    ),
}


@pytest.mark.parametrize("what", BUMPS)
def test_what_is_proposed(workshop: Workshop, what: str) -> None:
    """Releases that are younger than 14 days do not count; nothing is written."""
    releases, pin, expected = BUMPS[what]
    workshop.index({"torch": releases})
    workshop.cell(f"one-{pin}", "fine", f"torch=={pin}")
    workshop.cell("latest", "fine", "torch")
    before = (workshop.folder / "cells.toml").read_bytes()

    said = workshop.matrix("bump")

    assert said.output.splitlines()[: len(expected)] == expected
    assert said.output.endswith(
        f"{len(expected)} changes proposed; --write makes them\n" if expected else "nothing to change\n"
    )
    assert (workshop.folder / "cells.toml").read_bytes() == before


def test_what_is_proposed_is_written(workshop: Workshop) -> None:
    """Comments stay, and then nothing more is proposed."""
    workshop.index({"torch": TORCH})
    workshop.cell("torch-2.5", "fine", "torch==2.5.1", "numpy")
    path = workshop.folder / "cells.toml"
    path.write_text("# ours\n" + path.read_text("utf-8") + "# the end\n", "utf-8")

    workshop.matrix("bump", "--write")

    cells = {cell.id: cell for cell in read(path)}
    assert path.read_text("utf-8").startswith("# ours\n")
    assert {name: (cell.tier, *cell.packages) for name, cell in cells.items()} == {
        "torch-2.5": ("historical", "torch==2.5.1", "numpy"),
        "torch-2.6": ("supported", "torch==2.6.0", "numpy"),
        "torch-2.8": ("supported", "torch==2.8.0", "numpy"),
    }
    assert workshop.matrix("bump").output == "nothing to change\n"


def test_the_cells_of_the_suite_survive_an_edit() -> None:
    """What is not changed is written as it was read."""
    assert edited(FILE.read_text("utf-8"), []) == FILE.read_text("utf-8")


RELEASES = [Version(f"1.{minor}") for minor in range(12)]


@pytest.mark.parametrize("first", range(1, 12))
@pytest.mark.parametrize("broken", [True, False])
def test_the_first_release_is_found(first: int, broken: bool) -> None:
    """Wherever it is, whether it breaks or mends, in at most four steps between twelve."""
    asked = []

    def holds(version: Version) -> bool:
        asked.append(version)
        return (version < RELEASES[first]) == broken

    change = bisect(RELEASES, holds)

    assert change == Change(RELEASES[first - 1], RELEASES[first], ())
    assert len(asked) <= 1 + 4


def test_releases_that_cannot_be_tested_are_named() -> None:
    """The change may be in one of them."""
    unknown = {RELEASES[5], RELEASES[6]}

    change = bisect(RELEASES, lambda version: None if version in unknown else version < RELEASES[6])

    assert change == Change(RELEASES[4], RELEASES[7], (RELEASES[5], RELEASES[6]))


BISECT = ("bisect", "--implementation", "releases", "--rule", "2.1", "--package", "some")


def nine_releases(workshop: Workshop, **verdicts: str) -> None:
    """Nine releases, 1.0 to 1.8, a prerelease, and the verdict of rule 2.1 in those where it does not pass."""
    days = {f"1.{minor}": days_ago(100 - minor) for minor in range(9)}
    workshop.index({"some": days})
    workshop.cell("one", "releases", "some")
    lines = [f"{version.replace('_', '.')[1:]} {verdict}\n" for version, verdict in verdicts.items()]
    (workshop.folder / "verdicts.txt").write_text("".join(lines), "utf-8")


def test_bisect_finds_what_broke(workshop: Workshop) -> None:
    """A recorded deviation fails as well; the commands that show it are printed."""
    nine_releases(workshop, v1_5="fail", v1_6="fail", v1_7="deviation", v1_8="fail")

    said = workshop.matrix(*BISECT, "--good", "1.1", "--bad", "1.8")

    assert said.status == 0
    assert "6 releases in between, in cell one\n" in said.output
    assert "some 1.5 is the first release in which rule 2.1 fails; in 1.4 it holds\n" in said.output
    assert "  uv pip install --python reproduction/bin/python some==1.5\n" in said.output
    assert "--implementation releases --python reproduction/bin/python --case releases/eager/2.1/" in said.output
    assert len(workshop.tested) == 5


@pytest.mark.deep
def test_bisect_finds_what_mended(workshop: Workshop) -> None:
    """The bad release is the older one; what is shown is the last that fails."""
    nine_releases(workshop, v1_0="error", v1_1="fail", v1_2="fail")

    said = workshop.matrix(*BISECT, "--good", "1.8", "--bad", "1.0")

    assert "some 1.3 is the first release in which rule 2.1 holds; in 1.2 it fails\n" in said.output
    assert "reproduction/bin/python some==1.2\n" in said.output


@pytest.mark.deep
def test_bisect_passes_by_what_cannot_be_tested(workshop: Workshop) -> None:
    """And says that it may have been there."""
    nine_releases(workshop, v1_4="not-run", v1_5="fail", v1_6="fail", v1_7="fail", v1_8="fail")

    said = workshop.matrix(*BISECT, "--good", "1.0", "--bad", "1.8")

    assert "some 1.4: cannot be tested: no check of rule 2.1 was made\n" in said.output
    assert "some 1.5 is the first release in which rule 2.1 fails; in 1.3 it holds\n" in said.output
    assert "cannot be tested: 1.4\n" in said.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--good", "1.8", "--bad", "1.0"), "expected rule 2.1 to hold in some 1.8, but it fails (1 of 1 checks)"),
        (("--good", "1.0", "--bad", "1.1"), "expected rule 2.1 to fail in some 1.1, but it holds (1 checks)"),
        (
            ("--good", "0.1", "--bad", "1.8"),
            "expected rule 2.1 to hold in some 0.1, but it cannot be tested: resolve-f",
        ),
        (("--good", "1.0", "--bad", "1.8", "--cell", "two"), "expected a cell among one, came 'two'"),
        (("--good", "1.0", "--bad", "1.8", "--package", "torch"), "expected a cell of releases to require torch"),
        (("--good", "1.0", "--bad", "1.8", "--rule", "99.1"), "expected a rule among 0.1, 1.1"),
    ],
)
def test_bisect_refuses_what_it_cannot_search(workshop: Workshop, words: tuple[str, ...], sentence: str) -> None:
    """One sentence, and status 2."""
    nine_releases(workshop, v1_8="fail")

    said = workshop.matrix(*BISECT, *words)

    assert (said.status, said.errors.count("\n")) == (2, 1)
    assert sentence in said.errors


def test_a_version_that_is_none(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    """Is refused before anything is built."""
    nine_releases(workshop)

    with pytest.raises(SystemExit):
        workshop.matrix(*BISECT, "--good", "new", "--bad", "1.0")

    assert "expected a version like 3.12.1, came 'new'" in capsys.readouterr().err
