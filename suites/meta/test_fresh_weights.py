"""Chapter 24: who begins as documented passes with any seed, and who begins otherwise is caught."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.selected.fresh import fresh, fresh_plain
from lstm_conformance.fixtures.hosting.client import AdapterError, BadAnswer, InProcess
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.suites import test_24_fresh_weights
from lstm_conformance.suites.harness.judge.fresh import as_documented, built, repeated, skew, uneven
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.rules import Check
from lstm_conformance.suites.meta import asking
from lstm_conformance.suites.meta.judging import subject_of
from lstm_conformance.suites.meta.reference_adapter import Built, InNumpy, ReferenceKerasLSTM, ReferenceLSTM

CHECKS: list[Check] = [test.check for name, test in vars(test_24_fresh_weights).items() if name.startswith("test_")]
SEEDS = range(50)
LIMIT, COUNT, ROUNDOFF = 0.25, 1536, 2.0**-24

Array = NDArray[Any]


class Drawn(InNumpy):
    """Draws its weights from a stream that a seed begins."""

    stream: Any = np.random.RandomState(7)

    def fresh(self, layer: Any, dtype: str, path: str, seed: int) -> Built:
        """Draw every weight in its place."""
        if seed:
            self.stream.seed(seed)
        layer_built: Built = self.build(layer, dtype, path)
        for name, array in layer_built.weights.items():
            array[...] = self.drawn(name, array.shape, layer)
        return layer_built

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """What a weight begins with."""
        raise NotImplementedError

    def evenly(self, shape: tuple[int, ...], limit: float) -> Array:
        """Uniform numbers."""
        return limit * np.asarray(self.stream.uniform(-1, 1, shape))

    def normally(self, shape: tuple[int, ...], deviation: float) -> Array:
        """Numbers of a normal distribution."""
        return deviation * np.asarray(self.stream.standard_normal(shape))


class LikeTorch(Drawn, ReferenceLSTM):
    """Begins as torch does."""

    name = "test_fresh_weights.LikeTorch"
    claims: tuple[str, ...] = (*ReferenceLSTM.claims, "fresh")

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """All numbers are uniform."""
        del name
        return self.evenly(shape, layer.hidden_size**-0.5)


class TwiceTooWide(LikeTorch):
    """Takes the width for the limit."""

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """Twice as much."""
        return 2 * super().drawn(name, shape, layer)


class HalfAsWide(LikeTorch):
    """Takes the limit for the width."""

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """Half as much."""
        return super().drawn(name, shape, layer) / 2


class BiasesOfAnotherWidth(LikeTorch):
    """Takes k for its root where the biases are drawn."""

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """Less of the biases."""
        drawn = super().drawn(name, shape, layer)
        return drawn * layer.hidden_size**-0.5 if name.startswith("bias") else drawn


class WidthByOutput(LikeTorch):
    """Takes the width of a projection for that of the cell."""

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """Another limit where there is a projection."""
        del name
        return self.evenly(shape, (layer.proj_size or layer.hidden_size) ** -0.5)


class Normal(LikeTorch):
    """Draws from a normal distribution of the same variance."""

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """Some lie outside."""
        del name
        return self.normally(shape, (3 * layer.hidden_size) ** -0.5)


class NormalWithin(LikeTorch):
    """Draws from a normal distribution, and cuts it off at the limits."""

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """None lies outside."""
        del name
        limit = layer.hidden_size**-0.5
        return np.clip(self.normally(shape, limit / 2), -limit, limit)


class NeverNegative(LikeTorch):
    """Draws from [0, limit)."""

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """The sizes are right."""
        return np.abs(super().drawn(name, shape, layer))


class GatesAlike(LikeTorch):
    """Draws one gate, and repeats it."""

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """The first block, four times."""
        drawn = super().drawn(name, shape, layer)
        return drawn if name.startswith("weight_hr") else np.concatenate([drawn[: layer.hidden_size]] * 4)


class GatesOpposite(GatesAlike):
    """Draws one gate, and repeats it with other signs and in another order."""

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """The first block, turned."""
        drawn = super().drawn(name, shape, layer)
        if not name.startswith("weight_hr"):
            drawn[-layer.hidden_size :] = -drawn[-layer.hidden_size :][::-1]
        return drawn


class LayersAlike(LikeTorch):
    """Draws the numbers of each kind of weight once for all layers of a stack, as a copied cell does."""

    kept: Any

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """Begin again for the layers above."""
        if name.endswith("_l1"):
            self.stream.set_state(self.kept)
        if name.endswith("_l0"):
            self.kept = self.stream.get_state()
        return super().drawn(name, shape, layer)


class DirectionsAlike(LikeTorch):
    """Copies the forward cell for the backward direction."""

    def fresh(self, layer: Any, dtype: str, path: str, seed: int) -> Built:
        """The weights of one are those of the other."""
        layer_built = super().fresh(layer, dtype, path, seed)
        for name, array in layer_built.weights.items():
            array[...] = layer_built.weights[name.replace("_reverse", "")]
        return layer_built


class AlwaysTheSame(LikeTorch):
    """Has one seed of its own."""

    def fresh(self, layer: Any, dtype: str, path: str, seed: int) -> Built:
        """Whatever is given."""
        del seed
        return super().fresh(layer, dtype, path, 7)


class SameWithoutSeed(LikeTorch):
    """Begins with the same seed when it is given none."""

    last: int

    def fresh(self, layer: Any, dtype: str, path: str, seed: int) -> Built:
        """The last one."""
        self.last = seed or self.last
        return super().fresh(layer, dtype, path, self.last)


class SeedIgnored(LikeTorch):
    """Goes on from what it drew before."""

    def fresh(self, layer: Any, dtype: str, path: str, seed: int) -> Built:
        """Whatever is given."""
        del seed
        return super().fresh(layer, dtype, path, 0)


class LikeKeras(Drawn, ReferenceKerasLSTM):
    """Begins as Keras does."""

    name = "test_fresh_weights.LikeKeras"
    claims = (*ReferenceKerasLSTM.claims, "fresh", "initializers")

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """By its initializer."""
        part = name.rpartition("/")[2]
        word = layer.initializers.get(part, self.default(part))
        found: Array = getattr(self, word)(shape)
        return found

    def default(self, part: str) -> str:
        """The word of the initializer of a part."""
        return {"kernel": "glorot_uniform", "recurrent_kernel": "orthogonal", "bias": "unit_forget"}[part]

    def glorot_uniform(self, shape: tuple[int, ...]) -> Array:
        """By the number of inputs and of units."""
        return self.evenly(shape, (6 / sum(shape)) ** 0.5)

    def orthogonal(self, shape: tuple[int, ...]) -> Array:
        """The decomposition of the longer axis."""
        decomposed: Array = np.linalg.qr(self.stream.standard_normal(shape).T)[0].T
        return decomposed

    def unit_forget(self, shape: tuple[int, ...]) -> Array:
        """Of i, f, c and o."""
        return np.repeat([0.0, 1.0, 0.0, 0.0], shape[0] // 4)

    def zeros(self, shape: tuple[int, ...]) -> Array:
        """Zeros."""
        return np.zeros(shape)

    def ones(self, shape: tuple[int, ...]) -> Array:
        """Ones."""
        return np.ones(shape)


class ForgetBiasZero(LikeKeras):
    """Has no unit_forget_bias."""

    unit_forget = LikeKeras.zeros


class ForgetBiasElsewhere(LikeKeras):
    """Takes the gates for those of another order."""

    def unit_forget(self, shape: tuple[int, ...]) -> Array:
        """Of i, c, f and o."""
        return np.repeat([0.0, 0.0, 1.0, 0.0], shape[0] // 4)


class ForgetBiasAlways(LikeKeras):
    """Adds 1 to the forget gate, whatever the constructor is told."""

    zeros = LikeKeras.unit_forget


class NotOrthogonal(LikeKeras):
    """Draws the recurrent kernel as the kernel."""

    orthogonal = LikeKeras.glorot_uniform


class OrthogonalByGate(LikeKeras):
    """Makes the block of every gate orthogonal."""

    def orthogonal(self, shape: tuple[int, ...]) -> Array:
        """Four square matrices, side by side."""
        blocks = [np.linalg.qr(self.stream.standard_normal((shape[1] // 4, shape[0])))[0] for _ in range(4)]
        return np.concatenate(blocks).T


class OrthogonalOverTheOtherAxis(LikeKeras):
    """Reads the orthogonal matrix in the order of its other axis."""

    def orthogonal(self, shape: tuple[int, ...]) -> Array:
        """Not transposed, but cut anew."""
        return np.linalg.qr(self.stream.standard_normal(shape[::-1]))[0].reshape(shape)


class NormalInsteadOfOrthogonal(LikeKeras):
    """Leaves out the decomposition."""

    def orthogonal(self, shape: tuple[int, ...]) -> Array:
        """Vectors of length 1, more or less."""
        return self.normally(shape, shape[1] ** -0.5)


class GlorotByHiddenSize(LikeKeras):
    """Counts the units of one gate."""

    def glorot_uniform(self, shape: tuple[int, ...]) -> Array:
        """A limit that is too large."""
        return self.evenly(shape, (6 / (shape[0] + shape[1] // 4)) ** 0.5)


class GlorotNormal(LikeKeras):
    """Takes the normal distribution of that name."""

    def glorot_uniform(self, shape: tuple[int, ...]) -> Array:
        """Of the same variance."""
        return self.normally(shape, (2 / sum(shape)) ** 0.5)


class InitializersIgnored(LikeKeras):
    """Begins as it always does."""

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """By its default."""
        del layer
        found: Array = getattr(self, self.default(name.rpartition("/")[2]))(shape)
        return found


CAUGHT_BY: dict[type[Adapter], set[str]] = {
    TwiceTooWide: {"24.1"},
    HalfAsWide: {"24.1"},
    BiasesOfAnotherWidth: {"24.1"},
    WidthByOutput: {"24.1"},
    Normal: {"24.1"},
    NormalWithin: {"24.1"},
    NeverNegative: {"24.1"},
    GatesAlike: {"24.2"},
    GatesOpposite: {"24.2"},
    LayersAlike: {"24.2"},
    DirectionsAlike: {"24.2"},
    AlwaysTheSame: {"24.2"},
    SameWithoutSeed: {"24.2"},
    SeedIgnored: {"24.3"},
    ForgetBiasZero: {"24.1"},
    ForgetBiasElsewhere: {"24.1"},
    ForgetBiasAlways: {"24.1"},
    NotOrthogonal: {"24.1"},
    OrthogonalByGate: {"24.1"},
    OrthogonalOverTheOtherAxis: {"24.1"},
    NormalInsteadOfOrthogonal: {"24.1"},
    GlorotByHiddenSize: {"24.1"},
    GlorotNormal: {"24.1"},
    InitializersIgnored: {"24.1"},
}
"""The rules that fail of each that begins otherwise, and no others."""


def failing(adapter: type[Adapter], number: int = 0) -> set[str]:
    """The rules that fail in the configurations that the adapter claims, with the numbers of one case."""
    subject = subject_of(adapter)
    asked = [c for c in fresh() if subject.hello.on("eager").runs(c)]
    return {
        check.rule
        for check in CHECKS
        for configuration in asked
        for outcome in judge(check, subject, draw(configuration, (number,), biases=subject.layout.biases))
        if outcome.verdict != "pass"
    }


@pytest.mark.parametrize("adapter", [LikeTorch, LikeKeras])
def test_right_ones_pass(adapter: type[Adapter]) -> None:
    """All rules, in all configurations."""
    assert failing(adapter) == set()


@pytest.mark.parametrize(
    ("adapter", "options"),
    [(LikeTorch, {"num_layers": 2, "bidirectional": True, "proj_size": 5}), (LikeKeras, {"dtype": "float64"})],
)
def test_right_ones_pass_with_any_seed(adapter: type[Adapter], options: dict[str, object]) -> None:
    """Chance alone reddens none."""
    subject, configuration = subject_of(adapter), fresh_plain(**options)

    for number in SEEDS:
        found = built(subject, configuration, number)
        failures = {statement.failure for statement in as_documented(found.layers, configuration.dtype)}
        assert (failures, repeated(found.layers)) == ({None}, None)
        assert all((weight == found.again[name]).all() for name, weight in found.first.items())


@pytest.mark.parametrize(("adapter", "rules"), CAUGHT_BY.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_wrong_ones_are_caught(adapter: type[Adapter], rules: set[str]) -> None:
    """By the rule that is about it, with whatever seed."""
    assert failing(adapter) == failing(adapter, 1) == rules


class TestDistributions:
    """What may be chance, and what is none."""

    def test_what_is_as_even_as_can_be_passes(self) -> None:
        """A grid."""
        assert uneven(np.linspace(-LIMIT, LIMIT, COUNT), LIMIT, ROUNDOFF) is None

    @pytest.mark.parametrize(
        ("numbers", "words"),
        [
            (np.linspace(-LIMIT, LIMIT * (1 + 2**-20), COUNT), "documented is a limit"),
            (np.full(COUNT, np.nan), "the largest is nan"),
            (np.linspace(-LIMIT, LIMIT, COUNT) * 0.97, "lets one expect"),
            (LIMIT * np.linspace(-1, 1, COUNT) ** 3, "shares below a place"),
            (np.zeros(COUNT), "lets one expect"),
        ],
        ids=["beyond", "NaN", "narrow", "uneven", "zeros"],
    )
    def test_what_chance_does_not_do_is_told(self, numbers: Array, words: str) -> None:
        """In a sentence with figures."""
        assert words in str(uneven(numbers, LIMIT, ROUNDOFF))

    def test_few_numbers_may_lie_anywhere(self) -> None:
        """Nothing can be told of one."""
        assert uneven(np.array([LIMIT / 100]), LIMIT, ROUNDOFF) is None

    @pytest.mark.parametrize("shape", [(8, 32), (32, 8), (8, 8)])
    def test_the_shorter_axis_counts(self, shape: tuple[int, int]) -> None:
        """In float32, too, and not a thousandth more."""
        tall = np.linalg.qr(np.random.RandomState(3).standard_normal((max(shape), min(shape))))[0]
        matrix = (tall if tall.shape == shape else tall.T).astype(np.float32).astype(float)

        assert skew(matrix, ROUNDOFF) is None
        assert "off by" in str(skew(matrix * 1.001, ROUNDOFF))


class OwnPromise(LikeKeras):
    """Promises one part, in words of its own."""

    contract: Any = {"initial": {"bias": "unit_forget"}}  # noqa: RUF012  # as an adapter writes it
    glorot_uniform = LikeKeras.ones


class TestContracts:
    """What is promised is asked."""

    def test_of_other_parts_nothing_is_asked(self) -> None:
        """A class of somebody's own promises what it likes."""
        assert failing(type("Plain", (OwnPromise,), {"claims": (*ReferenceKerasLSTM.claims, "fresh")})) == set()

    def test_a_promise_of_ones_own_is_held_to(self) -> None:
        """It is a promise."""
        broken = type("Broken", (OwnPromise,), {"unit_forget": LikeKeras.zeros, "claims": ("fresh",)})

        assert failing(broken) == {"24.1"}

    @pytest.mark.parametrize("promise", [{"kernels": "zeros"}, {"kernel": "nil"}, {"kernel": ["zeros"]}, "zeros"])
    def test_unknown_words_are_refused(self, promise: object) -> None:
        """Before anything is asked."""
        adapter = type("Unknown", (LikeKeras,), {"contract": {"initial": promise}})

        with InProcess(adapter) as implementation, pytest.raises(BadAnswer, match="expected `initial` of `contract`"):
            implementation.hello()


class TestHost:
    """What the host answers."""

    @pytest.mark.parametrize("seeds", [None, [], [True], [-1], [2**31], ["7"]])
    def test_seeds_are_whole_numbers(self, seeds: object) -> None:
        """Anything else is refused."""
        with InProcess(LikeTorch) as implementation, pytest.raises(AdapterError, match="expected `seeds` to list"):
            implementation.request("fresh", {**asking.layer(), "seeds": seeds}, {}, 1.0)

    def test_layers_stay_apart(self) -> None:
        """Each has weights of its own, under its number."""
        with InProcess(LikeTorch) as implementation:
            _, arrays = implementation.request("fresh", {**asking.layer(), "seeds": [7, 0, 7]}, {}, 1.0)

        first, behind, again = (arrays[f"{index}/weights/weight_ih_l0"] for index in range(3))
        assert (first == again).all()
        assert (first != behind).any()

    def test_a_claim_needs_its_method(self) -> None:
        """It is missed before anything is asked."""
        lacking = type("Lacking", (ReferenceLSTM,), {"claims": ("fresh",)})

        with InProcess(lacking) as implementation, pytest.raises(AdapterError, match="has no method `fresh`"):
            implementation.hello()
