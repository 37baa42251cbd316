"""Other devices than the processor: what is asked there, and that it is, shown by a device that is a fake."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.ids import configuration_called
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.cases.selected.numbers import BATCHES
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.hosting.client import InProcess
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS, ON_DEVICES, entry_of
from lstm_conformance.fixtures.implementations.adapter import paths_of
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, MutantAdapter
from lstm_conformance.reference.arithmetic import STORED, TF32, arithmetic_of
from lstm_conformance.reports.publish.console import summary
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.harness.run.candidates import BY_NAME, Candidate, on_device
from lstm_conformance.suites.harness.run.listing import header_lines
from lstm_conformance.suites.harness.run.recording import header_of
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta import on_fake_device
from lstm_conformance.suites.meta.adapters import adapter_of
from lstm_conformance.suites.meta.judging import CHECKS
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.on_fake_device import FAKE, OnFake

NAMES = [name for found in ON_DEVICES.values() for name in found]
TRAINED = configuration(3, 2, 4, 5, trained=True)
IN_TF32 = configuration(6, 3, 10, 20, dtype=TF32)


def session_with(name: str) -> Session:
    """A session that has greeted an adapter of `on_fake_device`."""
    session = Session(plan=Plan(tier="quick"), in_process=True)
    session.greet([Candidate(BY_NAME, f"{on_fake_device.__name__}:{name}")])
    return session


@pytest.mark.deep
@needs("torch")
def test_every_path_is_asked_on_the_device() -> None:
    """And named in the records; the kernels are shown that were seen there."""
    session = session_with("OnFake")
    (hello,) = session.hellos.values()
    checks = [session.perform(session.plan.smoke(OnFake.name, offer), "")[0] for offer in hello.offers]

    assert {(check.implementation, check.path, check.verdict) for check in checks} == {
        ("torch.nn.LSTM@fake", path.name, "pass") for path in paths_of(OnFake)
    }
    header = header_of(session)
    assert [environment.device for environment in header.environments] == [FAKE]
    assert sum("computed by" in line for line in summary(checks, header)) == len(checks)


@needs("torch")
@pytest.mark.parametrize("path", ["cudnn", "native.double_backward"])
def test_arrays_travel_to_the_device_and_back(path: str) -> None:
    """Inputs, cotangents and outputs, gradients; also where these come through the way back of the way back."""
    made: list[OnFake] = []

    def adapter() -> OnFake:
        made.append(OnFake())
        return made[0]

    with InProcess(adapter) as implementation:
        subject = Subject(implementation, implementation.hello(), path)
        outcomes = judge(CHECKS["23.1"], subject, draw(TRAINED, (0,), biases=2))

    assert [outcome.verdict for outcome in outcomes] == ["pass"]
    there, back = made[0].travels[FAKE], made[0].travels["cpu"]
    assert there == 6  # x, h_0, c_0 and the cotangents of output, h_n and c_n
    assert back >= 3 + 3 + 4  # outputs, gradients by the inputs and by the weights


def test_without_the_device_it_is_not_run() -> None:
    """Which is said in a line, and is no failure."""
    session = session_with("OnNone")

    assert (session.hellos, session.broken) == ({}, {})
    told = [line for line in header_lines(header_of(session)) if "nowhere" in line]
    assert [line.partition(": ")[2] for line in told] == ["not run, torch 2.13.0 sees no nowhere device"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_there_for_a_device(name: str) -> None:
    """Says so, is named after it, offers what the suite can judge, and is tested where it is asked for alone."""
    entry = entry_of(name)
    assert entry is not None
    adapter = adapter_of(entry.spec)

    assert name not in IMPLEMENTATIONS
    assert (adapter.name, adapter.device) == (name, name.rpartition("@")[2])
    assert {dtype for path in paths_of(adapter) for dtype in path.dtypes or ()} <= set(STORED)


@pytest.mark.parametrize("device", sorted(ON_DEVICES))
def test_the_option_names_what_is_installed(device: str) -> None:
    """And nothing else."""
    installed = [name for name, entry in ON_DEVICES[device].items() if all(map(find_spec, entry.packages))]

    assert [candidate.value for candidate in on_device(device)] == installed


@pytest.mark.parametrize(("device", "expected"), [("cuda", set(BATCHES)), ("cpu", set())])
def test_batches_around_other_kernels_are_asked_there(device: str, expected: set[int]) -> None:
    """And not on the processor."""
    asked = TIERS["quick"].on(Offer(path="eager", dtypes=("float32",), device=device))
    sizes = {c.batch for c in asked if (c.time, c.layer.input_size, c.layer.hidden_size) == (4, 16, 32)}

    assert sizes & set(BATCHES) == expected


def verdicts_in_tf32(mutant: str, called: Configuration = IN_TF32) -> set[str]:
    """What becomes of a wrong LSTM of float32 where products may have the roundoffs of TF32."""

    def build(self: MutantAdapter, layer: Any, dtype: str, path: str) -> Any:
        return MutantAdapter.build(self, layer, dtype.replace(TF32, "float32"), path)

    in_tf32 = type(mutant, (ADAPTERS[mutant],), {"dtypes": (TF32, "float32"), "build": build})
    with InProcess(in_tf32) as implementation:
        subject = Subject(implementation, implementation.hello(), "eager")
        return {
            outcome.verdict for outcome in judge(CHECKS["1.1"], subject, draw(called, range(4), biases=2), brief=True)
        }


class TestTF32:
    """Products of factors of 11 digits."""

    def test_its_products_are_right(self) -> None:
        """And are not, in float32."""
        assert verdicts_in_tf32("tf32_products") == {"pass"}
        assert verdicts_in_tf32("tf32_products", configuration(6, 3, 10, 20)) == {"fail"}

    @pytest.mark.parametrize("mutant", ["biases_missing", "int8_weights"])
    def test_fewer_digits_are_not(self, mutant: str) -> None:
        """Nor is what is wrong altogether."""
        assert "fail" in verdicts_in_tf32(mutant)

    def test_only_products_have_other_roundoffs(self) -> None:
        """Of both factors, 2⁻¹¹ each."""
        single, tensor = arithmetic_of("float32"), arithmetic_of(TF32)

        assert tensor.summation(9) == single.summation(9) + 2 * 2.0**-11 + 2.0**-22
        assert (tensor.elementwise, tensor.activation, tensor.tiny) == (
            single.elementwise,
            single.activation,
            single.tiny,
        )

    def test_its_ids_are_read(self) -> None:
        """As those of any dtype."""
        assert configuration_called(str(IN_TF32)) == IN_TF32
