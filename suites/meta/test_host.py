"""A host answers requests whatever its implementation does, and those who ask always get an answer or a clear error."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures import hosts, process
from lstm_conformance.fixtures.hosts import (
    AdapterError,
    BadAnswer,
    Hello,
    HostDied,
    Hosted,
    HostError,
    HostTimeout,
    InProcess,
)
from lstm_conformance.fixtures.protocol import Arrays, Header, ProtocolError
from lstm_conformance.fixtures.servant import LAYERS_KEPT, Servant
from lstm_conformance.reference.layer import Layer
from lstm_conformance.suites.meta import fakes

FAKES = Path(fakes.__file__)
CASES, T, B = 4, 3, 2
INPUT_SIZE, HIDDEN_SIZE = 5, 6
GATES = 4 * HIDDEN_SIZE
DEADLINE = 60.0


def spec(adapter: type) -> str:
    """The text by which a host finds a fake."""
    return f"{FAKES}:{adapter.__name__}"


def layer(**changes: Any) -> Header:
    """The fields of a request that say which layer is meant."""
    return {
        "layer": {**asdict(Layer(input_size=INPUT_SIZE, hidden_size=HIDDEN_SIZE)), **changes},
        "dtype": "float64",
        "path": "eager",
    }


def batch(count: int = CASES, steps: int = T) -> Arrays:
    """The arrays of a request to run: a batch of cases, all different."""
    shapes = {
        "weights/weight_ih_l0": (GATES, INPUT_SIZE),
        "weights/weight_hh_l0": (GATES, HIDDEN_SIZE),
        "weights/bias_ih_l0": (GATES,),
        "weights/bias_hh_l0": (GATES,),
        "x": (steps, B, INPUT_SIZE),
        "h_0": (1, B, HIDDEN_SIZE),
        "c_0": (1, B, HIDDEN_SIZE),
    }
    numbers = np.random.RandomState(1)
    return {name: numbers.standard_normal((CASES, *shape))[:count] for name, shape in shapes.items()}


def run(
    implementation: hosts.Implementation,
    observe: tuple[str, ...] = (),
    deadline: float = DEADLINE,
    arrays: Arrays | None = None,
) -> Arrays:
    """Run a batch of cases; return what was seen."""
    arrays = batch() if arrays is None else arrays
    fields = {**layer(), "cases": len(arrays["x"]), "observe": list(observe)}
    return implementation.request("run", fields, arrays, deadline)[1]


def is_running(pid: int) -> bool:
    """Whether there is such a process, and it is more than an entry that nobody has fetched."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def wait_until_gone(pid: int, seconds: float = 20.0) -> bool:
    """Wait for the end of a process; False if it does not come."""
    end = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not is_running(pid)


def pid_of(host: Hosted) -> int:
    """The process that answers now."""
    assert host._process is not None, "the host has not been started"
    return host._process._process.pid


@pytest.fixture(scope="module")
def host() -> Iterator[Hosted]:
    """The right fake in a process."""
    with Hosted(spec(fakes.NumpyLSTM)) as hosted:
        yield hosted


@pytest.fixture(params=["hosted", "in-process"])
def anywhere(request: pytest.FixtureRequest, host: Hosted) -> hosts.Implementation:
    """The right fake, in a process and in this one."""
    return host if request.param == "hosted" else InProcess(fakes.NumpyLSTM)


class TestAnswers:
    """What the verbs answer, in a process and in this one."""

    def test_hello_says_what_the_adapter_says(self, anywhere: hosts.Implementation) -> None:
        """And adds the defaults and the versions."""
        assert anywhere.hello() == Hello(
            implementation="fakes.NumpyLSTM",
            layout="torch",
            paths=("eager",),
            dtypes=("float64", "float32"),
            claims=("no_bias", "initial_state"),
            activations={"eager": "N"},
            versions={"numpy": np.__version__},
            python=".".join(map(str, sys.version_info[:3])),
            device="cpu",
            threads=1,
        )

    def test_describe_lists_the_weights(self, anywhere: hosts.Implementation) -> None:
        """Name, dtype and shape of each, in the order of the layer."""
        header, arrays = anywhere.request("describe", layer(bias=False), {}, DEADLINE)

        assert arrays == {}
        assert header == {
            "weights": [
                {"name": "weight_ih_l0", "dtype": "float64", "shape": [GATES, INPUT_SIZE]},
                {"name": "weight_hh_l0", "dtype": "float64", "shape": [GATES, HIDDEN_SIZE]},
            ]
        }

    def test_run_returns_the_outputs_of_every_case(self, anywhere: hosts.Implementation) -> None:
        """Each stacked along a leading axis, in the dtype in which they came."""
        seen = run(anywhere)

        assert {name: (array.shape, array.dtype.name) for name, array in seen.items()} == {
            "output/0": ((CASES, T, B, HIDDEN_SIZE), "float64"),
            "output/1": ((CASES, 1, B, HIDDEN_SIZE), "float64"),
            "output/2": ((CASES, 1, B, HIDDEN_SIZE), "float64"),
        }

    def test_outputs_are_not_cast(self, anywhere: hosts.Implementation) -> None:
        """A float32 layer that is fed float64 returns float64, and that is what is seen."""
        seen = anywhere.request("run", {**layer(), "dtype": "float32", "cases": CASES}, batch(), DEADLINE)[1]

        assert seen["output/0"].dtype == np.float64

    def test_a_case_is_the_same_alone_and_in_a_batch(self, anywhere: hosts.Implementation) -> None:
        """Bit for bit: no case sees another."""
        whole = run(anywhere)
        alone = [
            run(anywhere, arrays={name: array[n : n + 1] for name, array in batch().items()}) for n in range(CASES)
        ]

        for name, array in whole.items():
            assert array.tobytes() == np.concatenate([case[name] for case in alone]).tobytes()

    def test_states_may_be_absent(self, anywhere: hosts.Implementation) -> None:
        """Then they are zero."""
        without = {name: array for name, array in batch().items() if name not in {"h_0", "c_0"}}
        zeros = {name: array * (name not in {"h_0", "c_0"}) for name, array in batch().items()}

        assert np.array_equal(run(anywhere, arrays=without)["output/0"], run(anywhere, arrays=zeros)["output/0"])

    def test_everything_asked_for_is_observed(self, anywhere: hosts.Implementation) -> None:
        """And of a right implementation it is what went in."""
        sent = batch()

        seen = run(anywhere, observe=("weights", "inputs", "again"))

        for name, array in sent.items():
            assert np.array_equal(seen[f"after/{name}"], array)
        for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
            assert np.array_equal(seen[f"weights/{name}"], sent[f"weights/{name}"])
        for index in range(3):
            assert np.array_equal(seen[f"again/{index}"], seen[f"output/{index}"])

    def test_gradients_are_refused_for_now(self, anywhere: hosts.Implementation) -> None:
        """The verb is reserved."""
        with pytest.raises(AdapterError, match="'gradients' is reserved"):
            anywhere.request("gradients", {}, {}, DEADLINE)

    def test_an_unknown_verb_is_refused(self, anywhere: hosts.Implementation) -> None:
        """With those that there are."""
        with pytest.raises(AdapterError, match=r"expected a verb among hello, .*, came 'dance'"):
            anywhere.request("dance", {}, {}, DEADLINE)


def test_in_process_equals_hosted_bit_for_bit(host: Hosted) -> None:
    """The two transports are one implementation."""
    observe = ("weights", "inputs", "again")
    hosted, here = run(host, observe), run(InProcess(fakes.NumpyLSTM), observe)

    assert {name: array.tobytes() for name, array in hosted.items()} == {n: a.tobytes() for n, a in here.items()}


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


class TestDeath:
    """A host that dies or hangs costs one request, and the next finds a fresh one."""

    def test_killed_between_two_requests(self, host: Hosted) -> None:
        """The signal is named."""
        expected = run(host)
        os.kill(pid_of(host), signal.SIGKILL)

        with pytest.raises(HostDied, match=r"the host was ended by SIGKILL before it answered 'run'"):
            run(host)
        assert np.array_equal(run(host)["output/0"], expected["output/0"])

    def test_killed_in_the_middle_of_a_request(self) -> None:
        """It is noticed at once, not at the deadline."""
        with Hosted(spec(fakes.Hanging)) as hanging:
            hanging.hello()
            threading.Timer(0.5, os.kill, (pid_of(hanging), signal.SIGKILL)).start()

            with pytest.raises(HostDied, match="SIGKILL"):
                run(hanging)
            assert hanging.hello().implementation == "fakes.NumpyLSTM"

    def test_an_abort_says_where(self) -> None:
        """The last lines of stderr have the traceback, and other cases run as before."""
        with Hosted(spec(fakes.Aborting)) as aborting:
            with pytest.raises(HostDied, match=r"SIGABRT(.|\n)*fakes.py\", line \d+ in call"):
                run(aborting, arrays=batch(steps=4))
            assert run(aborting)["output/0"].shape == (CASES, T, B, HIDDEN_SIZE)

    def test_leaving_says_the_exit_status(self) -> None:
        """And repeats what the process said last."""
        with Hosted(spec(fakes.Exiting)) as exiting, pytest.raises(HostDied, match=r"exit status 3(.|\n)*so long"):
            run(exiting)

    def test_an_endless_loop_ends_at_its_deadline(self) -> None:
        """The error says the verb and the seconds; the process and its children are gone; the next host works."""
        with Hosted(spec(fakes.Hanging)) as hanging:
            hanging.hello()
            begin = time.monotonic()

            with pytest.raises(HostTimeout, match=r"no answer to 'run' within 1.5 s") as caught:
                run(hanging, deadline=1.5)
            assert time.monotonic() - begin < 15
            pids = re.search(r"pids (\d+) (\d+)", str(caught.value))
            assert pids is not None
            assert all(wait_until_gone(int(pid)) for pid in pids.groups())
            assert hanging.hello().implementation == "fakes.NumpyLSTM"

    def test_a_deadline_does_not_include_the_start(self) -> None:
        """Importing a framework takes long, and happens again whenever a host has died."""
        with Hosted(spec(fakes.SlowToStart)) as slow:
            assert run(slow, deadline=0.9)["output/0"].shape == (CASES, T, B, HIDDEN_SIZE)

    @pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
    def test_a_host_ends_with_its_parent(self, busy: bool) -> None:
        """Also if the parent is killed, and also if the host is too busy to notice that its stdin ends."""
        program = (
            "import sys; from lstm_conformance.fixtures.hosts import Hosted\n"
            "from lstm_conformance.suites.meta.test_host import run, pid_of\n"
            f"host = Hosted({spec(fakes.Hanging)!r}); host.hello(); print(pid_of(host), flush=True)\n"
            "run(host) if sys.argv[1] == 'True' else sys.stdin.read()"
        )
        command = [sys.executable, "-c", program, str(busy)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            pid = int(parent.stdout.readline())
            time.sleep(0.5)  # for the request to arrive
            assert is_running(pid)
            parent.kill()

        assert wait_until_gone(pid)


class TestLife:
    """Starting, ending and starting again."""

    def test_two_hosts_start_at_the_same_time(self, tmp_path: Path) -> None:
        """Each of these two waits for the other."""
        with Hosted(spec(fakes.Meeting), cwd=tmp_path) as one, Hosted(spec(fakes.Meeting), cwd=tmp_path) as other:
            one.start()
            other.start()

            assert one.hello() == other.hello()

    def test_restart_makes_a_fresh_process(self, host: Hosted) -> None:
        """And the old one is gone."""
        host.hello()
        old = pid_of(host)

        host.restart()
        host.hello()

        assert pid_of(host) != old
        assert not is_running(old)

    def test_restart_makes_a_fresh_adapter(self) -> None:
        """In this process, that is."""
        here = InProcess(fakes.Counting)
        run(here)
        first = here._servant
        run(here)
        assert here._servant is first

        here.restart()
        run(here)

        assert here._servant is not first

    def test_close_leaves_nothing_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """No process, no thread, no file; and it may be called twice, and before the start."""
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        threads = threading.active_count()
        host = Hosted(spec(fakes.NumpyLSTM))
        host.close()
        run(host)
        pid = pid_of(host)

        host.close()
        host.close()

        assert not is_running(pid)
        assert threading.active_count() == threads
        assert list(tmp_path.iterdir()) == []

    def test_stop_ends_the_host(self) -> None:
        """It answers first; the next request finds it gone."""
        with Hosted(spec(fakes.NumpyLSTM)) as host:
            assert host.request("stop", {}, {}, DEADLINE) == ({}, {})
            with pytest.raises(HostDied, match="exit status 0"):
                host.request("hello", {}, {}, DEADLINE)


class TestAdapterErrors:
    """Whatever is wrong with an adapter is said in one sentence, alike in a process and in this one."""

    def both(self, adapter: type, verb: str = "run") -> str:
        """Ask a fake in both ways for something it fails at; return the error they agree on."""
        fields, arrays = {**layer(), "cases": CASES}, batch() if verb == "run" else {}
        messages = []
        for implementation in (Hosted(spec(adapter), name="fake"), InProcess(adapter, name="fake")):
            with implementation, pytest.raises(AdapterError) as caught:
                implementation.request(verb, fields, arrays, DEADLINE)
            messages.append(str(caught.value))
        assert messages[0] == messages[1]
        return messages[0]

    def test_an_exception_has_type_message_and_place(self) -> None:
        """The place is the line of the adapter, although NumPy raised the error deeper down."""
        line = next(n for n, text in enumerate(FAKES.read_text().splitlines(), 1) if text.endswith("# here"))
        with Hosted(spec(fakes.Raising)) as raising, pytest.raises(AdapterError) as caught:
            run(raising)

        error = caught.value
        assert (error.type, error.where) == ("LinAlgError", f"fakes.py:{line} in call")
        assert "must be square" in error.message

    @pytest.mark.parametrize(
        ("adapter", "verb", "sentence"),
        [
            (fakes.SystemExiting, "run", "SystemExit: no licence"),
            (fakes.Unimportable, "hello", "ModuleNotFoundError: No module named 'framework' .*in __init__"),
            (
                fakes.Incomplete,
                "describe",
                r"Incomplete has no method `build`: expected `def build\(self, layer, dtype, path\)`",
            ),
            (fakes.Duck, "describe", r"Duck has no method `weights`: expected `def weights\(self, built\)`"),
            (fakes.Duck, "run", r"Duck has no method `load`: expected `def load\(self, built, weights\)`"),
            (fakes.ReturningDict, "run", "ReturningDict.call must return a list of tensors, came a dict of ndarray"),
            (fakes.ReturningOneTensor, "run", "ReturningOneTensor.call must return a list of tensors, came ndarray"),
            (
                fakes.ReturningObjects,
                "run",
                "ReturningObjects.array must return arrays of float16, .* output 0 has the dtype object",
            ),
            (fakes.ReturningComplex, "run", "output 0 has the dtype complex128"),
            (
                fakes.ReturningNothingFromArray,
                "run",
                "ReturningNothingFromArray.array must return an array, came NoneType for output 0",
            ),
            (
                fakes.Irregular,
                "run",
                r"Irregular.call must return tensors of the same shapes .* output/0 is .* in case 0 and .* in case 1",
            ),
            (fakes.Forgetful, "run", "output/1 is .* in case 0 and None in case 1"),
            (fakes.ListingWeights, "describe", "ListingWeights.weights must return a dict of arrays, came list"),
            (
                fakes.WeightsOfLists,
                "describe",
                "WeightsOfLists.weights must return a dict of arrays, came a dict of list",
            ),
        ],
    )
    def test_one_sentence_says_it(self, adapter: type, verb: str, sentence: str) -> None:
        """What was expected, of which class and method, and what came."""
        assert re.search(sentence, self.both(adapter, verb))

    def test_an_error_does_not_end_the_host(self) -> None:
        """It costs no new process."""
        with Hosted(spec(fakes.Raising)) as raising:
            with pytest.raises(AdapterError):
                run(raising)
            pid = pid_of(raising)
            raising.hello()

            assert pid_of(raising) == pid

    def test_in_process_the_exception_itself_is_at_hand(self) -> None:
        """For a debugger."""
        with pytest.raises(AdapterError) as caught:
            run(InProcess(fakes.Raising))

        assert isinstance(caught.value.__cause__, np.linalg.LinAlgError)


@pytest.mark.parametrize(
    ("fields", "changes", "sentence"),
    [
        ({"cases": 0}, {}, "expected `cases` to be a whole number from 1, came 0"),
        ({"cases": True}, {}, "expected `cases` to be a whole number from 1"),
        ({"cases": 3}, {}, "expected a leading axis of 3 cases, came the shape"),
        ({}, {"h_0": None}, "expected x, and h_0 and c_0 both or neither"),
        ({}, {"x": None}, "expected x"),
        ({}, {"lengths": np.ones(CASES)}, "expected the arrays x, h_0, c_0 and weights/..., came 'lengths'"),
        ({}, {"weights/bias_ih_l0": None}, "expected the weights"),
        (
            {},
            {"weights/weight_ih_l0": np.ones((CASES, GATES, INPUT_SIZE + 1))},
            "weight 'weight_ih_l0': expected shape",
        ),
        ({"observe": ["everything"]}, {}, "expected `observe` to list some of"),
        ({"observe": [["again"]]}, {}, "expected `observe` to list some of"),
        ({"layer": None}, {}, "expected an object `layer`"),
        ({"dtype": "float16"}, {}, "offers the dtypes float64, float32, came 'float16'"),
        ({"path": "jit"}, {}, "offers the paths eager, came 'jit'"),
    ],
)
def test_a_wrong_request_is_refused(fields: Header, changes: dict[str, Any], sentence: str) -> None:
    """With what was expected and what came, before anything is computed."""
    arrays = {name: array for name, array in {**batch(), **changes}.items() if array is not None}

    with pytest.raises(AdapterError, match=sentence):
        InProcess(fakes.NumpyLSTM).request("run", {**layer(), "cases": CASES, **fields}, arrays, DEADLINE)


class TestKeptLayers:
    """Built layers are kept, but not for ever."""

    def ask(self, adapter: fakes.Counting, servant: Servant, *hidden_sizes: int) -> int:
        """Describe layers of these sizes, run nothing; return how many were built for it."""
        before = adapter.builds
        for size in hidden_sizes:
            servant._built(layer(hidden_size=size))
        return adapter.builds - before

    def test_a_layer_is_built_once(self) -> None:
        """However often it is asked for, and whichever others are in between."""
        adapter = fakes.Counting()

        assert self.ask(adapter, Servant(adapter), 3, 4, 3, 4, 3) == 2

    def test_the_one_that_was_not_used_for_longest_goes(self) -> None:
        """Once there are too many."""
        adapter = fakes.Counting()
        servant = Servant(adapter)
        self.ask(adapter, servant, *range(1, LAYERS_KEPT + 1), 1, LAYERS_KEPT + 1)

        assert self.ask(adapter, servant, 1) == 0
        assert self.ask(adapter, servant, 2) == 1

    def test_a_layer_that_failed_is_built_anew(self) -> None:
        """Nobody knows in which state it is."""
        adapter = fakes.Counting()
        here = InProcess(lambda: adapter)
        run(here)
        adapter.fails = True
        with pytest.raises(AdapterError, match="told to fail"):
            run(here)
        adapter.fails = False

        run(here)

        assert adapter.builds == 2

    def test_describe_describes_a_fresh_layer(self) -> None:
        """Not one whose weights were loaded."""
        adapter = fakes.Counting()
        here = InProcess(lambda: adapter)
        run(here)

        here.request("describe", layer(), {}, DEADLINE)

        assert adapter.builds == 2


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("fakes.py", r"expected path/to/file.py:Class or package.module:Class, came 'fakes.py'"),
        (":Class", "expected path/to/file.py:Class or package.module:Class"),
        ("no/such/file.py:Class", "there is no file no/such/file.py .the current folder is"),
        (f"{FAKES}:NumpyLTSM", "there is no class 'NumpyLTSM' in .*fakes.py; there is .*NumpyLSTM, Printing"),
        ("lstm_conformance.fixtures.protocl:X", "there is no module 'lstm_conformance.fixtures.protocl' in "),
        ("no_such_package.module:X", "there is no module 'no_such_package.module' in "),
        (
            "lstm_conformance.fixtures.protocol:X",
            "there is no class 'X' in lstm_conformance.fixtures.protocol; there is",
        ),
    ],
)
@pytest.mark.parametrize("transport", [Hosted, InProcess])
def test_a_misspelt_adapter_is_named(transport: Any, spec: str, sentence: str) -> None:
    """In one sentence, at every request, with what there is instead."""
    with transport(spec) as implementation:
        for _ in range(2):
            with pytest.raises(AdapterError, match=f"SpecError: {sentence}"):
                implementation.hello()


def python(program: str) -> list[str]:
    """A command that is no host of ours."""
    return [sys.executable, "-c", program]


ANSWER = "import sys; sys.stdin.readline(); print('{}')"


@pytest.mark.parametrize(
    ("command", "error", "sentence"),
    [
        (["cat"], BadAnswer, "cat: expected an answer with `ok`, came the keys .'verb'.; is this a host?"),
        (["true"], HostDied, "true: the host ended with exit status 0 before it answered 'hello'"),
        (["no-such-command"], HostError, "no-such-command: cannot start 'no-such-command': .*No such file"),
        (["/"], HostError, "/: cannot start '/': .*Permission denied"),
        (
            ["echo", "Usage: echo"],
            BadAnswer,
            "no message of the protocol: expected one line of JSON, came b'Usage: echo",
        ),
        (python("import sys; sys.exit('out of luck')"), HostDied, r"exit status 1(.|\n)*out of luck"),
        (python("import os, time; os.close(1); time.sleep(60)"), HostDied, "the host closed its output and was killed"),
        (
            python(ANSWER.format('{"id": 7, "ok": true, "arrays": []}')),
            BadAnswer,
            "expected the answer to request 1, came that to 7",
        ),
        (
            python(ANSWER.format('{"id": 1, "ok": false, "arrays": []}')),
            BadAnswer,
            "expected `error` to have the texts type",
        ),
        (
            python(ANSWER.format('{"id": 1, "ok": true, "arrays": []}')),
            BadAnswer,
            "hello: expected `protocol` to be 1, came None",
        ),
    ],
)
def test_a_command_that_is_no_host(command: list[str], error: type[HostError], sentence: str) -> None:
    """One sentence names it and says what it did; asking again says it again."""
    with Hosted(command) as host:
        for _ in range(2):
            with pytest.raises(error, match=sentence):
                host.hello()


HELLO: Header = {
    "protocol": 1,
    "implementation": "mine.LSTM",
    "layout": "torch",
    "paths": ["eager", "jit"],
    "dtypes": ["float32"],
    "claims": [],
    "activations": {"eager": "N", "jit": "X"},
    "versions": {"mine": "1.0"},
    "python": "3.7.1",
    "device": "cpu",
    "threads": 1,
}


def test_a_hello_is_understood() -> None:
    """Its keys become attributes, its lists tuples."""
    assert Hello.from_header(HELLO, "mine").paths == ("eager", "jit")


@pytest.mark.parametrize("key", HELLO)
def test_a_hello_needs_all_its_keys(key: str) -> None:
    """The sentence names the one that is missing."""
    with pytest.raises(ProtocolError, match=f"mine: hello: expected `{key}`"):
        Hello.from_header({name: value for name, value in HELLO.items() if name != key}, "mine")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("protocol", 2),
        ("implementation", 3),
        ("paths", "eager"),
        ("paths", ["eager", 3]),
        ("activations", {"eager": "N"}),
        ("activations", {"eager": "N", "jit": "A"}),
        ("versions", {"mine": 1.0}),
        ("threads", True),
    ],
)
def test_a_hello_of_wrong_types_is_refused(key: str, value: Any) -> None:
    """The sentence names the key."""
    with pytest.raises(BadAnswer, match=f"expected `{key}`"):
        Hello.from_header({**HELLO, key: value}, "mine")


class TestPlace:
    """Where a host looks for modules."""

    def test_the_package_need_not_be_installed(self) -> None:
        """A Python without it, which knows only where NumPy is, runs a host of this very checkout."""
        numpy_only = str(Path(np.__file__).parent.parent)
        bare = ["env", f"PYTHONPATH={numpy_only}", sys.executable, "-S", str(hosts.HOST)]
        without = subprocess.run([*bare[:-1], "-c", "import lstm_conformance"], capture_output=True, check=False)
        assert b"No module named 'lstm_conformance'" in without.stderr

        with Hosted([*bare, spec(fakes.Showing)]) as host:
            assert host.hello().implementation.startswith(f"{FAKES.resolve().parents[2]}{os.pathsep}and")

    def test_modules_are_looked_for_where_the_user_stands(self, tmp_path: Path) -> None:
        """As with `python -m`; the folder of the host shadows nothing."""
        (tmp_path / "protocol.py").write_text("from lstm_conformance.suites.meta.fakes import Showing\n")

        with Hosted("protocol:Showing", cwd=tmp_path) as host:
            places = host.hello().implementation.split(os.pathsep)

        assert str(tmp_path.resolve()) in places
        assert str(hosts.HOST.resolve().parent) not in places

    def test_a_host_computes_on_one_thread(self) -> None:
        """Whatever the environment of the suite says; flags that it sets for XLA are kept."""
        environment = process.environment({"OMP_NUM_THREADS": "8", "XLA_FLAGS": "--mine", "HOME": "/home"})

        assert environment["OMP_NUM_THREADS"] == "1"
        assert environment["XLA_FLAGS"] == f"--mine {process.XLA_ONE_THREAD}"
        assert environment["HOME"] == "/home"


def test_a_host_without_an_argument_says_what_it_wants() -> None:
    """And ends."""
    ended = subprocess.run([sys.executable, str(hosts.HOST)], capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "expected one argument: path/to/file.py:Class" in ended.stderr
