"""Gradient checkers of frameworks, at their own tolerances, on the wrong ways back: `make compare-gradients`.

Each is given layers whose way there is right, as functions with a gradient of their own, in float64.

    python -m lstm_conformance.suites.meta.gradient_checkers

prints which wrong ways back each of them notices. Sources:
https://docs.pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html,
https://docs.jax.dev/en/latest/_autosummary/jax.test_util.check_grads.html,
https://www.tensorflow.org/api_docs/python/tf/test/compute_gradient
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstm_conformance.reference.cell import Cell, cell_of
from lstm_conformance.reference.lstm import Outputs, within_lengths
from lstm_conformance.reference.mutants.base import LSTM, LSTMWithGradients
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.meta.differentiable import LIMITED, WRONG, Example
from lstm_conformance.suites.meta.numbers import drawn

TOLERANCE_OF_TENSORFLOW = 1e-4
"""`compute_gradient` has none: its manual compares the largest error with this."""


class Function(NamedTuple):
    """A layer as a function of a list of arrays, and its way back."""

    example: Example
    backward: LSTMWithGradients
    cell: Cell

    @property
    def numbers(self) -> list[Array]:
        """Where it is checked."""
        return [a.astype(np.float64) for a in self.example.arrays()]

    def outputs(self, *numbers: Array) -> list[Array]:
        """y, h_n and c_n."""
        right = LSTM(self.example.layer, self.cell)
        return list(self.example.holding([np.asarray(a) for a in numbers]).outputs(right))

    def pulled_back(self, numbers: Sequence[Array], given: Sequence[Array]) -> list[Array]:
        """The gradients by all numbers, from those of the outputs."""
        moved = self.example.holding([np.asarray(a) for a in numbers])
        return moved.gradients(self.backward, Outputs(*(np.asarray(a) for a in given)))


def gradcheck(function: Function) -> bool:
    """Whether torch's is content: every element of the Jacobian, eps 1e-6, atol 1e-5, rtol 1e-3."""
    torch: Any = importlib.import_module("torch")

    class Layer(torch.autograd.Function):  # type: ignore[misc]
        """What is checked."""

        @staticmethod
        def forward(context: Any, *numbers: Any) -> Any:
            """Run it."""
            context.save_for_backward(*numbers)
            return tuple(torch.tensor(a) for a in function.outputs(*(a.detach().numpy() for a in numbers)))

        @staticmethod
        def backward(context: Any, *given: Any) -> Any:
            """Run it backwards."""
            numbers = [a.detach().numpy() for a in context.saved_tensors]
            return tuple(torch.tensor(a.copy()) for a in function.pulled_back(numbers, [a.numpy() for a in given]))

    numbers = [torch.tensor(a, requires_grad=True) for a in function.numbers]
    return bool(torch.autograd.gradcheck(Layer.apply, numbers, raise_exception=False))


def check_grads(function: Function) -> bool:
    """Whether JAX's is content: one direction that is drawn, at the tolerance that it has for float64."""
    jax: Any = importlib.import_module("jax")
    check: Any = importlib.import_module("jax.test_util").check_grads
    jax.config.update("jax_enable_x64", True)
    numbers = function.numbers
    shapes = [[jax.ShapeDtypeStruct(a.shape, a.dtype) for a in each] for each in (function.outputs(*numbers), numbers)]

    @jax.custom_vjp  # type: ignore[untyped-decorator]
    def layer(*given: Any) -> Any:
        return jax.pure_callback(function.outputs, shapes[0], *given)

    def back(numbers: Any, given: Any) -> Any:
        return tuple(jax.pure_callback(function.pulled_back, shapes[1], numbers, given))

    layer.defvjp(lambda *given: (layer(*given), given), back)
    try:
        check(layer, numbers, order=1, modes=("rev",))
    except AssertionError:
        return False
    return True


def compute_gradient(function: Function) -> bool:
    """Whether TensorFlow's Jacobians differ by less than what its manual compares with."""
    tf: Any = importlib.import_module("tensorflow")
    doubles = [tf.float64] * len(function.numbers)

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def layer(*numbers: Any) -> Any:
        def back(*given: Any) -> Any:
            count = len(given)
            return tf.numpy_function(
                lambda *both: function.pulled_back(both[count:], both[:count]), [*given, *numbers], doubles
            )

        return tuple(tf.numpy_function(function.outputs, numbers, doubles[:3])), back

    def flat(*numbers: Any) -> Any:
        return tf.concat([tf.reshape(a, [-1]) for a in layer(*numbers)], 0)

    numbers = [tf.constant(a) for a in function.numbers]
    pairs = zip(*tf.test.compute_gradient(flat, numbers), strict=True)
    return bool(max(float(np.abs(a - b).max(initial=0)) for a, b in pairs) < TOLERANCE_OF_TENSORFLOW)


CHECKERS: Mapping[str, Callable[[Function], bool]] = {
    "torch.autograd.gradcheck": gradcheck,
    "jax.test_util.check_grads": check_grads,
    "tf.test.compute_gradient": compute_gradient,
}
"""By name: whether they are content with a function."""

ROWS = within_lengths(3, np.array([3, 1]))
STREWN = np.array([[0, 1], [1, 0], [1, 1]], np.bool_)
PEEPED = LIMITED.with_peepholes(drawn(3, 2, 2, 3, proj_size=2))

OF_ZEROS = ("zero_states", "zero_cell_state", "zero_blocks", "first_bias_only")

LAYERS: tuple[tuple[Example, Cell], ...] = (
    *(
        (example, cell_of(example.layer))
        for example in (
            Example.of(drawn(3, 2, 2, 3)),
            Example.of(drawn(3, 2, 2, 3), ROWS),
            Example.of(drawn(3, 2, 2, 3, bidirectional=True), STREWN),
            Example.of(drawn(3, 2, 3, 2, num_layers=2, proj_size=2)),
            Example.of(drawn(9, 2, 1, 2)),
            *(Example.of(drawn(3, 2, 2, 3, regime=regime)) for regime in OF_ZEROS),
            Example.of(drawn(3, 2, 2, 3, activation="relu")),
            Example.of(drawn(3, 2, 2, 3, num_layers=2, dropout=0.5)),
            Example.of(drawn(3, 2, 2, 3, go_backwards=True), STREWN),
        )
    ),
    (Example.of(PEEPED), LIMITED.cell()),
)
"""What every checker is given: one of each kind in which a wrong way back shows to some loss."""

SEEN = {
    name: wrong for name, wrong in WRONG.items() if wrong.left_by_the_way_back is LSTMWithGradients.left_by_the_way_back
}
"""The wrong ways back whose gradients are wrong; others change what they were given, at which no checker looks."""


def content_with_right_ones(content: Callable[[Function], bool]) -> list[tuple[Example, Cell]]:
    """The layers whose right gradients a checker takes for right; near a kink of a limit, differences are none."""
    return [each for each in LAYERS if content(_function(LSTMWithGradients, *each))]


def missed_by(content: Callable[[Function], bool], layers: Sequence[tuple[Example, Cell]]) -> list[str]:
    """The names of the wrong ways back with which a checker is content in all of these layers."""
    return [name for name, wrong in SEEN.items() if all(content(_function(wrong, *each)) for each in layers)]


def _function(kind: type[LSTMWithGradients], example: Example, cell: Cell) -> Function:
    return Function(example, kind(example.layer, cell), cell)


def main() -> None:
    """Print a table of Markdown, and what each of them misses."""
    found = {name: content_with_right_ones(content) for name, content in CHECKERS.items()}
    missed = {name: missed_by(CHECKERS[name], layers) for name, layers in found.items()}
    print("| checker | wrong ways back noticed | alarms on right ones |\n| --- | --- | --- |")
    for name, names in missed.items():
        alarms = len(LAYERS) - len(found[name])
        print(f"| {name} | {len(SEEN) - len(names)} of {len(SEEN)} | {alarms} of {len(LAYERS)} |")
    for name, names in missed.items():
        print(f"\n{name} misses {', '.join(names) or 'none'}.")


if __name__ == "__main__":
    main()
