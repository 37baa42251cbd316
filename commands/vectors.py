"""`lstm-conformance vectors`: export vectors for any language, judge outputs by them, find fault with them."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.commands.telling import meanwhile, one_by_one
from lstm_conformance.fixtures.vectors.array_files import BadArrays
from lstm_conformance.fixtures.vectors.check import checked, demanded
from lstm_conformance.fixtures.vectors.drawing import vector_set
from lstm_conformance.fixtures.vectors.errors import VectorsError
from lstm_conformance.fixtures.vectors.flags import FLAGS
from lstm_conformance.fixtures.vectors.lint import lint
from lstm_conformance.fixtures.vectors.outputs import read_outputs, selected
from lstm_conformance.fixtures.vectors.reading import read, verified
from lstm_conformance.fixtures.vectors.sets import SETS
from lstm_conformance.fixtures.vectors.vector import COMPUTED_IN
from lstm_conformance.fixtures.vectors.writing import check_vacant, write
from lstm_conformance.reports.records.visible import say

ABOUT = """\
Vectors are calls of an LSTM with everything that judges them: weights, inputs, expected outputs, and the allowed error
of every element. A program in any language reads them, and checks itself or writes down its outputs to be checked.
"""

DIAGNOSED = 3
"""So many vectors that fail are diagnosed, the first ones: more would say the same."""


def declare(subparsers: Subparsers) -> None:
    """export, check and lint."""
    parser = subparsers.add_parser("vectors", help="vectors for an LSTM in any language", description=ABOUT)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="export|check|lint")
    export = verbs.add_parser("export", help="write vectors: arrays as safetensors, and JSON beside them")
    export.add_argument("folder", metavar="DIR", type=Path, help="a folder that is new, empty, or holds older vectors")
    export.add_argument("--set", choices=tuple(SETS), default="quick", help="which vectors (default: quick)")
    export.add_argument("--no-kills", dest="kills", action="store_false", help="do not run the mutants")
    check = verbs.add_parser("check", help="judge the outputs of a program")
    check.add_argument("folder", metavar="DIR", type=Path, help="vectors that were exported")
    check.add_argument("outputs", metavar="OUTPUTS", type=Path, help="a .safetensors or .npz file, or a folder of them")
    check.add_argument("--without", action="append", default=[], metavar="FLAG", help=f"one of {', '.join(FLAGS)}")
    check.add_argument("--arithmetic", choices=COMPUTED_IN, help="what was computed in (default: the dtype of y)")
    linted = verbs.add_parser("lint", help="refuse vectors that test nothing")
    linted.add_argument("folder", metavar="DIR", type=Path, help="vectors, this suite's or somebody else's")


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says. Exit status 1: outputs are wrong, or vectors are."""
    try:
        return {"export": _export, "check": _check, "lint": _lint}[arguments.verb](arguments)
    except (OSError, BadArrays, VectorsError) as error:
        raise BadInput(f"{arguments.verb}: {error}") from error


def _export(arguments: argparse.Namespace) -> int:
    check_vacant(arguments.folder)
    counted = partial(one_by_one, "drawing", noun="vectors")
    vectors = vector_set(arguments.set, kills=arguments.kills, through=counted)
    write(arguments.folder, vectors)
    killed = {name for vector in vectors.vectors for name in vector.kills}
    shown = f", which show {len(killed)} of {len(vectors.mutants)} wrong LSTMs" if arguments.kills else ""
    say(f"vectors: {arguments.folder}: {len(vectors.vectors)} vectors{shown}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    vectors = verified(arguments.folder).vectors
    offered = demanded(vectors, arguments.without)
    arrays = read_outputs(arguments.outputs)
    with meanwhile(f"judging outputs of {len(offered)} vectors"):
        done = list(checked(offered, selected(vectors, offered, arrays), arguments.arithmetic, arrays))
    for check in done:
        say(check.line)
    wrong = [check for check in done if not check.judgement.right]
    for check in wrong[:DIAGNOSED]:
        say(f"diagnosis of {check.vector.name}: {check.diagnosis()}")
    left_out = f", {len(vectors) - len(offered)} left out" if arguments.without else ""
    back = sum(check.gradients is not None for check in done)
    of = f"; gradients of {back} of {sum(check.vector.back is not None for check in done)}" if back else ""
    say(f"vectors: {len(done)} checked, {len(wrong)} failed{left_out}{of}")
    return 1 if wrong else 0


def _lint(arguments: argparse.Namespace) -> int:
    with meanwhile("reading vectors, and looking for what they cannot show"):
        faults = list(lint(read(arguments.folder)))
    for sentence in faults:
        say(sentence)
    say(f"vectors: {arguments.folder}: {f'{len(faults)} faults' if faults else 'nothing wrong'}")
    return 1 if faults else 0
