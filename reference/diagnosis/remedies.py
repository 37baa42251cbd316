"""What to change in the layer that gave the outputs, in the words of the framework whose weights were read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from lstm_conformance.reference.diagnosis.hypotheses import single
from lstm_conformance.reference.weights import GATES


class Words(NamedTuple):
    """What a framework calls its arrays, the two biases separately."""

    kernel: str
    recurrent_kernel: str
    input_bias: str
    recurrent_bias: str


WORDS: Mapping[str, Words] = {
    "torch": Words("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
    "keras": Words("kernel", "recurrent_kernel", "bias", "bias"),
    "onnx": Words("W", "R", "the first half of B", "the second half of B"),
    "tf1": Words("the rows of kernel that read x", "the rows of kernel that read h", "bias", "bias"),
    "tf1.coupled": Words("the rows of W_0 that read x", "the rows of W_0 that read h", "B", "B"),
    "gates": Words("W_*", "U_*", "b_*", "b_*"),
}
"""By the name of the layout."""

IN_ANY = Words("the input weights", "the recurrent weights", "the input bias", "the recurrent bias")
"""In a layout whose arrays have no such names here."""


def _both(w: Words) -> str:
    return f"transpose {w.kernel} and {w.recurrent_kernel} (.T), do not reshape them"


REMEDIES: Mapping[str, Callable[[Words], str]] = {
    "recurrent_bias_missing": lambda w: f"load {w.recurrent_bias} too: where there is one bias, add both biases",
    "input_bias_missing": lambda w: f"load {w.input_bias} too: where there is one bias, add both biases",
    "biases_missing": lambda w: f"load {w.input_bias} and {w.recurrent_bias}: where there is one bias, their sum",
    "recurrent_bias_doubled": lambda w: f"load {w.recurrent_bias} once",
    "input_bias_twice": lambda w: f"load {w.input_bias} once, and {w.recurrent_bias} in the other place",
    "biases_doubled": lambda _: "load the sum of the biases into one bias, and zeros into the other",
    "biases_averaged": lambda _: "add the two biases, do not take their mean",
    "forget_bias_added_at_run_time": lambda _: "set forget_bias of the layer to 0, or subtract 1 from its forget bias",
    "forget_bias_missing": lambda _: "add 1 (forget_bias of TensorFlow 1) to the forget gate's block of the bias",
    "recurrent_kernel_transposed": lambda w: f"transpose {w.recurrent_kernel}: it is square, so that no shape tells",
    "kernel_transposed": lambda w: f"transpose {w.kernel}",
    "kernel_reshaped": lambda w: f"transpose {w.kernel} (.T), do not reshape it",
    "recurrent_kernel_reshaped": lambda w: f"transpose {w.recurrent_kernel} (.T), do not reshape it",
    "both_kernels_reshaped": _both,
    "both_kernels_reshaped_before": lambda w: (
        f"transpose {w.kernel} and {w.recurrent_kernel} (.T), do not reshape them"
    ),
    "kernels_exchanged": lambda w: f"exchange {w.kernel} and {w.recurrent_kernel}",
    "interleaved_by_unit": lambda _: "reshape (H, 4, n) to (4, H, n): gates are blocks of rows, not interleaved",
    "directions_exchanged": lambda _: "exchange the weights of the two directions: backward ones end in _reverse",
    "layers_exchanged": lambda _: "exchange the weights of the layers: l0 is the one that reads x",
    "batch_and_time_exchanged": lambda _: "set batch_first as the axes of x are, or exchange its first two axes",
    "batch_first_input_reshaped": lambda _: "transpose x (swapaxes(0, 1)), do not reshape it",
    "batch_first_output_reshaped": lambda _: "transpose the output (swapaxes(0, 1)), do not reshape it",
    "hard_sigmoid_of_slope_one_fifth": lambda _: "set recurrent_activation='sigmoid': this is Keras 2's hard_sigmoid",
    "hard_sigmoid_of_slope_one_sixth": lambda _: "set recurrent_activation='sigmoid': this is Keras 3's hard_sigmoid",
    "initial_states_exchanged": lambda _: "give the states as (h_0, c_0), not as (c_0, h_0)",
    "initial_states_ignored": lambda _: "pass the states: layer(x, (h_0, c_0)) in torch, initial_state=[h, c] in Keras",
    "final_states_exchanged": lambda _: "read the states as (h_n, c_n), not as (c_n, h_n)",
    "go_backwards_ignored": lambda _: "reverse x in time, or set go_backwards",
    "lengths_ignored": lambda _: "pass the lengths: pack_padded_sequence in torch, a mask in Keras",
}
"""By the names of mistakes of the catalogue."""

_MADE: Mapping[str, str] = {
    "tanh applied again": "remove the activation behind the layer: h is o tanh(c) already",
    "sigmoid applied": "remove the activation behind the layer",
    "outputs scaled": "remove the scaling behind the layer, or undo it before comparing",
    "outputs shifted": "remove the shift behind the layer, or undo it before comparing",
    "rows returned": "put the rows back: index the output with the argsort of the order",
    "dropout of the outputs": "call model.eval() (torch), or the layer with training=False (Keras)",
    "dropout between": "call model.eval() (torch), or the layer with training=False (Keras)",
    "lengths not in the file": "give both layers the same lengths or mask, or add an array lengths to the file",
    "last place of both": "take h_n, or join output[-1, :, :H] and output[0, :, H:]",
    "input scaled": "standardise x for both layers alike, or save the x that the layer reads",
    "input saved": "save x with all its digits (numpy.savez)",
    "weights saved": "save the weights with all their digits (numpy.savez)",
    "outputs saved": "save the outputs with all their digits (numpy.savez), not as they are printed",
    "weights rounded": "load the weights in the dtype in which they were trained, without a cast in between",
    "kernels rounded": "load the kernels in the dtype in which they were trained, without a cast in between",
    "input rounded": "give x in the dtype of the layer, without a cast in between",
    "input and weights rounded": "switch autocast or mixed precision off, or compare with its tolerance in mind",
    "a correct LSTM from another initial state": "reset the state before the call, or save h_0 and c_0 with it",
}
"""By what the names of hypotheses begin with that are made of the evidence."""


def remedy(name: str, layout: str) -> str:
    """What to change, for weights in this layout; "" where nothing is known but the mistake itself."""
    words = WORDS.get(layout, IN_ANY)
    if name in REMEDIES:
        return REMEDIES[name](words)
    mutant = {hypothesis.names[0]: hypothesis.mutant for hypothesis in single()}.get(name)
    order = getattr(mutant, "order", getattr(mutant, "order_in_part", None))
    if order is not None:
        return _reordering(name, order, words)
    return next((text for begins, text in _MADE.items() if name.startswith(begins)), "")


def _reordering(name: str, order: tuple[int, ...], words: Words) -> str:
    """Of gates that the layer takes from the blocks `order`, counted as i, f, g, o."""
    which = {
        "gates of the biases": "biases alone",
        "gates of the input bias": f"{words.input_bias} alone",
        "gates of the recurrent bias": f"{words.recurrent_bias} alone",
        "gates of the kernel": f"{words.kernel} alone",
        "gates of the recurrent kernel": f"{words.recurrent_kernel} alone",
    }
    arrays = next((text for begins, text in which.items() if name.startswith(f"{begins} in")), "every array")
    held = ", ".join(GATES[k] for k in order)
    return f"reorder the gates of {arrays}: where the layer reads i, f, g, o it holds {held}"
