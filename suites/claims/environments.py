"""Where claims are settled: which files run there, with what, and in which Python."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Environment:
    """files: those of claims, the first that has a claim settles it; packages: what must be installed here.

    An environment without packages is in no Python but one that the user names; `what` says what that must hold.
    """

    files: tuple[str, ...]
    what: str
    packages: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    def python(self, given: Path | None) -> Path | None:
        """The Python that runs it: the given one, else this one if the packages are there, else none."""
        here = bool(self.packages) and all(find_spec(package) for package in self.packages)
        return given or (Path(sys.executable) if here else None)


KERAS = ("keras_claims.py",)
KERAS_1_AND_2 = {"CLAIMS_KERAS": "keras"}

ENVIRONMENTS = {
    "torch": Environment(files=("torch_claims.py",), what="PyTorch", packages=("torch",)),
    "keras": Environment(
        files=KERAS,
        what="Keras 3 on TensorFlow",
        packages=("keras", "tensorflow"),
        variables={"CLAIMS_KERAS": "keras", "KERAS_BACKEND": "tensorflow"},
    ),
    "tf_keras": Environment(
        files=KERAS,
        what="Keras 2, as the package tf_keras",
        packages=("tf_keras", "tensorflow"),
        variables={"CLAIMS_KERAS": "tf_keras", "TF_USE_LEGACY_KERAS": "1"},
    ),
    "tf.compat.v1": Environment(
        files=("tensorflow1_claims.py",), what="TensorFlow 2 with tf_keras", packages=("tensorflow", "tf_keras")
    ),
    "tensorflow-1.15": Environment(
        files=("tensorflow1_claims.py", *KERAS),
        what="TensorFlow 1.15",
        variables={"CLAIMS_KERAS": "tensorflow.keras"},
    ),
    "onnx.reference": Environment(
        files=("onnx_claims.py",), what="onnx", packages=("onnx",), variables={"CLAIMS_ONNX": "onnx"}
    ),
    "onnxruntime": Environment(
        files=("onnx_claims.py",),
        what="onnx and onnxruntime",
        packages=("onnx", "onnxruntime"),
        variables={"CLAIMS_ONNX": "onnxruntime"},
    ),
    "keras-2.2": Environment(files=KERAS, what="Keras 2.2 or older", variables=KERAS_1_AND_2),
    "keras-1": Environment(files=KERAS, what="Keras 1", variables=KERAS_1_AND_2),
}
"""By name, as `where` of a claim has it."""
