"""The example in C++: `torch::nn::LSTM`, compiled against the torch that is installed, over the protocol."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from lstm_conformance.fixtures.hosting.client import AdapterError, Hosted
from lstm_conformance.suites.meta.asking import DEADLINE, batch, layer
from lstm_conformance.suites.meta.needing import CXX, needs
from lstm_conformance.suites.meta.outside import EXAMPLES, conformance

SOURCE = EXAMPLES / "cpp" / "lstm.cpp"

pytestmark = [pytest.mark.deep, needs("torch", CXX)]  # half a minute of compiling


def command() -> list[str]:
    """How the first lines of the program say that it is compiled."""
    lines = re.findall(r"^//     (.*(?:\n//         .*)*)", SOURCE.read_text("utf-8"), re.MULTILINE)
    (found,) = [line.replace("\n//", " ") for line in lines if line.startswith("c++ ")]
    spec = find_spec("torch")
    assert spec
    assert spec.origin
    return shlex.split(found.replace("$TORCH", str(Path(spec.origin).parent)))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, compiled as it says."""
    folder = tmp_path_factory.mktemp("cpp")
    (folder / SOURCE.name).write_bytes(SOURCE.read_bytes())
    done = subprocess.run(command(), cwd=folder, check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return folder / "lstm"


@pytest.fixture(scope="module")
def host(program: Path) -> Iterator[Hosted]:
    """It, running."""
    with Hosted([str(program)]) as started:
        yield started


def test_it_conforms(program: Path) -> None:
    """Outputs, masks and ways back, in stacks, in both directions and with projections."""
    chapters = "test_01 or test_02 or test_03 or test_06 or test_07 or test_14 or test_23"

    done = conformance(program.parent, "--implementation-command", str(program), "-k", chapters)

    assert done.status == 0, done.output
    assert "libtorch.LSTM" in done.output


def test_it_refuses_weights_of_another_shape(host: Hosted) -> None:
    """With the sentence of the program, and goes on."""
    fields = {**layer(), "path": "eager", "cases": len(batch()["x"]), "observe": []}
    with pytest.raises(AdapterError, match="bias_ih_l0: expected"):
        host.request("run", fields, {**batch(), "weights/bias_ih_l0": np.zeros((4, 1))}, DEADLINE)
    assert set(host.request("run", fields, batch(), DEADLINE)[1]) == {"output/0", "output/1", "output/2"}
