"""How the versions of an implementation are told apart, and in which order they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from packaging.version import InvalidVersion, Version

from lstm_conformance.reports.records.results import Environment


def label(name: str, environment: Environment | None, everything: Mapping[str, Sequence[Environment]]) -> str:
    """The shortest label that no other environment of an implementation has.

    `name`: of the file that the environment is in. `everything`: the environments of all files, by their names.
    An implementation that did not start has no environment: it has the name of the file, if there are several.
    """
    if environment is None:
        return name if len(everything) > 1 else ""
    others = [
        _labels(file, peer)
        for file, environments in everything.items()
        for peer in environments
        if peer.implementation == environment.implementation and (file, peer) != (name, environment)
    ]
    own = _labels(name, environment)
    return next((part for n, part in enumerate(own) if part not in {other[n] for other in others}), own[-1])


def precedence(version: str) -> tuple[Version, str]:
    """Order labels by the versions that they begin with; what is no version comes first."""
    try:
        return Version(version.split(",", maxsplit=1)[0]), version
    except InvalidVersion:
        return Version("0.dev0"), version


def _labels(name: str, environment: Environment) -> list[str]:
    """What may tell an environment from others: version, then Python, then device as well, at last the file."""
    version, python = next(iter(environment.packages.values()), ""), f"Python {environment.python}"
    return [version, f"{version}, {python}", f"{version}, {python}, {environment.device}", f"{version}, {name}"]
