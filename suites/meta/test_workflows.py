"""What CI runs can be run on a desk, and it may do no more than it must."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from lstm_conformance.suites.meta.outside import EXAMPLES, ROOT
from lstm_conformance.suites.meta.running import untouched

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CI = ROOT / ".github" / "workflows" / "ci.yml"
NIGHTLY = ROOT / ".github" / "workflows" / "nightly.yml"

ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
OWN = [str(path.parent.relative_to(ROOT)) for path in ACTIONS]
"""The actions of this repository, which have its commit."""

# There is no make, and a wheel in the place of the clone.
WITHOUT_MAKE = {"windows"}

HASH = "0123456789abcdef0123456789abcdef01234567"
GOOD = "jobs: {a: {runs-on: ubuntu-latest, steps: [{uses: actions/checkout@HASH}, {run: make test}]}}".replace(
    "HASH", HASH
)


def loaded(text: str) -> dict[str, Any]:
    """A workflow."""
    found: dict[str, Any] = YAML(typ="safe").load(text)
    return found


def steps(workflow: dict[str, Any], leave: set[str] | None = None) -> list[dict[str, Any]]:
    """The steps of all jobs, but for some."""
    return [step for name, job in workflow["jobs"].items() if name not in (leave or set()) for step in job["steps"]]


def targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def not_on_a_desk(workflow: dict[str, Any]) -> list[str]:
    """The commands that are no target of the Makefile."""
    commands = [step["run"].strip() for step in steps(workflow, WITHOUT_MAKE) if "run" in step]
    return [command for command in commands if not known(command)]


def known(command: str) -> bool:
    """Whether a command is one call of make for one target, and there is that target."""
    found = re.fullmatch(r"make ([a-z-]+)( [A-Z]+=\S+)*", command)
    return found is not None and found[1] in targets()


def unpinned(workflow: dict[str, Any]) -> list[str]:
    """The actions that are not named by a hash, which nobody can move, and those of anybody but GitHub."""
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    return [
        each
        for each in used
        if not re.fullmatch(r"actions/[a-z-]+(/[a-z]+)?@[0-9a-f]{40}", each) and each.removeprefix("$/") not in OWN
    ]


def writing(workflow: dict[str, Any], what: str) -> list[str]:
    """The jobs that may write something, where not all may."""
    everywhere = workflow["permissions"].get(what) == "write"
    return [
        name for name, job in workflow["jobs"].items() if everywhere or job.get("permissions", {}).get(what) == "write"
    ]


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each of the workflows."""
    return loaded(request.param.read_text("utf-8"))


def test_every_command_is_a_target_of_the_makefile(workflow: dict[str, Any]) -> None:
    """What fails in CI can be repeated."""
    assert not_on_a_desk(workflow) == []


@pytest.mark.parametrize("command", ["pip install .", "make nothing", "make test && rm -rf x", "make test\nmake lint"])
def test_other_commands_are_found(command: str) -> None:
    """The test above can fail."""
    content = loaded(GOOD)
    content["jobs"]["a"]["steps"].append({"run": command})

    assert not_on_a_desk(loaded(GOOD)) == []
    assert not_on_a_desk(content) == [command]


def test_every_action_is_named_by_its_hash(workflow: dict[str, Any]) -> None:
    """And all are GitHub's own; `.github/dependabot.yml` has them renewed."""
    assert unpinned(workflow) == []


def test_the_actions_of_this_repository_name_others_by_their_hash() -> None:
    """As its workflows do, and each of them is run by CI."""
    used = [step.get("uses") for step in steps(loaded(CI.read_text("utf-8")))]

    assert OWN == [".github/actions/test-lstm"]
    assert {f"$/{each}" for each in OWN} <= set(used)
    for path in ACTIONS:
        assert unpinned({"jobs": {"action": loaded(path.read_text("utf-8"))["runs"]}}) == []


def action_run(folder: Path, inputs: dict[str, str], *names: str) -> subprocess.CompletedProcess[str]:
    """The named steps of the action, one behind the other, in a folder, as GitHub runs them."""
    shim = folder / "bin" / "lstm-conformance"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lstm_conformance "$@"\n', "utf-8")
    shim.chmod(0o755)
    (folder / "temp").mkdir()
    action = loaded(ACTIONS[0].read_text("utf-8"))
    given = {name: each["default"] for name, each in action["inputs"].items()} | inputs
    environment = {**untouched(), "PATH": f"{shim.parent}:{os.environ['PATH']}", "RUNNER_TEMP": str(folder / "temp")}
    program = "\n".join(step["run"] for step in action["runs"]["steps"] if step.get("name") in names)
    for step in action["runs"]["steps"]:
        environment |= {
            variable: given[found[1]]
            for variable, text in step.get("env", {}).items()
            if (found := re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", text))
        }
    return subprocess.run(
        ["bash", "-e", "-c", program], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.deep
def test_the_action_tests_an_adapter_and_reports(tmp_path: Path) -> None:
    """Its steps, but for the installation; options are words, and what is in them is no program."""
    for name in ("conformance.py", "tiny_lstm/__init__.py"):
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(EXAMPLES / "python" / name, target)
    inputs = {"implementation": "conformance.py:TinyLSTM", "options": "--tier small -k 01_outputs $(touch HIT)"}

    done = action_run(tmp_path, inputs, "Test", "Report")
    passing = action_run_again(tmp_path, inputs | {"options": "--tier small -k 01_outputs"})

    assert done.returncode != 0  # there is no file $(touch
    assert not (tmp_path / "HIT").exists()
    assert passing.returncode == 0, passing.stdout
    assert (tmp_path / "temp" / "lstm-conformance" / "report.html").stat().st_size > 10_000


def action_run_again(folder: Path, inputs: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """From nothing."""
    shutil.rmtree(folder / "bin")
    shutil.rmtree(folder / "temp")
    return action_run(folder, inputs, "Test", "Report")


@pytest.mark.parametrize(
    ("tag", "changelog", "status", "said"),
    [
        ("v1.2.3", "## 1.2.3 – 2026-12-01\n\n- Added a.\n\n## 1.2.2\n", 0, "- Added a.\n"),
        ("v1.2.3", "## [1.2.3]\n\n- Added a.\n", 0, "- Added a.\n"),
        ("v1.2.2", "## 1.2.2\n\n- Added a.\n", 1, "expected the tag v1.2.3"),
        ("v1.2.3", "## Unreleased\n\n- Added a.\n", 1, "have a section `## 1.2.3`"),
        ("v1.2.3", "## 1.2.3\n\n## 1.2.2\n", 1, "have a section `## 1.2.3`"),
        ("", "", 1, "expected the tag v1.2.3"),
    ],
)
def test_a_tag_releases_its_version_or_nothing(
    tmp_path: Path, tag: str, changelog: str, status: int, said: str
) -> None:
    """And the changelog tells of it."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "release.py", tmp_path / ".ci" / "release.py")
    shutil.copy(ROOT / "Makefile", tmp_path / "Makefile")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', "utf-8")
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{changelog}", "utf-8")
    environment = {**os.environ, "TAG": tag}
    command = ["make", "--silent", "release-notes", f"PYTHON={sys.executable}"]

    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode != 0) == bool(status)
    assert said in (done.stderr if status else done.stdout)


def test_only_the_publishing_job_has_an_identity() -> None:
    """And nobody has a password."""
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")
    content = loaded(text)

    assert writing(content, "id-token") == ["publish"]
    assert writing(content, "contents") == ["release"]
    assert content["jobs"]["publish"]["needs"] == "build"
    assert "secrets." not in text


def test_ci_runs_on_every_python_that_is_promised() -> None:
    """Those that the package names; the oldest one with everything, and with torch alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    promised = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    job = loaded(CI.read_text("utf-8"))["jobs"]["environments"]

    assert promised == [each["python"] for each in job["strategy"]["matrix"]["include"]]
    assert project["requires-python"] == f">={promised[0]}"
    assert job["strategy"]["matrix"]["include"][0] == {"python": "3.11", "extras": "torch,matrix,dev"}
    assert job["env"] == {"EXTRAS": "${{ matrix.extras }}"}
    assert job["steps"][-1] == {"run": "make test"}


@pytest.mark.parametrize("action", ["actions/checkout", "actions/checkout@v4", f"somebody/action@{HASH}"])
def test_other_actions_are_found(action: str) -> None:
    """The test above can fail."""
    assert unpinned(loaded(GOOD.replace(f"actions/checkout@{HASH}", action))) == [action]


def test_a_workflow_may_only_read(workflow: dict[str, Any]) -> None:
    """Unless a job says otherwise."""
    assert workflow["permissions"] == {"contents": "read"}


def test_one_job_may_write_issues() -> None:
    """The one that keeps them."""
    content = loaded(NIGHTLY.read_text("utf-8"))

    assert writing(content, "issues") == ["track"]
    assert writing(content | {"permissions": {"issues": "write"}}, "issues") == list(content["jobs"])


def test_a_cell_that_fails_stops_no_other() -> None:
    """And leaves behind what it found."""
    job = loaded(NIGHTLY.read_text("utf-8"))["jobs"]["cell"]

    assert job["strategy"]["fail-fast"] is False
    assert job["steps"][-1]["if"] == "always()"
    assert "fromJSON" in job["strategy"]["matrix"]


@pytest.mark.parametrize(
    ("job", "needs"), [("merge", {"plan", "cell", "claims"}), ("track", {"plan", "merge", "pages"})]
)
def test_a_night_is_told_whatever_became_of_its_cells(job: str, needs: set[str]) -> None:
    """A red cell is what the report is for."""
    found = loaded(NIGHTLY.read_text("utf-8"))["jobs"][job]

    assert set(found["needs"]) == needs
    assert "!cancelled()" in found["if"]


@pytest.mark.parametrize(
    ("target", "variable"),
    [("cell", "CELL"), ("cell", "NIGHT"), ("matrix", "NIGHT"), ("plan", "OPTIONS"), ("release-notes", "TAG")],
)
@pytest.mark.parametrize(
    "text", ["x; touch HIT #", "$(touch HIT)", "`touch HIT`", "$(shell touch HIT)", "x\ntouch HIT"]
)
def test_what_somebody_types_is_no_program(tmp_path: Path, target: str, variable: str, text: str) -> None:
    """Names and words from outside reach the command as they are: nothing in them is executed."""
    folder = copied(tmp_path)
    hit = tmp_path / "hit"
    environment = {**os.environ, "CELL": "one", variable: text.replace("HIT", str(hit))}

    subprocess.run(
        ["make", target, "PYTHON=.venv/bin/python"], cwd=folder, env=environment, capture_output=True, check=False
    )

    assert (folder / "asked").exists() or (variable == "NIGHT" and "$" in text)  # which make refuses
    assert not hit.exists()


def copied(folder: Path) -> Path:
    """A folder with the Makefile, and in the place of its environment a program that only notes that it was asked."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    (folder / "fixtures").mkdir()
    shutil.copy(ROOT / "fixtures" / "constraints.txt", folder / "fixtures" / "constraints.txt")
    python = folder / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\nprintf "%s " asked "$@" >> asked\n', "utf-8")
    python.chmod(0o755)
    (folder / ".venv" / ".installed").touch()
    return folder


@pytest.mark.parametrize("settled", [True, False])
def test_the_page_of_claims_is_published_beside_the_report(tmp_path: Path, *, settled: bool) -> None:
    """In the folder of the site, and the report links to it there; one of an earlier night is not."""
    folder = copied(tmp_path)
    (folder / "build" / "site").mkdir(parents=True)
    published = folder / "build" / "site" / "claims.html"
    published.write_text("of an earlier night", "utf-8")
    if settled:
        (folder / "build" / "claims.html").write_text("of this night", "utf-8")

    subprocess.run(["make", "night"], cwd=folder, capture_output=True, check=True)

    assert ("--claims build/site/claims.html" in (folder / "asked").read_text("utf-8")) == settled
    assert (published.read_text("utf-8") if published.exists() else "") == ("of this night" if settled else "")


def test_a_night_settles_claims_and_publishes_them() -> None:
    """The job leaves its page, whatever became of them, where the one that makes the site looks for it."""
    jobs = loaded(NIGHTLY.read_text("utf-8"))["jobs"]
    left = jobs["claims"]["steps"][-1]
    (fetched,) = (step for step in jobs["merge"]["steps"] if step.get("with", {}).get("name") == left["with"]["name"])

    assert {"run": "make claims"} in jobs["claims"]["steps"]
    assert (left["if"], left["with"]["path"]) == ("always()", "build/claims.html")
    assert (fetched["with"]["path"], fetched["continue-on-error"]) == ("build", True)
    order = jobs["merge"]["steps"]
    assert order.index(fetched) < order.index({"name": "Make the page", "run": "make night"})
    assert jobs["merge"]["steps"][-1]["with"]["path"] == "build/site"


def test_workflows_let_nobody_in() -> None:
    """By zizmor, as `make lint` has it; what it looks for, it finds."""
    command = [str(Path(sys.executable).with_name("zizmor")), "--quiet", "--offline"]

    assert subprocess.run([*command, str(ROOT / ".github")], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(("text", "status"), [(GOOD, 0), (GOOD.replace("runs-on", "run-on"), 1)])
def test_workflows_are_linted(tmp_path: Path, text: str, status: int) -> None:
    """By the schema that `make lint` holds them to: it knows a key that GitHub does not."""
    path = tmp_path / "workflow.yml"
    path.write_text(f"on: push\n{text}", "utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]

    assert subprocess.run(command, capture_output=True, check=False).returncode == status
