"""Chapter 25: who penalizes as documented passes, and who does otherwise is caught, each by the rule about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.penalties import ACTIVITY, CONSTRAINTS, PENALIZED, REGULARIZERS, requirements_of
from lstm_conformance.fixtures.cases.selected.penalties import penalized
from lstm_conformance.fixtures.hosting.answers import understood
from lstm_conformance.fixtures.hosting.client import AdapterError, BadAnswer, InProcess
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, Built
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.penalties import Factors, projected, slopes
from lstm_conformance.reference.rounded import Rounded, budget, exactly
from lstm_conformance.suites import test_25_penalties
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.rules import Check
from lstm_conformance.suites.meta import asking
from lstm_conformance.suites.meta.judging import subject_of

CHECKS: list[Check] = [test.check for name, test in vars(test_25_penalties).items() if name.startswith("test_")]

Array = NDArray[Any]
Numbers = Mapping[str, float]

RIGHT: Any = ADAPTERS["slopes_from_the_gates"]


class Penalized(RIGHT):  # type: ignore[misc]
    """A right LSTM in Keras' layout that can be trained, and penalizes and constrains as Keras does."""

    name = "test_penalties.Penalized"
    layout = "keras"
    claims = (
        *("layers", "bidirectional", "initial_state", "return_state", "training", "gradients", "optimizer"),
        *("regularizers", "activity_regularizer", "constraints", "config", "keras_file"),
    )
    fuzz = 1e-7
    #: The cases that it is asked for.
    numbers: ClassVar[tuple[int, ...]] = (0,)

    def build(self, layer: Any, dtype: str, path: str) -> Built:
        """Keep what is said of weights and outputs."""
        built: Built = super().build(layer, dtype, path)
        kept: Any = built.lstm
        kept.regularizers, kept.constraints = getattr(layer, "regularizers", {}), getattr(layer, "constraints", {})
        return built

    def round_tripped(self, built: Any, round_trip: str) -> Built:
        """Hand on what is said."""
        copy: Any = super().round_tripped(built, round_trip)
        copy.lstm.regularizers, copy.lstm.constraints = built.lstm.regularizers, built.lstm.constraints
        result: Built = copy
        return result

    def call_masked(self, built: Any, x: Array, states: Any, valid: Any) -> list[Array]:
        """Keep the outputs of the last call."""
        outputs: list[Array] = super().call_masked(built, x, states, valid)
        built.lstm.last = outputs[0].copy()
        return outputs

    def penalties(self, built: Any) -> list[Any]:
        """Of every weight, and of the outputs."""
        found = [self.penalty(self.penalized(name, a), self.factors(built, name)) for name, a in built.weights.items()]
        y = built.lstm.last
        return [*found, self.penalty(y, built.lstm.regularizers.get(ACTIVITY, {})) / y.dtype.type(self.rows(y))]

    def descended(
        self, built: Any, x: Array, states: Any, cotangents: list[Array], rate: float, valid: Any = None
    ) -> list[Array]:
        """Step down the loss and the penalties, and only then keep to the constraints."""
        y = self.call(built, x, states)[0]
        due = [cotangents[0] + self.slope(y, built.lstm.regularizers.get(ACTIVITY, {})) / y.dtype.type(self.rows(y))]
        outputs, by = self.gradients(built, x, states, due, valid)
        for name, a in built.weights.items():
            pull = by[f"weights/{name}"] + self.pulled(name, self.slope(a, self.factors(built, name)))
            a[...] = self.constrained(built, name, a, (rate * pull).astype(a.dtype))
        given: list[Array] = outputs
        return given

    def factors(self, built: Any, name: str) -> Numbers:
        """What is said of a weight."""
        said: Numbers = built.lstm.regularizers.get(part(name), {})
        return said

    def penalized(self, name: str, a: Array) -> Array:
        """The numbers that count."""
        del name
        return a

    def penalty(self, a: Array, factors: Numbers) -> Any:
        """Sizes and squares."""
        cast = a.dtype.type
        return cast(factors.get("l1", 0)) * np.abs(a).sum() + cast(factors.get("l2", 0)) * np.square(a).sum()

    def slope(self, a: Array, factors: Numbers) -> Array:
        """Signs and numbers."""
        cast = a.dtype.type
        return np.asarray(cast(factors.get("l1", 0)) * np.sign(a) + cast(2 * factors.get("l2", 0)) * a)

    def pulled(self, name: str, slope: Array) -> Array:
        """The slope of what counts."""
        del name
        return slope

    def rows(self, y: Array) -> int:
        """By how much the penalty of outputs is divided."""
        return len(y)

    def constrained(self, built: Any, name: str, a: Array, step: Array) -> Array:
        """What becomes of a weight."""
        return self.kept(a - step, built.lstm.constraints.get(part(name)))

    def kept(self, a: Array, constraint: Mapping[str, Any] | None) -> Array:
        """What a constraint makes of it."""
        if constraint is None:
            return a
        if constraint["name"] == "NonNeg":
            return np.maximum(a, 0)
        norm = np.sqrt(np.square(a).sum(constraint["axis"], keepdims=True))
        low, high, rate = self.limits(constraint)
        desired = rate * np.clip(norm, low, high) + (1 - rate) * norm
        return np.asarray(a * (desired / (a.dtype.type(self.fuzz) + norm)), a.dtype)

    def limits(self, constraint: Mapping[str, Any]) -> tuple[float, float, float]:
        """The least norm, the largest, and the rate."""
        if constraint["name"] == "UnitNorm":
            return 1.0, 1.0, 1.0
        return constraint.get("min_value", 0.0), constraint["max_value"], constraint.get("rate", 1.0)


class WithoutFuzz(Penalized):
    """Divides by the norm itself."""

    fuzz = 0.0


class OfAnotherWeight(Penalized):
    """Exchanges the factors of both kernels."""

    def factors(self, built: Any, name: str) -> Numbers:
        """The other one."""
        return super().factors(
            built, {"kernel": "recurrent_kernel", "recurrent_kernel": "kernel"}.get(part(name), name)
        )


class Halved(Penalized):
    """Takes half of every square, as weight decay is written elsewhere."""

    def penalty(self, a: Array, factors: Numbers) -> Any:
        """Half a factor."""
        return super().penalty(a, {**factors, "l2": factors.get("l2", 0) / 2})

    def slope(self, a: Array, factors: Numbers) -> Array:
        """And half a slope."""
        return super().slope(a, {**factors, "l2": factors.get("l2", 0) / 2})


class HalvedInTheLoss(Penalized):
    """Takes half of every square, where it is told."""

    penalty = Halved.penalty


class BiasForgotten(Penalized):
    """Penalizes matrices alone."""

    def factors(self, built: Any, name: str) -> Numbers:
        """None for a bias."""
        return {} if part(name) == "bias" else super().factors(built, name)


class OneGateAlone(Penalized):
    """Penalizes of the recurrent kernel the input gate alone."""

    def penalized(self, name: str, a: Array) -> Array:
        """The first quarter."""
        return a[:, : a.shape[1] // 4] if part(name) == "recurrent_kernel" else a

    def pulled(self, name: str, slope: Array) -> Array:
        """And its slope."""
        first = np.arange(slope.shape[-1]) < slope.shape[-1] // 4
        return np.where(first, slope, 0) if part(name) == "recurrent_kernel" else slope


class NotInTheLoss(Penalized):
    """Keeps its factors, goes down the penalties, and tells nobody."""

    def penalties(self, built: Any) -> list[Any]:
        """Nothing."""
        del built
        return []


class NotInTheGradient(Penalized):
    """Tells its penalties, and goes down the loss alone."""

    def slope(self, a: Array, factors: Numbers) -> Array:
        """None."""
        del factors
        return np.zeros_like(a)


class ActivityNotDivided(Penalized):
    """Adds up the outputs of all rows."""

    def rows(self, y: Array) -> int:
        """One."""
        del y
        return 1


class ActivityDividedBySteps(Penalized):
    """Takes the axis of time for that of rows."""

    def rows(self, y: Array) -> int:
        """The second axis."""
        return int(y.shape[1])


class AddedUp(Penalized):
    """Adds what a call costs to what those before did."""

    def penalties(self, built: Any) -> list[Any]:
        """All of them."""
        built.lstm.told = [*getattr(built.lstm, "all_told", []), *super().penalties(built)]
        built.lstm.all_told = built.lstm.told
        return list(built.lstm.told)


class OfTheFirstCall(Penalized):
    """Keeps what it told once, whatever its weights are now."""

    numbers = (0, 1)

    def penalties(self, built: Any) -> list[Any]:
        """What was told of the first case."""
        built.lstm.first = getattr(built.lstm, "first", None) or super().penalties(built)
        return list(built.lstm.first)


class InTrainingAlone(Penalized):
    """Costs nothing in evaluation."""

    def penalties(self, built: Any) -> list[Any]:
        """None, unless it is trained."""
        return super().penalties(built) if built.lstm.training else []


class BackwardForgotten(Penalized):
    """Penalizes one direction."""

    def factors(self, built: Any, name: str) -> Numbers:
        """None for the other."""
        return {} if name.startswith("backward/") else super().factors(built, name)


class LostOnTheWay(Penalized):
    """Is saved without its regularizers and constraints."""

    def round_tripped(self, built: Any, round_trip: str) -> Built:
        """Nothing is said any more."""
        copy: Any = super().round_tripped(built, round_trip)
        copy.lstm.regularizers, copy.lstm.constraints = {}, {}
        result: Built = copy
        return result


class OffByLittle(Penalized):
    """Has factors that are a hundred-thousandth too large."""

    def factors(self, built: Any, name: str) -> Numbers:
        """More of each."""
        return {word: factor * (1 + 1e-5) for word, factor in super().factors(built, name).items()}


class ConstrainedBefore(Penalized):
    """Lets a weight keep to its constraint, and then moves it."""

    def constrained(self, built: Any, name: str, a: Array, step: Array) -> Array:
        """In the other order."""
        return self.kept(a, built.lstm.constraints.get(part(name))) - step


class RecurrentForgotten(Penalized):
    """Does not constrain the recurrent kernel."""

    def constrained(self, built: Any, name: str, a: Array, step: Array) -> Array:
        """Move it."""
        return a - step if part(name) == "recurrent_kernel" else super().constrained(built, name, a, step)


class AlongTheOtherAxis(Penalized):
    """Takes rows for columns."""

    def kept(self, a: Array, constraint: Mapping[str, Any] | None) -> Array:
        """Of a matrix."""
        turned = constraint is not None and "axis" in constraint and a.ndim > 1
        return super().kept(a, {**constraint, "axis": 1 - constraint["axis"]} if turned and constraint else constraint)


class EveryGateAlone(Penalized):
    """Constrains the units of every gate by themselves."""

    def kept(self, a: Array, constraint: Mapping[str, Any] | None) -> Array:
        """Four parts."""
        return np.concatenate([Penalized.kept(self, gate, constraint) for gate in np.split(a, 4, -1)], -1)


class AlwaysAtTheLimit(Penalized):
    """Makes short weights longer, too."""

    def limits(self, constraint: Mapping[str, Any]) -> tuple[float, float, float]:
        """The largest is the least."""
        _, high, rate = super().limits(constraint)
        return high, high, rate


class RateIgnored(Penalized):
    """Goes all of the way to a norm at once."""

    def limits(self, constraint: Mapping[str, Any]) -> tuple[float, float, float]:
        """At once."""
        low, high, _ = super().limits(constraint)
        return low, high, 1.0


class SizesForNegatives(Penalized):
    """Turns negative weights round."""

    def kept(self, a: Array, constraint: Mapping[str, Any] | None) -> Array:
        """Their sizes."""
        return np.asarray(np.abs(a)) if (constraint or {}).get("name") == "NonNeg" else super().kept(a, constraint)


class NormsOffByLittle(Penalized):
    """Has norms that are a hundred-thousandth too large."""

    def kept(self, a: Array, constraint: Mapping[str, Any] | None) -> Array:
        """Longer."""
        return np.asarray(super().kept(a, constraint) * a.dtype.type(1 if constraint is None else 1 + 1e-5))


CAUGHT_BY: Mapping[type[Penalized], set[str]] = {
    OfAnotherWeight: {"25.1", "25.2", "25.3"},
    Halved: {"25.1", "25.2", "25.3"},
    HalvedInTheLoss: {"25.1"},
    BiasForgotten: {"25.1", "25.2", "25.3"},
    OneGateAlone: {"25.1", "25.2", "25.3"},
    NotInTheLoss: {"25.1"},
    NotInTheGradient: {"25.2", "25.3"},
    ActivityNotDivided: {"25.1", "25.2"},
    ActivityDividedBySteps: {"25.1", "25.2"},
    AddedUp: {"25.1"},
    OfTheFirstCall: {"25.1"},
    InTrainingAlone: {"25.1"},
    BackwardForgotten: {"25.1", "25.2"},
    LostOnTheWay: {"25.1", "25.3"},
    OffByLittle: {"25.1", "25.2", "25.3"},
    ConstrainedBefore: {"25.3"},
    RecurrentForgotten: {"25.3"},
    AlongTheOtherAxis: {"25.3"},
    EveryGateAlone: {"25.3"},
    AlwaysAtTheLimit: {"25.3"},
    RateIgnored: {"25.3"},
    SizesForNegatives: {"25.3"},
    NormsOffByLittle: {"25.3"},
}
"""The rules that fail of each that does otherwise, and no others."""


def part(name: str) -> str:
    """The part of a cell that a weight is."""
    return name.rpartition("/")[2]


def failing(adapter: type[Adapter], numbers: tuple[int, ...]) -> set[str]:
    """The rules that fail in the configurations that the adapter claims."""
    subject = subject_of(adapter)
    return {
        check.rule
        for check in CHECKS
        for configuration in penalized()
        if subject.hello.on("eager").runs(configuration) and check.where(configuration)
        for outcome in judge(check, subject, draw(configuration, numbers, biases=subject.layout.biases), brief=True)
        if outcome.verdict != "pass" or (outcome.budget or 0) > 0.8  # with room to spare
    }


@pytest.mark.parametrize("adapter", [Penalized, WithoutFuzz])
def test_right_ones_pass(adapter: type[Penalized]) -> None:
    """All rules, in all configurations, of other numbers, too."""
    assert failing(adapter, tuple(range(8))) == set()


@pytest.mark.parametrize(("adapter", "rules"), CAUGHT_BY.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_wrong_ones_are_caught(adapter: type[Penalized], rules: set[str]) -> None:
    """By the rule that is about it."""
    assert failing(adapter, adapter.numbers) == rules


def test_everything_is_asked() -> None:
    """Every word, told and in a step; no factor stands for another of the same word."""
    told, stepped = ({c.penalized for c in penalized() if c.optimized is step} for step in (False, True))

    assert told | stepped == set(PENALIZED)
    assert set(CONSTRAINTS) <= stepped
    for word, parts in REGULARIZERS.items():
        factors = [factor for of_part in parts.values() for factor in of_part.items()]
        assert word == "l1_l2" or len(set(factors)) == len(factors)


@pytest.mark.parametrize(
    ("word", "required"),
    [
        ("", ()),
        ("nothing", ("regularizers",)),
        ("activity", ("activity_regularizer",)),
        ("everything", ("regularizers", "activity_regularizer")),
        ("max_norm", ("constraints",)),
        ("l2_and_norms", ("regularizers", "constraints")),
    ],
)
def test_what_is_penalized_is_what_must_be_claimed(word: str, required: tuple[str, ...]) -> None:
    """And nothing else."""
    assert requirements_of(word) == required


class TestReference:
    """What rounding alone may do."""

    arithmetic: ClassVar = arithmetic_of("float32").of_gradients

    def test_the_sign_of_what_may_be_zero_is_in_doubt(self) -> None:
        """Of a number that is known, it is not."""
        near = Rounded(np.array([1e-9, 1.0]), np.array([1e-8, 1e-8]), np.zeros(2), self.arithmetic)

        assert slopes(near, Factors(l1=1.0))[0].bound.round(3).tolist() == [2.0, 0.0]
        assert (slopes(exactly(np.array([0.0, -1.0]), self.arithmetic), Factors(l1=1.0))[0].bound < 1e-6).all()

    @pytest.mark.parametrize(("norm", "within"), [(1.0, True), (1 / (1 + 1e-7), True), (1 + 1e-5, False)])
    def test_a_norm_has_fuzz_or_none(self, norm: float, within: bool) -> None:
        """And nothing else."""
        weights = np.random.RandomState(1).standard_normal((1, 8, 5))
        unit = weights / np.sqrt(np.square(weights).sum(-1, keepdims=True))
        seen = unit * norm
        due = projected(exactly(weights, self.arithmetic), {"name": "UnitNorm", "axis": 0}, seen)

        assert bool((budget(seen, due) <= 1).all()) is within


class TestHost:
    """What the host asks, and what is answered."""

    def test_a_claim_needs_its_method(self) -> None:
        """It is missed before anything is asked."""
        lacking = type("Lacking", (RIGHT,), {"claims": ("regularizers",)})

        with InProcess(lacking) as implementation, pytest.raises(AdapterError, match="has no method `penalties`"):
            implementation.hello()

    @pytest.mark.parametrize(
        ("returned", "sentence"),
        [
            (7.0, "must return a list of numbers, came float"),
            ([np.zeros(3)], "must return a list of numbers, came tensors of"),
        ],
        ids=["a number", "a vector"],
    )
    def test_penalties_are_numbers_in_a_list(self, returned: object, sentence: str) -> None:
        """Anything else is refused."""
        adapter = type("Other", (RIGHT,), {"penalties": lambda *_: returned})
        fields = {**asking.layer(), "cases": asking.CASES, "observe": ["penalties"]}

        with InProcess(adapter) as implementation, pytest.raises(AdapterError, match=sentence):
            implementation.request("run", fields, asking.batch(), 1.0)

    @pytest.mark.parametrize(
        "shapes", [{}, {"penalty/0": (2, 3)}, {"penalty/0": (2, 3), "penalty/1": (2,)}], ids=["none", "one", "flat"]
    )
    def test_of_every_call_there_must_be_an_answer(self, shapes: dict[str, tuple[int, ...]]) -> None:
        """In two axes."""
        arrays = {"output/0": np.zeros((2, 1)), "again/0": np.zeros((2, 1))}
        arrays |= {name: np.zeros(shape) for name, shape in shapes.items()}

        with pytest.raises(BadAnswer, match="expected the arrays penalty/0, penalty/1 of two axes"):
            understood("mine", "run", {"cases": 2, "observe": ["again", "penalties"]}, {}, ({}, arrays))
