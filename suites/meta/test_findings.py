"""The check of the findings itself: it can say that a script prints something else."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from lstm_conformance.suites.meta.findings import FINDINGS, Unreadable, cause_of, differing, printed, promises

NUMPY = version("numpy")

SCRIPT = '''"""A finding.

Rule 1.1; cause some-cause.
{heading}

    one: 1  (control)
    two: 2
"""

{body}
'''


def script(folder: Path, body: str = "print('one: 1')\nprint('two: 2')", heading: str = "Actual:") -> Path:
    """A script that does this."""
    path = folder / "finding.py"
    path.write_text(SCRIPT.format(heading=heading, body=body), "utf-8")
    return path


def prints(*lines: str) -> str:
    """Code that prints these lines."""
    return "\n".join(f"print({line!r})" for line in lines)


def test_what_is_promised_is_reproduced(tmp_path: Path) -> None:
    """All lines, and no other."""
    assert list(differing([script(tmp_path)])) == []


@pytest.mark.parametrize(
    "lines",
    [["one: 1", "two: 3"], ["one: 1"], ["two: 2", "one: 1"], ["one: 1", "two: 2", "three: 3"]],
    ids=["other", "a part", "order", "more"],
)
def test_anything_else_is_told(tmp_path: Path, lines: list[str]) -> None:
    """By the name of the script; a control alone is not enough."""
    (sentence,) = differing([script(tmp_path, prints(*lines))])

    assert sentence.startswith("finding.py: expected ['one: 1', 'two: 2'], came")


@pytest.mark.parametrize("lines", [["two: 2"], [], ["one: 2", "two: 2"]], ids=["lost", "nothing", "other"])
def test_a_control_must_hold(tmp_path: Path, lines: list[str]) -> None:
    """Where it does not, the rest shows nothing."""
    (sentence,) = differing([script(tmp_path, prints(*lines) or "pass")])

    assert sentence.startswith("finding.py: expected its controls ['one: 1'], came")


def test_a_script_that_raises_is_told(tmp_path: Path) -> None:
    """By the last line of what it said."""
    (sentence,) = differing([script(tmp_path, f"{prints('one: 1', 'two: 2')}\nraise KeyError(3)")])

    assert sentence.endswith("came ['one: 1', 'two: 2', 'KeyError: 3']")


def test_a_script_runs_on_every_backend_that_it_names(tmp_path: Path) -> None:
    """Each of which is named where it differs."""
    body = "import os\nprint('one: 1')\nprint('two:', {'torch': 2, 'jax': 3}[os.environ['KERAS_BACKEND']])"

    (sentence,) = differing([script(tmp_path, body, "Actual on torch, jax:")])

    assert sentence == "finding.py on jax: expected ['one: 1', 'two: 2'], came ['one: 1', 'two: 3']"


@pytest.mark.parametrize("name", ["KERAS_BACKEND", "KERAS_HOME", "JAX_ENABLE_X64", "TF_USE_LEGACY_KERAS"])
def test_what_the_user_has_set_leads_no_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A backend, a home with a configuration, a precision."""
    monkeypatch.setenv(name, "of-the-user")

    assert printed(script(tmp_path, f"import os\nprint(os.environ.get({name!r}))"), "") != ["of-the-user"]


@pytest.mark.parametrize(
    ("versions", "told"),
    [(f"numpy {NUMPY}", 0), ("numpy 1.0", 1), (f"numpy {NUMPY}, no-such-package 1.0", 1)],
    ids=["installed", "other", "absent"],
)
def test_a_promise_of_another_version_is_none(tmp_path: Path, versions: str, told: int) -> None:
    """A script that promises nothing here is told of."""
    assert len(list(differing([script(tmp_path, heading=f"Actual with {versions}:")]))) == told


@pytest.mark.parametrize("heading", ["Actual, on torch:", "Actual on theano:", "Actual on torch and jax:"])
def test_a_heading_that_cannot_be_read_is_told(tmp_path: Path, heading: str) -> None:
    """Rather than left out."""
    with pytest.raises(Unreadable, match=r"^finding\.py: expected"):
        promises(script(tmp_path, heading=heading))


@pytest.mark.parametrize("path", sorted(FINDINGS.glob("*.py")), ids=lambda path: path.stem)
def test_every_finding_says_what_it_prints(path: Path) -> None:
    """And a control, or why there is none."""
    assert promises(path)


def test_a_script_names_its_cause(tmp_path: Path) -> None:
    """By its id."""
    assert cause_of(script(tmp_path)) == {"some-cause"}
