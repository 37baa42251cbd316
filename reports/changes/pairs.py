"""Which subject of a later report is to be compared with which of an earlier one."""

from __future__ import annotations

from collections.abc import Mapping

from lstm_conformance.reports.records.combine import Subject


def counterparts(before: Mapping[Subject, str], after: Mapping[Subject, str]) -> dict[Subject, Subject]:
    """The earlier subject of each later one; both come with the names of the runs that they were tested in.

    Where both have runs of one name, that of the run of the same name: the same cell of a matrix, whatever its version.
    Else that of the same version; else, where one of an implementation is left on each side, that: it was upgraded.
    """
    if set(before.values()).isdisjoint(after.values()):
        return _by_version(before, after)
    places = {(subject.implementation, name): subject for subject, name in before.items()}
    keys = {subject: (subject.implementation, name) for subject, name in after.items()}
    return {subject: places[key] for subject, key in keys.items() if key in places}


def _by_version(before: Mapping[Subject, str], after: Mapping[Subject, str]) -> dict[Subject, Subject]:
    pairs = {subject: subject for subject in after if subject in before}
    for subject in [new for new in after if new not in pairs]:
        now = [other for other in after if other not in pairs and other.implementation == subject.implementation]
        left = [old for old in before if old not in pairs.values()]
        then = [old for old in left if old.implementation == subject.implementation]
        if len(now) == len(then) == 1:
            pairs[subject] = then[0]
    return pairs
