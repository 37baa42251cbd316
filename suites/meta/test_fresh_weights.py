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
from lstm_conformance.reference.contracts.initial import LEFT, Normal, Uniform
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
EVEN, BELL = Uniform(LIMIT), Normal(LIMIT)

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


class NormalOfTheSameVariance(LikeTorch):
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


class Normally(LikeTorch):
    """Draws its kernels from a normal distribution, anew what lies beyond two deviations."""

    contract: Any = {"initial": {"kernel": "fan_in_truncated_normal", "recurrent_kernel": "fan_in_truncated_normal"}}  # noqa: RUF012  # as an adapter writes it
    cut = 2.0

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """Biases are left out."""
        return self.cut_off(shape, self.deviation(shape, layer)) if name.startswith("weight") else np.zeros(shape)

    def deviation(self, shape: tuple[int, ...], layer: Any) -> float:
        """By the number of inputs."""
        del layer
        return float(shape[1] ** -0.5)

    def cut_off(self, shape: tuple[int, ...], deviation: float) -> Array:
        """Numbers that lie within the cut."""
        found = self.normally(shape, 1.0)
        while (beyond := np.abs(found) > self.cut).any():
            found[beyond] = self.normally((int(beyond.sum()),), 1.0)
        return deviation * found


class NotCut(Normally):
    """Keeps what lies beyond two deviations."""

    cut = np.inf


class CutAtOne(Normally):
    """Draws anew what lies beyond one deviation."""

    cut = 1.0


class CutByClipping(Normally):
    """Moves to the limit what lies beyond it."""

    def cut_off(self, shape: tuple[int, ...], deviation: float) -> Array:
        """Some lie on the limit."""
        return np.clip(self.normally(shape, deviation), -2 * deviation, 2 * deviation)


class NormalTwiceTooWide(Normally):
    """Takes twice the deviation."""

    def deviation(self, shape: tuple[int, ...], layer: Any) -> float:
        """Twice as much."""
        return 2 * super().deviation(shape, layer)


class FanOut(Normally):
    """Counts the outputs."""

    def deviation(self, shape: tuple[int, ...], layer: Any) -> float:
        """By the other axis."""
        del layer
        return float(shape[0] ** -0.5)


class FanOfBoth(Normally):
    """Counts the inputs of both kernels together."""

    def deviation(self, shape: tuple[int, ...], layer: Any) -> float:
        """As of a joint kernel."""
        del shape
        return float((layer.input_size + (layer.proj_size or layer.hidden_size)) ** -0.5)


class Corrected(Normally):
    """Makes up for the cut, where nobody says so."""

    def deviation(self, shape: tuple[int, ...], layer: Any) -> float:
        """A little more."""
        return super().deviation(shape, layer) / LEFT


class LikeChainer(NotCut):
    """Begins as Chainer does: nothing is cut."""

    name = "test_fresh_weights.LikeChainer"
    contract: Any = {"initial": dict.fromkeys(("kernel", "recurrent_kernel"), "fan_in_normal")}  # noqa: RUF012


class CutAtTwo(LikeChainer):
    """Draws anew what lies far out."""

    cut = 2.0


class UncutTwiceTooWide(LikeChainer):
    """Takes twice the deviation."""

    def deviation(self, shape: tuple[int, ...], layer: Any) -> float:
        """Twice as much."""
        return 2 * super().deviation(shape, layer)


class LikeNnabla(LikeTorch):
    """Begins as nnabla does: by the inputs and outputs of each gate."""

    name = "test_fresh_weights.LikeNnabla"
    claims = ("fresh", "layers", "bidirectional")
    contract: Any = {  # noqa: RUF012
        "initial": {**dict.fromkeys(("kernel", "recurrent_kernel"), "glorot_uniform_by_gate"), "bias": "zeros"}
    }
    gates = 1

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """All numbers of a kernel have one limit."""
        if name.startswith("bias"):
            return np.zeros(shape)
        return self.evenly(shape, (6 / (self.gates * layer.hidden_size + shape[1])) ** 0.5)


class GlorotOfAllGates(LikeNnabla):
    """Counts the outputs of all gates."""

    gates = 4


class LikeHaiku(FanOfBoth):
    """Begins as haiku does, whose kernel is a joint one."""

    name = "test_fresh_weights.LikeHaiku"
    claims = ("fresh", "no_bias")  # a projection of a kernel that is not its own would be another part
    contract: Any = {  # noqa: RUF012
        "initial": {
            **dict.fromkeys(("kernel", "recurrent_kernel"), "joint_fan_in_truncated_normal"),
            "bias": "zeros",
        }
    }


class FanOfEach(LikeHaiku):
    """Counts the inputs of each kernel."""

    deviation = Normally.deviation


class LikeLinen(Corrected):
    """Begins as flax does: with an orthogonal matrix for each gate."""

    name = "test_fresh_weights.LikeLinen"
    contract: Any = {  # noqa: RUF012
        "initial": {"kernel": "lecun_normal", "recurrent_kernel": "orthogonal_by_gate", "bias": "zeros"}
    }

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """The recurrent kernel is decomposed."""
        return self.orthogonal(shape) if name.startswith("weight_hh") else super().drawn(name, shape, layer)

    def orthogonal(self, shape: tuple[int, ...]) -> Array:
        """Four matrices, one below the other."""
        return np.concatenate([self.decomposed((shape[0] // 4, shape[1])) for _ in range(4)])

    def decomposed(self, shape: tuple[int, ...]) -> Array:
        """The orthogonal part of a matrix that is not wide."""
        return np.asarray(np.linalg.qr(self.stream.standard_normal(shape))[0])


class NotCorrected(LikeLinen):
    """Does not make up for the cut."""

    deviation = Normally.deviation


class JointlyOrthogonal(LikeLinen):
    """Makes the blocks of all gates together orthogonal."""

    orthogonal = LikeLinen.decomposed


class JointlyOrthogonalAsWide(LikeLinen):
    """Makes the blocks of all gates together orthogonal, and each as large as if it were."""

    def orthogonal(self, shape: tuple[int, ...]) -> Array:
        """Vectors of length 2, so that those of a gate have length 1, more or less."""
        return 2 * self.decomposed(shape)


class OneGateNotOrthogonal(LikeLinen):
    """Draws one of its gates as the kernel."""

    def orthogonal(self, shape: tuple[int, ...]) -> Array:
        """The forget gate is another one."""
        found = super().orthogonal(shape)
        found[shape[0] // 4 : shape[0] // 2] = self.normally((shape[0] // 4, shape[1]), shape[1] ** -0.5)
        return found


class ForgetBiasThere(LikeLinen):
    """Begins with the 1 of the forget gate, of which nobody speaks."""

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """The second block."""
        found = super().drawn(name, shape, layer)
        return found if name.startswith("weight") else np.repeat([0.0, 1.0, 0.0, 0.0], shape[0] // 4)


CAUGHT_BY: dict[type[Adapter], set[str]] = {
    TwiceTooWide: {"24.1"},
    HalfAsWide: {"24.1"},
    BiasesOfAnotherWidth: {"24.1"},
    WidthByOutput: {"24.1"},
    NormalOfTheSameVariance: {"24.1"},
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
    NotCut: {"24.1"},
    CutAtOne: {"24.1"},
    CutByClipping: {"24.1"},
    NormalTwiceTooWide: {"24.1"},
    FanOut: {"24.1"},
    FanOfBoth: {"24.1"},
    Corrected: {"24.1"},
    FanOfEach: {"24.1"},
    CutAtTwo: {"24.1"},
    UncutTwiceTooWide: {"24.1"},
    GlorotOfAllGates: {"24.1"},
    NotCorrected: {"24.1"},
    JointlyOrthogonal: {"24.1"},
    JointlyOrthogonalAsWide: {"24.1"},
    OneGateNotOrthogonal: {"24.1"},
    ForgetBiasThere: {"24.1"},
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


@pytest.mark.parametrize("adapter", [LikeTorch, LikeKeras, Normally, LikeHaiku, LikeLinen, LikeChainer, LikeNnabla])
def test_right_ones_pass(adapter: type[Adapter]) -> None:
    """All rules, in all configurations."""
    assert failing(adapter) == set()


@pytest.mark.parametrize(
    ("adapter", "options"),
    [
        (LikeTorch, {"num_layers": 2, "bidirectional": True, "proj_size": 5}),
        (LikeKeras, {"dtype": "float64"}),
        (Normally, {}),
        (LikeHaiku, {}),
        (LikeLinen, {"bidirectional": True}),
        (LikeChainer, {}),
        (LikeNnabla, {}),
    ],
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
        assert uneven(np.linspace(-LIMIT, LIMIT, COUNT), EVEN, ROUNDOFF) is None

    @pytest.mark.parametrize(
        ("numbers", "words"),
        [
            (np.linspace(-LIMIT, LIMIT * (1 + 2**-20), COUNT), "documented is a limit"),
            (np.full(COUNT, np.nan), "is nan, documented"),
            (np.linspace(-LIMIT, LIMIT, COUNT) * 0.97, "lets one expect more"),
            (LIMIT * np.linspace(-1, 1, COUNT) ** 3, "shares below a place"),
            (np.zeros(COUNT), "lets one expect more"),
            (np.append(np.linspace(-LIMIT, LIMIT, COUNT), [0.125] * 6), "6 of 1542 are ±0.125"),
        ],
        ids=["beyond", "NaN", "narrow", "uneven", "zeros", "alike"],
    )
    def test_what_chance_does_not_do_is_told(self, numbers: Array, words: str) -> None:
        """In a sentence with figures."""
        assert words in str(uneven(numbers, EVEN, ROUNDOFF))

    def test_the_distribution_function_is_that_of_the_numbers(self) -> None:
        """The deviation of a cut distribution is what is left of it, by its own shares."""
        sizes = np.linspace(0, 2, 2**12 + 1)
        shares = np.diff(Normal(1.0, 2.0).within(sizes))

        assert shares.sum() == pytest.approx(1)
        assert (shares * ((sizes[1:] + sizes[:-1]) / 2) ** 2).sum() == pytest.approx(LEFT**2, rel=1e-6)

    def test_a_normal_number_may_lie_far_out(self) -> None:
        """Not too far."""
        numbers = LIMIT * np.random.RandomState(5).standard_normal(COUNT)
        few, beyond = (np.append(numbers, LIMIT * size) for size in (7, 9))

        assert uneven(numbers, BELL, ROUNDOFF) is uneven(few, BELL, ROUNDOFF) is None
        assert "documented is a limit" in str(uneven(beyond, BELL, ROUNDOFF))
        assert "lets one expect more" in str(uneven(np.clip(numbers, -2 * LIMIT, 2 * LIMIT), BELL, ROUNDOFF))

    def test_few_numbers_may_lie_anywhere(self) -> None:
        """Nothing can be told of one."""
        assert uneven(np.array([LIMIT / 100]), EVEN, ROUNDOFF) is None

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


class FirstBiasZero(LikeTorch):
    """Has one bias too many, and draws the other."""

    claims = ("fresh",)

    def drawn(self, name: str, shape: tuple[int, ...], layer: Any) -> Array:
        """All but the first bias."""
        return np.zeros(shape) if name.startswith("bias_ih") else super().drawn(name, shape, layer)


class TestContracts:
    """What is promised is asked."""

    def test_of_other_parts_nothing_is_asked(self) -> None:
        """A class of somebody's own promises what it likes."""
        assert failing(type("Plain", (OwnPromise,), {"claims": (*ReferenceKerasLSTM.claims, "fresh")})) == set()

    def test_a_promise_of_ones_own_is_held_to(self) -> None:
        """It is a promise."""
        broken = type("Broken", (OwnPromise,), {"unit_forget": LikeKeras.zeros, "claims": ("fresh",)})

        assert failing(broken) == {"24.1"}

    def test_each_of_two_biases_may_have_a_promise_of_its_own(self) -> None:
        """It goes before what is said of both."""
        promised = {"bias": "hidden_uniform", "bias_0": "zeros"}
        kinds = [
            type("Kept", (FirstBiasZero,), {"contract": {"initial": words}})
            for words in (promised, {"bias_1": "zeros"})
        ]

        assert [failing(kind) for kind in kinds] == [set(), {"24.1"}]

    def test_what_a_constructor_is_given_goes_before_every_promise(self) -> None:
        """Of one bias as of both."""
        assert failing(type("Kept", (LikeKeras,), {"contract": {"initial": {"bias_0": "unit_forget"}}})) == set()

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
