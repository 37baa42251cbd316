"""`lstm_conformance.assert_conforms`, in tests as somebody would write them: right and wrong layers, and outputs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import lstm_conformance
from lstm_conformance import BadInput, NotConforming, assert_conforms, expected
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.weights import Array
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.numbers import drawn
from lstm_conformance.suites.meta.outside import LIBRARY, Done, run, with_library


@pytest.fixture(autouse=True)
def little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pairs of mistakes are tried."""
    monkeypatch.setattr("lstm_conformance.suites.library.judging.WORK", 1e7)


def weights_of(layout: str, **options: Any) -> dict[str, Array]:
    """Of a layer with four features and eight units."""
    cases = drawn(2, 2, 4, 8, biases=LAYOUTS[layout].biases, **options)
    native = LAYOUTS[layout].native_weights(cases.configuration.layer, cases.weights)
    return {name: a[0] for name, a in native.items()}


class Function:
    """An LSTM as a function, which is right but for what is changed of its outputs."""

    def __init__(self, weights: dict[str, Array], **options: Any) -> None:
        self.weights, self.options, self.calls = weights, options, 0

    def __call__(self, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
        """All outputs, in float32."""
        self.calls += 1
        h_0, c_0 = states or (None, None)
        found = expected(self.weights, x, h_0=h_0, c_0=c_0, **self.options)
        return [a.value.astype(np.float32) for a in found.outputs.values()]


class Forgetful(Function):
    """Ignores the initial states."""

    def __call__(self, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
        """As without them."""
        del states
        return super().__call__(x, None)


class SecondCall(Function):
    """Is right once."""

    def __call__(self, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
        """Off by a ten-thousandth in every second call."""
        found = super().__call__(x, states)
        return [a + np.float32(1e-4 * (1 - self.calls % 2)) for a in found]


class ZerosForOrdinaryBatches(Function):
    """Is right but for batches of 5 to 127 rows."""

    def __call__(self, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
        """Zeros in the place of y."""
        y, *others = super().__call__(x, states)
        return [y * (not 5 <= x.shape[1] <= 127), *others]


class ZerosBehind64(Function):
    """Is right for the first steps alone."""

    def __call__(self, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
        """Zeros in the place of all further ones."""
        y, *others = super().__call__(x, states)
        return [y * (np.arange(len(y)) < 64)[:, None, None], *others]


class Narrow(Function):
    """Returns other shapes."""

    def __call__(self, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
        """All but the last unit."""
        return [a[..., :-1] for a in super().__call__(x, states)]


@pytest.mark.parametrize(
    "layout",
    ["torch", "keras", *(pytest.param(name, marks=pytest.mark.deep) for name in ("onnx", "tf1", "haiku", "mlx"))],
)
def test_a_right_function_conforms(layout: str) -> None:
    """It is asked with and without states, twice each."""
    function = Function(weights_of(layout), layout=layout)

    assert_conforms(function, weights=function.weights, layout=layout)

    assert function.calls == 47


class Buffered(Function):
    """Returns the same array for every call of a size."""

    def __init__(self, weights: dict[str, Array], **options: Any) -> None:
        super().__init__(weights, **options)
        self.buffers: dict[tuple[int, ...], Array] = {}

    def __call__(self, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
        """Right outputs, until the next call."""
        y, *others = super().__call__(x, states)
        buffer = self.buffers.setdefault(y.shape, y)
        buffer[...] = y
        return [buffer, *others]


class Changing(Function):
    """Is right for what it is told to be right for."""

    def __init__(self, weights: dict[str, Array], change: Callable[[Array, Any], tuple[Array, Any]]) -> None:
        super().__init__(weights)
        self.change = change

    def __call__(self, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
        """Of other inputs."""
        return super().__call__(*self.change(x, states))


def without_zeros(x: Array, _: Any) -> tuple[Array, Any]:
    """Steps of zeros are those before once more."""
    x = x.copy()
    for t in range(1, len(x)):
        x[t] = np.where((x[t] == 0).all(-1, keepdims=True), x[t - 1], x[t])
    return x, _


NUMBERS: dict[str, Callable[[Array, Any], tuple[Array, Any]]] = {
    "large inputs": lambda x, states: (np.clip(x, -8, 8), states),
    "large cell states": lambda x, states: (x, states and (states[0], np.clip(states[1], -10, 10))),
    "h_0 of zeros": lambda x, states: (x, states if states is None or states[0].any() else None),
    "c_0 of zeros": lambda x, states: (x, states if states is None or states[1].any() else None),
    "steps of zeros": without_zeros,
}
"""What a layer gets wrong that is right for numbers of a normal distribution."""


@pytest.mark.deep
@pytest.mark.parametrize("change", NUMBERS.values(), ids=NUMBERS)
def test_what_is_wrong_for_some_numbers_alone_is_seen(change: Callable[[Array, Any], tuple[Array, Any]]) -> None:
    """Limits, and zeros that are taken for nothing."""
    function = Changing(weights_of("torch"), change)

    with pytest.raises(NotConforming):
        assert_conforms(function, weights=function.weights)


@pytest.mark.parametrize(
    ("kind", "sentences"),
    [
        (Buffered, ["a later call overwrites the outputs"]),
        (Forgetful, ["with initial states, x of seed 0", "diagnosis"]),
        (SecondCall, ["of a second call", "first bad"]),
        (Narrow, ["the outputs have shapes", "documented is"]),
        (ZerosForOrdinaryBatches, ["B=17 ", "expected"]),
        (ZerosBehind64, ["T=130 ", "step=64"]),
    ],
)
def test_a_wrong_function_does_not(kind: type[Function], sentences: list[str]) -> None:
    """What was asked, where it is wrong, by how much."""
    function = kind(weights_of("torch"))

    with pytest.raises(NotConforming) as told:
        assert_conforms(function, weights=function.weights)

    assert all(sentence in str(told.value) for sentence in sentences), told.value


class At(NamedTuple):
    """What a layer is asked: how many steps and rows, and whether it is given initial states."""

    steps: int
    rows: int
    states: bool


class WrongAt(Function):
    """Is right but at some numbers of steps and rows, with or without initial states."""

    def __init__(self, weights: dict[str, Array], wrong: Callable[[At], bool]) -> None:
        super().__init__(weights)
        self.wrong = wrong

    def __call__(self, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
        """Zeros there in the place of y."""
        y, *others = super().__call__(x, states)
        return [y * (not self.wrong(At(len(x), x.shape[1], states is not None))), *others]


ALONE: dict[str, Callable[[At], bool]] = {
    "one row of many steps": lambda at: at.rows == 1 and at.steps > 1,
    "one row of many steps, from zeros": lambda at: at.rows == 1 and at.steps > 1 and not at.states,
    "one step of many rows": lambda at: at.steps == 1 and at.rows > 1 and at.states,
    "a single number, from zeros": lambda at: at.steps == at.rows == 1 and not at.states,
    "tiles of 8 rows": lambda at: at.rows % 8 == 0 and at.rows % 16 != 0,
    "tiles of 16 rows": lambda at: at.rows % 16 == 0 and at.rows % 32 != 0,
    "tiles of 32 rows": lambda at: at.rows % 32 == 0 and at.rows > 32,
    "tiles of 32 rows, from states": lambda at: at.rows % 32 == 0 and at.states,
    "one row beyond a tile": lambda at: at.rows in {33, 65},
    "tiles of 8 steps": lambda at: at.steps % 8 == 0 and at.steps % 16 != 0,
    "tiles of 16 steps, from states": lambda at: at.steps % 16 == 0 and at.states,
    "one step beyond a tile, from zeros": lambda at: at.steps == 33 and at.rows > 1 and not at.states,
    "many rows, from states": lambda at: at.rows > 128 and at.states,
    "many steps, from zeros": lambda at: at.steps > 128 and not at.states,
}
"""Where a kernel takes another way, and nowhere else."""


@pytest.mark.deep
@pytest.mark.parametrize("wrong", ALONE.values(), ids=ALONE)
def test_what_is_wrong_at_some_sizes_alone_is_seen(wrong: Callable[[At], bool]) -> None:
    """Of every class of tiles there is one."""
    function = WrongAt(weights_of("torch"), wrong)

    with pytest.raises(NotConforming):
        assert_conforms(function, weights=function.weights)


def test_the_mistake_is_named() -> None:
    """And what is to be changed."""
    weights = weights_of("torch")
    wrong = {name: np.concatenate([np.split(a, 4)[k] for k in (1, 0, 2, 3)]) for name, a in weights.items()}

    with pytest.raises(AssertionError) as told:
        assert_conforms(Function(wrong), weights=weights)

    assert "Function does not conform: y uses" in str(told.value)
    assert "diagnosis  fits input and forget gate exchanged, " in str(told.value)
    assert "change     reorder the gates of every array" in str(told.value)


def given(layout: str = "torch", **options: Any) -> tuple[dict[str, Array], Array, dict[str, Array]]:
    """Weights, x and what a right layer returned."""
    weights = weights_of(layout)
    x = np.random.RandomState(1).standard_normal((5, 3, 4)).astype(np.float32)
    outputs = expected(weights, x, layout=layout, **options).outputs
    return weights, x, {name: a.value.astype(np.float32) for name, a in outputs.items()}


def test_outputs_that_are_there_conform() -> None:
    """Alone, in their order or by their names."""
    weights, x, seen = given()

    for outputs in (seen["output"], list(seen.values()), seen):
        assert_conforms(outputs, weights=weights, x=x)


@pytest.mark.parametrize("name", ["output", "h_n", "c_n"])
def test_one_wrong_element_is_enough(name: str) -> None:
    """In any of the outputs."""
    weights, x, seen = given()
    seen[name][..., -1, 2] += 2e-5

    with pytest.raises(NotConforming, match="row=2 unit=2"):
        assert_conforms(seen, weights=weights, x=x)


def test_outputs_of_rows_of_several_lengths_conform() -> None:
    """By lengths or by a mask."""
    lengths = np.array([4, 2, 5])
    weights, x, seen = given(lengths=lengths)
    of_keras = given("keras", mask=np.arange(3) < np.array([1, 2, 3, 1, 3])[:, None])

    assert_conforms(seen, weights=weights, x=x, lengths=lengths)
    assert_conforms(
        of_keras[2],
        weights=of_keras[0],
        x=of_keras[1],
        layout="keras",
        mask=np.arange(3) < np.array([1, 2, 3, 1, 3])[:, None],
    )
    with pytest.raises(NotConforming):
        assert_conforms(seen, weights=weights, x=x)


@pytest.mark.parametrize("name", ["h_n", "c_n"])
def test_a_state_that_is_given_alone_is_held_to_its_value(name: str) -> None:
    """Others may be left out; it is not left out with them."""
    weights, x = weights_of("torch"), np.ones((3, 2, 4), np.float32)
    found = {each: a.value.astype(np.float32) for each, a in expected(weights, x).outputs.items()}

    assert_conforms({"output": found["output"], name: found[name]}, weights=weights, x=x)
    with pytest.raises(NotConforming, match=f"{name} uses"):
        assert_conforms({"output": found["output"], name: found[name] * 1.01}, weights=weights, x=x)


def test_outputs_as_torch_returns_them() -> None:
    """output, (h_n, c_n)."""
    weights, x = weights_of("torch"), np.ones((3, 2, 4), np.float32)
    y, h_n, c_n = (a.value.astype(np.float32) for a in expected(weights, x).outputs.values())

    assert_conforms((y, (h_n, c_n)), weights=weights, x=x)
    with pytest.raises(NotConforming, match="c_n uses"):
        assert_conforms((y, (h_n, h_n)), weights=weights, x=x)


@pytest.mark.parametrize(
    ("outputs", "sentence"),
    [
        (np.ones((3, 2, 8)) + 1j, "output: expected real numbers, came ndarray of complex128"),
        (np.ones((3, 2, 8), object), "output: expected real numbers, came ndarray of object"),
        (None, "output: expected real numbers, came None"),
        ("y", "output: expected real numbers, came 'y'"),
    ],
)
def test_what_is_no_real_number_is_refused(outputs: Any, sentence: str) -> None:
    """Nothing of it is left out in silence."""
    with pytest.raises(BadInput, match=sentence):
        assert_conforms(outputs, weights=weights_of("torch"), x=np.ones((3, 2, 4)))


class Overwriting(Function):
    """Doubles what it is given."""

    def __call__(self, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
        """Right outputs."""
        found = super().__call__(x, states)
        x *= 2
        return found


def test_a_layer_that_changes_its_input_does_not_conform() -> None:
    """Whoever uses x afterwards would use something else."""
    function = Overwriting(weights_of("torch"))

    with pytest.raises(NotConforming, match="the layer changes x, which it is given"):
        assert_conforms(function, weights=function.weights)


def test_outputs_that_say_nothing_do_not_conform() -> None:
    """After sixty steps in half precision anything is within the bound: a test that cannot fail is none."""
    weights = {name: 16 * a for name, a in weights_of("keras").items()}
    x = np.random.RandomState(1).standard_normal((3, 60, 4)).astype(np.float32)
    options: dict[str, Any] = {"layout": "keras", "dtype": "bfloat16", "return_sequences": False}

    with pytest.raises(NotConforming, match="the bound excludes nothing"):
        assert_conforms(np.zeros((3, 8), np.float32), weights=weights, x=x, **options, return_state=False)


def test_the_seed_decides_what_is_asked() -> None:
    """The same numbers for the same seed."""
    seen: list[Array] = []

    class Keeping(Function):
        def __call__(self, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
            seen.append(x)
            return super().__call__(x, states)

    for seed in (5, 5, 6):
        assert_conforms(Keeping(weights_of("torch")), weights=weights_of("torch"), seed=seed)

    first, again, other = seen[:: len(seen) // 3]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("layer", "options", "sentence"),
    [
        (np.zeros((5, 3, 8)), {}, "expected the weights and x"),
        (len, {}, "expected a module of torch, a Keras layer, or weights with a function"),
        (len, {"weights": {}, "lengths": [1]}, "lengths and mask go with x, and with a layer"),
    ],
)
def test_what_cannot_be_held_to_anything_is_told(layer: Any, options: dict[str, Any], sentence: str) -> None:
    """In a sentence, and not as a failure of the layer."""
    with pytest.raises(BadInput, match=sentence):
        assert_conforms(layer, **options)


def test_what_is_public_is_there() -> None:
    """And nothing else; the version is that of the distribution."""
    assert sorted(dir(lstm_conformance)) == sorted(lstm_conformance.__all__)
    assert all(getattr(lstm_conformance, name) is not None for name in lstm_conformance.__all__)
    with pytest.raises(AttributeError, match="no attribute 'expect'"):
        lstm_conformance.expect  # noqa: B018


UNUSED = """
import json, sys

def test_nothing():
    pass

def pytest_unconfigure():
    print(json.dumps([name for name in sys.modules if name.startswith(("lstm_conformance", "numpy"))]))
"""


def test_the_plugin_loads_nothing_until_it_is_used(tmp_path: Path) -> None:
    """Neither NumPy nor the suite: a run of other tests is as fast as without it."""
    (tmp_path / "conftest.py").write_text(UNUSED, "utf-8")
    (tmp_path / "test_other.py").write_text("def test_nothing():\n    pass\n", "utf-8")

    done = run([sys.executable, "-m", "pytest", "-q", *with_library()], tmp_path)

    assert done.status == 0, done.output
    assert json.loads(done.output.splitlines()[-1]) == [
        "lstm_conformance",
        "lstm_conformance.suites",
        "lstm_conformance.suites.library",
        LIBRARY,
    ]


OF_TORCH = """
import threading, pytest, torch
from lstm_conformance import BadInput, NotConforming, assert_conforms, convert
from torch.nn import LSTM, LSTMCell

@pytest.fixture(autouse=True)
def little_time(monkeypatch):
    monkeypatch.setattr("lstm_conformance.suites.library.judging.WORK", 1e7)

class Reordered(LSTM):
    '''Wrong weights: what is computed with is not what is held.'''

    def forward(self, x, states=None):
        kept = [p.detach().clone() for p in self.parameters()]
        with torch.no_grad():
            for p in self.parameters():
                i, f, g, o = p.detach().chunk(4)
                p.copy_(torch.cat([f, i, g, o]))
        found = super().forward(x, states)
        with torch.no_grad():
            for p, old in zip(self.parameters(), kept):
                p.copy_(old)
        return found

class Detached(LSTM):
    '''Right numbers, wrong gradients.'''

    def forward(self, x, states=None):
        output, (h_n, c_n) = super().forward(x, states)
        return output, (h_n.detach() * 1 + 0 * h_n, c_n)

class Wrapped(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.head, self.lstm, self.batch_first = torch.nn.Linear(7, 2), LSTM(5, 7, batch_first=True), True

    def forward(self, x, states=None):
        return self.lstm(x, states)

@pytest.mark.filterwarnings("ignore:LSTM with projections")
@pytest.mark.parametrize("options", [
    {}, {"num_layers": 2, "bidirectional": True, "batch_first": True, "dropout": 0.5}, {"proj_size": 3},
    {"bias": False, "dtype": torch.float64}, {"dtype": torch.bfloat16},
])
def test_right(options, lstm_conformance):
    lstm_conformance(LSTM(5, 7, **options))

def test_cell(lstm_conformance):
    lstm_conformance(LSTMCell(5, 7))

def test_prefix():
    assert_conforms(Wrapped(), prefix="lstm.")

@pytest.mark.lstm_conformance(gradients=False)
def test_mark(lstm_conformance):
    lstm_conformance(Detached(5, 7))

def test_left_as_it_was():
    layer = LSTM(5, 7)
    before = {name: a.clone() for name, a in layer.state_dict().items()}
    assert_conforms(layer)
    assert layer.training
    assert all(torch.equal(a, before[name]) for name, a in layer.state_dict().items())
    assert all(p.grad is None for p in layer.parameters())

def test_wrong_numbers():
    with pytest.raises(NotConforming, match="fits input and forget gate exchanged"):
        assert_conforms(Reordered(5, 7), gradients=False)

@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("lengths", [[6, 2, 4], [1, 2, 4]])
def test_lengths(batch_first, lengths):
    lstm = torch.nn.LSTM(5, 7, num_layers=2, bidirectional=True, batch_first=batch_first)
    assert_conforms(lstm, x=torch.randn((3, 6, 5) if batch_first else (6, 3, 5)), lengths=lengths)

class LengthsIgnored(torch.nn.LSTM):
    def forward(self, x, states=None):
        rnn = torch.nn.utils.rnn
        if not isinstance(x, rnn.PackedSequence):
            return super().forward(x, states)
        rows, lengths = rnn.pad_packed_sequence(x)
        output, states = super().forward(rows, states)
        return rnn.pack_padded_sequence(output, lengths, enforce_sorted=False), states

def test_lengths_ignored():
    with pytest.raises(NotConforming, match="_n uses"):
        assert_conforms(LengthsIgnored(5, 7), x=torch.randn(6, 3, 5), lengths=[6, 2, 4])

def test_without_an_axis_of_rows():
    lstm = torch.nn.LSTM(5, 7, batch_first=True)
    assert_conforms(lstm, x=torch.randn(6, 5), h_0=torch.randn(1, 7), c_0=torch.randn(1, 7))

def test_tensors_that_record_gradients():
    lstm = torch.nn.LSTM(5, 7)
    x = torch.randn(6, 3, 5, requires_grad=True)
    weights = dict(lstm.named_parameters())
    assert_conforms(lstm, x=x)
    assert_conforms(lstm(x), weights=weights, x=x)
    assert set(convert(weights, "torch", "keras").weights) == {"kernel", "recurrent_kernel", "bias"}

class StateDetached(torch.nn.LSTM):
    def forward(self, x, states=None):
        output, (h_n, c_n) = super().forward(x, states)
        return output, (h_n.detach(), c_n)

class Overwriting(torch.nn.LSTM):
    def forward(self, x, states=None):
        found = super().forward(x, states)
        if not x.requires_grad:
            x.mul_(2)
        return found

class Contiguous(torch.nn.LSTM):
    def forward(self, x, states=None):
        return super().forward(torch.as_strided(x, x.shape, torch.empty(x.shape).stride()), states)

class Wide(torch.nn.LSTM):
    def forward(self, x, states=None):
        output, (h_n, c_n) = super().forward(x, states)
        return output.double(), (h_n, c_n)

class Unbatched(torch.nn.LSTM):
    def forward(self, x, states=None):
        output, final = super().forward(x, states)
        return output * 2 if not is_packed(x) and x.dim() == 2 else output, final

class Packed(torch.nn.LSTM):
    def forward(self, x, states=None):
        output, (h_n, c_n) = super().forward(x, states)
        return output, (h_n * 2 if is_packed(x) else h_n, c_n)

class Long(torch.nn.LSTM):
    def forward(self, x, states=None):
        if not is_packed(x) and len(x) > 256:
            x = torch.cat([x[:256], x[: len(x) - 256]])
        return super().forward(x, states)

class Caching(torch.nn.LSTM):
    def forward(self, x, states=None):
        if "first" not in vars(self):
            vars(self)["first"] = {name: each.detach().clone() for name, each in self.named_parameters()}
        own = torch.nn.LSTM(self.input_size, self.hidden_size)
        return torch.func.functional_call(own, vars(self)["first"], (x, states))

class CachingOthers(torch.nn.LSTM):
    def forward(self, x, states=None):
        seen = self.weight_ih_l0.detach().clone()
        if "first" not in vars(self) or not torch.equal(vars(self)["first"]["weight_ih_l0"], seen):
            vars(self)["first"] = {name: each.detach().clone() for name, each in self.named_parameters()}
        own = torch.nn.LSTM(self.input_size, self.hidden_size)
        return torch.func.functional_call(own, vars(self)["first"], (x, states))

class HalfAWeightKept(torch.nn.LSTM):
    def forward(self, x, states=None):
        seen = self.weight_ih_l0.detach().clone()
        if "seen" not in vars(self) or not torch.equal(vars(self)["seen"], seen):
            vars(self).update(seen=seen, half=self.weight_hh_l0.detach()[:3].clone())
        known = dict(self.named_parameters())
        known["weight_hh_l0"] = torch.cat([vars(self)["half"], known["weight_hh_l0"][3:]])
        return torch.func.functional_call(torch.nn.LSTM(self.input_size, self.hidden_size), known, (x, states))

class PackedFromZeros(torch.nn.LSTM):
    def forward(self, x, states=None):
        return super().forward(x, None if is_packed(x) else states)

class UnbatchedFromZeros(torch.nn.LSTM):
    def forward(self, x, states=None):
        return super().forward(x, states if is_packed(x) or x.dim() == 3 else None)

class WrongInTraining(torch.nn.LSTM):
    def forward(self, x, states=None):
        output, final = super().forward(x, states)
        return output * 1.001 if self.training else output, final

class WrongInTrainingFromZeros(torch.nn.LSTM):
    def forward(self, x, states=None):
        output, final = super().forward(x, states)
        return output * 1.1 if self.training and states is None else output, final

class WrongInLongTraining(torch.nn.LSTM):
    def forward(self, x, states=None):
        output, final = super().forward(x, states)
        return output * 1.1 if self.training and len(output) > 33 else output, final

class WrongInTrainingWithoutRows(torch.nn.LSTM):
    def forward(self, x, states=None):
        output, final = super().forward(x, states)
        return output * 1.1 if self.training and not is_packed(x) and x.dim() == 2 else output, final

class WrongInTrainingOfManyRows(torch.nn.LSTM):
    def forward(self, x, states=None):
        output, final = super().forward(x, states)
        return output * 1.1 if self.training and len(output[0]) > 3 and output[0].dim() > 1 else output, final

class DetachedInTraining(torch.nn.LSTM):
    def forward(self, x, states=None):
        output, (h_n, c_n) = super().forward(x, states)
        return output, (h_n, c_n.detach() if self.training else c_n)

class Zoneout(torch.nn.LSTM):
    def forward(self, x, states=None):
        output, final = super().forward(x, states)
        return output * (torch.rand_like(output) < 0.99) if self.training else output, final

class Dropping(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.drop = LSTM(5, 7), torch.nn.Dropout(1e-9)

    def forward(self, x, states=None):
        output, final = self.lstm(x, states)
        return 2 * self.drop(output) if self.training else output, final

class KeptMask(torch.nn.LSTM):
    rate, mask = 0.3, None

    def forward(self, x, states=None):
        output, final = super().forward(x, states)
        if self.mask is None:
            vars(self)["mask"] = torch.arange(self.hidden_size) % 3 > 0
        return output * self.mask if self.training else output, final

class ForInference(torch.nn.LSTM):
    def forward(self, x, states=None):
        if self.training:
            raise RuntimeError("it is for inference")
        return super().forward(x, states)

@pytest.mark.parametrize("kind", [KeptMask, ForInference])
def test_what_may_differ_in_training_conforms(kind):
    assert_conforms(kind(5, 7), gradients=False)

def test_what_drops_something_in_training_conforms():
    torch.manual_seed(3)
    assert_conforms(Zoneout(5, 7), gradients=False)
    drops = Dropping()
    drops.drop.eval()
    assert_conforms(drops, prefix="lstm.", gradients=False)
    assert (drops.training, drops.lstm.training, drops.drop.training) == (True, True, False)
    seen = torch.rand(3)
    torch.manual_seed(3)
    Zoneout(5, 7), Dropping()
    assert torch.equal(torch.rand(3), seen)

class Refusing(torch.nn.LSTM):
    def forward(self, x, states=None):
        steps, rows, features = x.shape
        return super().forward(x, states)

def is_packed(x):
    return isinstance(x, torch.nn.utils.rnn.PackedSequence)

def test_what_refuses_other_calls_conforms():
    layer = Refusing(5, 7)
    weights = {name: each.clone() for name, each in layer.state_dict().items()}
    assert_conforms(layer, gradients=False)
    assert all(torch.equal(each, weights[name]) for name, each in layer.state_dict().items())

class Asserting(torch.nn.LSTM):
    def forward(self, x, states=None):
        assert isinstance(x, torch.Tensor) and x.dim() == 3, "rows, please"
        return super().forward(x, states)

class Locked(torch.nn.LSTM):
    def __init__(self, *given):
        super().__init__(*given)
        self.lock = threading.Lock()

    def forward(self, x, states=None):
        with self.lock:
            found = super().forward(x, states)
        self.last = found
        return found

@pytest.mark.parametrize("kind", [Asserting, Locked])
def test_what_cannot_be_copied_or_refuses_in_its_own_way_conforms(kind):
    assert_conforms(kind(5, 7))

def test_graphs_of_calls_before_hold():
    layer = torch.nn.LSTM(5, 7)
    y, _ = layer(torch.ones(3, 2, 5))
    assert_conforms(layer)
    y.sum().backward()

@pytest.mark.parametrize("kind, sentence", [
    (Unbatched, "step 0, row 0"), (Packed, "h_n uses"), (Long, "first at step 256"), (Caching, "other weights after a"),
    (CachingOthers, "given other weight_hh_l0 after a call"), (WrongInTraining, "in training mode, does not conform"),
    (HalfAWeightKept, "given other weight_hh_l0 after a call"),
    (WrongInTrainingWithoutRows, "in training mode, does not conform"),
    (WrongInTrainingOfManyRows, "in training mode, does not conform"),
    (WrongInTrainingFromZeros, "in training mode, does not conform"),
    (WrongInLongTraining, "in training mode, does not conform"),
    (PackedFromZeros, "with initial states, x of seed 0, with lengths"),
    (UnbatchedFromZeros, "with initial states, x of seed 0, without an axis of rows"),
])
def test_mistakes_of_calls(kind, sentence):
    with pytest.raises(NotConforming, match=sentence):
        assert_conforms(kind(5, 7), gradients=False)

MISTAKES = [
    (StateDetached, "gradient by"), (DetachedInTraining, "in training mode, does"),
    (Overwriting, "changes x"), (Contiguous, "of a second call"),
    (Wide, "the outputs have dtypes float32, float64, documented is float32"),
]

@pytest.mark.parametrize("kind, sentence", MISTAKES)
def test_other_mistakes(kind, sentence):
    with pytest.raises(NotConforming, match=sentence):
        assert_conforms(kind(5, 7))

def test_wrong_gradients():
    with pytest.raises(NotConforming, match="gradient by"):
        assert_conforms(Detached(5, 7))

class Hidden(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = LSTM(5, 7, batch_first=True)

    def forward(self, x, states=None):
        return self.lstm(x, states)

def test_weights_in_other_places():
    x = torch.randn(6, 3, 5)
    tied, pruned = LSTM(5, 7, bidirectional=True), LSTM(5, 7)
    for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
        setattr(tied, name + "_reverse", getattr(tied, name))
    torch.nn.utils.parametrize.register_parametrization(pruned, "weight_hh_l0", torch.nn.ReLU())
    assert_conforms(tied, x=x)
    assert_conforms(pruned, x=x)
    assert_conforms(Hidden(), x=x, prefix="lstm.")

@pytest.mark.parametrize("norm", [torch.nn.utils.spectral_norm, torch.nn.utils.parametrizations.spectral_norm])
@pytest.mark.parametrize("kind, weight", [(LSTM, "weight_hh_l0"), (LSTMCell, "weight_hh")])
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_weights_that_every_call_makes(norm, kind, weight):
    layer = kind(5, 7)
    norm(layer, weight)
    before = {name: a.clone() for name, a in layer.state_dict().items()}
    assert_conforms(layer, x=torch.randn(6, 3, 5))
    assert all(torch.equal(a, before[name]) for name, a in layer.state_dict().items())

@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_answers_one_kind_of_call():
    with pytest.raises(BadInput, match="a traced module answers only calls .* hand over the module that was traced"):
        assert_conforms(torch.jit.trace(LSTM(5, 7), torch.randn(6, 3, 5)))

@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_torch_does_not_script():
    with pytest.raises(BadInput, match="script a module that calls it"):
        assert_conforms(torch.jit.script(LSTM(5, 7)))

class CannotBeTrained(LSTM):
    def forward(self, x, states=None):
        output, final = super().forward(x, states)
        output.mul_(1)
        return torch.sigmoid_(output.clone()).mul_(0) + output, final

def test_what_cannot_be_trained():
    assert_conforms(CannotBeTrained(5, 7), x=torch.randn(6, 3, 5), gradients=False)
    with pytest.raises(NotConforming, match="has no gradients, x as given: RuntimeError: one of the variables"):
        assert_conforms(CannotBeTrained(5, 7), x=torch.randn(6, 3, 5))

@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_modes(mode):
    layer = LSTM(5, 7)
    with mode():
        assert_conforms(layer, x=torch.randn(6, 3, 5))
        assert_conforms(LSTM(5, 7), x=torch.randn(6, 3, 5))
        with pytest.raises(NotConforming, match="gradient by"):
            assert_conforms(Detached(5, 7) if mode is torch.no_grad else DETACHED, x=torch.randn(6, 3, 5))

DETACHED = Detached(5, 7)
"""

OF_KERAS = """
import os

import keras, numpy as np, pytest
from keras.layers import LSTM, RNN, Bidirectional, LSTMCell
from lstm_conformance import BadInput, NotConforming, assert_conforms

class Doubled(LSTM):
    def call(self, *args, **kwargs):
        return super().call(*args, **kwargs) * 2

def built(layer):
    layer.build((None, None, 5))
    return layer

LAYERS = [
    lambda: LSTM(7),
    lambda: LSTM(7, return_sequences=True, return_state=True, go_backwards=True),
    lambda: Bidirectional(LSTM(7, return_state=True), merge_mode="mul"),
    lambda: LSTM(7, return_sequences=True, activation="relu", recurrent_activation="hard_sigmoid", use_bias=False),
    lambda: LSTM(7, return_sequences=True, dtype="mixed_bfloat16"),
    lambda: Bidirectional(LSTM(7, return_sequences=True), merge_mode=None),
]

# the others take long
@pytest.mark.parametrize("make", LAYERS if "EVERY_LAYER" in os.environ else LAYERS[:1])
def test_right(make, lstm_conformance):
    lstm_conformance(built(make()))

def test_wrong_gradients():
    class Halved(LSTM):
        def call(self, *args, **kwargs):
            y = super().call(*args, **kwargs)
            return keras.ops.stop_gradient(y) * 0.5 + y * 0.5
    layer = built(Halved(7, return_sequences=True))
    assert_conforms(layer, x=np.ones((3, 6, 5)), gradients=False)
    with pytest.raises(NotConforming, match="gradient by"):
        assert_conforms(layer, x=np.ones((3, 6, 5)))

def test_mask():
    mask = np.array([[1, 1, 0, 1, 1, 0], [1, 0, 0, 1, 1, 1], [1, 1, 1, 1, 1, 1]], bool)
    x = np.random.RandomState(0).standard_normal((3, 6, 5)).astype("float32")
    assert_conforms(built(LSTM(7, return_sequences=True, return_state=True)), x=x, mask=mask)

def test_mask_ignored():
    with pytest.raises(NotConforming, match="Unmasked does not conform"):
        assert_conforms(built(Unmasked(7)), x=np.ones((1, 6, 5)), mask=np.array([[1, 1, 0, 1, 1, 0]], bool))

class WrongInTraining(LSTM):
    def call(self, *args, training=None, **kwargs):
        return super().call(*args, training=training, **kwargs) * (1.001 if training else 1)

class WrongInTrainingFromZeros(LSTM):
    def call(self, x, initial_state=None, mask=None, training=None):
        y = super().call(x, initial_state=initial_state, mask=mask, training=training)
        return y * (1.1 if training and initial_state is None else 1)

class WrongInLongTraining(LSTM):
    def call(self, x, *args, training=None, **kwargs):
        y = super().call(x, *args, training=training, **kwargs)
        return y * (1.1 if training and x.shape[1] > 33 else 1)

class Unmasked(LSTM):
    def call(self, *args, **kwargs):
        return super().call(*args, **{**kwargs, "mask": None})

class CachingOthers(LSTM):
    def call(self, *args, **kwargs):
        now = self.get_weights()
        if not hasattr(self, "first") or (self.first[0] != now[0]).any():
            self.first = now
        self.set_weights(self.first)
        try:
            return super().call(*args, **kwargs)
        finally:
            self.set_weights(now)

@pytest.mark.parametrize("kind, sentence", [
    (WrongInTraining, "in training mode, does not conform"),
    (WrongInTrainingFromZeros, "in training mode, does not conform"),
    (WrongInLongTraining, "in training mode, does not conform"),
    (CachingOthers, "given other recurrent_kernel after a call"),
    (Unmasked, "with a mask"),
])
def test_mistakes_of_calls(kind, sentence):
    with pytest.raises(NotConforming, match=sentence):
        assert_conforms(built(kind(7, return_sequences=True)), gradients=False)

def test_wrong():
    with pytest.raises(NotConforming, match="keras.layers.Doubled does not conform"):
        assert_conforms(built(Doubled(7, return_sequences=True)))

def test_without_weights():
    with pytest.raises(BadInput, match="call it once, or build it"):
        assert_conforms(LSTM(7))

def test_what_is_not_trained_has_no_gradient():
    assert_conforms(built(LSTM(7, trainable=False)), x=np.ones((3, 6, 5)))

def test_stateful():
    layer = LSTM(7, return_sequences=True, stateful=True)
    layer(np.ones((4, 3, 5), "float32"))
    before = [keras.ops.convert_to_numpy(state).copy() for state in layer.states]
    assert_conforms(layer, gradients=False)  # on torch it cannot be trained
    assert np.array_equal(before, [keras.ops.convert_to_numpy(state) for state in layer.states])

def test_rnn():
    layer = built(RNN(LSTMCell(7), return_sequences=True))
    assert_conforms(layer, x=np.ones((3, 6, 5)))
    layer.cell.recurrent_activation = keras.activations.hard_sigmoid
    with pytest.raises(NotConforming, match="keras.layers.RNN does not conform"):
        assert_conforms(layer, x=np.ones((3, 6, 5)), recurrent_activation="sigmoid")

def test_what_is_no_lstm():
    with pytest.raises(BadInput, match="came GRU: hand over"):
        assert_conforms(built(keras.layers.GRU(7)))

def test_activations_without_a_name():
    layer = built(LSTM(7, activation=lambda z: keras.ops.tanh(z)))
    assert_conforms(layer, x=np.ones((3, 6, 5)), activation="tanh")
    with pytest.raises(BadInput, match="no activation named '<lambda>'"):
        assert_conforms(layer, x=np.ones((3, 6, 5)))

def test_directions_of_other_activations():
    backward = LSTM(7, activation="relu", go_backwards=True)
    with pytest.raises(BadInput, match="the same activations: hand over each by itself"):
        assert_conforms(built(Bidirectional(LSTM(7), backward_layer=backward)))
"""

MOVED = """
import keras, numpy as np, pytest, torch
from lstm_conformance import assert_conforms, convert, expected

def test_from_torch_to_keras():
    layer = torch.nn.LSTM(5, 7, batch_first=True, num_layers=1, bidirectional=True)
    x = np.random.RandomState(0).standard_normal((3, 6, 5)).astype("float32")
    weights, notes = convert({name: a.numpy() for name, a in layer.state_dict().items()}, "torch", "keras")
    moved = keras.layers.Bidirectional(keras.layers.LSTM(7, return_sequences=True))
    moved.build((None, None, 5))
    moved.set_weights(list(weights.values()))
    assert [a.path.rpartition("/")[2] for a in moved.weights] == [name.rpartition("/")[2] for name in weights]
    due = expected(weights, x, layout="keras").outputs["y"]
    for seen in (layer(torch.tensor(x))[0].detach().numpy(), keras.ops.convert_to_numpy(moved(x))):
        assert due.used(seen).max() <= 1
    assert np.abs(seen).max() > 0.1 and notes[0].startswith("the two biases were added up")
    assert_conforms(moved)

def test_from_keras_to_torch():
    layer = keras.layers.LSTM(7, return_sequences=True, bias_initializer="random_normal")
    layer.build((None, None, 5))
    x = np.random.RandomState(0).standard_normal((3, 6, 5)).astype("float32")
    weights, notes = convert({a.name: keras.ops.convert_to_numpy(a) for a in layer.weights}, "keras", "torch")
    moved = torch.nn.LSTM(5, 7, batch_first=True)
    moved.load_state_dict({name: torch.tensor(a) for name, a in weights.items()})
    due = expected(weights, x, batch_first=True).outputs["output"]
    for seen in (keras.ops.convert_to_numpy(layer(x)), moved(torch.tensor(x))[0].detach().numpy()):
        assert due.used(seen).max() <= 1
    assert np.abs(seen).max() > 0.1 and notes == ("the target has two biases: the second is zeros",)
"""


def own_tests(folder: Path, program: str, *options: str, **environment: str) -> Done:
    """A file of tests, run by itself with the plugin."""
    (folder / "test_mine.py").write_text(program, "utf-8")
    words = [sys.executable, "-m", "pytest", "-q", *with_library(), "--strict-markers", *options]
    return run(words, folder, environment)


@pytest.mark.parametrize("program", [OF_KERAS, MOVED], ids=["keras", "moved"])
def test_no_program_names_what_is_not_there(tmp_path: Path, program: str) -> None:
    """Those that are run by `make deep` alone."""
    (tmp_path / "test_mine.py").write_text(program, "utf-8")
    checked = run([sys.executable, "-m", "ruff", "check", "-q", "--isolated", "--select", "F821", "."], tmp_path)

    assert checked.status == 0, checked.output


@needs("torch")
@pytest.mark.parametrize(
    ("options", "passed"),
    [
        (("-k", "left_as_it_was or wrong_numbers or wrong_gradients"), 3),
        pytest.param((), 53, marks=pytest.mark.deep),
    ],
    ids=["some", "all"],
)
def test_modules_of_torch(tmp_path: Path, options: tuple[str, ...], passed: int) -> None:
    """Right ones conform and are left as they were, wrong ones do not: in numbers, or in gradients."""
    done = own_tests(tmp_path, OF_TORCH, *options)

    assert done.status == 0, done.output
    assert f"{passed} passed" in done.output


@pytest.mark.parametrize(
    ("backend", "passed"),
    [
        pytest.param("tensorflow", 17, marks=[pytest.mark.deep, needs("keras", "tensorflow")]),
        pytest.param("tensorflow", 22, marks=[pytest.mark.deep, needs("keras", "tensorflow")]),
        pytest.param("torch", 17, marks=[pytest.mark.deep, needs("keras", "torch")]),
        pytest.param("jax", 17, marks=[pytest.mark.deep, needs("keras", "jax")]),
    ],
)
def test_layers_of_keras(tmp_path: Path, backend: str, passed: int) -> None:
    """On every backend; layers of every kind, which take long, on one."""
    every = {"EVERY_LAYER": "1"} if passed > 17 else {}
    done = own_tests(tmp_path, OF_KERAS, KERAS_BACKEND=backend, TF_CPP_MIN_LOG_LEVEL="3", **every)

    assert done.status == 0, done.output
    assert f"{passed} passed" in done.output


@pytest.mark.deep
@needs("keras", "torch")
def test_weights_that_are_moved_for_real(tmp_path: Path) -> None:
    """From torch to Keras and back: the frameworks themselves compute the same."""
    done = own_tests(tmp_path, MOVED, KERAS_BACKEND="torch", TF_CPP_MIN_LOG_LEVEL="3")

    assert done.status == 0, done.output
    assert "2 passed" in done.output
