"""Gradients of a Keras layer, by what its backend has for them; the backend is imported already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lstm_conformance.suites.library.taking import loaded

Call = Callable[..., Sequence[Any]]
"""From x and the states, if there are any, to all outputs."""

Found = tuple[Sequence[Any], Sequence[Any]]
"""The outputs, and the gradients by x, by every state and by every variable, in this order."""


def on_tensorflow(call: Call, given: Sequence[Any], variables: Sequence[Any], due: Sequence[Any]) -> Found:
    """By a tape, which watches variables by itself unless they are not trained."""
    tf = loaded("tensorflow")
    held = [v if isinstance(v, tf.Variable) else v.value for v in variables]  # of Keras 2, or of Keras 3
    with tf.GradientTape() as tape:
        for source in (*given, *held):
            tape.watch(source)
        outputs = call(*given)
    cotangents = [tf.cast(a, output.dtype) for a, output in zip(due, outputs, strict=True)]
    return outputs, tape.gradient(outputs, [*given, *held], cotangents, unconnected_gradients="zero")


def on_torch(call: Call, given: Sequence[Any], variables: Sequence[Any], due: Sequence[Any]) -> Found:
    """By what the outputs have recorded; one that records nothing depends on nothing."""
    torch = loaded("torch")
    sources = [*(a.requires_grad_() for a in given), *(v.value for v in variables)]
    outputs = call(*given)
    pairs = [(a, torch.as_tensor(w).to(a.dtype)) for a, w in zip(outputs, due, strict=True) if a.requires_grad]
    if not pairs:
        return outputs, [torch.zeros_like(source) for source in sources]
    recorded, cotangents = zip(*pairs, strict=True)
    by = [source for source in sources if source.requires_grad]
    gradients = iter(torch.autograd.grad(recorded, by, cotangents, allow_unused=True, materialize_grads=True))
    return outputs, [next(gradients) if source.requires_grad else torch.zeros_like(source) for source in sources]


def on_jax(call: Call, given: Sequence[Any], variables: Sequence[Any], due: Sequence[Any]) -> Found:
    """By the transposed function, whose arguments take the place of the variables."""
    jax, keras = loaded("jax"), loaded("keras")

    def function(values: Sequence[Any], arguments: Sequence[Any]) -> Sequence[Any]:
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return tuple(call(*arguments))

    outputs, transposed = jax.vjp(function, [v.value for v in variables], list(given))
    cotangents = tuple(jax.numpy.asarray(a, output.dtype) for a, output in zip(due, outputs, strict=True))
    by_variables, by_given = transposed(cotangents)
    return outputs, [*by_given, *by_variables]


BY_BACKEND: Mapping[str, Callable[[Call, Sequence[Any], Sequence[Any], Sequence[Any]], Found]] = {
    "tensorflow": on_tensorflow,
    "torch": on_torch,
    "jax": on_jax,
}
"""By the name of the backend; others have no gradients here."""
