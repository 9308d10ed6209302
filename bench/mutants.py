"""`make mutants`: whether the tests of the science notice a small change of it.

Each mutant is the source of a module with one change, such as + in place of −. The unit
tests of this module run on it, in a process of its own. One of them must fail, or the
mutant must stand in equivalents.toml, with the reason why no test can tell it.

mutmut makes the mutants: of the tools for Python it has the newest release, and changes
calls and assignments too. Its own runner leaves out what is outside of functions, and
needs a changed copy of the book in its folder. Here the changed source stays in memory,
so that an interrupted run leaves nothing behind.
"""

import argparse
import ast
import difflib
import hashlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import tempfile
import time
import tomllib
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.table import table

ROOT = Path(__file__).parents[1]
EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
TABLE = Path(__file__).with_name("mutants.md")
MODULES = [
    *(f"gdbook/{name}.py" for name in ("course", "data", "experiments")),
    *(f"gdbook/{name}.py" for name in ("formats", "ledger", "linear", "optimizers")),
    *(f"gdbook/{name}.py" for name in ("reproduce", "sgd", "tables")),
    *(
        path.relative_to(ROOT).as_posix()
        for folder in ("taylor", "theory")
        for path in sorted((ROOT / "gdbook" / folder).glob("[!_]*.py"))
    ),
]
SAMPLE, SEED = 200, 14
HEAVY = ("matplotlib.pyplot", "pytest", "sympy", "torch")
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Mutant:
    """A module with one change: in which function, which lines, what they become."""

    file: str
    function: str  # "" outside of functions
    line: str
    becomes: str
    source: str = ""

    @property
    def key(self) -> Key:
        """What it is, wherever in the file its function stands."""
        return self.file, self.function, self.line, self.becomes


@dataclass(frozen=True)
class Change:
    """What mutmut changes in a module: the mutant that is made when it is drawn."""

    file: str
    function: str
    number: int  # among those of the function
    mutant: Callable[[], Mutant]


def changes(file: str) -> Iterator[Change]:
    """All changes of a module."""
    from mutmut.mutation.file_mutation import create_mutations

    module, mutations, *_ = create_mutations(file, (ROOT / file).read_text("utf-8"))
    statement_of = {node: top for top in module.body for node in nodes(top)}
    counts: Counter[str] = Counter()
    for one in mutations:
        place = one.contained_by_top_level_function
        name = getattr(getattr(place, "name", None), "value", "")
        counts[name] += 1
        top = statement_of[one.original_node]
        make = partial(made, file, name, module, top, one)
        yield Change(file, name, counts[name], make)


def made(file: str, function: str, module: Any, top: Any, mutation: Any) -> Mutant:
    """The mutant of a change in one of the statements at the top of a module."""
    new = top.deep_replace(mutation.original_node, mutation.mutated_node)
    before, after = module.code_for_node(top), module.code_for_node(new)
    source = module.code.replace(before, after, 1)
    return Mutant(file, function, *changed(before, after), source)


def nodes(tree: Any) -> Iterator[Any]:
    """All nodes of a syntax tree."""
    yield tree
    for child in tree.children:
        yield from nodes(child)


def changed(before: str, after: str) -> tuple[str, str]:
    """The lines that differ, as they were and as they are, without indentation."""
    lines = before.splitlines(), after.splitlines()
    diff = [*difflib.unified_diff(*lines, n=0)][2:]  # without its head
    old, new = (
        "\n".join(line[1:].strip() for line in diff if line.startswith(sign))
        for sign in "-+"
    )
    return old, new


def drawn(found: Sequence[Change], count: int, seed: int = SEED) -> list[Change]:
    """Some of the changes, in random order; an edit of a function draws few others."""

    def draw(one: Change) -> bytes:
        text = f"{seed} {one.file} {one.function} {one.number}"
        return hashlib.sha256(text.encode()).digest()

    return sorted(found, key=draw)[:count]


def read_equivalents(path: Path = EQUIVALENTS) -> dict[Key, str]:
    """Each mutant that is known to compute the same, and why.

    Raises ValueError when a reason is missing.
    """
    rows = tomllib.loads(path.read_text("utf-8")).get("mutant", [])
    found = {}
    for row in rows:
        why = row.pop("why", "")
        if not why:
            raise ValueError(f"{path.name}: wanted a reason `why`, got none: {row}")
        found[Mutant(**row).key] = why
    return found


def stale(equivalents: Iterable[Key]) -> list[Key]:
    """Entries whose line is no more in their function."""
    return [
        key
        for key in equivalents
        if not {*key[2].splitlines()} <= {*lines_of(key[0], key[1])}
    ]


def lines_of(file: str, function: str) -> list[str]:
    """The lines of the functions of this name in a file, without indentation."""
    text = (ROOT / file).read_text("utf-8") if (ROOT / file).is_file() else ""
    lines = [line.strip() for line in text.splitlines()]
    spans = [
        range(node.lineno - 1, node.end_lineno or 0)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.name == function
    ]
    return [lines[i] for span in spans for i in span] if function else lines


def own_tests(file: str) -> list[str]:
    """The unit tests of a module: those of its name, then those that import it.

    Raises ValueError when there are none.
    """
    package, _, name = file.removesuffix(".py").replace("/", ".").rpartition(".")
    imports = (f"from {package}.{name} import", f"from {package} import {name}\n")
    named = ROOT / "tests/unit" / f"test_{name}.py"
    others = [
        path
        for path in sorted((ROOT / "tests/unit").glob("test_*.py"))
        if path != named and any(text in path.read_text("utf-8") for text in imports)
    ]
    tests = [*([named] if named.is_file() else []), *others]
    if not tests:
        raise ValueError(f"wanted a test in tests/unit that imports {file}, got none")
    return [path.relative_to(ROOT).as_posix() for path in tests]


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module, and gives it the source of a mutant."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = mutant.file.removesuffix(".py").replace("/", ".")
        self.path, self.source = str(ROOT / mutant.file), mutant.source

    def find_spec(
        self, name: str, path: object, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for this module alone."""
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed source."""
        exec(compile(self.source, self.path, "exec"), vars(module))


def run_tests(mutant: Mutant | None, tests: Sequence[str], scratch: str) -> int:
    """Run tests on a mutant, in silence, or on the sources; pytest's exit status."""
    import pytest

    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = scratch
    if mutant:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(null, stream)
        sys.meta_path.insert(0, Mutated(mutant))
    options = ["-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]
    return int(pytest.main([*options, f"--basetemp={scratch}/{os.getpid()}", *tests]))


def forked(mutant: Mutant | None, tests: Sequence[str], limit: float, to: str) -> int:
    """Start the tests in a copy of this process, which ends when it runs too long."""
    if pid := os.fork():
        return pid
    status = 1
    try:
        signal.setitimer(signal.ITIMER_REAL, limit)
        status = run_tests(mutant, tests, to)
    except Exception:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def seconds(tests: Sequence[str], scratch: str) -> float:
    """How long tests take on the sources. Raises RuntimeError when one fails."""
    start = time.monotonic()
    _, status = os.waitpid(forked(None, tests, 600, scratch), 0)
    if status:
        raise RuntimeError(f"fail without a mutant: {' '.join(tests)}")
    return time.monotonic() - start


def survivors(chosen: Sequence[Mutant], jobs: int) -> list[Mutant]:
    """The mutants on which no test of their module fails or hangs."""
    for name in HEAVY:  # but for the package, all is imported once
        importlib.import_module(name)
    running: dict[int, Mutant] = {}
    left = []
    with tempfile.TemporaryDirectory() as scratch:
        tests = {file: own_tests(file) for file in {one.file for one in chosen}}
        limit = 60 + 2 * seconds(sorted({*chain(*tests.values())}), scratch)
        todo = list(reversed(chosen))
        while todo or running:
            while todo and len(running) < jobs:
                mutant = todo.pop()
                pid = forked(mutant, tests[mutant.file], limit, scratch)
                running[pid] = mutant
            pid, status = os.wait()
            mutant = running.pop(pid)
            if status == 0:
                left.append(mutant)
                print(described(mutant), flush=True)
    return left


def described(mutant: Mutant) -> str:
    """A mutant as the lines of a difference."""
    lines = [f"{mutant.file}, {mutant.function or 'outside of functions'}:"]
    lines += [f"  - {line}" for line in mutant.line.splitlines()]
    lines += [f"  + {line}" for line in mutant.becomes.splitlines()]
    return "\n".join(lines)


def result(
    chosen: Sequence[Mutant], equal: Sequence[Mutant], left: Sequence[Mutant]
) -> str:
    """The table: how many mutants each module has, and what became of them."""

    def counts(name: str, of: Sequence[str]) -> list[str]:
        all_of, same, alive = (
            sum(one.file in of for one in group) for group in (chosen, equal, left)
        )
        row = (all_of, all_of - same - alive, same, alive)
        return [name, *map(str, row)]

    rows = [counts(f"`{file}`", [file]) for file in MODULES]
    head = ["module", "mutants", "killed", "equivalent", "survived"]
    return table(head, [*rows, counts("all", MODULES)])


def main() -> int:
    """Test the sample or all, print the survivors, print the table and keep it."""
    parser = argparse.ArgumentParser(prog="bench.mutants", description=main.__doc__)
    parser.add_argument("file", nargs="*", help="of the science; without: all")
    parser.add_argument("--all", action="store_true", help="not only a sample")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="how many")
    parser.add_argument("--seed", type=int, default=SEED, help="draws another sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="at a time")
    asked = parser.parse_args()
    if unknown := set(asked.file) - set(MODULES):
        parser.error(f"no module {sorted(unknown)}: there are {MODULES}")
    equivalents = read_equivalents()
    found = [one for file in asked.file or MODULES for one in changes(file)]
    count = len(found) if asked.all else asked.sample
    chosen = [one.mutant() for one in drawn(found, count, asked.seed)]
    equal = [one for one in chosen if one.key in equivalents]
    print(f"{len(chosen)} of {len(found)} mutants\n", flush=True)
    left = survivors([one for one in chosen if one not in equal], asked.jobs)
    for key in (old := stale(equivalents)):
        print(f"{EQUIVALENTS.name}: no such line any more:\n{described(Mutant(*key))}")
    shown = result(chosen, equal, left)
    print(f"\n{shown}")
    if asked == parser.parse_args([]):  # the sample that everybody draws
        TABLE.write_text(f"{shown}\n", encoding="utf-8")
    return bool(left or old)


if __name__ == "__main__":
    sys.exit(main())
