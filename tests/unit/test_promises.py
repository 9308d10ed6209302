"""CONTRIBUTING.md names, for each promise, the tests that hold and break it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def promises() -> list[str]:
    """The promises of the page on the build: bold, in a numbered list."""
    page = (ROOT / "docs/reference/build.md").read_text("utf-8")
    found = re.findall(r"^\d\. \*\*(.*?)\*\*", page, re.MULTILINE | re.DOTALL)
    return [" ".join(one.split()) for one in found][:4]


def rows() -> list[list[str]]:
    """The table's rows: promise, what holds it, what breaks it."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = text.partition("| promise | held by | broken by |\n")[2]
    lines = table.partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def is_test(path: str, name: str) -> bool:
    """Whether a file has a test of this name."""
    file = ROOT / path
    nodes = ast.parse(file.read_text("utf-8")).body if file.is_file() else []
    return any(isinstance(one, ast.FunctionDef) and one.name == name for one in nodes)


def test_each_promise_has_a_row_in_its_own_words() -> None:
    assert len(promises()) == 4
    assert [row[0] for row in rows()] == promises()


def test_each_row_names_tests_that_exist() -> None:
    for _, holds, breaks in rows():
        assert TEST.search(breaks)
        for path, name in TEST.findall(holds + breaks):
            assert is_test(path, name), name


def test_a_test_that_does_not_exist_is_found() -> None:
    assert not is_test("tests/unit/test_ledger.py", "test_of_nothing")
    assert not is_test("tests/unit/test_nothing.py", "test_of_nothing")
