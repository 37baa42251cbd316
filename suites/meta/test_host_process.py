"""A host that dies or hangs costs one request; its process starts, ends and finds its modules as it should."""

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
from pathlib import Path

import numpy as np
import pytest

from lstm_conformance.fixtures.hosting import children, client, process
from lstm_conformance.fixtures.hosting.client import HostDied, Hosted, HostTimeout, InProcess
from lstm_conformance.suites.meta import fakes
from lstm_conformance.suites.meta.asking import (
    CASES,
    DEADLINE,
    FAKES,
    HIDDEN_SIZE,
    B,
    T,
    batch,
    is_running,
    pid_of,
    run,
    spec,
    wait_until_gone,
)


@pytest.fixture(scope="module")
def host() -> Iterator[Hosted]:
    """The right fake in a process."""
    with Hosted(spec(fakes.NumpyLSTM)) as hosted:
        yield hosted


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
            "import sys; from lstm_conformance.fixtures.hosting.client import Hosted\n"
            "from lstm_conformance.suites.meta.asking import run, pid_of\n"
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
        first = here._handler
        run(here)
        assert here._handler is first

        here.restart()
        run(here)

        assert here._handler is not first

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


class TestPlace:
    """Where a host looks for modules."""

    def test_the_package_need_not_be_installed(self) -> None:
        """A Python without it, which knows only where NumPy is, runs a host of this very checkout."""
        numpy_only = str(Path(np.__file__).parent.parent)
        bare = ["env", f"PYTHONPATH={numpy_only}", sys.executable, "-S", str(client.HOST)]
        without = subprocess.run([*bare[:-1], "-c", "import lstm_conformance"], capture_output=True, check=False)
        assert b"No module named 'lstm_conformance'" in without.stderr

        with Hosted([*bare, spec(fakes.Showing)]) as host:
            assert host.hello().implementation.startswith(f"{FAKES.resolve().parents[2]}{os.pathsep}and")

    def test_modules_are_looked_for_where_the_user_stands(self, tmp_path: Path) -> None:
        """As with `python -m`; the folder of the host shadows nothing."""
        assert client.HOST.with_name("server.py").is_file()
        (tmp_path / "server.py").write_text("from lstm_conformance.suites.meta.fakes import Showing\n")

        with Hosted("server:Showing", cwd=tmp_path) as host:
            places = host.hello().implementation.split(os.pathsep)

        assert str(tmp_path.resolve()) in places
        assert str(client.HOST.resolve().parent) not in places

    def test_a_host_computes_on_as_many_threads_as_are_asked_for(self) -> None:
        """However it is asked, and XLA on as many as there are."""
        environment = process.environment({"OMP_NUM_THREADS": "8", "XLA_FLAGS": "--mine"}, threads=3)

        assert {environment[name] for name in process.POOLS} == {"3"}
        assert environment["XLA_FLAGS"] == "--mine"

    def test_a_host_computes_on_one_thread(self) -> None:
        """Whatever the environment of the suite says; flags that it sets for XLA are kept."""
        environment = process.environment({"OMP_NUM_THREADS": "8", "XLA_FLAGS": "--mine", "HOME": "/home"})

        assert environment["OMP_NUM_THREADS"] == "1"
        assert environment["XLA_FLAGS"] == f"--mine {process.XLA_ONE_THREAD}"
        assert environment["HOME"] == "/home"


def test_a_host_without_an_argument_says_what_it_wants() -> None:
    """And ends."""
    ended = subprocess.run([sys.executable, str(client.HOST)], capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "expected one argument: path/to/file.py:Class" in ended.stderr


CHILD = """\
import os, sys
from lstm_conformance.suites.meta.fakes import NumpyLSTM


class LeavesAChild(NumpyLSTM):
    def call(self, built, x, states):
        if os.fork() == 0:
            os.setsid()
            os.execvp("sleep", ["sleep", "30"])
        os._exit(3)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there, no process is forked")
def test_a_host_that_has_ended_is_not_waited_for(tmp_path: Path) -> None:
    """Though a process that it has started holds its output: what is said is the truth, at once."""
    (tmp_path / "leaving.py").write_text(CHILD, encoding="utf-8")
    with Hosted(f"{tmp_path}/leaving.py:LeavesAChild") as host:
        host.hello()
        begun = time.monotonic()
        with pytest.raises(HostDied, match="ended with exit status 3"):
            run(host)

    assert time.monotonic() - begun < DEADLINE


STRAY = """\
import os, subprocess
from lstm_conformance.suites.meta.fakes import NumpyLSTM


class LeavesAStray(NumpyLSTM):
    def __init__(self):
        stray = subprocess.Popen(["sleep", "60"], start_new_session=True)
        self.name = str(stray.pid)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the environment of a process cannot be read")
def test_what_left_the_session_of_a_host_does_not_outlive_it(tmp_path: Path) -> None:
    """Here the host ends as it is asked to; a host that crashes is ended by the same function."""
    (tmp_path / "leaving.py").write_text(STRAY, encoding="utf-8")
    with Hosted(f"{tmp_path}/leaving.py:LeavesAStray") as host:
        stray = int(host.hello().implementation)
        assert is_running(stray)

    assert wait_until_gone(stray, 5)


CONTROLLER = """\
import sys
from lstm_conformance.fixtures.hosting.client import Hosted
from lstm_conformance.suites.meta.asking import pid_of, run
host = Hosted(sys.argv[1])
host.hello()
print(pid_of(host), flush=True)
run(host)
"""

HOLDING = """\
import ctypes
from lstm_conformance.suites.meta.fakes import NumpyLSTM


class Holding(NumpyLSTM):
    def call(self, built, x, states):
        ctypes.PyDLL(None).sleep(3000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, nobody tells a process that its parent was killed")
def test_no_host_outlives_a_controller_that_is_killed(tmp_path: Path) -> None:
    """Though it holds the lock of its interpreter, and reads nothing."""
    (tmp_path / "holding.py").write_text(HOLDING, encoding="utf-8")
    words = [sys.executable, "-c", CONTROLLER, f"{tmp_path}/holding.py:Holding"]
    with children.start(words, env=os.environ) as controller:
        assert controller.stdout is not None
        pid = int(controller.stdout.readline())
        time.sleep(1)
        assert is_running(pid)
        controller.kill()
        assert wait_until_gone(pid)
