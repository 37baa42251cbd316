"""What the tests of vectors share: the quick set, written once, and outputs for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from lstm_conformance.fixtures.vectors.collection import VectorSet
from lstm_conformance.fixtures.vectors.drawing import vector_set
from lstm_conformance.fixtures.vectors.killing import computed, gradients
from lstm_conformance.fixtures.vectors.vector import Vector
from lstm_conformance.fixtures.vectors.writing import write
from lstm_conformance.reference.mutants.base import LSTM, LSTMWithGradients

Arrays = dict[str, NDArray[Any]]


@cache
def quick() -> VectorSet:
    """The quick set, without the mutants that it kills."""
    return vector_set("quick", kills=False)


@cache
def vector(name: str) -> Vector:
    """One of its vectors."""
    return next(each for each in quick().vectors if each.name == name)


def with_values(of: Vector, part: str, a: NDArray[Any]) -> Vector:
    """The vector with other expected values of an output."""
    return replace(of, expected=of.expected._replace(**{part: a}))


def exported(folder: Path, *vectors: Vector) -> Path:
    """A folder with these vectors, or with the quick set."""
    write(folder, VectorSet(name="some", vectors=vectors) if vectors else quick())
    return folder


def outputs(*vectors: Vector, kind: type[LSTM] = LSTM, dtype: str = "float32") -> Arrays:
    """What an LSTM returns for these vectors, or for the quick set, under the names that `check` reads."""
    return {
        f"{each.name}/{name}": np.ascontiguousarray(a)
        for each in vectors or quick().vectors
        for name, a in computed(kind, each, dtype)._asdict().items()
    }


def ways_back(*vectors: Vector, kind: type[LSTMWithGradients] = LSTMWithGradients, dtype: str = "float32") -> Arrays:
    """The gradients that an LSTM gives for these vectors, under the names that `check` reads."""
    return {
        f"{each.name}/gradient/{name}": np.ascontiguousarray(a)
        for each in vectors
        for name, a in gradients(kind, each, dtype).items()
    }


def saved(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Path:
    """The arrays in a file."""
    if path.suffix == ".npz":
        np.savez(path, allow_pickle=False, **arrays)
    else:
        save_file(dict(arrays), path)
    return path
