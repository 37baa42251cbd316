"""What an implementation claims and a run asks nothing of: `ok` stands for what was asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lstm_conformance.fixtures.cases.ids import configuration_called
from lstm_conformance.fixtures.hosting.client import Hello
from lstm_conformance.suites.harness.plan import smoke

Place = tuple[str, str, str, str]
"""Implementation, path, rule and configuration."""


def unasked(hellos: Mapping[str, Hello], places: Iterable[Place]) -> Iterator[str]:
    """A sentence for every path that is asked next to nothing, and one for what an implementation claims in vain."""
    asked: dict[tuple[str, str], set[str]] = {}
    for implementation, path, rule, configuration in places:
        if rule != smoke.RULE:
            asked.setdefault((implementation, path), set()).add(configuration)
    for name, hello in hellos.items():
        here = [asked.get((name, offer.path), set()) for offer in hello.offers]
        for path in [offer.path for offer, names in zip(hello.offers, here, strict=True) if not names]:
            yield f"{name} {path}: nothing is asked but the smoke check; look at its `only` and claims"
        configurations = filter(None, map(configuration_called, set().union(*here)))
        needed = frozenset[str]().union(*(parsed.requirements for parsed in configurations))
        vain = [word for word in hello.claims if word not in needed]
        if vain:
            yield (
                f"{name} claims {', '.join(vain)}, and nothing is asked that needs it: "
                "it takes other claims, another dtype or a path that costs less besides"
            )
