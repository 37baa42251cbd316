"""Which wrong LSTMs the suite catches: a table for a reader, a file for other programs, and an exit status."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from lstm_conformance.reports.mutation_score.killed import NEAR, NEAR_IN, Kill, Kills, kills_of, problems
from lstm_conformance.reports.mutation_score.proof import digest, keep, proof_of
from lstm_conformance.reports.records.errors import ResultsError, Truncated
from lstm_conformance.reports.records.files import Output, Results, write
from lstm_conformance.reports.records.kinds import KILLS
from lstm_conformance.reports.records.serialize import to_plain
from lstm_conformance.reports.records.text import budget_text
from lstm_conformance.reports.records.visible import harmless

PREFIX = "mutants."


def lines(kills: Kills) -> Iterator[str]:
    """A line for each, then what they show of the rules and of the bound, then what is wrong."""
    yield from _table(kills)
    if not kills.until_caught:
        yield from _section("caught by one rule only, the weakest", _weakest(kills))
        yield from _section("rules: how many each catches, and which nothing else does", _rules(kills))
    yield from _section("caught in each dtype, and the smallest effect, in bounds", _dtypes(kills))
    yield from _section(f"within {NEAR:g} times the bound in {NEAR_IN}", _near(kills))
    yield from _section("not covered yet, and not counted", _waiting(kills))
    yield from _section("right, computed in another way", _benign(kills))
    wrong = list(problems(kills))
    yield from _section("wrong with the suite", wrong)
    yield "" if wrong else f"\nall {len(kills.covered)} wrong LSTMs that rules cover are caught"


def document(kills: Kills) -> dict[str, Any]:
    """The same as plain JSON."""
    return {
        "mutants": {_short(kill): to_plain(kill) for kill in kills.all},
        "dtypes": {dtype: _of_dtype(kills, dtype) for dtype in kills.dtypes()},
        "until_caught": kills.until_caught,
        "rules": {rule: _of_rule(rule, caught) for rule, caught in kills.by_rule().items()},
        "weakest": {} if kills.until_caught else {_short(kill): kill.rules[0] for kill in kills.weakest()},
        "near_the_bound": {_short(kill): kill.mutant.near_the_bound for kill in kills.covered if kill.near},
        "waiting": {topic: [name.removeprefix(PREFIX) for name in names] for topic, names in kills.waiting().items()},
        "benign": {_short(kill): list(kill.rules) for kill in kills.benign},
        "problems": list(problems(kills)),
    }


def _table(kills: Kills) -> Iterator[str]:
    dtypes = kills.dtypes()
    width = max((len(_short(kill)) for kill in kills.all), default=0)
    first = " first" if kills.until_caught else ""
    yield f"{'wrong LSTM':<{width}}  {'family':<12} {_columns(dtypes)}  rules that catch it{first}"
    for kill in kills.covered:
        effects = _columns(_effect(kill, dtype) for dtype in dtypes)
        yield f"{_short(kill):<{width}}  {kill.mutant.family:<12} {effects}  {' '.join(kill.rules) or 'NONE'}"


def _effect(kill: Kill, dtype: str) -> str:
    """Its effect in bounds; what is not wrong in a dtype has none."""
    if dtype not in kill.mutant.dtypes:
        return ""
    return budget_text(kill.effect_in(dtype)) if dtype in kill.caught else "SURVIVES"


def _weakest(kills: Kills) -> Iterator[str]:
    for kill in kills.weakest():
        yield f"{_short(kill)}: {kill.rules[0]}"


def _rules(kills: Kills) -> Iterator[str]:
    by_rule = kills.by_rule()
    for rule, caught in by_rule.items():
        yield f"{rule:<5}{len(caught):>4}  {', '.join(_alone(rule, caught))}".rstrip()
    needless = [rule for rule, caught in by_rule.items() if not _alone(rule, caught)]
    yield f"rules that catch nothing that no other catches: {' '.join(needless) or 'none'}"


def _dtypes(kills: Kills) -> Iterator[str]:
    for dtype in kills.dtypes():
        record = _of_dtype(kills, dtype)
        nearest = kills.nearest(dtype)
        smallest = f"{budget_text(nearest.effect_in(dtype))} × {_short(nearest)}" if nearest else "none measured"
        hidden = f"; below rounding: {', '.join(record['below_rounding'])}" if record["below_rounding"] else ""
        yield f"{dtype:<9}{record['caught']} of {record['covered']}; smallest effect: {smallest}{hidden}"


def _near(kills: Kills) -> Iterator[str]:
    for kill in kills.covered:
        if kill.near:
            reason = kill.mutant.near_the_bound or "no reason is given"
            yield f"{_short(kill)}: {budget_text(kill.effect_in(NEAR_IN))} ×, {reason}"


def _waiting(kills: Kills) -> Iterator[str]:
    for topic, names in kills.waiting().items():
        yield f"{topic} ({len(names)}): {', '.join(name.removeprefix(PREFIX) for name in names)}"


def _benign(kills: Kills) -> Iterator[str]:
    for kill in kills.benign:
        effects = ", ".join(f"{budget_text(effect)} in {dtype}" for dtype, effect in kill.effect.items())
        yield f"{_short(kill)}: {'RED, breaks ' + ' '.join(kill.rules) if kill.rules else 'green'}; {effects}"


def _of_dtype(kills: Kills, dtype: str) -> dict[str, Any]:
    here = [kill for kill in kills.covered if dtype in kill.mutant.dtypes]
    nearest = kills.nearest(dtype)
    return {
        "caught": sum(dtype in kill.caught for kill in here),
        "covered": len(here),
        "below_rounding": [_short(kill) for kill in kills.covered if kill not in here],
        "smallest_effect": None if nearest is None else to_plain(nearest.effect_in(dtype)),
        "of": None if nearest is None else _short(nearest),
    }


def _of_rule(rule: str, caught: list[Kill]) -> dict[str, Any]:
    return {"catches": len(caught), "alone": _alone(rule, caught)}


def _alone(rule: str, caught: list[Kill]) -> list[str]:
    return [_short(kill) for kill in caught if kill.rules == (rule,)]


def _short(kill: Kill) -> str:
    return kill.name.removeprefix(PREFIX)


def _columns(texts: Iterable[str]) -> str:
    return " ".join(f"{text:>9}" for text in texts)


def _section(title: str, entries: Iterable[str]) -> Iterator[str]:
    shown = list(entries)
    if shown:
        yield from ("", title, *(f"  {line}" for line in shown))


def _whole(path: Path) -> Results:
    """The results of a run that came to its end. Raises ResultsError, OSError."""
    results = Results.read(path)
    if results.interrupted:
        raise Truncated(f"{path}: expected a run that came to its end, and this one was interrupted; run it again")
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the results of a run of wrong LSTMs: 0 if the suite can be trusted, 1 if not, 2 for unreadable results."""
    parser = argparse.ArgumentParser(
        prog="python -m lstm_conformance.reports.mutation_score.kills", description=__doc__
    )
    parser.add_argument("results", type=Path, help="of a run with `--implementation mutants`")
    parser.add_argument("document", type=Path, nargs="?", help="where to write everything as JSON")
    parser.add_argument("--proof", type=Path, help="where to keep the result, with a digest of the tree that was run")
    known = parser.parse_args(arguments)
    try:
        results = _whole(known.results)
        kills = kills_of(results)
        if known.document:
            write(Output(known.document, KILLS, json.dumps(document(kills), indent=2) + "\n"))
        if known.proof:
            keep(proof_of(kills, results.header.tier, digest()), known.proof)
    except (OSError, ResultsError) as error:
        sys.stderr.write(harmless(f"{error}\n"))
        return 2
    sys.stdout.write(harmless("\n".join([*lines(kills), ""])))
    return 1 if any(problems(kills)) else 0


if __name__ == "__main__":
    sys.exit(main())
