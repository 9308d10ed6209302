"""How the science is built: every function is reached, none knows the site."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCIENCE = sorted(
    path
    for path in (ROOT / "gdbook").rglob("*.py")
    if "site" not in path.parts[len(ROOT.parts) :] and path.stem != "__main__"
)
# what readers get: pages, the command, the build, and what the bench measures
USERS = [
    ROOT / "gdbook/__main__.py",
    *(ROOT / "docs").rglob("*.py"),
    *(ROOT / "gdbook/site").rglob("*.py"),
    *(ROOT / "bench").rglob("*.py"),
]
Name = tuple[str, str]  # of a module, and of what it defines


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(tree: ast.AST) -> dict[str, Name]:
    """What each name that is imported from gdbook stands for."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gdbook")
        for alias in node.names
    }


def definitions(tree: ast.Module) -> dict[str, ast.stmt]:
    """The statement that defines each name at the top of a module."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
            found |= {n.id: node for n in names if isinstance(n.ctx, ast.Store)}
    return found


def reached(users: list[Path], modules: dict[str, ast.Module]) -> set[Name]:
    """Every name of the modules that the users import, and what these names need."""
    todo = [name for user in users for name in imports(parsed(user)).values()]
    found: set[Name] = set()
    while todo:
        module, name = todo.pop()
        if (module, name) in found or module not in modules:
            continue
        found.add((module, name))
        known = definitions(modules[module])
        imported = imports(modules[module])
        read = ast.walk(known[name]) if name in known else iter(())
        for node in read:
            if isinstance(node, ast.Name) and node.id in imported:
                todo.append(imported[node.id])
            elif isinstance(node, ast.Name) and node.id in known:
                todo.append((module, node.id))
    return found


def unreached(modules: dict[str, ast.Module], users: list[Path]) -> set[Name]:
    """Functions and classes of the modules that no user reaches."""
    kinds = ast.FunctionDef | ast.ClassDef
    all_names = {
        (module, node.name)
        for module, tree in modules.items()
        for node in tree.body
        if isinstance(node, kinds)
    }
    return all_names - reached(users, modules)


def test_every_function_is_reached_by_a_page_a_command_or_the_build():
    modules = {module_of(path): parsed(path) for path in SCIENCE}
    assert unreached(modules, USERS) == set()


def test_a_function_that_nothing_reaches_is_found():
    used = "from gdbook.b import g\n\ndef f():\n    return g()\n"
    modules = {"gdbook.a": ast.parse(used), "gdbook.b": ast.parse("def g(): ...\n")}
    assert unreached(modules, []) == {("gdbook.a", "f"), ("gdbook.b", "g")}


@pytest.mark.parametrize("path", SCIENCE, ids=module_of)
def test_the_science_knows_nothing_of_the_site(path):
    assert not [m for m, _ in imports(parsed(path)).values() if "site" in m.split(".")]


def test_no_module_of_the_science_imports_itself_through_others():
    needs = {
        module_of(path): {module for module, _ in imports(parsed(path)).values()}
        for path in SCIENCE
    }
    behind = needs
    for _ in needs:
        behind = {
            m: n.union(*(behind.get(k, set()) for k in n)) for m, n in behind.items()
        }
    assert not [module for module, all_of in behind.items() if module in all_of]


TAYLOR = [path for path in SCIENCE if path.parent.name == "taylor"]


@pytest.mark.parametrize("path", TAYLOR, ids=module_of)
def test_every_function_is_short_documented_and_knows_nothing_of_the_package(path):
    functions = [n for n in parsed(path).body if isinstance(n, ast.FunctionDef)]
    assert len(functions) >= 4 or path.stem == "__init__"
    for function in functions:
        body = function.body[1:]  # without the docstring
        assert ast.get_docstring(function)
        assert body[-1].end_lineno - body[0].lineno + 1 <= 30, function.name
    ours = [module for module, _ in imports(parsed(path)).values()]
    assert all(module.startswith("gdbook.taylor.") for module in ours)


def with_default_driver(source: str) -> list[str]:
    """Calls of torch's lstsq with its default driver, whose rounding is not fixed."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        ast.unparse(one)
        for one in calls
        if ast.unparse(one.func) == "torch.linalg.lstsq"
        and "driver" not in [keyword.arg for keyword in one.keywords]
    ]


def test_least_squares_by_torch_have_a_driver_that_rounds_always_alike():
    paths = [*SCIENCE, *USERS]
    texts = {path: path.read_text("utf-8") for path in paths}
    assert any("torch.linalg.lstsq(" in text for text in texts.values())
    found = {path: with_default_driver(text) for path, text in texts.items()}
    assert {path: calls for path, calls in found.items() if calls} == {}
    assert with_default_driver("x = torch.linalg.lstsq(A, b).solution")
