"""The adapters of real frameworks, each in a host: this process imports none of them.

Whether the frameworks compute an LSTM is for the suite to say; here it is only whether the adapters show what they do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.hosting.client import AdapterError, Hosted
from lstm_conformance.fixtures.hosting.requests import MANY
from lstm_conformance.fixtures.hosting.wire import Arrays, Header, dtype_name
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.fixtures.implementations.adapter import paths_of
from lstm_conformance.reference.arithmetic import PRECISIONS
from lstm_conformance.reference.bfloat16 import from_float32
from lstm_conformance.suites.meta.adapters import ADAPTERS
from lstm_conformance.suites.meta.needing import param, paths_here

CASES, T, B, I, H = 3, 4, 2, 5, 6  # noqa: E741 -- the letters of the shapes
DEADLINE = 300.0


Shapes = tuple[dict[str, Any], list[tuple[int, ...]], list[tuple[int, ...]]]
"""Constructor arguments, and the shapes of x, h_0 and c_0, and of the outputs, that come with them."""

PLAIN_KERAS: Shapes = ({}, [(B, T, I), (1, B, H), (1, B, H)], [(B, T, H), (B, H), (B, H)])
IN_KERAS: list[Shapes] = [
    PLAIN_KERAS,
    ({"num_layers": 2}, [(B, T, I), (2, B, H), (2, B, H)], [(B, T, H), (B, H), (B, H), (B, H), (B, H)]),
    ({"return_sequences": False, "num_layers": 2, "return_state": False}, [(B, T, I)], [(B, H)]),
    ({"return_sequences": False, "unroll": True}, [(B, T, I)], [(B, H), (B, H), (B, H)]),
    ({"go_backwards": True, "bias": False}, [(B, T, I)], [(B, T, H), (B, H), (B, H)]),
    ({"activation": "relu", "recurrent_activation": "hard_sigmoid"}, [(B, T, I)], [(B, T, H), (B, H), (B, H)]),
]
IN_TWO_DIRECTIONS: list[Shapes] = [
    ({"bidirectional": True}, [(B, T, I), (2, B, H), (2, B, H)], [(B, T, 2 * H), *[(B, H)] * 4]),
    ({"bidirectional": True, "num_layers": 2}, [(B, T, I), (4, B, H), (4, B, H)], [(B, T, 2 * H), *[(B, H)] * 8]),
    ({"bidirectional": True, "return_sequences": False}, [(B, T, I)], [(B, 2 * H), *[(B, H)] * 4]),
    ({"bidirectional": True, "merge_mode": "mul", "return_state": False}, [(B, T, I)], [(B, T, H)]),
    ({"bidirectional": True, "merge_mode": "none"}, [(B, T, I)], [(B, T, H), (B, T, H), *[(B, H)] * 4]),
]
IN_STACKS: list[Shapes] = [
    ({"structure": name, "num_layers": 2}, [(B, T, I), (2, B, H), (2, B, H)], [(B, T, H), *[(B, H)] * 4])
    for name in ("functional", "predict", "nested", "shared", "Masking", "Embedding")
]
ALONE: list[Shapes] = [
    ({"structure": "Sequential", "num_layers": 2, "return_state": False}, [(B, T, I)], [(B, T, H)]),
    ({"structure": "TimeDistributed", "return_state": False}, [(B, T, I)], [(B, T, H)]),
]
IN_BOTH: list[Shapes] = [
    ({"structure": name, "bidirectional": True}, [(B, T, I), (2, B, H), (2, B, H)], [(B, T, 2 * H), *[(B, H)] * 4])
    for name in ("nested", "shared", "Masking")
]

SHAPES: dict[str, list[Shapes]] = {
    "torch.nn.LSTM": [
        ({}, [(T, B, I), (1, B, H), (1, B, H)], [(T, B, H), (1, B, H), (1, B, H)]),
        ({"num_layers": 2}, [(T, B, I), (2, B, H), (2, B, H)], [(T, B, H), (2, B, H), (2, B, H)]),
        ({"bidirectional": True}, [(T, B, I), (2, B, H), (2, B, H)], [(T, B, 2 * H), (2, B, H), (2, B, H)]),
        ({"proj_size": 3}, [(T, B, I), (1, B, 3), (1, B, H)], [(T, B, 3), (1, B, 3), (1, B, H)]),
        ({"batch_first": True}, [(B, T, I), (1, B, H), (1, B, H)], [(B, T, H), (1, B, H), (1, B, H)]),
        ({"bias": False}, [(T, I), (1, H), (1, H)], [(T, H), (1, H), (1, H)]),
        ({}, [(T, B, I)], [(T, B, H), (1, B, H), (1, B, H)]),
    ],
    "torch.nn.LSTMCell": [
        ({}, [(T, B, I), (1, B, H), (1, B, H)], [(T, B, H), (1, B, H), (1, B, H)]),
        ({"bias": False}, [(T, I), (1, H), (1, H)], [(T, H), (1, H), (1, H)]),
        ({}, [(T, B, I)], [(T, B, H), (1, B, H), (1, B, H)]),
    ],
    "keras.layers.LSTM": IN_KERAS,
    "keras.layers.RNN": IN_KERAS,
    "keras.layers.Bidirectional": [PLAIN_KERAS, *IN_TWO_DIRECTIONS],
    "keras.Model": [PLAIN_KERAS, *IN_STACKS, *ALONE, *IN_BOTH],
    "keras.layers.LSTM@torch": [*IN_KERAS, *IN_TWO_DIRECTIONS, *IN_STACKS, *ALONE, *IN_BOTH],
    "keras.layers.LSTM@jax": [PLAIN_KERAS, IN_KERAS[2], IN_TWO_DIRECTIONS[-1], IN_STACKS[0]],
    "tf_keras.layers.LSTM": [*IN_KERAS[:-1], *IN_TWO_DIRECTIONS, *IN_STACKS, *ALONE, *IN_BOTH],
}
"""By implementation; fewer on JAX, where a call is compiled."""


SOON = ("torch.nn.LSTM", "torch.nn.LSTMCell", "keras.layers.LSTM")
"""Those that `make test` starts; `make deep` starts all."""


def of(name: str, *others: Any) -> Any:
    """Parameters of a test of an implementation."""
    return pytest.param(*(needed := param(name, *others)).values, marks=[*needed.marks, *later(name)])


def later(name: str) -> list[pytest.MarkDecorator]:
    """The mark of those that are left to `make deep`."""
    return [] if name in SOON else [pytest.mark.deep]


EVERY_NAME = [of(name) for name in SHAPES]


def paths(name: str) -> list[str]:
    """The names of the paths."""
    return [path.name for path in paths_of(ADAPTERS[name])]


def offered(name: str, path: str) -> tuple[str, ...]:
    """The dtypes of a path."""
    return next(each.dtypes or () for each in paths_of(ADAPTERS[name]) if each.name == path)


ALL = [(name, path, dtype) for name in SHAPES for path in paths(name) for dtype in offered(name, path)]
WAYS = [of(*way) for way in ALL if way[-1] in {"float32", "float64"}]
HALF = [of(*way) for way in ALL if way[-1] not in {"float32", "float64"}]
LAYERS = [of(name, *shapes) for name in SHAPES for shapes in SHAPES[name]]


def as_computed_by(name: str, path: str, changes: dict[str, Any]) -> list[str]:
    """The paths that compute the same bits: the path itself, and the first one, but for hard_sigmoid.

    There TensorFlow's graph optimizer multiplies by 1/6 (`constant_folding`), where its eager operations divide by 6.
    """
    return [path] if "recurrent_activation" in changes else [path, paths(name)[0]]


# Plain layers in every dtype, others in one: each takes graphs of its own.
BATCHES = [
    of(name, path, way, dtype, changes, given)
    for name in SHAPES
    for path in ADAPTERS[name].batch_paths
    for changes, given, _ in SHAPES[name]
    for way in as_computed_by(name, path, changes)
    for dtype in (["float32"] if changes else offered(name, path))
]

WEIGHTS = {
    "torch": {
        "weight_ih_l0": [4 * H, I],
        "weight_hh_l0": [4 * H, H],
        "bias_ih_l0": [4 * H],
        "bias_hh_l0": [4 * H],
    },
    "keras": {"kernel": [I, 4 * H], "recurrent_kernel": [H, 4 * H], "bias": [4 * H]},
}
"""Of a plain layer, by layout."""


class Hosts(dict[str, Hosted]):
    """A host for each framework, started when it is first asked for."""

    def __missing__(self, name: str) -> Hosted:
        """Start it."""
        self[name] = Hosted(IMPLEMENTATIONS[name].spec, name=name)
        self[name].start()
        return self[name]


@pytest.fixture(scope="module")
def hosts() -> Iterator[dict[str, Hosted]]:
    """Those of the frameworks that are tested, by the names of their implementations."""
    started = Hosts()
    yield started
    for host in started.values():
        host.close()


def request(path: str, dtype: str, **changes: Any) -> Header:
    """The fields that say which layer is meant."""
    return {"layer": configuration(T, B, I, H, **changes).described, "path": path, "dtype": dtype}


def first(name: str, **changes: Any) -> Header:
    """The same, on the first path and in the first dtype of the implementation."""
    path = paths(name)[0]
    return request(path, offered(name, path)[0], **changes)


def weights_of(name: str) -> dict[str, list[int]]:
    """Names and shapes of the weights of a plain layer."""
    return WEIGHTS[ADAPTERS[name].layout]


def described(host: Hosted, fields: Header) -> list[Header]:
    """The weights that a freshly built layer has."""
    weights: list[Header] = host.request("describe", fields, {}, DEADLINE)[0]["weights"]
    return weights


def batch(host: Hosted, fields: Header, shapes: list[tuple[int, ...]], cases: int = CASES) -> Arrays:
    """Random weights for the layer and inputs of these shapes, different in every case."""
    numbers = np.random.RandomState(2)
    dtype = fields["dtype"] if fields["dtype"] == "float64" else "float32"
    named = {f"weights/{weight['name']}": weight["shape"] for weight in described(host, fields)}
    named.update(zip(("x", "h_0", "c_0"), shapes, strict=False))
    return {name: numbers.standard_normal((cases, *shape)).astype(dtype) for name, shape in named.items()}


def run(host: Hosted, fields: Header, arrays: Arrays, *observe: str) -> Arrays:
    """Run the cases; return what was seen."""
    return host.request("run", {**fields, "cases": len(arrays["x"]), "observe": list(observe)}, arrays, DEADLINE)[1]


def shapes_for(name: str) -> list[tuple[int, ...]]:
    """The shapes of x, h_0 and c_0 for a plain layer."""
    return SHAPES[name][0][1]


@pytest.mark.parametrize("name", EVERY_NAME)
def test_hello_says_what_the_class_says(hosts: dict[str, Hosted], name: str) -> None:
    """The class can be read without importing the framework, and the versions come from the host."""
    hello, adapter = hosts[name].hello(), ADAPTERS[name]

    assert (hello.implementation, hello.layout) == (name, adapter.layout)
    declared = [tuple(each) for each in paths_of(adapter) if each.name in paths_here(name)]
    assert [tuple(vars(offer).values()) for offer in hello.offers] == declared
    assert set(hello.versions) == {*IMPLEMENTATIONS[name].packages, "numpy"}
    assert "unknown" not in hello.versions.values()


@pytest.mark.parametrize(("name", "path", "dtype"), WAYS)
def test_describe_lists_the_weights(hosts: dict[str, Hosted], name: str, path: str, dtype: str) -> None:
    """By the framework's own names, in the dtype of the layer."""
    weights = described(hosts[name], request(path, dtype))

    assert {weight["name"]: weight["shape"] for weight in weights} == weights_of(name)
    assert {weight["dtype"] for weight in weights} == {dtype}


TWO_CELLS = [
    of(name, changes)
    for word, changes in (("layers", {"num_layers": 2}), ("bidirectional", {"bidirectional": True}))
    for name in SHAPES
    if word in ADAPTERS[name].claims
]


@pytest.mark.deep
@pytest.mark.parametrize(("name", "changes"), TWO_CELLS)
def test_a_layer_of_two_cells_has_the_weights_of_both(
    hosts: dict[str, Hosted], name: str, changes: dict[str, Any]
) -> None:
    """Twice as many as one, all of different names."""
    weights = described(hosts[name], first(name, **changes))

    assert len({weight["name"] for weight in weights}) == len(weights) == 2 * len(weights_of(name))


@pytest.mark.parametrize("name", EVERY_NAME)
def test_a_layer_without_biases_has_no_other_weights(hosts: dict[str, Hosted], name: str) -> None:
    """Half of the three or four."""
    assert len(described(hosts[name], first(name, bias=False))) == 2


@pytest.mark.parametrize(("name", "changes", "given", "expected"), LAYERS)
def test_outputs_have_the_shapes_of_the_layout(
    hosts: dict[str, Hosted],
    name: str,
    changes: dict[str, Any],
    given: list[tuple[int, ...]],
    expected: list[tuple[int, ...]],
) -> None:
    """In its order, for every constructor argument that is claimed."""
    fields = first(name, **changes)

    seen = run(hosts[name], fields, batch(hosts[name], fields, given))

    assert list(seen) == [f"output/{index}" for index in range(len(expected))]
    assert [array.shape for array in seen.values()] == [(CASES, *shape) for shape in expected]


@pytest.mark.parametrize(("name", "path", "dtype"), WAYS)
def test_what_is_loaded_is_what_computes(hosts: dict[str, Hosted], name: str, path: str, dtype: str) -> None:
    """Weights read back bit for bit, inputs unchanged, outputs in the dtype of the layer, the same again."""
    fields = request(path, dtype)
    arrays = batch(hosts[name], fields, shapes_for(name))

    seen = run(hosts[name], fields, arrays, "weights", "inputs", "again")

    read_back = {key: array for key, array in seen.items() if key.startswith("weights/")}
    assert {key: array.tobytes() for key, array in read_back.items()} == {
        key: array.tobytes() for key, array in arrays.items() if key.startswith("weights/")
    }
    for key, array in arrays.items():
        assert seen[f"after/{key}"].tobytes() == array.tobytes()
    for index in range(3):
        assert seen[f"output/{index}"].dtype == dtype
        assert seen[f"output/{index}"].tobytes() == seen[f"again/{index}"].tobytes()


@pytest.mark.parametrize(("name", "path", "dtype"), WAYS)
def test_a_run_repeats_bit_for_bit(hosts: dict[str, Hosted], name: str, path: str, dtype: str) -> None:
    """The same cases in another order, in another request: nothing is left over from the case before."""
    fields = request(path, dtype)
    arrays = batch(hosts[name], fields, shapes_for(name))

    forth = run(hosts[name], fields, arrays)
    back = run(hosts[name], fields, {key: array[::-1] for key, array in arrays.items()})

    for key, array in forth.items():
        assert array.tobytes() == back[key][::-1].tobytes()
        assert array[0].tobytes() != array[1].tobytes()


@pytest.mark.deep
@pytest.mark.parametrize(("name", "path", "way", "dtype", "changes", "given"), BATCHES)
def test_a_batch_in_one_call_equals_its_cases_alone(
    hosts: dict[str, Hosted],
    name: str,
    path: str,
    way: str,
    dtype: str,
    changes: dict[str, Any],
    given: list[tuple[int, ...]],
) -> None:
    """Bit for bit, with every constructor argument and in every dtype."""
    fields, stored = request(path, dtype, **changes), PRECISIONS[dtype].weights
    arrays = {key: in_dtype(a, stored) for key, a in batch(hosts[name], fields, given, MANY).items()}

    at_once = run(hosts[name], fields, arrays)
    alone = [
        run(hosts[name], {**fields, "path": way}, {key: a[k : k + 1] for key, a in arrays.items()}) for k in range(MANY)
    ]

    for key, array in at_once.items():
        assert array.tobytes() == np.concatenate([case[key] for case in alone]).tobytes()


@pytest.mark.parametrize("name", EVERY_NAME)
def test_missing_states_are_zero(hosts: dict[str, Hosted], name: str) -> None:
    """And given ones are used."""
    fields = first(name)
    arrays = batch(hosts[name], fields, shapes_for(name))
    zeros = {key: np.zeros_like(array) if key in {"h_0", "c_0"} else array for key, array in arrays.items()}
    absent = {key: array for key, array in arrays.items() if key not in {"h_0", "c_0"}}

    without = run(hosts[name], fields, absent)["output/0"]

    assert np.array_equal(without, run(hosts[name], fields, zeros)["output/0"])
    assert not np.array_equal(without, run(hosts[name], fields, arrays)["output/0"])


@pytest.mark.parametrize("name", EVERY_NAME)
def test_weights_that_do_not_fit_are_refused(hosts: dict[str, Hosted], name: str) -> None:
    """A missing one, an unknown one, and one of another shape."""
    fields = first(name)
    arrays = batch(hosts[name], fields, shapes_for(name))
    kernel = f"weights/{next(iter(weights_of(name)))}"
    missing = {key: array for key, array in arrays.items() if key != kernel}
    transposed = {**arrays, kernel: np.swapaxes(arrays[kernel], 1, 2)}

    with pytest.raises(AdapterError, match="expected the weights"):
        run(hosts[name], fields, missing)
    with pytest.raises(AdapterError, match=r"expected the weights .* came .*'another'"):
        run(hosts[name], fields, {**arrays, "weights/another": arrays[kernel]})
    with pytest.raises(AdapterError, match="expected shape"):
        run(hosts[name], fields, transposed)


@pytest.mark.parametrize("name", EVERY_NAME)
def test_an_error_of_the_framework_is_passed_on(hosts: dict[str, Hosted], name: str) -> None:
    """With the line of the adapter, not one deep inside the framework."""
    fields = first(name)
    arrays = batch(hosts[name], fields, shapes_for(name))
    arrays["x"] = np.zeros((*arrays["x"].shape[:-1], I + 1))

    with pytest.raises(AdapterError) as caught:
        run(hosts[name], fields, arrays)
    assert caught.value.where.partition(":")[0] in {
        f"{each.__module__.rpartition('.')[2]}.py" for each in ADAPTERS[name].__mro__
    }


@pytest.mark.deep
@pytest.mark.parametrize(("name", "path", "dtype"), HALF)
def test_half_precision_stores_and_computes_as_documented(
    hosts: dict[str, Hosted], name: str, path: str, dtype: str
) -> None:
    """Weights have the dtype that the policy stores, outputs the one that it computes in."""
    fields, (stored, computed) = request(path, dtype), PRECISIONS[dtype]
    arrays = {each: in_dtype(a, stored) for each, a in batch(hosts[name], fields, shapes_for(name)).items()}
    answer = run(hosts[name], fields, arrays, "weights")

    kinds = {each: dtype_name(a, each) for each, a in answer.items()}
    assert {kind for each, kind in kinds.items() if each.startswith("weights/")} == {stored}
    assert {kind for each, kind in kinds.items() if each.startswith("output/")} == {computed}
    assert all(np.array_equal(answer[each], arrays[each]) for each in answer if each.startswith("weights/"))


def in_dtype(array: Any, dtype: str) -> Any:
    """The nearest numbers in a dtype, as they travel."""
    return from_float32(array) if dtype == "bfloat16" else array.astype(dtype)
