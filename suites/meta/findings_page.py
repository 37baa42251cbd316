"""`docs/findings.md`: what is recorded of each framework, the worst first. `make overview` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from lstm_conformance.fixtures.claims import claims
from lstm_conformance.fixtures.deviations import bundled
from lstm_conformance.fixtures.deviations.causes import CLASSES, SILENT, Cause, causes
from lstm_conformance.suites.meta.running import ROOT

DOCUMENT = ROOT / "docs" / "findings.md"

FRAMEWORKS = {
    "PyTorch": ("torch",),
    "Keras 3": ("keras",),
    "Keras 2 (tf_keras)": ("tf_keras",),
    "TensorFlow": ("tf", "tensorflow"),
    "Sonnet": ("sonnet",),
    "ONNX and ONNX Runtime": ("onnx", "onnxruntime"),
    "OpenVINO": ("openvino",),
    "PaddlePaddle": ("paddle",),
    "Opacus": ("opacus",),
    "tinygrad": ("tinygrad",),
    "DyNet": ("dynet",),
    "MXNet": ("mxnet",),
}
"""What the names of implementations, or of environments of claims, begin with."""

HEAD = """\
# Findings by framework

Written by `make overview`; do not edit.
What is recorded of each framework, bugs first, and of these the ones that silently give wrong numbers.
What the words of the second line mean stands [beside the whole table](rules-and-causes.md#causes-of-known-deviations).
`lstm-conformance findings` lists the same, and `lstm-conformance findings ID` prints a text to report one with.
"""


def document() -> str:
    """The whole text."""
    return "\n".join([HEAD, *(line for name in FRAMEWORKS for line in _section(name))]).rstrip() + "\n"


@cache
def found_in() -> dict[str, set[str]]:
    """The frameworks that have each cause: those of its entries, or of the claims that show it."""
    names = {cause: set(_shown_by_claims(each)) for cause, each in causes().items()}
    for entry in bundled():
        names[entry.cause].update(entry.implementation)
    packages = {cause: {name.partition(".")[0] for name in places} for cause, places in names.items()}
    return {
        cause: {framework for framework, words in FRAMEWORKS.items() if places & {*words}}
        for cause, places in packages.items()
    }


def _shown_by_claims(cause: Cause) -> Iterator[str]:
    """Where the claims are run that show it."""
    if cause.claims:
        yield from (name for claim in claims().claims if claim.id in cause.claims for name in claim.where)


def _section(framework: str) -> Iterator[str]:
    alive = [each for each in causes().values() if not each.became and framework in found_in()[each.id]]
    yield from [f"## {framework}", ""]
    for cause in sorted(alive, key=lambda each: (list(CLASSES).index(each.class_), each.effect not in SILENT)):
        yield from [f"### {cause.title}", "", *_facts(cause), ""]


def _facts(cause: Cause) -> Iterator[str]:
    yield f"`{cause.id}`: {cause.class_}, {cause.effect}."
    yield f"Affects: {cause.affects}."
    if cause.workaround:
        yield f"Until it is mended: {cause.workaround}."
    links = ", ".join(f"[{link.address.removeprefix('https://')}]({link.address}) {link.state}" for link in cause.links)
    yield f"Public reports: {links or 'none found'}."
    if cause.scripts:
        scripts = ", ".join(f"[{path.rsplit('/', 1)[-1]}](../{path})" for path in cause.scripts)
        yield f"To see it: {scripts}."


def main() -> None:
    """Write it."""
    DOCUMENT.write_text(document(), "utf-8")


if __name__ == "__main__":
    main()
