"""Which kernel computed a layer, as far as an implementation can show it: asked once of every path that works."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.hosting.client import AdapterError, HostError
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan import smoke


def kernels(subject: Subject, offer: Offer) -> str:
    """One line: each kernel and where it ran, "oneDNN (…) in float32; ATen (…) in float64"; "" where none is shown."""
    if not subject.hello.kernels:
        return ""
    by_kernel: dict[str, list[str]] = {}
    for place, example in _asked(offer).items():
        try:
            kernel = subject.kernel(draw(example, (0,), biases=subject.layout.biases))
        except AdapterError:
            continue  # it cannot run the layer, which the rules judge, or cannot say
        except HostError as error:
            return f"nobody knows what: asked for it, {error}"
        if kernel:
            by_kernel.setdefault(kernel, []).append(place)
    return "; ".join(f"{kernel} in {', '.join(places)}" for kernel, places in by_kernel.items())


def _asked(offer: Offer) -> dict[str, Configuration]:
    """The layers of which it is asked, by what is said of them: where a new one takes seconds, that of the smoke check.

    Where it takes no time, also one under a mask: kernels of whole layers often take none.
    """
    first = smoke.smallest(offer)
    if offer.cost == "compile":
        return {first.dtype: first}
    plain = {dtype: configuration(3, 2, 4, 5, initial_state=False, dtype=dtype) for dtype in offer.dtypes}
    masked = configuration(3, 2, 4, 5, initial_state=False, dtype=first.dtype, mask="right")
    return plain | ({f"{first.dtype} under a mask": masked} if offer.cost == "call" and offer.runs(masked) else {})
