"""`make mutants`: whether the tests of the science notice a small change of it.

Each mutant is the source of a module with one change, such as + in place of −. The unit
tests of this module run on it, in a process of its own. One of them must fail, or the
mutant must stand in equivalents.toml, with the reason why no test can tell it.

mutmut makes the mutants: of the tools for Python it has the newest release, and changes
calls and assignments too. Its own runner leaves out constants and properties, and needs
a changed copy of the book in its folder. Here the changed source stays in memory, so an
interrupted run leaves nothing behind.
"""

import argparse
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
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import ModuleType

from bench.table import table

ROOT = Path(__file__).parents[1]
EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
TABLE = Path(__file__).with_name("mutants.md")
MODULES = [
    *(f"gdbook/{name}.py" for name in ("course", "data", "experiments", "ledger")),
    *(f"gdbook/{name}.py" for name in ("linear", "optimizers", "reproduce", "sgd")),
    "gdbook/tables.py",
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


def mutants(file: str, functions: Collection[str] | None = None) -> Iterator[Mutant]:
    """All mutants of a module, or of some of its functions."""
    from mutmut.mutation.file_mutation import create_mutations

    module, mutations, *_ = create_mutations(file, (ROOT / file).read_text("utf-8"))
    for one in mutations:
        place = one.contained_by_top_level_function
        name = getattr(getattr(place, "name", None), "value", "")
        if functions is not None and name not in functions:
            continue
        node = place or module
        before = module.code_for_node(node)
        after = module.code_for_node(
            node.deep_replace(one.original_node, one.mutated_node)
        )
        source = module.code.replace(before, after, 1)
        yield Mutant(file, name, *changed(before, after), source)


def changed(before: str, after: str) -> tuple[str, str]:
    """The lines that differ, as they were and as they are, without indentation."""
    diff = [*difflib.ndiff(before.splitlines(), after.splitlines())]
    old, new = (
        "\n".join(line[2:].strip() for line in diff if line.startswith(sign))
        for sign in "-+"
    )
    return old, new


def sampled(found: Sequence[Mutant], count: int, seed: int = SEED) -> list[Mutant]:
    """Some mutants, in an order drawn by their content: an edit leaves the others."""

    def draw(mutant: Mutant) -> bytes:
        return hashlib.sha256(repr((seed, mutant.key)).encode()).digest()

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


def stale(equivalents: Sequence[Key]) -> list[Key]:
    """Entries that are no mutants of the sources any more."""
    known = {
        mutant.key
        for file in {file for file, *_ in equivalents}
        if (ROOT / file).is_file()
        for mutant in mutants(
            file, {name for of, name, *_ in equivalents if of == file}
        )
    }
    return [key for key in equivalents if key not in known]


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
    found = [one for file in asked.file or MODULES for one in mutants(file)]
    chosen = found if asked.all else sampled(found, asked.sample, asked.seed)
    equal = [one for one in chosen if one.key in equivalents]
    print(f"{len(chosen)} of {len(found)} mutants\n", flush=True)
    left = survivors([one for one in chosen if one not in equal], asked.jobs)
    for key in (old := stale([*equivalents])):
        print(f"{EQUIVALENTS.name} has what is no mutant:\n{described(Mutant(*key))}")
    shown = result(chosen, equal, left)
    print(f"\n{shown}")
    if asked == parser.parse_args([]):  # the sample that everybody draws
        TABLE.write_text(f"{shown}\n", encoding="utf-8")
    return bool(left or old)


if __name__ == "__main__":
    sys.exit(main())
