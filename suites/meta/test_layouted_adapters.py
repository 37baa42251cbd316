"""An adapter may declare any layout: the suite finds a right LSTM right in it, and a wrong one wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_conformance.suites.meta.running import adapters, conformance

TOPICS = ("01_outputs", "02_final_states", "03_shapes", "04_weights", "07_directions", "08_axes")
FILES = tuple(f"suites/test_{topic}.py" for topic in TOPICS)


def test_right_ones_are_green(tmp_path: Path) -> None:
    """Whose weights, inputs, states and outputs are laid out in three other ways."""
    run = conformance(tmp_path, *adapters("layouted_adapters.py", "Onnx", "Tf1", "Gates"), "--in-process", of=FILES)

    assert run.status == pytest.ExitCode.OK, run.output
    assert run.names == {"layouted_adapters.Onnx", "layouted_adapters.Tf1", "layouted_adapters.Gates"}


def test_a_wrong_one_is_red(tmp_path: Path) -> None:
    """Gates that are read in the order of another layout."""
    of, one = ("suites/test_01_outputs.py",), ("-k", "test_every_output and T6-B3-I10-H20-float32-mild")
    run = conformance(tmp_path, *adapters("layouted_adapters.py", "OnnxNotReordered"), "--in-process", *one, of=of)

    assert run.red_rules("layouted_adapters.OnnxNotReordered") == {"1.1"}
