"""The folders of the package, and what each imports of the others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "lstm_conformance"

# Not built in storeys: tests may look anywhere, and what is run by itself stands by itself.
APART = ("suites/meta", "reports/findings", "fixtures/examples")

ADAPTERS = "fixtures.implementations"
WRONG = f"{ADAPTERS}.mutants"
"""The adapter of wrong LSTMs, which run in this Python alone."""

_SENTENCE = re.compile(r"Imports (nothing of the package|(?:`[\w.]+`(?:, )?)+)\.")


def modules() -> dict[str, Path]:
    """Every module of the package that stands in a room, by its name without the package's."""
    found = {}
    for top in ("reference", "fixtures", "suites", "reports", "commands"):
        for file in (ROOT / top).rglob("*.py"):
            folder = file.parent.relative_to(ROOT).as_posix()
            if not folder.startswith(APART):
                found[".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")] = file
    return found


def rooms() -> list[str]:
    """The names of the folders, as in an import. Raises ValueError for one that says nothing of itself."""
    known = modules()
    found = {name for name, file in known.items() if file.name == "__init__.py"}
    silent = {room_of(name, known) for name in known} - found
    if silent:
        raise ValueError(f"expected an `__init__.py` in each folder, came none in {', '.join(sorted(silent))}")
    return sorted(found)


def room_of(module: str, within: dict[str, Path]) -> str:
    """The folder in which a module stands; a folder's own docstring and names are in it."""
    is_room = module in within and within[module].name == "__init__.py"
    return module if is_room else module.rpartition(".")[0]


def imported(source: str, known: dict[str, Path]) -> Iterator[str]:
    """The modules of the package that a text imports, whether only for its types or not.

    Raises ValueError for a relative import, which does not say from where it is.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            named = (name.name for name in node.names if name.name.startswith(f"{PACKAGE}."))
            yield from (name.removeprefix(f"{PACKAGE}.") for name in named)
        if isinstance(node, ast.ImportFrom) and node.level:
            raise ValueError(f"expected imports from {PACKAGE}, came a relative one in line {node.lineno}")
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{PACKAGE}."):
            of = str(node.module).removeprefix(PACKAGE).removeprefix(".")
            for name in node.names:
                inner = f"{of}.{name.name}".removeprefix(".")
                yield inner if inner in known else of


def allowed(docstring: str) -> set[str]:
    """What a folder says that it imports. Raises ValueError if it does not say it."""
    said = _SENTENCE.findall(" ".join(docstring.split()))
    if len(said) != 1:
        raise ValueError(
            f"expected one sentence 'Imports `…`.' or 'Imports nothing of the package.', came {docstring!r}"
        )
    return set(re.findall(r"`([\w.]+)`", said[0]))


def sayings(known: dict[str, Path]) -> dict[str, set[str]]:
    """What every folder says that it imports."""
    return {room: allowed(ast.get_docstring(ast.parse(known[room].read_text("utf-8"))) or "") for room in rooms()}


def imports(known: dict[str, Path]) -> Iterator[tuple[str, str, str, str]]:
    """Module and folder of everything that imports from another folder, and what it imports: module and folder.

    A folder and those within it are one, seen from above.
    """
    for module, file in known.items():
        here = room_of(module, known)
        for other in imported(file.read_text("utf-8"), known):
            there = room_of(other, known)
            if not f"{there}.".startswith(f"{here}."):
                yield module, here, other, there


def between_modules(known: dict[str, Path]) -> dict[str, set[str]]:
    """What every module imports of the other modules; a folder's own names apart."""
    files = {module: file for module, file in known.items() if file.name != "__init__.py"}
    return {module: {*imported(file.read_text("utf-8"), known)} & files.keys() for module, file in files.items()}


def trespasses() -> Iterator[str]:
    """A sentence for every import that the docstring of the importing folder does not have, and the other way round."""
    known = modules()
    said = sayings(known)
    unused = {room: set(others) for room, others in said.items()}
    for module, here, other, there in imports(known):
        unused[here].discard(there)
        if there not in said[here]:
            yield f"{module} imports {other}; {here} says that it imports {sorted(said[here]) or 'nothing'}"
    yield from (f"{room} says that it imports {other}; it does not" for room in unused for other in unused[room])


def on_the_host() -> set[Path]:
    """The files that a host runs: its main module, the adapters of frameworks, and all that these import."""
    known = modules()
    adapters = [module for module in known if room_of(module, known).startswith(ADAPTERS) and module != WRONG]
    found, left = set[str](), ["fixtures.hosting.host", *adapters]
    while left:
        module = left.pop()
        if module not in found:
            found.add(module)
            folders = (".".join(module.split(".")[:depth]) for depth in range(1, module.count(".") + 1))
            left += [each for each in imported(known[module].read_text("utf-8"), known) if each in known]
            left += [folder for folder in folders if folder in known]
    return {known[module] for module in found}
