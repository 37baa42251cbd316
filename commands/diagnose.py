"""`lstm-conformance diagnose`: what kind of LSTM gave these outputs."""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.commands.evidence import Conventions, evidence
from lstm_conformance.fixtures.vectors.array_files import BadArrays, read
from lstm_conformance.reference.arithmetic import PRECISIONS
from lstm_conformance.reference.diagnosis import Diagnosis, Evidence, Fit, diagnose, reason, remedy
from lstm_conformance.reference.layouts import LAYOUTS

WORK = 2e9
"""Multiplications that it may take, about ten seconds."""

ABOUT = """\
Says what kind of LSTM gave these outputs: a correct one, one with gates in another order, one without its recurrent
bias, one that did not reset its state, and so on. A FILE is .npz or .safetensors; several are read as one. They hold

  the weights, under the names of the layout:
    torch   weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, ... as in state_dict()
    keras   kernel, recurrent_kernel, bias; in a stack layer_0/kernel, ...
    onnx    W, R, B
    tf1     kernel, bias; cell_0/kernel, ..., fw/kernel, ..., projection/kernel
    gates   W_i (H, I), U_i (H, H), b_i (H), and the same for f, g and o
  x         the input
  y         the output (also: output), of all steps or of the last one
  h_0, c_0  the initial states, if the layer was given any
  h_n, c_n  the final states, if you have them
  lengths   how many steps of every row count, if not all

The exit status is 0 for a correct LSTM, 1 for any other, 2 for files that cannot be used, and 3 for arrays that cannot
tell: unrelated layers would be within the bound as well, as often where only the last output was saved. Save the
outputs of all steps then (Keras: return_sequences=True; torch: output, not output[-1]).
"""

UNDECIDED_STATUS = 3


def declare(subparsers: Subparsers) -> None:
    """Files, and what they do not tell."""
    parser = subparsers.add_parser(
        "diagnose",
        help="say what kind of LSTM gave some outputs: why do my numbers differ?",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help="a file .npz or .safetensors")
    parser.add_argument("--layout", choices=LAYOUTS, default="torch", help="names, axes and gate order (%(default)s)")
    parser.add_argument("--dtype", choices=PRECISIONS, help="in which the layer computes (that of y)")
    parser.add_argument("--prefix", default="", help="of the names of the weights, for example 'encoder.lstm.'")
    axes = parser.add_mutually_exclusive_group()
    axes.add_argument("--batch-first", action="store_true", default=None, help="x is (B, T, I): default of keras, tf1")
    axes.add_argument("--time-first", action="store_false", dest="batch_first", help="x is (T, B, I): of the others")
    parser.add_argument("--go-backwards", action="store_true", help="the layer reads its input from the end")
    parser.add_argument("--activation", default="tanh", help="of the candidate and the cell state (%(default)s)")
    parser.add_argument("--recurrent-activation", default="sigmoid", help="of the three gates (%(default)s)")
    parser.add_argument("--forget-bias", type=float, help="added to the forget gate at run time (tf1: 1, others: 0)")
    parser.add_argument("--json", action="store_true", help="print the diagnosis as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Read, diagnose, print. The exit status is 0 for a correct LSTM, 1 for another, 3 for either. Raises BadInput."""
    conventions = Conventions(**{field.name: getattr(arguments, field.name) for field in fields(Conventions)})
    try:
        seen = evidence(read(arguments.files), conventions)
    except BadArrays as error:
        raise BadInput(str(error)) from error
    found = diagnose(seen, work=WORK)
    text = json.dumps(_record(seen, found, arguments.layout), indent=2)
    print(text if arguments.json else _text(seen, found, arguments.layout))
    return UNDECIDED_STATUS if found.undecided else 0 if _is_correct(found) else 1


def _is_correct(found: Diagnosis) -> bool:
    return any(not fit.names for fit in found.fits)


def _text(seen: Evidence, found: Diagnosis, layout: str) -> str:
    """The sentence, how people get there, what to change or to try next, and as what the arrays were read."""
    steps, _, rows, inputs = seen.call.x.shape
    layer = seen.layer
    sizes = f"T={steps} B={rows} I={inputs} H={layer.hidden_size}"
    read_as = f"read as {layout}: {sizes}, layers {layer.num_layers}, directions {layer.directions}"
    lines = [line for name in _names(found) for line in _explained(name, layout)]
    if found.begins is not None:
        lines += [found.begins.sentence(), f"next: {found.begins.then}"]
    if layout == "keras" and any(len(w.biases) == 2 for directions in seen.weights for w in directions):
        lines.append("bias has 8H numbers, as CuDNNLSTM has it: read as two. change: keras.layers.LSTM takes their sum")
    return "\n  ".join([f"{_capital(found.sentence())}.", *lines, read_as])


def _names(found: Diagnosis) -> list[str]:
    return list(dict.fromkeys(name for fit in found.fits for name in fit.names))


def _explained(name: str, layout: str) -> list[str]:
    """How people get there, and what to change."""
    change = remedy(name, layout)
    return [f"{name.replace('_', ' ')}: {reason(name)}", *([f"  change: {change}"] if change else [])]


def _capital(sentence: str) -> str:
    return f"{sentence[0].upper()}{sentence[1:]}"


def _record(seen: Evidence, found: Diagnosis, layout: str) -> dict[str, Any]:
    """The same for programs; a budget that is no number is null."""
    return {
        "correct": None if found.undecided else _is_correct(found),
        "sentence": found.sentence(),
        "fits": [_fit(fit) for fit in found.fits],
        "changes": {name: change for name in _names(found) if (change := remedy(name, layout))},
        "next_best": None if found.next_best is None else _fit(found.next_best),
        "begins": None if found.begins is None else asdict(found.begins),
        "complete": found.complete,
        "layer": asdict(seen.layer),
    }


def _fit(fit: Fit) -> dict[str, Any]:
    return {"names": list(fit.names), "budget": fit.budget if math.isfinite(fit.budget) else None}
