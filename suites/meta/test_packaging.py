"""What is shipped: the wheel holds the package and works alone, and no file tells where it was written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from lstm_conformance.suites.meta.records import a_check, written

ROOT = Path(__file__).resolve().parents[2]

PARTS = ("reference", "fixtures", "suites", "reports", "commands")

NOT_CODE = (
    "py.typed",
    "reference/SPEC.md",
    "reports/records/results.schema.json",
    "reports/page/document.schema.json",
    "reports/records/cells.schema.json",
    "reports/changes/changes.schema.json",
    "reports/changes/night.schema.json",
    "reports/page/template/page.html.jinja",
    "reports/page/template/cells.html.jinja",
    "reports/page/template/claims.html.jinja",
    "reports/page/template/css/page.css",
    "reports/page/template/js/main.js",
    "fixtures/claims.toml",
    "fixtures/environments.toml",
    "fixtures/manifest.json",
    "fixtures/vectors/guide.json",
    "fixtures/vectors/vectors.schema.json",
)

# Written so that they do not find themselves.
HOME = re.compile(r"(?:/(?:home|root|Users)/|[A-Z]:\\Users\\)\w")
REGISTRY = re.compile(r"\b(?:pypi|pythonhosted|download\.pytorch|anaconda|npmjs|piwheels)\.(?:org|com|io)\b")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the source distribution, and the wheel that was made of it, without the network."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", os.fspath(out), os.fspath(ROOT)]
    environment = os.environ | {"GITHUB_SERVER_URL": "https://example.com", "GITHUB_REPOSITORY": "owner/name"}
    done = subprocess.run(command, cwd=out, check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    """Return the wheel."""
    return zipfile.ZipFile(next(built.glob("*.whl")))


@pytest.fixture(scope="module")
def installed(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the content of the wheel, as an installation would lay it out."""
    folder = tmp_path_factory.mktemp("installed")
    wheel.extractall(folder)
    return folder


def modules(folder: Path) -> set[str]:
    """Return the Python files of a folder that git tracks or would track, relative to the repository."""
    return {name for name in repository_files() if name.startswith(f"{folder}/") and name.endswith(".py")}


def repository_files() -> list[str]:
    """Return the files that git tracks, and those that it would track if they were added."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.split("\0") if (ROOT / name).is_file()]


@pytest.mark.parametrize("part", PARTS)
def test_the_wheel_holds_every_module_of_a_part(wheel: zipfile.ZipFile, part: str) -> None:
    """Each lies below `lstm_conformance`; the tests of the suite itself are not shipped."""
    expected = {name for name in modules(Path(part)) if not name.startswith("suites/meta/")}

    shipped = {name for name in wheel.namelist() if name.startswith(f"lstm_conformance/{part}/")}

    assert {f"lstm_conformance/{name}" for name in expected} == {name for name in shipped if name.endswith(".py")}


@pytest.mark.parametrize("name", NOT_CODE)
def test_the_wheel_holds_what_is_not_code(wheel: zipfile.ZipFile, name: str) -> None:
    """Types, rules, schema and template are read at run time."""
    assert f"lstm_conformance/{name}" in wheel.namelist()


def test_the_wheel_is_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    """Nothing lands beside the package in a user's environment, and nothing at its top but what belongs there."""
    inside = {name.removeprefix("lstm_conformance/").split("/")[0] for name in wheel.namelist()}

    files = {"__init__.py", "__main__.py", "py.typed"}
    assert {name for name in inside if not name.endswith(".dist-info")} == {*PARTS, *files}


def test_the_wheel_carries_its_licence(wheel: zipfile.ZipFile) -> None:
    """Whoever has the wheel alone has the licence."""
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    """Return what the wheel says of itself; it was built of the source distribution, which is no clone."""
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


def test_the_metadata_lead_to_the_repository(metadata: Message) -> None:
    """To its pages, which are there; and there are words to be found by, and somebody who made it."""
    links = dict(link.split(", ") for link in metadata.get_all("Project-URL", []))

    assert links.pop("Repository") == "https://example.com/owner/name"
    assert links.pop("Issues") == "https://example.com/owner/name/issues"
    assert set(links) == {"Documentation", "Changelog", "Security"}
    assert all((ROOT / link.partition("/blob/HEAD/")[2]).is_file() for link in links.values())
    assert {"lstm", "keras", "pytorch"} <= set(metadata["Keywords"].split(","))
    assert metadata["Author"]


def test_the_pictures_of_the_readme_are_seen_from_anywhere(metadata: Message) -> None:
    """Away from the repository, too: every link has an address of its own."""
    text = str(metadata.get_payload())

    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)
    links = re.findall(r"\]\(([^)]+)\)", text)

    assert "pip install git+https://example.com/owner/name\n" in text
    assert len(pictures) == 1
    assert all(each.startswith("https://example.com/owner/name/raw/HEAD/reports/pictures/") for each in pictures)
    assert all(link.startswith(("http", "#")) for link in links)


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("git@example.com:owner/name.git", "https://example.com/owner/name"),
        ("https://example.com/owner/name.git", "https://example.com/owner/name"),
        ("https://somebody:secret@example.com/owner/name", "https://example.com/owner/name"),
        ("ssh://git@example.com:2222/owner/name.git", "https://example.com/owner/name"),
        ("/srv/git/name.git", ""),
        ("../name", ""),
        ("", ""),
    ],
)
def test_the_page_of_a_remote(remote: str, page: str) -> None:
    """A folder has none, and a password is not told."""
    assert hook().address(remote) == page


def hook() -> ModuleType:
    """Load what the build asks for links."""
    spec = spec_from_file_location("metadata", ROOT / ".ci" / "metadata.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pytest_finds_the_plugin(wheel: zipfile.ZipFile) -> None:
    """By the entry point of the wheel, whose module is in it."""
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))

    assert "[pytest11]\nlstm_conformance = lstm_conformance.suites.library.plugin\n" in wheel.read(name).decode()
    assert "lstm_conformance/suites/library/plugin.py" in wheel.namelist()


def test_the_source_distribution_has_no_link(built: Path) -> None:
    """Archives with links to a folder above are refused by careful tools, and not all systems have links."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        members = archive.getmembers()

    assert not any(".package" in member.name.split("/") for member in members)
    assert all(member.isfile() for member in members)


def test_the_wheel_makes_a_report_without_the_clone(installed: Path, tmp_path: Path) -> None:
    """Template, style and schema are found where the wheel puts them."""
    results = written(tmp_path / "results.jsonl", a_check())
    program = (
        "import sys\n"
        "from lstm_conformance import __main__\n"
        "print(__main__.__file__)\n"
        "sys.exit(__main__.main(['report', *sys.argv[1:]]))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, os.fspath(results), "report.html"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.fspath(installed)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout.splitlines() == [
        os.fspath(installed / "lstm_conformance" / "__main__.py"),
        "report: report.html",
    ]


def test_every_tool_of_the_development_extra_is_pinned() -> None:
    """Two clones lint and test with the same versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split("[<>=]", tool)[0] for extra in project["optional-dependencies"].values() for tool in extra}
    pinned = set(re.findall("^([a-z-]+)==", (ROOT / "fixtures/constraints.txt").read_text("utf-8"), re.MULTILINE))

    assert wanted - pinned == set()


LOCKS = {"lock.txt": ("matrix",), "lock-dev.txt": ("matrix", "dev"), "lock-site.txt": ("site",)}


@pytest.mark.parametrize("name", LOCKS)
def test_what_the_suite_needs_is_locked(name: str) -> None:
    """By hash, in the version of the constraints, and all of it: `make lock` writes it anew."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [tool for extra in LOCKS[name] for tool in project["optional-dependencies"][extra]]
    wanted = {re.split("[<>=]", tool)[0] for tool in [*project["dependencies"], *extras]}
    found = locked((ROOT / ".ci" / name).read_text("utf-8"))
    constrained = dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / "fixtures/constraints.txt").read_text("utf-8"), re.M))

    assert wanted - set(found) == set()
    assert {each: version for each, (version, _) in found.items() if constrained.get(each, version) != version} == {}
    assert [each for each, (_, hashes) in found.items() if not hashes] == []


def locked(text: str) -> dict[str, tuple[str, int]]:
    """The version of each package of a lock file, and how many hashes it has."""
    pieces = re.split(r"(?m)^(?=[\w-]+==)", text)
    named = [(found, piece) for piece in pieces if (found := re.match(r"([\w-]+)==(\S+)", piece))]
    return {found[1]: (found[2], len(re.findall("--hash=sha256:[0-9a-f]{64}", piece))) for found, piece in named}


def test_a_package_without_a_hash_is_noticed() -> None:
    """The negative twin."""
    text = "a==1 \\\n    --hash=sha256:" + "0" * 64 + "\nb==2 ; sys_platform == 'win32'\n"

    assert locked(text) == {"a": ("1", 1), "b": ("2", 0)}


@pytest.mark.parametrize("pattern", [HOME, REGISTRY], ids=["home", "registry"])
def test_no_file_tells_where_it_was_written(pattern: re.Pattern[str]) -> None:
    """No path of somebody's machine and no host of a package registry: pip's configuration knows the latter."""
    found = [
        f"{name}: {match[0]}"
        for name in repository_files()
        if (match := pattern.search((ROOT / name).read_text(encoding="utf-8", errors="replace")))
    ]

    assert found == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (HOME, "/" + "home/somebody"),
        (HOME, "/" + "Users/somebody"),
        (HOME, "C:" + "\\Users\\somebody"),
        (REGISTRY, "https://" + "pypi" + ".org/simple"),
        (REGISTRY, "files." + "pythonhosted" + ".org"),
    ],
)
def test_such_places_are_recognised(pattern: re.Pattern[str], text: str) -> None:
    """The search finds what it is for."""
    assert pattern.search(f"from {text} on")
