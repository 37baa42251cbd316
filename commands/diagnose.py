"""`lstm-conformance diagnose`: what kind of LSTM gave these outputs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.commands.telling import meanwhile
from lstm_conformance.fixtures.vectors.array_files import BadArrays, Numbers, read
from lstm_conformance.reference.arithmetic import PRECISIONS
from lstm_conformance.reference.arrays.conventions import Conventions
from lstm_conformance.reference.arrays.diagnosing import diagnosed
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reports.records.amounts import finite
from lstm_conformance.reports.records.visible import say

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
    axes.add_argument(
        "--batch-first", action="store_true", default=None, help="x is (B, T, I): default of keras, tf1, mlx"
    )
    axes.add_argument("--time-first", action="store_false", dest="batch_first", help="x is (T, B, I): of the others")
    parser.add_argument("--go-backwards", action="store_true", help="the layer reads its input from the end")
    parser.add_argument("--activation", default="tanh", help="of the candidate and the cell state (%(default)s)")
    parser.add_argument("--recurrent-activation", default="sigmoid", help="of the three gates (%(default)s)")
    parser.add_argument(
        "--forget-bias", type=finite, help="added to the forget gate at run time (tf1, haiku, dynet: 1, others: 0)"
    )
    parser.add_argument("--json", action="store_true", help="print the diagnosis as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Read, diagnose, print. The exit status is 0 for a correct LSTM, 1 for another, 3 for either. Raises BadInput."""
    said = {field.name for field in fields(Conventions)} & vars(arguments).keys()
    conventions = Conventions(**{name: getattr(arguments, name) for name in said})
    try:
        arrays = read(arguments.files)
        with meanwhile(_long_work(arrays)):
            diagnosis = diagnosed(arrays, conventions)
    except BadArrays as error:
        raise BadInput(str(error)) from error
    if arguments.json:
        print(json.dumps(diagnosis.record(), indent=2))
    else:
        say(diagnosis)
    return UNDECIDED_STATUS if diagnosis.correct is None else int(not diagnosis.correct)


def _long_work(arrays: Mapping[str, Numbers]) -> str:
    """What takes so long, and what to do about it."""
    shape = arrays["x"].shape if "x" in arrays else ()
    size = f"x of shape {shape}" if shape else "these arrays"
    return f"diagnosing {size}, step by step, takes a while; the first 100 steps of a few rows tell as much"
