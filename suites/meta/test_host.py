"""A host answers requests, whatever its implementation prints, reads or writes over."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.hosting import client
from lstm_conformance.fixtures.hosting.client import AdapterError, Hello, Hosted, InProcess
from lstm_conformance.suites.meta import fakes
from lstm_conformance.suites.meta.asking import (
    CASES,
    DEADLINE,
    GATES,
    HIDDEN_SIZE,
    INPUT_SIZE,
    B,
    T,
    batch,
    layer,
    run,
    spec,
)


@pytest.fixture(scope="module")
def host() -> Iterator[Hosted]:
    """The right fake in a process."""
    with Hosted(spec(fakes.NumpyLSTM)) as hosted:
        yield hosted


@pytest.fixture(params=["hosted", "in-process"])
def anywhere(request: pytest.FixtureRequest, host: Hosted) -> client.Implementation:
    """The right fake, in a process and in this one."""
    return host if request.param == "hosted" else InProcess(fakes.NumpyLSTM)


class TestAnswers:
    """What the verbs answer, in a process and in this one."""

    def test_hello_says_what_the_adapter_says(self, anywhere: client.Implementation) -> None:
        """And adds the defaults and the versions."""
        assert anywhere.hello() == Hello(
            implementation="fakes.NumpyLSTM",
            layout="torch",
            offers=(Offer(path="eager", dtypes=("float64", "float32"), claims=("no_bias", "initial_state")),),
            versions={"numpy": np.__version__},
            python=".".join(map(str, sys.version_info[:3])),
            threads=1,
        )

    def test_describe_lists_the_weights(self, anywhere: client.Implementation) -> None:
        """Name, dtype and shape of each, in the order of the layer."""
        header, arrays = anywhere.request("describe", layer(bias=False), {}, DEADLINE)

        assert arrays == {}
        assert header == {
            "weights": [
                {"name": "weight_ih_l0", "dtype": "float64", "shape": [GATES, INPUT_SIZE]},
                {"name": "weight_hh_l0", "dtype": "float64", "shape": [GATES, HIDDEN_SIZE]},
            ]
        }

    def test_run_returns_the_outputs_of_every_case(self, anywhere: client.Implementation) -> None:
        """Each stacked along a leading axis, in the dtype in which they came."""
        seen = run(anywhere)

        assert {name: (array.shape, array.dtype.name) for name, array in seen.items()} == {
            "output/0": ((CASES, T, B, HIDDEN_SIZE), "float64"),
            "output/1": ((CASES, 1, B, HIDDEN_SIZE), "float64"),
            "output/2": ((CASES, 1, B, HIDDEN_SIZE), "float64"),
        }

    def test_outputs_are_not_cast(self, anywhere: client.Implementation) -> None:
        """A float32 layer that is fed float64 returns float64, and that is what is seen."""
        seen = anywhere.request("run", {**layer(), "dtype": "float32", "cases": CASES}, batch(), DEADLINE)[1]

        assert seen["output/0"].dtype == np.float64

    def test_a_case_is_the_same_alone_and_in_a_batch(self, anywhere: client.Implementation) -> None:
        """Bit for bit: no case sees another."""
        whole = run(anywhere)
        alone = [
            run(anywhere, arrays={name: array[n : n + 1] for name, array in batch().items()}) for n in range(CASES)
        ]

        for name, array in whole.items():
            assert array.tobytes() == np.concatenate([case[name] for case in alone]).tobytes()

    def test_states_may_be_absent(self, anywhere: client.Implementation) -> None:
        """Then they are zero."""
        without = {name: array for name, array in batch().items() if name not in {"h_0", "c_0"}}
        zeros = {name: array * (name not in {"h_0", "c_0"}) for name, array in batch().items()}

        assert np.array_equal(run(anywhere, arrays=without)["output/0"], run(anywhere, arrays=zeros)["output/0"])

    def test_everything_asked_for_is_observed(self, anywhere: client.Implementation) -> None:
        """And of a right implementation it is what went in."""
        sent = batch()

        seen = run(anywhere, observe=("weights", "inputs", "again"))

        for name, array in sent.items():
            assert np.array_equal(seen[f"after/{name}"], array)
        for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
            assert np.array_equal(seen[f"weights/{name}"], sent[f"weights/{name}"])
        for index in range(3):
            assert np.array_equal(seen[f"again/{index}"], seen[f"output/{index}"])

    def test_an_unknown_verb_is_refused(self, anywhere: client.Implementation) -> None:
        """With those that there are."""
        with pytest.raises(AdapterError, match=r"expected a verb among hello, .*, came 'dance'"):
            anywhere.request("dance", {}, {}, DEADLINE)


def test_in_process_equals_hosted_bit_for_bit(host: Hosted) -> None:
    """The two transports are one implementation."""
    observe = ("weights", "inputs", "again")
    hosted, here = run(host, observe), run(InProcess(fakes.NumpyLSTM), observe)

    assert {name: array.tobytes() for name, array in hosted.items()} == {n: a.tobytes() for n, a in here.items()}


class _Warning(fakes.NumpyLSTM):
    """Says at every call that it may go."""

    def call(self, built: Any, x: Any, states: Any) -> Any:
        """Warn, then compute."""
        warnings.warn("it may go", FutureWarning, stacklevel=1)
        return super().call(built, x, states)


def test_a_warning_is_no_error() -> None:
    """Also in this process, in which pytest makes errors of warnings."""
    assert run(InProcess(_Warning))["output/0"].tobytes() == run(InProcess(fakes.NumpyLSTM))["output/0"].tobytes()


def test_a_modified_input_is_seen() -> None:
    """The very tensors and weights that the call was given are read back; the outputs are those of before."""
    sent = batch()

    seen = run(InProcess(fakes.ModifyingInputs), observe=("weights", "inputs"))

    for name, array in sent.items():
        assert np.array_equal(seen[f"after/{name}"], 2 * array)
    assert np.array_equal(seen["weights/weight_ih_l0"], sent["weights/weight_ih_l0"])
    assert np.array_equal(seen["output/0"], run(InProcess(fakes.NumpyLSTM))["output/0"])


def test_a_case_that_modifies_its_inputs_disturbs_no_other() -> None:
    """Nor the arrays of whoever asked."""
    sent = batch()

    run(InProcess(fakes.ModifyingInputs), arrays=sent)

    for name, array in batch().items():
        assert np.array_equal(sent[name], array)


def test_an_output_is_seen_as_it_was_right_after_its_call() -> None:
    """Also if the second call overwrites it."""
    right = run(InProcess(fakes.NumpyLSTM))["output/0"][:1]

    seen = run(InProcess(fakes.ReusingOutputs), ("again",), arrays=batch(count=1))

    assert np.array_equal(seen["output/0"], right)
    assert np.array_equal(seen["again/0"], -right)


class TestNoise:
    """What an implementation prints or reads disturbs nothing."""

    def test_printing_to_stdout(self, host: Hosted) -> None:
        """From Python, from C and from a child: it all goes to stderr."""
        with Hosted(spec(fakes.Printing)) as printing:
            assert np.array_equal(run(printing)["output/0"], run(host)["output/0"])

    def test_flooding_stderr(self, host: Hosted) -> None:
        """100 MB of it, where a pipe would hold 64 kB."""
        with Hosted(spec(fakes.Flooding)) as flooding:
            seen = run(flooding, arrays=batch(count=1))

        assert np.array_equal(seen["output/0"], run(host)["output/0"][:1])

    def test_reading_stdin(self) -> None:
        """There is nothing to read; the requests are the host's."""
        with Hosted(spec(fakes.Reading)) as reading:
            assert reading.hello().implementation == "read b''"
